"""The little web: a small, complete internet in English and Chinese whose truth is known exactly."""
