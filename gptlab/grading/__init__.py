"""Grading: a submission's functions judged by checks that its code cannot reach."""
