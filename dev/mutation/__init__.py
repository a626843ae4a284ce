"""A mutation tool: small changes to the reference bodies, each of which a check should reject.

    python -m dev.mutation                   the whole pass, from the top of the checkout
    python -m dev.mutation --module bpe      one module

`mutate.py` makes the mutants, `judge.py` runs them, `equivalents.tsv` lists those that are right answers too.
"""
