"""Experiments on tokenization: the spellings of a word, tokens that training never met."""
