"""Experiments of the lessons on scale: what size costs, and what it buys."""
