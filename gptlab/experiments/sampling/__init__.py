"""Experiments on drawing tokens: one by one, and all at once."""
