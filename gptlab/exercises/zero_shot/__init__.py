"""Checks, known mistakes and hints of the blanks in gptlab/zero_shot.py."""
