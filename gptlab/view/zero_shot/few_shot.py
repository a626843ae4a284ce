"""Few-shot in pictures: the parts of a prompt, what examples tell an ideal reader, and accuracy by K and by size."""

from collections.abc import Mapping, Sequence

from gptlab.experiments.zero_shot.few_shot import OTHER, RIGHT, SHUFFLED, Share
from gptlab.view.kit import style, svg
from gptlab.view.kit.bars import visible
from gptlab.view.kit.number_format import percent
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE, EDGE, FAINT

WIDTH, MARGIN, HIGH, ROW = 480, 16, 28, 24  # pixels
ROLES = {  # of the pieces of a prompt
    "input": COLOURS["first"],
    "arrow": COLOURS["neutral"],
    "output": COLOURS["second"],
    "separator": COLOURS["neutral"],
    "query": COLOURS["you"],
}
TINTS = {RIGHT: COLOURS["right"], SHUFFLED: CYCLE[2], OTHER: COLOURS["wrong"]}


def prompt_picture(
    examples: Sequence[tuple[str, str]], query: str, separator: str = "\n", arrow: str = " -> "
) -> Picture:
    """A few-shot prompt in its parts, a line an example, each part in the colour of its role."""
    lines = [
        [("input", x), ("arrow", arrow), ("output", y), ("separator", separator)]
        for x, y in examples
    ]
    lines.append([("query", query), ("arrow", arrow.rstrip()), ("", "?")])
    title = f"A {len(examples)}-shot prompt, and what each part is"
    parts = [svg.text(MARGIN, 30, title, 15, weight=600)]
    for i, line in enumerate(lines):
        x, y = MARGIN + 96, 46 + i * (HIGH + 8)
        name = f"example {i + 1}" if i < len(examples) else "open line"
        parts.append(svg.text(MARGIN, y + 19, name, 13.5, fill=FAINT))
        for role, piece in line:
            label = visible(piece) if role else "the model writes on here"
            wide = svg.text_width(label, 15) + 14
            parts += _piece(x, y, wide, label, role)
            x += wide + 4
    y = 46 + len(lines) * (HIGH + 8) + 16
    x = MARGIN
    for role in ("input", "arrow", "output", "query"):
        parts += [
            svg.rect(x, y - 11, 13, 13, ROLES[role], 3, opacity=0.6),
            svg.text(x + 19, y, role, 13),
        ]
        x += 34 + svg.text_width(role, 13)
    for note in (
        "␣ is a space, ⏎ ends a line: the separator.",
        "The prompt ends in the arrow, without a space after it.",
    ):
        y += 20
        parts.append(svg.text(MARGIN, y, note, 12.5, fill=FAINT))
    shown = "; ".join(f"{x} {arrow.strip()} {y}" for x, y in examples)
    alt = f"{title}: {shown}; the open line is {query} {arrow.strip()}, where the model writes on."
    return Picture(svg.document(WIDTH, y + MARGIN, parts, alt), alt)


def _piece(x: float, y: float, width: float, label: str, role: str) -> list[str]:
    if not role:
        return [svg.text(x + 4, y + 19, f"← {label}", 13.5, fill=FAINT)]
    return [
        svg.rect(x, y, width, HIGH, ROLES[role], 5, opacity=0.22),
        svg.rect(x, y, width, HIGH, "none", 5, stroke=ROLES[role]),
        svg.text(x + width / 2, y + 19, label, 15, "middle"),
    ]


def evidence_picture(
    prompts: Sequence[str],
    ideal: Sequence[Mapping[str, float]],
    model: Sequence[Mapping[str, float]],
    title: str,
) -> Picture:
    """After each prompt, how likely each answer is: for a reader who knows the web's rules, and for the model.

    ideal, model  for each prompt {answer: probability}, the same answers in the same order
    """
    parts = [svg.text(MARGIN, 30, title, 15, weight=600)]
    left, room = MARGIN + 110, WIDTH - 2 * MARGIN - 110 - 60
    y = 46.0
    said, told = [], []
    for prompt, exact, found in zip(prompts, ideal, model, strict=True):
        parts.append(svg.text(MARGIN, y + 16, svg.shorten(visible(prompt), WIDTH - 2 * MARGIN), 15))
        y += 26
        for answer in exact:
            parts.append(svg.text(left - 10, y + 21, svg.shorten(answer, 100), 14, "end"))
            for top, p, colour in (
                (y + 2, exact[answer], COLOURS["gold"]),
                (y + 16, found[answer], COLOURS["base"]),
            ):
                parts += [
                    svg.rect(left, top, max(1.5, room * p), 11, colour, 2),
                    svg.text(left + room * p + 7, top + 10, percent(p), 12.5),
                ]
            said.append(f"{answer}: {percent(exact[answer])}, the model {percent(found[answer])}")
            y += 34
        told.append(f"After “{'; '.join(prompt.splitlines())}”, {', '.join(said[-len(exact) :])}")
        parts.append(svg.line(MARGIN, y + 4, WIDTH - MARGIN, y + 4, EDGE))
        y += 14
    legend = "gold: a reader who knows the web's rules, exactly · grey: the model"
    parts.append(svg.text(MARGIN, y + 14, legend, 12.5, fill=FAINT))
    alt = f"{title} What a reader who knows the web's rules expects, and the model. {'. '.join(told)}."
    return Picture(svg.document(WIDTH, y + 14 + MARGIN, parts, alt), alt)


