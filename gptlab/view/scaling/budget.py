"""A budget on a slider: the loss of every size that it can train, the best one, and the time and dollars it takes."""

import math

import ipywidgets as w
import numpy as np

from gptlab import scaling
from gptlab.experiments.scaling.gpt3 import MACHINES, YEAR_S, Machine
from gptlab.experiments.scaling.laws import CHINCHILLA, CHINCHILLA_BUDGET, REFIT, LossLaw
from gptlab.view.kit import style
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS, FAINT, INK

LAWS = {"Chinchilla, as printed": CHINCHILLA, "Besiroglu's refit": REFIT}
GPT3_FLOPS = 3.14e23  # Brown et al. 2020, table D.1
KNOWN = (  # parameters, tokens; Brown et al. 2020, table 2.1; Hoffmann et al. 2022, table 1 and §4
    ("GPT-3", 175e9, 300e9),
    ("Gopher", 280e9, 300e9),
    ("Chinchilla", 70e9, 1.4e12),
)
SAME_BUDGET = 0.15  # powers of ten: a model that was built is shown with a budget so near its own
REACH = 1000  # times smaller and larger than the best model: as far as the curve is drawn


def duration(seconds: float) -> str:
    """A time in the unit that suits it: 3 hours, 12 days, 355 years."""
    for unit, name in ((YEAR_S, "years"), (86400.0, "days"), (3600.0, "hours"), (60.0, "minutes")):
        if seconds >= unit:
            return (
                f"{seconds / unit:,.3g} {name}"
                if seconds < 1000 * unit
                else f"{seconds / unit:,.0f} {name}"
            )
    return f"{seconds:.2g} seconds"


def count(n: float) -> str:
    """A number of parameters or tokens in words: 336 thousand, 24.5 billion, 2.1 trillion."""
    for unit, name in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"), (1e3, "thousand")):
        if n >= unit:
            return f"{n / unit:.3g} {name}"
    return f"{n:.3g}"


def dollars(amount: float) -> str:
    """A price, to two digits: $0.04, $310, $4.6 million."""
    if amount >= 1e6:
        return f"${amount / 1e6:,.2g} million" if amount < 1e8 else f"${amount / 1e6:,.0f} million"
    return f"${amount:,.2g}" if amount < 100 else f"${amount:,.0f}"


def budget_picture(
    budget: float, law: LossLaw, name: str, machine: Machine, n_devices: int
) -> Picture:
    """The valley of one budget, its lowest point by the reader's `compute_optimal`, and what it costs."""
    best_n, best_d = law.best(budget)
    product = budget / float(scaling.training_flops(1, 1))
    sizes = np.geomspace(best_n / REACH, best_n * REACH, 160)
    figure, axes = style.figure(6.4, 4.2)
    axes.plot(sizes, [law.loss(n, product / n) for n in sizes], color=COLOURS["first"])
    lowest = law.loss(best_n, best_d)
    axes.plot([best_n], [lowest], "o", color=COLOURS["you"], markersize=9)
    axes.annotate(
        f"best: {count(best_n)}",
        (best_n, lowest),
        (0, -22),
        textcoords="offset points",
        ha="center",
        color=COLOURS["you"],
        fontweight="bold",
    )
    for model, n, d in KNOWN:
        spent = float(scaling.training_flops(n, d))
        if abs(math.log10(spent / budget)) < SAME_BUDGET:
            axes.plot([n], [law.loss(n, product / n)], "D", color=INK, markersize=7)
            axes.annotate(
                model,
                (n, law.loss(n, product / n)),
                (10, -6),
                textcoords="offset points",
                color=INK,
            )
    axes.axhline(law.floor, **style.FLOOR)
    axes.set(
        xscale="log",
        ylim=(law.floor - 0.1, None),
        xlabel="parameters N (tokens D = C / 6N)",
        ylabel="loss, nats per token",
        title=f"{budget:.2g} operations".replace("e+", "e"),
    )
    price = machine.dollars(budget)
    time = duration(budget / machine.flops_per_s / n_devices)
    alt = (
        f"{budget:.2g} operations by the law {name}: lowest at {count(best_n)} parameters and "
        f"{count(best_d)} tokens, {best_d / best_n:.0f} tokens a parameter, {lowest:.2f} nats per token, "
        f"floor {law.floor:.2f}. On {n_devices:,} × {machine.name}: {time}, {dollars(price)}."
    )
    return Picture(figure, alt)


