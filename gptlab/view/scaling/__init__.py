"""Figures and widgets of the lessons on scale."""
