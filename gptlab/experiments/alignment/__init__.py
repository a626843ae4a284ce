"""Experiments of lesson 14: the alignment tax, best-of-n, over-optimisation, and the ways around PPO."""
