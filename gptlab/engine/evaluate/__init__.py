"""Measurements of one model against the little web's exact truth, and the baselines beside them."""
