"""Experiments on backpropagation: finite differences, random expressions, wrong backward passes, descent."""
