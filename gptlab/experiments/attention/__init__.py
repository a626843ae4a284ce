"""Experiments with attention: its scale, its heads, its cost."""
