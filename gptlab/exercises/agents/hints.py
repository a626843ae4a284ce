"""Hints for gptlab/agents.py."""

HINTS: dict[str, tuple[str, str, str]] = {}
