"""Experiments on conversations."""
