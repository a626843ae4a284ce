"""Blanks: the functions that the learner writes, whose body runs when one is called, and their shapes."""

from gptlab.blanks.registry import blank

__all__ = ["blank"]
