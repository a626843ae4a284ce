"""What the lessons on the conversation measure."""
