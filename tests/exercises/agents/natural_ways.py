"""Wrong bodies of gptlab/agents.py as people write them, and what each is to be told."""
