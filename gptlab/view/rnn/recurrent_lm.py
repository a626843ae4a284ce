"""The loss of language models early and late in a sentence, as bars."""

from gptlab.view.kit import style
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, NETWORKS


def places_picture(losses: dict[str, tuple[float, float, float]], title: str) -> Picture:
    """For each model nats per word, early and late in a sentence.

    losses  by model what `experiments.rnn.recurrent_lm.losses_by_place` gives
    """
    figure, axes = style.figure(6.4, 3.0)
    names = list(losses)
    group = len(names) + 1  # room of one group of bars
    for i, name in enumerate(names):
        places = [i, i + group]
        axes.barh(places, losses[name][1:], color=NETWORKS.get(name, COLOURS["floor"]), height=0.82)
        for place, value in zip(places, losses[name][1:]):
            axes.annotate(
                f"{name}  {value:.2f}",
                (value, place),
                (5, 0),
                textcoords="offset points",
                va="center",
            )
    middle = (len(names) - 1) / 2
    axes.set_yticks([middle, middle + group], ["the first eight words", "the words after them"])
    axes.invert_yaxis()
    axes.set_xlim(0, 1.45 * max(max(values[1:]) for values in losses.values()))
    axes.set(xlabel="nats per word, fewer is better", title=title)
    axes.grid(axis="y", visible=False)
    said = "; ".join(
        f"{name}: {early:.2f} on the first eight words, {late:.2f} after them"
        for name, (_, early, late) in losses.items()
    )
    return Picture(figure, f"{title}. Nats per word. {said}.")