class BudgetSlider:
    """Operations, law, machine and number of devices; `box` is the widget."""

    def __init__(self, budget: float = GPT3_FLOPS):
        wide = w.Layout(width="100%", max_width="460px")
        style_ = {"description_width": "96px"}
        self.exponent = w.FloatSlider(
            value=math.log10(budget),
            min=16,
            max=27,
            step=0.1,
            description="log₁₀ FLOP",
            layout=wide,
            style=style_,
            readout_format=".1f",
        )
        self.law = w.Dropdown(options=list(LAWS), description="law", layout=wide, style=style_)
        self.machine = w.Dropdown(
            options=[(m.name, i) for i, m in enumerate(MACHINES)],
            description="machine",
            layout=wide,
            style=style_,
        )
        self.devices = w.SelectionSlider(
            options=[1, 8, 64, 1024, 10_000, 100_000],
            value=1024,
            description="how many",
            layout=wide,
            style=style_,
        )
        self.out = w.HTML()
        controls = [self.exponent, self.law, self.machine, self.devices]
        for control in controls:
            control.observe(self.refresh, "value")
        self.box = w.VBox([*controls, self.out], layout=w.Layout(overflow="hidden"))
        self.refresh()

    def refresh(self, _=None) -> None:
        """Draw anew, and say in words what it takes."""
        figure, alt = budget_picture(
            10**self.exponent.value,
            LAWS[self.law.value],
            self.law.value,
            MACHINES[self.machine.value],
            self.devices.value,
        )
        assert not isinstance(figure, str)
        self.out.value = (
            f"{style.to_svg(figure, alt)}<p>{alt}<br>{MACHINES[self.machine.value].why}.</p>"
        )


def budget_slider(budget: float = GPT3_FLOPS) -> None:
    """Show the slider; where nothing is live, the picture of GPT-3's budget."""
    name = next(iter(LAWS))
    picture, alt = budget_picture(budget, LAWS[name], name, MACHINES[0], 1024)
    show(picture, alt, BudgetSlider(budget).box)


def ratio_picture() -> Picture:
    """Tokens a parameter by budget: two published laws, the rule of 20, and what was built."""
    figure, axes = style.figure(7.2, 4.0)
    budgets = np.geomspace(1e18, 1e26, 60)
    said = []
    for (name, law), colour in zip(LAWS.items(), (COLOURS["second"], COLOURS["first"])):
        ratios = [d / n for n, d in (law.best(float(c)) for c in budgets)]
        axes.plot(budgets, ratios, color=colour, label=name)
        n, d = law.best(CHINCHILLA_BUDGET)
        said.append(f"{name}: {d / n:.0f} at {CHINCHILLA_BUDGET:.3g} operations")
    axes.plot(
        budgets, [20] * 60, color=FAINT, linewidth=1.2, linestyle="--", label="the rule of 20"
    )
    for model, n, d in KNOWN:
        above = 12 if model == "Chinchilla" else -4
        axes.plot([6 * n * d], [d / n], "D", color=INK, markersize=7)
        axes.annotate(
            model,
            (6 * n * d, d / n),
            (0 if above > 0 else 10, above),
            textcoords="offset points",
            ha="center" if above > 0 else "left",
            color=INK,
        )
        said.append(f"{model} {d / n:.1f}")
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="budget C, operations",
        ylabel="tokens a parameter, D / N",
        title="How much text for each parameter?",
        ylim=(0.5, 400),
    )
    axes.set_yticks([1, 10, 100], ["1", "10", "100"])
    style.direct_labels(axes)
    return Picture(figure, f"Tokens a parameter by budget. {'; '.join(said)}.")
