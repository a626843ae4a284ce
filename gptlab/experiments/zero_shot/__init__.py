"""Findings of lesson 08: tasks asked in text, options compared fairly, cue words, and how a model begins."""
