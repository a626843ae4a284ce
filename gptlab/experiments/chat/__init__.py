"""Experiments on conversations: personas, memory, what is trimmed away."""
