"""Experiments with recurrent networks: what they remember, how they are trained, what goes wrong."""
