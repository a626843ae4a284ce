"""What the lesson on training at scale measures."""
