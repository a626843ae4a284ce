"""Two ways to write compared: tokens drawn one by one, and tokens drawn all at once, as bars."""

from gptlab.experiments.sampling.joint_sampling import Shares
from gptlab.view.kit.bar_ladder import Rung, ladder
from gptlab.view.kit.number_format import percent
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS

TINTS = {"one by one": COLOURS["first"], "all at once": COLOURS["second"]}
TITLES = {
    "legal": "pages that this web could have written",
    "right": "first lines with the right answer and no other",
}


def joint_sampling_picture(shares: dict[str, list[Shares]]) -> Picture:
    """Bars for the mean shares of each way of writing.

    shares  by way, those of each question
    """
    rungs = []
    for name, title in TITLES.items():
        rungs.append(Rung(title, None))
        for way, found in shares.items():
            mean = sum(getattr(one, name) for one in found) / len(found)
            rungs.append(Rung(way, mean, percent(mean), TINTS.get(way, COLOURS["neutral"])))
    image = ladder(rungs, "The same model, two ways to write", "share of the continuations")
    described = [r.label if r.value is None else f"{r.label} {r.note}" for r in rungs]
    return Picture(image, "; ".join(described))
