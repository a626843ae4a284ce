"""Experiments on the first neural language model: its word vectors while they are learnt."""
