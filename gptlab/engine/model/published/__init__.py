"""Models as their authors published them: their shape, and their own weights on the learner's functions."""