def shots_picture(
    shares: Mapping[str, Mapping[int, Share]], ideal: Mapping[int, float], title: str
) -> Picture:
    """Accuracy over K with 95 % intervals, one line a condition; dotted: the best that a reader can do.

    shares  {condition: {K: Share}}
    ideal   {K: accuracy}, for right examples
    """
    figure, axes = style.figure(6.6, 3.8)
    ks = sorted(ideal)
    place = {k: i for i, k in enumerate(ks)}
    said = []
    for condition, by_k in shares.items():
        found = sorted(by_k)
        values = [100 * by_k[k].value for k in found]
        ends = [by_k[k].interval for k in found]
        errors = [
            [max(0.0, v - 100 * low) for v, (low, _) in zip(values, ends)],
            [max(0.0, 100 * high - v) for v, (_, high) in zip(values, ends)],
        ]
        colour = TINTS.get(condition, COLOURS["base"])
        places = [place[k] for k in found]
        axes.errorbar(places, values, errors, fmt="none", capsize=3, ecolor=colour)
        axes.plot(places, values, "o-", color=colour, label=condition)
        named = ", ".join(f"{value:.0f} % at K = {k}" for k, value in zip(found, values))
        said.append(f"{condition}: {named}")
    axes.plot(range(len(ks)), [100 * ideal[k] for k in ks], **style.FLOOR)
    axes.annotate("dotted: the best that a reader can do", (0.9, 105), fontsize=11)
    axes.set_xticks(range(len(ks)), [str(k) for k in ks])
    axes.set(xlabel="K, examples in the prompt", ylabel="right answers, %", title=title)
    axes.set_ylim(-3, 116)
    style.direct_labels(axes)
    return Picture(figure, f"{title}. {'; '.join(said)}.")


def by_size_picture(models: Mapping[str, dict], kind: str = "places") -> Picture:
    """Accuracy over the number of parameters, a line for each K, with 95 % intervals; from `read_log`'s models."""
    figure, axes = style.figure(6.6, 3.8)
    rows = sorted(models.values(), key=lambda row: row["n_parameters"])
    sizes = [row["n_parameters"] for row in rows]
    said = []
    for k, colour in ((0, COLOURS["neutral"]), (1, CYCLE[4]), (4, COLOURS["first"])):
        found = [Share(*row[kind][f"{RIGHT}, K = {k}"]) for row in rows]
        values = [100 * share.value for share in found]
        errors = [
            [max(0.0, v - 100 * s.interval[0]) for v, s in zip(values, found)],
            [max(0.0, 100 * s.interval[1] - v) for v, s in zip(values, found)],
        ]
        axes.errorbar(sizes, values, errors, fmt="none", capsize=3, ecolor=colour)
        axes.plot(sizes, values, "o-", color=colour, label=f"K = {k}")
        said.append(f"K = {k}: {', '.join(f'{v:.0f}' for v in values)} %")
    axes.set_xscale("log")
    title = "Right answers by size"
    axes.set(xlabel="parameters", ylabel="right answers, %", title=title, ylim=(-2, 102))
    style.direct_labels(axes)
    named = ", ".join(f"{n:,}" for n in sizes)
    return Picture(figure, f"{title}, for models of {named} parameters. {'; '.join(said)}.")


def two_metrics_picture(
    sizes: Sequence[int], accuracy: Sequence[float], exact: Sequence[float], length: int, title: str
) -> Picture:
    """The same outputs judged by token accuracy and by exact match, over size; dotted: accuracy to the power L."""
    figure, axes = style.figure(6.6, 3.8)
    axes.plot(
        sizes, [100 * x for x in accuracy], "o-", color=COLOURS["first"], label="token accuracy"
    )
    axes.plot(sizes, [100 * x for x in exact], "o-", color=COLOURS["second"], label="exact match")
    axes.plot(sizes, [100 * x**length for x in accuracy], **style.FLOOR)
    axes.set_xscale("log")
    axes.minorticks_off()
    axes.set_xticks(sizes[::2], [f"{n:,}" for n in sizes[::2]])
    axes.set(xlabel="parameters", ylabel="right, %", title=title, ylim=(-3, 104))
    style.direct_labels(axes)
    pairs = "; ".join(
        f"{n:,} parameters: {a:.0%} of the tokens, {e:.0%} of the answers"
        for n, a, e in zip(sizes, accuracy, exact, strict=True)
    )
    return Picture(figure, f"{title}. {pairs}. Dotted: token accuracy to the power of {length}.")
