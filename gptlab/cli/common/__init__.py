"""What several commands share: reading options, streams, models by name, the lines of a chat."""
