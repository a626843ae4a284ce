"""Pictures of lesson 17a: what a repeat is worth, all that can read a text, and a prediction beside its run."""

from collections.abc import Sequence

import numpy as np

from gptlab import scaling
from gptlab.engine.run import pilot
from gptlab.view.kit import style
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE, FAINT, INK

READINGS = 40


def worth_picture() -> Picture:
    """Left: what each reading of a text adds, in readings of fresh text. Right: what all of them are worth together."""
    worth = np.array(
        [0.0, *(float(scaling.effective_tokens(1, n)) for n in range(1, READINGS + 1))]
    )
    added = np.diff(worth)
    count = np.arange(1, READINGS + 1)
    figure, (left, right) = style.figure(8.4, 3.5, columns=2)
    left.bar(count, added, color=COLOURS["first"], width=0.8)
    left.set(
        xlabel="reading", ylabel="worth, in fresh readings", ylim=(0, 1.08), title="each reading"
    )
    right.plot(count, count, color=COLOURS["neutral"], label="fresh text")
    right.plot(count, worth[1:], color=COLOURS["first"], label="one text again")
    right.set(
        xlabel="readings", ylabel="worth of all", title="all together", xlim=(0, READINGS + 14)
    )
    right.set_xticks([0, 10, 20, 30, 40])
    style.direct_labels(right)
    alt = (
        "What reading a text again is worth, in readings of fresh text: "
        + ", ".join(f"reading {n} adds {added[n - 1]:.2f}" for n in (1, 2, 4, 10, 20, 40))
        + f"; {READINGS} readings together are worth {worth[-1]:.1f}."
    )
    return Picture(figure, alt)


def yardsticks_picture(bits: dict[str, float], ours: Sequence[str] = ()) -> Picture:
    """Bits per byte as horizontal bars, the best on top; those in `ours` in the model's colour."""
    names = sorted(bits, key=lambda name: -bits[name])
    figure, axes = style.figure(7.2, 0.9 + 0.42 * len(names))
    colours = [COLOURS["base"] if name in ours else COLOURS["first"] for name in names]
    axes.barh(names, [bits[name] for name in names], color=colours, height=0.66)
    for place, name in enumerate(names):
        axes.annotate(
            f"{bits[name]:.2f}",
            (bits[name], place),
            (5, 0),
            textcoords="offset points",
            va="center",
        )
    axes.set(xlabel="bits per byte of the held-out text", xlim=(0, 1.12 * max(bits.values())))
    axes.grid(visible=False, axis="y")
    alt = "Bits per byte of the held-out text: " + ", ".join(
        f"{name} {bits[name]:.2f}" for name in reversed(names)
    )
    return Picture(figure, f"{alt}.")


