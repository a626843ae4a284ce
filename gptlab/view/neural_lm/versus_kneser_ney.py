"""The neural model against the one that counts: word by word, by how often a combination was seen, and in the paper."""

import math
from collections.abc import Sequence

import torch
from matplotlib.figure import Figure
from torch import Tensor

from gptlab.experiments.unseen_combinations import Combinations, Sentence
from gptlab.view.kit import style, svg
from gptlab.view.kit.bar_ladder import Rung, ladder
from gptlab.view.palette import COLOURS, FAINT

COUNTING, NETWORK, BOTH, FLOOR = "counting", "your network", "both, averaged", "exact floor"
TINTS = {
    COUNTING: COLOURS["base"],
    NETWORK: COLOURS["you"],
    BOTH: COLOURS["ppo_ptx"],
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
BINS = (
    (0, 0, "never"),
    (1, 1, "once"),
    (2, 3, "2–3 times"),
    (4, 7, "4–7"),
    (8, 10**9, "8 or more"),
)


def perplexities_picture(parts: dict[str, dict[str, float]], title: str) -> tuple[str, str]:
    """(SVG, description): for each part of the test a bar for each model; nats per word in, perplexities out."""
    rungs = []
    for part, losses in parts.items():
        rungs.append(Rung(part, None))
        rungs += [
            Rung(name, math.exp(loss), f"{math.exp(loss):.2f}", TINTS[name])
            for name, loss in losses.items()
        ]
    drawn = ladder(rungs, title, "perplexity: equally likely words at each place")
    return drawn, f"{title}. " + "; ".join(
        r.label if r.value is None else f"{r.label} {r.note}" for r in rungs
    )


def paper_picture(ours: dict[str, dict[str, float]]) -> tuple[str, str]:
    """(SVG, description): the paper's perplexities and ours, each beside the best model that counts on the same test.

    ours  for each part of our test the models' losses in nats per word
    """
    rungs = []
    for corpus, rows in PAPER.items():
        rungs.append(Rung(f"{corpus}; Bengio et al. 2003", None))
        rungs += [
            Rung(name, value / rows[0][2], str(value), TINTS[model]) for model, name, value in rows
        ]
    for part, losses in ours.items():
        rungs.append(Rung(f"{part}; this run", None))
        rungs += [
            Rung(
                name,
                math.exp(losses[name] - losses[COUNTING]),
                f"{math.exp(losses[name]):.2f}",
                TINTS[name],
            )
            for name in (COUNTING, NETWORK, BOTH)
        ]
    drawn = ladder(
        rungs, "Perplexities, theirs and ours", "length: as a share of the best model that counts"
    )
    return drawn, "; ".join(r.label if r.value is None else f"{r.label} {r.note}" for r in rungs)


def sentence_picture(
    sentence: Sentence, costs: dict[str, Sequence[float]], title: str, width: float = 480
) -> tuple[str, str]:
    """(SVG, description): word by word, what each model paid, in nats."""
    row, left, top = 26, 118, 76
    most = max(max(values) for values in costs.values())
    room = (width - left - 84) / most
    parts = [svg.text(16, 29, title, 15, weight=600)]
    x = 16.0
    for name in costs:
        parts.append(svg.text(x, 54, name, 14, fill=TINTS[name], weight=600))
        x += svg.text_width(name, 14) + 20
    said = []
    for i, word in enumerate(sentence.words):
        y = top + i * row
        parts.append(svg.text(left - 10, y + 14, word, 15, "end"))
        for j, (name, values) in enumerate(costs.items()):
            parts += [svg.rect(left, y + 1 + 10 * j, max(1.5, room * values[i]), 9, TINTS[name], 2)]
        worst, figures = (
            max(v[i] for v in costs.values()),
            " / ".join(f"{v[i]:.1f}" for v in costs.values()),
        )
        parts.append(svg.text(left + max(1.5, room * worst) + 6, y + 14, figures, 12, fill=FAINT))
        said.append(f"{word} {figures}")
    alt = f"{title}. Nats paid by {' / '.join(costs)}: {', '.join(said)}."
    foot = top + len(sentence.words) * row + 18
    parts.append(
        svg.text(16, foot, "surprise in nats; a longer bar is a worse guess", 13, fill=FAINT)
    )
    return svg.document(width, foot + 16, parts, alt), alt


def by_count(
    data: Combinations, sentences: Sequence[Sentence], logprobs: dict[str, Tensor]
) -> dict[str, dict[str, float]]:
    """For each model the mean surprise, by how often training saw the sentence's combination; nats per word.

    logprobs  by model: (N) float, ln p of every word of these sentences, in their order
    """
    lengths = [len(s.words) for s in sentences]
    found: dict[str, dict[str, float]] = {name: {} for name in logprobs}
    for low, high, label in BINS:
        inside = torch.tensor([low <= data.count[s.pair] <= high for s in sentences])
        here = inside.repeat_interleave(torch.tensor(lengths))
        for name, values in logprobs.items():
            if here.any():
                found[name][label] = float((-values[here]).mean())
    return found


def by_count_picture(losses: dict[str, dict[str, float]]) -> tuple[Figure, str]:
    """(figure, description) of `by_count`."""
    figure, axes = style.figure(6.4, 3.6)
    for name, by_label in losses.items():
        if name == FLOOR:
            axes.plot(list(by_label), list(by_label.values()), label=name, **style.FLOOR)
        else:
            axes.plot(list(by_label), list(by_label.values()), "o-", color=TINTS[name], label=name)
    axes.set(
        xlabel="how often training saw this combination",
        ylabel="nats per word",
        title="Who is better where",
    )
    axes.set_ylim(0)
    style.direct_labels(axes)
    told = "; ".join(
        f"{name}: " + ", ".join(f"{label} {loss:.2f}" for label, loss in by.items())
        for name, by in losses.items()
    )
    return figure, f"Nats per word by how often the combination was seen. {told}."
