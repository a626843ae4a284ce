"""Short PPO runs drawn: reward, KL, entropy and length by round, and the switchboard of details."""

import statistics
from collections.abc import Callable, Sequence

from gptlab.experiments.ppo.details import ALL_ON, ALTERED
from gptlab.experiments.ppo.details_log import Log, paired
from gptlab.experiments.ppo.lab import CURVES, Run
from gptlab.view.kit import svg
from gptlab.view.kit.frames import Choice, show_frames
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, EDGE, FAINT
from gptlab.view.ppo.bandit import signed

WIDTH, PANEL, HIGH = 500, 204, 96  # pixels
LIMITS = {
    "score": (-1.5, 1.0),
    "kl_k1": (-0.5, 4.0),
    "entropy": (0.0, 1.0),
    "reply_length": (0, 16),
}
CONTROL, CHANGED, LIVE = COLOURS["neutral"], COLOURS["ppo"], COLOURS["you"]


def _limits(name: str, runs: Sequence[Run]) -> tuple[float, float]:
    """Limits that hold all curves, at least the usual ones, so that frames can be compared."""
    low, high = LIMITS[name]
    values = [x for run in runs for x in run.curves[name]]
    return min([low, *values]), max([high, *values])


def _mean(runs: Sequence[Run], name: str) -> list[float]:
    columns = zip(*(run.curves[name] for run in runs), strict=False)
    return [statistics.mean(column) for column in columns]


def _panel(
    x: float, y: float, name: str, groups: Sequence[tuple[Sequence[Run], str]], n_rounds: int
) -> list[str]:
    """One quantity by round: thin lines for runs, a thick one for the mean of each group."""
    low, high = _limits(name, [run for runs, _ in groups for run in runs])

    def place(i: int, value: float) -> str:
        share = (value - low) / (high - low)
        return f"{x + PANEL * i / max(1, n_rounds - 1):.1f},{y + HIGH * (1 - share):.1f}"

    parts = [svg.text(x, y - 8, CURVES[name], 13, weight=600)]
    for level in {low, high, 0.0} if low < 0 < high else {low, high}:
        at = y + HIGH * (1 - (level - low) / (high - low))
        parts.append(svg.line(x, at, x + PANEL, at, EDGE))
        parts.append(svg.text(x - 4, at + 4, f"{level:.3g}".replace("-", "−"), 11, "end", FAINT))
    for runs, colour in groups:
        for run in runs if len(runs) > 1 else ():
            points = " ".join(place(i, v) for i, v in enumerate(run.curves[name]))
            parts.append(
                f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1" opacity="0.35"/>'
            )
        points = " ".join(place(i, v) for i, v in enumerate(_mean(runs, name)))
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2.6"/>'
        )
    return parts


def curves_picture(
    title: str, groups: Sequence[tuple[str, Sequence[Run], str]], notes: Sequence[str] = ()
) -> Picture:
    """Four panels of curves; groups of (name, runs, colour)."""
    n_rounds = max(len(run.curves["score"]) for _, runs, _ in groups for run in runs)
    parts = [svg.text(14, 28, title, 15, weight=600)]
    x = 14.0
    for name, _, colour in groups:
        parts += [svg.rect(x, 40, 18, 4, colour), svg.text(x + 24, 47, name, 13)]
        x += 44 + svg.text_width(name, 13)
    inner = [(runs, colour) for _, runs, colour in groups]
    for i, key in enumerate(CURVES):
        left, top = 38 + (PANEL + 40) * (i % 2), 82 + (HIGH + 42) * (i // 2)
        parts += _panel(left, top, key, inner, n_rounds)
    bottom = 82 + 2 * (HIGH + 42) - 16
    parts.append(svg.text(38, bottom, f"left: round 1, right: round {n_rounds}", 12, fill=FAINT))
    for i, note in enumerate(notes):
        parts.append(svg.text(14, bottom + 26 + 20 * i, note, 14))
    ends = "; ".join(
        f"{name}: "
        + ", ".join(f"{CURVES[key]} {_mean(runs, key)[-1]:.2f}" for key in CURVES).replace("-", "−")
        for name, runs, _ in groups
    )
    alt = f"{title}. In the last round, {ends}. {' '.join(notes)}".strip()
    return Picture(svg.document(WIDTH, bottom + 22 + 20 * len(notes), parts, alt), alt)


def training_picture(run: Run, control: Sequence[Run]) -> Picture:
    """The reader's own run over the shipped ones."""
    groups = [("shipped runs, all details on", control, CONTROL), ("yours, now", [run], LIVE)]
    return curves_picture("PPO, round by round", groups)


def difference_line(log: Log, setting: str, figure: str) -> str:
    """How a setting ended beside the runs with all details on, in words."""
    mean, half = paired(log.details[setting], log.details[ALL_ON], figure)
    n = len(log.details[setting])
    if half != half:  # nan: one seed, or none
        return f"{signed(mean)} (one seed)" if mean == mean else "lost"
    return f"{signed(mean)} ± {half:.2f} ({n} seeds)"


def switchboard_widget(log: Log) -> None:
    """A button for each detail: its runs over those with everything on."""
    settings = [name for name in log.details if name != ALL_ON]

    def draw(i: int) -> Picture:
        setting = settings[i]
        runs = log.details[setting]
        groups = [
            ("all on", log.details[ALL_ON], CONTROL),
            (ALTERED[setting].what, runs, CHANGED),
        ]
        notes = [
            f"test reward {difference_line(log, setting, 'reward')}",
            f"gold labeler {difference_line(log, setting, 'gold')}",
        ]
        lost = [run.lost for run in runs if run.lost]
        return curves_picture(f"Changed: {ALTERED[setting].what}", groups, notes + lost[:1])

    changed = tuple(ALTERED[setting].what for setting in settings)
    show_frames([Choice("changed", changed)], draw)


def samples_lines(
    log: Log, name: str, which: Sequence[int], gloss: Callable[[str], str]
) -> list[str]:
    """Some of the stored questions, with the SFT model's reply and a run's, as lines to print."""
    run = log.rewards[name]
    lines = []
    for i in which:
        lines += [
            _glossed(log.questions[i], gloss),
            f"    before: {_glossed(log.answers_before[i], gloss)}",
            f"    after:  {_glossed(run.samples[i], gloss)}",
        ]
    return lines


def _glossed(text: str, gloss: Callable[[str], str]) -> str:
    text = text.replace("\n", " ⏎ ")
    return f"{text}   ({gloss(text)})" if any("\u3400" <= c <= "\u9fff" for c in text) else text
