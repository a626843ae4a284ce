"""Figures and widgets of lesson 11: which tokens of a chat are learnt from, packing, and what tuning changes."""
