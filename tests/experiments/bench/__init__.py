"""Tests of `gptlab bench`."""
