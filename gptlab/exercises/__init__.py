"""Exercises: the check, the known mistakes and the hints of every blank, one folder a room, and the judge."""
