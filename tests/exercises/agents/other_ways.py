"""Other ways to write gptlab/agents.py."""
