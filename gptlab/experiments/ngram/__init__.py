"""Experiments on predicting the next token: Shannon's guessing game."""
