"""The minutes of the page on teaching, against a notebook counted by hand."""

import re

from dev.book import minutes
from tests.support.paths import ROOT


def cell(kind, text):
    return {"cell_type": kind, "source": [text]}


def test_words_and_cards_of_a_small_notebook():
    notebook = {
        "cells": [
            cell("markdown", "word " * 360),
            cell("code", 'lesson.card("ngram.perplexity", "Why.")'),
            cell("code", 'lesson.card("sampling.top_k_filter", "☆ Optional.")'),
        ]
    }
    reading, writing, optional = minutes.minutes(notebook)
    assert (round(reading, 9), round(writing, 9), round(optional, 9)) == (2.0, 2.6, 10.4)


def test_every_part_has_its_row():
    table = minutes.table(ROOT / "lessons")
    parts = len(list((ROOT / "lessons").glob("*.ipynb")))
    assert len(re.findall(r"^\| \d+[a-z]? \|", table, re.MULTILINE)) == parts
