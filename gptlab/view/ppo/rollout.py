"""A rollout as a table: three tokens with numbers for paper, and replies of the real models."""

from collections.abc import Callable, Sequence

import torch

from gptlab.experiments.ppo.one_rollout import Episode
from gptlab.view.kit import style, svg
from gptlab.view.kit.bars import visible
from gptlab.view.kit.frames import Choice, show_frames
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE, EDGE, FAINT, INK
from gptlab.view.ppo.bandit import signed

WIDTH = 500  # pixels
TOKENS = ("Yushan", ".", "⟨end⟩")
PAPER = {  # β = 0.1, λ = 0.5, score 1
    "log π": ("the policy", (-0.1, -0.5, -0.2)),
    "log π_ref": ("the SFT model", (-0.6, -0.4, -0.2)),
    "k1": ("their difference", (0.5, -0.1, 0.0)),
    "reward": ("score 1, less 0.1 · k1", (-0.05, 0.01, 1.0)),
    "V": ("the value model", (0.2, 0.6, 0.9)),
    "δ": ("reward + next V − V", (0.35, 0.31, 0.1)),
    "Â": ("δ + ½ · next Â", (0.53, 0.36, 0.1)),
}
LEARNS, FROZEN = CYCLE[0], COLOURS["neutral"]


def models_picture() -> Picture:
    """The four networks of PPO: who writes, who reads, and who learns."""
    rows = (
        ("policy", "writes the reply; starts as the SFT model", "learns", LEARNS),
        ("reference", "the SFT model, as it was: how likely was each token?", "frozen", FROZEN),
        ("reward model", "reads the whole reply: one score", "frozen", FROZEN),
        ("value model", "at each token: what score is to be expected?", "learns", LEARNS),
    )
    parts = [svg.text(14, 28, "PPO's four networks", 15, weight=600)]
    for i, (name, what, state, colour) in enumerate(rows):
        y = 46 + 52 * i
        parts += [
            svg.rect(14, y, WIDTH - 28, 44, colour, 6, opacity=0.13),
            svg.rect(14, y, 5, 44, colour, 2),
            svg.text(30, y + 18, name, 15, weight=600),
            svg.text(30, y + 36, what, 13),
            svg.text(WIDTH - 26, y + 18, state, 13, "end", FAINT),
        ]
    alt = "PPO's four networks. " + "; ".join(f"{n}: {w} ({s})" for n, w, s, _ in rows) + "."
    return Picture(svg.document(WIDTH, 46 + 52 * len(rows) + 8, parts, alt), alt)


def table_picture(n_rows: int, title: str = "A rollout of three tokens") -> Picture:
    """The first rows of the paper example."""
    left, column, row = 226, 87, 34
    parts = [svg.text(14, 28, title, 15, weight=600)]
    for t, token in enumerate(TOKENS):
        x = left + column * t
        parts += [
            svg.rect(x + 3, 42, column - 6, 28, EDGE, 4),
            svg.text(x + column / 2, 61, token, 14, "middle"),
        ]
    said = []
    for i, (name, (what, numbers)) in enumerate(list(PAPER.items())[:n_rows]):
        y = 78 + row * i
        last = i == n_rows - 1
        parts += [
            svg.text(14, y + 22, name, 15, weight=600),
            svg.text(98, y + 22, what, 12, fill=FAINT),
            svg.line(14, y, WIDTH - 14, y),
        ]
        for t, number in enumerate(numbers):
            colour = INK if not last else COLOURS["first"]
            shown = f"{number:g}".replace("-", "−")
            x = left + column * (t + 0.5)
            parts.append(svg.text(x, y + 22, shown, 15, "middle", colour, 600 if last else 400))
        said.append(f"{name}: {', '.join(f'{n:g}' for n in numbers)}")
    alt = f"{title}: {' '.join(TOKENS)}. {'; '.join(said)}."
    return Picture(svg.document(WIDTH, 90 + row * n_rows, parts, alt), alt)


