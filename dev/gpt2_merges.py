"""The few merges of GPT-2 that lesson 02c needs, taken from OpenAI's file.

    python -m dev.gpt2_merges vocab.bpe

takes the file of GPT-2's merges (openai/gpt-2 publishes it beside each model, as `vocab.bpe`), refuses any other
file, and writes gptlab/assets/gpt2_merges.json: those merges that the texts of the lesson can meet, in GPT-2's numbers.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

import regex

from gptlab.blanks.files import write_atomically
from gptlab.bpe import GPT2_PATTERN
from gptlab.experiments.bpe import gpt2_excerpt

SHA256 = "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5"  # as in tiktoken


def main(arguments: list[str] | None = None) -> int:
    """Read the file and write the excerpt; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m dev.gpt2_merges", description="Take an excerpt of GPT-2's merges."
    )
    parser.add_argument("file", type=Path, help="OpenAI's vocab.bpe")
    content = parser.parse_args(arguments).file.read_bytes()
    if hashlib.sha256(content).hexdigest() != SHA256:
        print("this is not GPT-2's vocab.bpe: its SHA-256 is another one", file=sys.stderr)
        return 1
    merges = excerpt(content.decode())
    record = {
        "source": "vocab.bpe of GPT-2, OpenAI 2019 (github.com/openai/gpt-2, Modified MIT License)",
        "sha256": SHA256,
        "merges": merges,
    }
    write_atomically(gpt2_excerpt.RECORD, json.dumps(record, separators=(",", ":")) + "\n")
    print(f"{len(merges)} of GPT-2's merges")
    return 0


def excerpt(text: str) -> list[tuple[int, int, int]]:
    """(number, left, right) of each merge whose token is a part of a piece of the lesson's texts."""
    pieces = {
        piece.encode() for line in gpt2_excerpt.TEXTS for piece in regex.findall(GPT2_PATTERN, line)
    }
    letters = {letter: bytes([byte]) for byte, letter in gpt2_excerpt.letters().items()}
    number = {spelled: i for i, spelled in enumerate(letters.values())}
    found = []
    for line in text.splitlines()[1:]:  # the first line names the version
        left, right = (b"".join(letters[c] for c in part) for part in line.split())
        number[left + right] = len(number)
        if any(left + right in piece for piece in pieces):
            found.append((number[left + right], number[left], number[right]))
    return found


if __name__ == "__main__":
    sys.exit(main())
