"""The spike lab drawn: a training for each choice of learning rate, warm-up and clipping."""

from collections.abc import Mapping, Sequence

from gptlab.experiments.training.spike_lab import (
    BROKEN,
    CLIPS,
    LEARNING_RATES,
    NO_CLIP,
    WARMUPS,
    Run,
)
from gptlab.view.kit import style, svg
from gptlab.view.kit.frames import Choice, show_frames
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE, EDGE, FAINT

WIDTH, HEIGHT = 500, 300  # pixels
LEFT, RIGHT, TOP, BOTTOM = 46, 16, 46, 44
LOW, HIGH = 2.0, 8.0  # nats that fit the picture


def _x(step: float, n: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * step / (n - 1)


def _y(loss: float) -> float:
    share = (min(HIGH, max(LOW, loss)) - LOW) / (HIGH - LOW)
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share


def _curve(losses: Sequence[float], colour: str) -> str:
    points = " ".join(f"{_x(i, len(losses)):.1f},{_y(x):.1f}" for i, x in enumerate(losses))
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.8"/>'


def run_picture(run: Run, title: str) -> Picture:
    """The loss of one training by step; the broken steps are marked."""
    n = len(run.losses)
    parts = [svg.text(LEFT - 32, 26, title, 15, weight=600)]
    for nats in range(int(LOW), int(HIGH) + 1, 2):
        parts += [
            svg.line(LEFT, _y(nats), WIDTH - RIGHT, _y(nats), EDGE),
            svg.text(LEFT - 8, _y(nats) + 5, str(nats), 13, "end", FAINT),
        ]
    first, last = _x(BROKEN[0] - 0.5, n), _x(BROKEN[-1] + 0.5, n)
    parts += [
        svg.rect(first, TOP, last - first, HEIGHT - TOP - BOTTOM, COLOURS["wrong"], opacity=0.2),
        svg.text(first - 6, TOP + 12, "broken batches", 13, "end", COLOURS["wrong"]),
        _curve(run.losses, COLOURS["first"]),
        svg.text(LEFT, HEIGHT - 16, "step 0", 13, fill=FAINT),
        svg.text(WIDTH - RIGHT, HEIGHT - 16, f"step {n - 1}", 13, "end", FAINT),
        svg.text(first, HEIGHT - 26, str(BROKEN[0]), 13, "middle", FAINT),
        svg.text(LEFT + 6, TOP + 12, "nats per word", 13, fill=FAINT),
        svg.text(last + 8, _y(6.7), f"damage {run.damage:+.2f}".replace("-", "−"), 14),
        svg.text(WIDTH - RIGHT, _y(run.end) - 24, f"ends at {run.end:.2f}", 14, "end", weight=600),
    ]
    alt = (
        f"{title}. The loss ends at {run.end:.2f} nats per word; "
        f"after the broken batches it is {run.damage:+.2f} nats from where it was."
    )
    return Picture(svg.document(WIDTH, HEIGHT, parts, alt), alt)


def clip_name(clip: float) -> str:
    """How a limit of the norm is written."""
    return "none" if clip == NO_CLIP else f"at {clip:g}"


def spike_lab_widget(grid: Mapping[tuple[float, int, float], Run]) -> None:
    """Show the runs of `SpikeLab.grid`, with buttons for learning rate, warm-up and clipping."""

    def draw(i: int, j: int, k: int) -> Picture:
        lr, warmup, clip = LEARNING_RATES[i], WARMUPS[j], CLIPS[k]
        title = f"learning rate {lr:g}, warm-up {warmup}, clipping {clip_name(clip)}"
        return run_picture(grid[lr, warmup, clip], title)

    show_frames(
        [
            Choice("learning rate", tuple(f"{lr:g}" for lr in LEARNING_RATES), 1),
            Choice("warm-up", tuple(f"{n} steps" if n else "none" for n in WARMUPS), 1),
            Choice("clipping", tuple(map(clip_name, CLIPS)), 1),
        ],
        draw,
    )


def spike_picture(runs: Mapping[str, Run]) -> Picture:
    """Several trainings over each other, around the broken steps."""
    figure, axes = style.figure(7.0, 3.6)
    said = []
    begin, end = BROKEN[0] - 25, BROKEN[-1] + 40
    for (name, run), colour in zip(runs.items(), CYCLE, strict=False):
        stretch = run.losses[begin:end]
        axes.plot(range(begin, begin + len(stretch)), stretch, color=colour, label=name)
        said.append(f"{name}: damage {run.damage:+.2f}, ends at {run.end:.2f}")
    axes.axvspan(BROKEN[0] - 0.5, BROKEN[-1] + 0.5, color=COLOURS["wrong"], alpha=0.15, linewidth=0)
    axes.set_ylim(1.8, 6.0)
    axes.set(xlabel="step", ylabel="loss, nats per word", title="Three broken batches, and after")
    style.direct_labels(axes)
    return Picture(figure, f"Losses around three broken batches. {'; '.join(said)}.")