def shift_picture() -> Picture:
    """Which row of the logits speaks of which token."""
    tokens = ("⟨user⟩", "Highest?", "⟨assistant⟩", "Yushan", ".", "⟨end⟩")
    box = 76
    parts = [svg.text(14, 28, "Each position predicts the token after it", 15, weight=600)]
    for t, token in enumerate(tokens):
        x = 14 + (box + 3) * t
        reply = t >= 3
        parts += [
            svg.rect(x, 126, box, 30, LEARNS if reply else EDGE, 4),
            svg.text(x + box / 2, 146, token, 12, "middle", "#ffffff" if reply else INK),
            svg.rect(x, 52, box, 30, EDGE, 4, opacity=0.6),
            svg.text(x + box / 2, 72, f"logits[{t}]", 12, "middle"),
        ]
        if t + 1 < len(tokens):
            colour = LEARNS if t >= 2 else FAINT
            parts.append(
                svg.line(x + box / 2, 84, x + box * 1.5 + 3, 122, colour, 2.4 if t >= 2 else 1)
            )
    parts += [
        svg.text(14, 184, "the reply: blue. Its first token is predicted by the last one of", 13),
        svg.text(14, 202, "the prompt; what logits[5] would predict, nobody wrote.", 13),
    ]
    alt = (
        "Six tokens, the last three are the reply. logits[t] predicts token t + 1: the reply's first token is "
        "predicted at the last position of the prompt."
    )
    return Picture(svg.document(WIDTH, 216, parts, alt), alt)


def estimators_picture(estimates: Callable) -> Picture:
    """k1, k2 and k3 of one token, over how much likelier the policy made it."""
    k = torch.linspace(-2, 2, 81)[None]
    curves = [x[0] for x in estimates(k, torch.zeros_like(k))]
    figure, axes = style.figure(6.4, 3.4)
    for name, curve, colour in zip(("k1", "k2", "k3"), curves, CYCLE, strict=False):
        axes.plot(k[0], curve, color=colour, label=name)
    axes.axhline(0, color=FAINT, linewidth=0.8)
    axes.set(xlabel="log π − log π_ref of the sampled token", ylabel="estimate, nats")
    style.direct_labels(axes)
    return Picture(
        figure,
        "Three estimates of the KL from one token. k1 is a straight line and below 0 on the left; k2 and k3 are never "
        "below 0 and touch 0 in the middle.",
    )


def spread_picture(estimates: Sequence, exact: float) -> Picture:
    """How means of 32 tokens scatter around the exact KL, for each estimator."""
    figure, axes = style.figure(7.2, 3.0, columns=3, sharex=True)
    said = []
    for ax, name, values, colour in zip(axes, ("k1", "k2", "k3"), estimates, CYCLE, strict=False):
        n = values.numel() // 32
        means = values.flatten()[: 32 * n].reshape(n, 32).mean(1)
        ax.hist(means, bins=24, color=colour, alpha=0.75)
        ax.axvline(exact, **style.FLOOR)
        ax.set(title=name, xlabel="nats")
        ax.set_yticks([])
        said.append(f"{name}: mean {float(means.mean()):.3f}, spread {float(means.std()):.3f}")
    alt = f"Means over 32 tokens; dotted, the exact KL {exact:.3f}. {'; '.join(said)}."
    return Picture(figure, alt)


CREDIT_V = (0.2, 0.4, 0.5, 0.6, -0.6, -0.8)
CREDIT_TOKENS = ("It", " is", " Mount", " Fuji", ",", " sir")
LAMBDAS = (0.0, 0.5, 0.8, 0.95, 1.0)


