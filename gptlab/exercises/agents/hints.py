"""Hints for gptlab/agents.py."""

from gptlab.exercises.agents import hints_memory

HINTS: dict[str, tuple[str, str, str]] = {**hints_memory.HINTS}
