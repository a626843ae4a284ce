"""Pictures and widgets on tokenization: merges, UTF-8, what a text costs, the size of a vocabulary."""