def forecast_picture(log: dict, with_run: bool = True) -> Picture:
    """The two pilots, the fan of what they foretell, the 5-gram, and the run if it is wanted.

    log  as `own_text.read_log` gives it
    """
    expected, unique, per_step = log["expected"], log["tokens"], log["tokens_per_step"]
    pilots = [pilot.Pilot(int(tokens), bits) for tokens, bits in expected["pilots"]]
    end = log["steps"] * per_step
    tokens = np.geomspace(pilots[1].tokens, end, 60)
    # bits per byte and nats a token differ by a factor, which a power law does not see
    fan = np.array([pilot.extrapolate((pilots[0], pilots[1]), n, unique) for n in tokens])
    figure, axes = style.figure(7.6, 4.2)
    axes.fill_between(tokens, fan[:, 0], fan[:, 2], color=COLOURS["first"], alpha=0.16, linewidth=0)
    axes.plot(tokens, fan[:, 1], color=COLOURS["first"], linestyle=(0, (4, 2)), label="expected")
    axes.plot(
        [p.tokens for p in pilots],
        [p.nats for p in pilots],
        "o",
        color=COLOURS["first"],
        markersize=8,
    )
    axes.axhline(log["ngram"]["bits_per_byte"], color=CYCLE[2], linewidth=1.6)
    axes.annotate(
        f"{log['ngram']['order']}-gram",
        (pilots[0].tokens, log["ngram"]["bits_per_byte"]),
        (0, -14),
        textcoords="offset points",
        color=CYCLE[2],
        fontweight="bold",
    )
    for one, name in zip(pilots, ("pilot 1", "pilot 2"), strict=True):
        axes.annotate(name, (one.tokens, one.nats), (8, 6), textcoords="offset points", color=INK)
    reached = ""
    if with_run:
        read = [step * per_step for step, _ in log["curve"]]
        axes.plot(read, [bits for _, bits in log["curve"]], color=COLOURS["base"], label="the run")
        reached = f" The run ends at {log['curve'][-1][1]:.2f}."
    axes.set(xlabel="tokens read", ylabel="bits per byte, held out", xscale="log")
    low = pilots[0].tokens
    ticks = [t for t in (5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 4e6) if low <= t <= end * 1.05]
    axes.set_xticks(ticks, [f"{t / 1e6:g} M" if t >= 1e6 else f"{t / 1e3:g} k" for t in ticks])
    axes.minorticks_off()
    axes.set_xlim(low * 0.85, end * 2.4)
    style.direct_labels(axes)
    alt = (
        f"Two pilots: {pilots[0].nats:.2f} bits per byte after {pilots[0].tokens:,} tokens, "
        f"{pilots[1].nats:.2f} after {pilots[1].tokens:,}. Expected after {end:,}: {expected['middle']:.2f}, "
        f"between {expected['low']:.2f} and {expected['high']:.2f}. "
        f"The {log['ngram']['order']}-gram has {log['ngram']['bits_per_byte']:.2f}.{reached}"
    )
    return Picture(figure, alt)


def readings_picture(curves: dict[str, list[tuple[float, float]]]) -> Picture:
    """Held-out bits per byte over readings of the text, one line for each text."""
    figure, axes = style.figure(7.2, 3.7)
    for (name, curve), colour in zip(curves.items(), CYCLE, strict=False):
        steps = [step for step, _ in curve]
        axes.plot(steps, [bits for _, bits in curve], color=colour, label=name)
        best = min(curve, key=lambda point: point[1])
        axes.plot(*best, "o", color=colour)
    right = max(curve[-1][0] for curve in curves.values())
    axes.set(xlabel="training steps", ylabel="bits per byte, held out", xlim=(0, 1.45 * right))
    style.direct_labels(axes)
    alt = "; ".join(
        f"{name}: best {min(bits for _, bits in curve):.2f}, at the end {curve[-1][1]:.2f}"
        for name, curve in curves.items()
    )
    return Picture(figure, f"Held-out bits per byte by training step. {alt}.")


def copies_picture(groups: dict[str, list[str]]) -> Picture:
    """How long the longest copied stretch of each text is, one row of dots for each group."""
    figure, axes = style.figure(7.2, 0.9 + 0.55 * len(groups))
    names = list(groups)[::-1]
    for place, name in enumerate(names):
        lengths = sorted(len(text) for text in groups[name])
        axes.plot(lengths, [place] * len(lengths), "o", color=COLOURS["first"], alpha=0.45)
        middle = lengths[len(lengths) // 2]
        axes.plot([middle], [place], "|", color=INK, markersize=18, markeredgewidth=2)
    axes.set_yticks(range(len(names)), names)
    axes.set(
        xlabel="characters of the longest stretch that is in the training text",
        ylim=(-0.5, len(names) - 0.5),
    )
    axes.annotate("| median", (0.99, 0.04), xycoords="axes fraction", ha="right", color=FAINT)
    axes.grid(visible=False, axis="y")
    alt = "; ".join(
        f"{name}: {min(map(len, texts))} to {max(map(len, texts))} characters, "
        f"median {sorted(map(len, texts))[len(texts) // 2]}"
        for name, texts in groups.items()
    )
    return Picture(figure, f"The longest copied stretch. {alt}.")
