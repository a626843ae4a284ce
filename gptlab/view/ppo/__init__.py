"""Figures and widgets of lesson 13, PPO."""
