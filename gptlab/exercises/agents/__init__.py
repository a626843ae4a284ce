"""Checks, known mistakes and hints of the blanks in gptlab/agents.py."""