def credit_widget(gae: Callable, score: float = -1.0) -> None:
    """Advantages of a reply that went wrong at one token, for several λ."""
    values = torch.tensor([CREDIT_V])
    rewards = torch.zeros_like(values)
    rewards[0, -1] = score
    mask = torch.ones_like(values, dtype=torch.bool)

    def draw(i: int) -> Picture:
        advantages, _ = gae(rewards, values, mask, 1.0, LAMBDAS[i])
        return _credit_picture(advantages[0].tolist(), LAMBDAS[i], score)

    show_frames([Choice("λ", tuple(f"{x:g}" for x in LAMBDAS), 3)], draw)


def _credit_picture(advantages: Sequence[float], lam: float, score: float) -> Picture:
    box, zero, unit = 72, 110, 82
    title = f"Who gets the blame, λ = {lam:g}"
    parts = [
        svg.text(14, 28, title, 15, weight=600),
        svg.line(14, zero, WIDTH - 14, zero, FAINT),
        svg.text(14, 52, f"score {signed(score, 0)} after the last token", 13, fill=FAINT),
    ]
    said = []
    for t, (token, a) in enumerate(zip(CREDIT_TOKENS, advantages, strict=True)):
        x = 30 + (box + 4) * t
        colour = COLOURS["right"] if a > 0 else COLOURS["wrong"]
        length = unit * abs(a)
        top = zero - length if a > 0 else zero
        label = zero - length - 6 if a > 0 else zero + length + 16
        parts += [
            svg.rect(x + 14, top, box - 28, length, colour, 2),
            svg.text(x + box / 2, label, signed(a), 13, "middle"),
            svg.text(x + box / 2, 284, visible(token), 14, "middle", weight=600),
            svg.text(x + box / 2, 306, signed(CREDIT_V[t], 1), 13, "middle", FAINT),
        ]
        said.append(f"{token.strip()} {signed(a)}")
    parts.append(svg.text(10, 306, "V", 13, fill=FAINT))
    alt = f"{title}, score {signed(score, 0)}. Advantages: {', '.join(said)}."
    return Picture(svg.document(WIDTH, 320, parts, alt), alt)


def episode_picture(episode: Episode) -> Picture:
    """A reply of the real model, a row for each token."""
    names = list(episode.columns)
    left, column, row = 128, 61, 24
    parts = [svg.text(14, 26, svg.shorten(episode.question, WIDTH - 28, 15), 15, weight=600)]
    for i, name in enumerate(names):
        parts.append(svg.text(left + column * (i + 1) - 6, 50, name, 12, "end", FAINT))
    for t, piece in enumerate(episode.pieces):
        y = 58 + row * t
        parts.append(svg.text(14, y + 17, svg.shorten(visible(piece), left - 18, 14), 14))
        for i, name in enumerate(names):
            number = episode.columns[name][t]
            x = left + column * i
            if name in ("reward", "Â", "k1") and abs(number) >= 0.005:
                colour = COLOURS["right"] if (number > 0) != (name == "k1") else COLOURS["wrong"]
                strength = 0.06 + 0.4 * min(1.0, abs(number))
                parts.append(
                    svg.rect(x + 4, y + 2, column - 4, row - 3, colour, 3, opacity=strength)
                )
            shown = f"{number:.2f}".replace("-", "−")
            shown = "0.00" if shown == "−0.00" else shown
            parts.append(svg.text(x + column - 6, y + 17, shown, 13, "end"))
    height = 58 + row * len(episode.pieces) + 34
    said = f"score of the whole reply: {signed(episode.score)}"
    parts.append(svg.text(14, height - 12, said, 14, weight=600))
    reply = b"".join(episode.pieces).decode("utf-8", errors="replace")
    alt = f"“{episode.question}” Reply: “{reply}” Of each token: {', '.join(names)}. The {said}."
    return Picture(svg.document(WIDTH, height, parts, alt), alt)


def episodes_widget(episodes: Sequence[Episode]) -> None:
    """A button for each reply."""
    names = tuple(str(i + 1) for i in range(len(episodes)))
    show_frames([Choice("reply", names)], lambda i: episode_picture(episodes[i]))
