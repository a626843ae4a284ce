"""Checks, known mistakes and hints of the blanks in gptlab/neural_lm.py."""
