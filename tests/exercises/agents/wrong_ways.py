"""Wrong bodies of gptlab/agents.py, right almost everywhere: its checks must reject each."""
