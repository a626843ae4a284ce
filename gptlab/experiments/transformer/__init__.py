"""Experiments with Transformers: norms, masks, translation, functions that are easily mixed up."""
