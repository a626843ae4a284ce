"""The command line: `gptlab`, or `python -m gptlab`."""
