"""Shannon's measurements of printed English, and ours of the little web, on one scale: bits for each letter."""

from gptlab.view.kit.bar_ladder import Rung, ladder, model_colour
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS

SHANNON = (  # Shannon 1951, "Prediction and Entropy of Printed English": 26 letters and the space, as printed
    ("27 equally likely letters", "4.76"),
    ("letters by frequency", "4.03"),
    ("given one letter before", "3.32"),
    ("given two letters before", "3.1"),
)
PEOPLE = (0.6, 1.3)  # the bounds from people who had read the 100 letters before


def printed_english(ours: dict[str, float]) -> Picture:
    """Bars for Shannon's bits per letter above, and ours below.

    ours  bits per byte by name; the last one is the exact floor
    """
    bounds = f"between {PEOPLE[0]} and {PEOPLE[1]}"
    rungs = [
        Rung("printed English, Shannon 1951", None),
        *(Rung(label, float(bits), bits) for label, bits in SHANNON),
        Rung("people who read 100 letters", PEOPLE, bounds, COLOURS["floor"]),
        Rung("the little web's English pages, this run", None),
    ]
    for name, bits in ours.items():
        rungs.append(Rung(name, bits, f"{bits:.2f}", model_colour(name)))
    image = ladder(rungs, "What a letter costs", "bits per letter (ours: per byte)")
    described = "; ".join(f"{r.label} {r.note}" for r in rungs if r.value is not None)
    alt = f"Bits per letter. First Shannon's printed English, then the little web: {described}."
    return Picture(image, alt)
