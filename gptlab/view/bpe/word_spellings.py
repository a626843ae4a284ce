"""A word's spellings as rows of chips: the tokens that hold it in a text, for each tokenizer."""

from collections import Counter

from gptlab.view.kit.picture import Picture
from gptlab.view.kit.token_chips import Row, rows_picture


def spellings_picture(word: str, found: dict[str, Counter], most: int = 6) -> Picture:
    """The most frequent spellings of a word.

    found  by tokenizer, the counts of `count_spellings`
    """
    rows = []
    for name, counts in found.items():
        ways = f"{len(counts)} way{'s' * (len(counts) != 1)}"
        for i, (pieces, n) in enumerate(counts.most_common(most)):
            rows.append(Row(f"{name}: {n} × so", pieces, ways if i == 0 else ""))
    return rows_picture(rows, f"“{word}”, as the tokens of a text hold it")
