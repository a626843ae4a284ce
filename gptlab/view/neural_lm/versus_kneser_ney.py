"""The neural model against Kneser-Ney, drawn: word by word, by how often a combination was seen, and in the paper."""

import math
from collections.abc import Sequence

from gptlab.experiments.unseen_combinations import Sentence
from gptlab.view.kit import style, svg
from gptlab.view.kit.bar_ladder import Rung, ladder
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, FAINT

COUNTING = "counting"
NETWORK = "your network"
BOTH = "both, averaged"
FLOOR = "exact floor"
TINTS = {
    COUNTING: COLOURS["neutral"],
    NETWORK: COLOURS["you"],
    BOTH: COLOURS["first"],
    FLOOR: COLOURS["floor"],
}
PAPER = {  # Bengio et al. 2003, tables 1 and 2: test perplexities
    "Brown, 0.8 million words": (
        (COUNTING, "best that counts: by word classes", 312),
        (COUNTING, "modified Kneser-Ney, 5-gram", 321),
        (NETWORK, "network alone (MLP9)", 276),
        (BOTH, "network and trigram, averaged", 252),
    ),
    "AP News, 14 million words": (
        (COUNTING, "best that counts: Kneser-Ney, 5-gram", 117),
        (BOTH, "network and trigram, averaged", 109),
    ),
}


def perplexities_picture(parts: dict[str, dict[str, float]], title: str) -> Picture:
    """For each part of the test a bar for each model; nats per word in, perplexities out."""
    rungs = []
    for part, losses in parts.items():
        rungs.append(Rung(part, None))
        for name, loss in losses.items():
            perplexity = math.exp(loss)
            rungs.append(Rung(name, perplexity, f"{perplexity:.2f}", TINTS[name]))
    image = ladder(rungs, title, "perplexity: equally likely words at each place")
    return Picture(image, f"{title}. {_describe(rungs)}")


def paper_picture(ours: dict[str, dict[str, float]]) -> Picture:
    """The paper's perplexities and ours, each beside the best model that counts on the same test.

    ours  for each part of our test the models' losses in nats per word
    """
    rungs = []
    for corpus, rows in PAPER.items():
        rungs.append(Rung(f"{corpus}; Bengio et al. 2003", None))
        best_counting = rows[0][2]
        for model, name, value in rows:
            rungs.append(Rung(name, value / best_counting, str(value), TINTS[model]))
    for part, losses in ours.items():
        rungs.append(Rung(f"{part}; this run", None))
        for name in (COUNTING, NETWORK, BOTH):
            ratio = math.exp(losses[name] - losses[COUNTING])
            rungs.append(Rung(name, ratio, f"{math.exp(losses[name]):.2f}", TINTS[name]))
    axis = "length: as a share of the best model that counts"
    return Picture(ladder(rungs, "Perplexities, theirs and ours", axis), _describe(rungs))


def _describe(rungs: Sequence[Rung]) -> str:
    return "; ".join(r.label if r.value is None else f"{r.label} {r.note}" for r in rungs)


def sentence_picture(
    sentence: Sentence, costs: dict[str, Sequence[float]], title: str, width: float = 480
) -> Picture:
    """Word by word, what each model paid, in nats."""
    row = 26  # pixels
    left = 118
    top = 76
    largest = max(max(values) for values in costs.values())
    unit = (width - left - 84) / largest
    parts = [svg.text(16, 29, title, 15, weight=600)]
    x = 16.0
    for name in costs:
        parts.append(svg.text(x, 54, name, 14, fill=TINTS[name], weight=600))
        x += svg.text_width(name, 14) + 20
    described = []
    for i, word in enumerate(sentence.words):
        y = top + i * row
        parts.append(svg.text(left - 10, y + 14, word, 15, "end"))
        paid = {name: values[i] for name, values in costs.items()}
        for j, (name, nats) in enumerate(paid.items()):
            parts.append(svg.rect(left, y + 1 + 10 * j, max(1.5, unit * nats), 9, TINTS[name], 2))
        figures = " / ".join(f"{nats:.1f}" for nats in paid.values())
        end = left + max(1.5, unit * max(paid.values()))
        parts.append(svg.text(end + 6, y + 14, figures, 12, fill=FAINT))
        described.append(f"{word} {figures}")
    foot = top + len(sentence.words) * row + 18
    key = "surprise in nats; a longer bar is a worse guess"
    parts.append(svg.text(16, foot, key, 13, fill=FAINT))
    alt = f"{title}. Nats paid by {' / '.join(costs)}: {', '.join(described)}."
    return Picture(svg.document(width, foot + 16, parts, alt), alt)


def loss_by_count_picture(losses: dict[str, dict[str, float]]) -> Picture:
    """A curve for each model: the loss by how often training saw the combination.

    losses  those of `unseen_combinations.loss_by_count`
    """
    figure, axes = style.figure(6.4, 3.6)
    described = []
    for name, by_label in losses.items():
        labels = list(by_label)
        values = list(by_label.values())
        if name == FLOOR:
            axes.plot(labels, values, label=name, **style.FLOOR)
        else:
            axes.plot(labels, values, "o-", color=TINTS[name], label=name)
        points = ", ".join(f"{label} {loss:.2f}" for label, loss in by_label.items())
        described.append(f"{name}: {points}")
    axes.set(
        xlabel="how often training saw this combination",
        ylabel="nats per word",
        title="Who is better where",
    )
    axes.set_ylim(0)
    style.direct_labels(axes)
    alt = f"Nats per word by how often the combination was seen. {'; '.join(described)}."
    return Picture(figure, alt)
