"""Three curves over the size of a vocabulary: how short texts get, how large the embedding, how good a bigram."""

from collections.abc import Sequence
from dataclasses import dataclass

from gptlab.view.kit import style
from gptlab.view.kit.picture import Picture
from gptlab.view.palette import COLOURS, CYCLE


@dataclass(frozen=True)
class VocabularySize:
    """One size of vocabulary, measured.

    english, chinese  bytes of held-out text that a token holds
    bits              per byte: the loss of a bigram on these tokens
    """

    vocabulary: int
    english: float
    chinese: float
    bits: float


def vocabulary_size_picture(sizes: Sequence[VocabularySize], width: int, others: int) -> Picture:
    """Three curves over the size of the vocabulary.

    width   of the model whose embedding is counted
    others  parameters of that model outside of its embedding
    """
    x = [size.vocabulary for size in sizes]
    figure, (length, table, loss) = style.figure(6.0, 7.6, rows=3, sharex=True)
    for name, values, colour in (
        ("English", [s.english for s in sizes], CYCLE[0]),
        ("中文", [s.chinese for s in sizes], CYCLE[1]),
    ):
        length.plot(x, values, "o-", color=colour, label=name)
    length.set(ylabel="bytes per token", ylim=(0, None), title="Texts get shorter …")
    numbers = [v * width for v in x]
    table.plot(x, numbers, "o-", color=COLOURS["neutral"], label="embedding")
    table.plot(
        [x[0], x[-1]],
        [others] * 2,
        color=COLOURS["floor"],
        linestyle=(0, (1, 2)),
        label="all the rest",
    )
    table.set(
        ylabel="parameters",
        ylim=(0, 1.15 * max(others, *numbers)),
        title=f"… the table of vectors gets larger (width {width}) …",
    )
    table.yaxis.set_major_formatter(lambda value, _: f"{value / 1e6:g} M" if value else "0")
    loss.plot(x, [s.bits for s in sizes], "o-", color=COLOURS["you"], label="your bigram")
    loss.set(
        ylabel="bits per byte",
        ylim=(0, None),
        xscale="log",
        xlabel="tokens in the vocabulary",
        title="… and two neighbours hold more of the text",
    )
    loss.set_xticks(x, [f"{v:,}" for v in x])
    loss.minorticks_off()
    for axes in (length, table, loss):
        axes.margins(x=0.04)
        style.direct_labels(axes)
    return Picture(figure, _describe(sizes, width, others))


def _describe(sizes: Sequence[VocabularySize], width: int, others: int) -> str:
    rows = [
        f"{s.vocabulary:,} tokens: {s.english:.2f} bytes per token in English, "
        f"{s.chinese:.2f} in Chinese, embedding of {s.vocabulary * width:,} numbers, "
        f"bigram {s.bits:.2f} bits per byte"
        for s in sizes
    ]
    return (
        f"By size of the vocabulary. {'; '.join(rows)}. "
        f"The rest of the model has {others:,} parameters."
    )
