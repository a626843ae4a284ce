"""Shannon's measurements of printed English, and ours of the little web, on one scale: bits for each letter."""

import math

from gptlab.view.kit.bar_ladder import Rung, ladder
from gptlab.view.palette import COLOURS

SHANNON = (  # Shannon 1951, "Prediction and Entropy of Printed English": 26 letters and the blank
    ("27 equally likely letters", math.log2(27)),
    ("letters by frequency", 4.03),
    ("given one letter before", 3.32),
    ("given two letters before", 3.1),
)
PEOPLE = (0.6, 1.3)  # the bounds from people who had read the 100 letters before


def printed_english(ours: dict[str, float]) -> tuple[str, str]:
    """(SVG, description): Shannon's bits per letter above, ours below.

    ours  bits per byte by name; the last one is the exact floor
    """
    theirs = [Rung(label, bits, f"{bits:.2f}", COLOURS["base"]) for label, bits in SHANNON]
    theirs.append(
        Rung(
            "people who read 100 letters",
            PEOPLE,
            f"between {PEOPLE[0]} and {PEOPLE[1]}",
            COLOURS["floor"],
        )
    )
    mine = [
        Rung(name, bits, f"{bits:.2f}", COLOURS["you"] if "your" in name else COLOURS["base"])
        for name, bits in ours.items()
    ]
    rungs = [
        Rung("printed English, Shannon 1951", None),
        *theirs,
        Rung("the little web's English pages, this run", None),
        *mine,
    ]
    svg = ladder(rungs, "What a letter costs", "bits per letter (ours: per byte)")
    said = "; ".join(f"{r.label} {r.note}" for r in rungs if r.value is not None)
    return svg, f"Bits per letter. First Shannon's printed English, then the little web: {said}."
