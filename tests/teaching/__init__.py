"""Tests of gptlab/teaching."""
