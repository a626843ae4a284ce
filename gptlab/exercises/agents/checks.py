"""The checks of gptlab/agents.py."""
