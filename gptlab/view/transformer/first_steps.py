"""What the first steps do to pre-LN and post-LN stacks: how far the output moves, whether its vectors stay apart."""

from collections.abc import Mapping

from gptlab.experiments.transformer.first_steps import FirstSteps
from gptlab.view.kit import style
from gptlab.view.kit.number_format import three_digits
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS
from gptlab.view.transformer.pre_vs_post_norm import TINTS


def changes_picture(changes: Mapping[str, Mapping[int, float]], title: str) -> Picture:
    """How far the output moves in one step, by depth; changes {name: {depth: share of its length}}."""
    figure, axes = style.figure(6.6, 3.4)
    said = []
    for name, by_depth in changes.items():
        depths, moved = list(by_depth), [100 * x for x in by_depth.values()]
        axes.plot(depths, moved, "o-", color=TINTS[name], label=name)
        named = ", ".join(f"{three_digits(x)} % with {d}" for d, x in zip(depths, moved))
        said.append(f"{name}: {named} layers")
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xticks(depths, [str(d) for d in depths])
    axes.set_yticks([0.3, 1, 3, 10, 30], ["0.3 %", "1 %", "3 %", "10 %", "30 %"])
    axes.minorticks_off()
    axes.set(xlabel="layers", ylabel="change of the output", title=title)
    style.direct_labels(axes)
    return Picture(figure, f"{title}: {'; '.join(said)}.")


def collapse_picture(runs: Mapping[str, FirstSteps]) -> Picture:
    """Left, how alike the vectors of different words are by step; right, the gradient that reaches each layer."""
    figure, (left, right) = style.figure(9.0, 3.8, columns=2)
    said = []
    for name, run in runs.items():
        left.plot(range(len(run.likeness)), run.likeness, color=TINTS[name], label=name)
        right.plot(range(len(run.gradients)), run.gradients, "o-", color=TINTS[name], label=name)
        said.append(
            f"{name}: likeness {run.likeness[0]:.2f} before, {run.likeness[-1]:.3f} after {len(run.likeness) - 1} "
            f"steps, gradient {run.gradients[0]:.1g} at the bottom layer and {run.gradients[-1]:.1g} at the top"
        )
    left.axhline(1, color=COLOURS["neutral"], linewidth=1)
    left.set_ylim(0, 1.05)
    left.set(xlabel="steps", ylabel="mean cosine", title="How alike different words are")
    right.set_yscale("log")
    right.set(xlabel="layer (0 = bottom)", ylabel="size of the gradient")
    right.set_title(f"Gradients, step {len(run.likeness) - 1}")
    style.direct_labels(right)
    return Picture(figure, f"{'. '.join(said)}.")
