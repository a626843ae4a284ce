"""Pictures of fine-tuning: what they draw, and what they say to those who cannot see them."""

import pytest

from gptlab.experiments.finetuning.fine_tune import Curve
from gptlab.experiments.finetuning.label_table import SCRATCH, Row
from gptlab.view.finetuning import curves, head, padding, strips
from gptlab.view.kit import svg
from gptlab.view.kit.style import to_svg
from tests.support.pictures import words_in


def test_four_tasks_as_strips():
    image, alt = strips.figure_1_picture()
    words = words_in(image)
    assert words.count("⟨s⟩") == words.count("⟨e⟩") == 7 and words.count("$") == 6
    assert {"Classification", "Entailment", "Similarity", "Multiple choice"} <= set(words)
    assert "Similarity: ⟨s⟩ How old is he? $ What is his age? ⟨e⟩ and ⟨s⟩ What is his age?" in alt


@pytest.mark.parametrize("task", strips.FIGURE_1, ids=lambda task: task.name)
def test_no_strip_runs_into_its_head(task):
    for pieces in task.strips:
        _, end = strips.strip_parts(pieces, strips.MARGIN, 0)
        assert end + 10 < strips.WIDTH - strips.MARGIN - strips.HEAD
    for line in task.head:
        assert svg.text_width(line, 13.5) < strips.HEAD * 1.1


def test_a_padded_table_says_where_each_row_is_read():
    image, alt = padding.padding_picture((("a",), ("b", "c", "d")))
    assert words_in(image).count("·") == 2
    assert "row 0: the extract token is at 2, row 1: the extract token is at 4" in alt
    assert "The last column, 4, is padding" in alt


def test_the_head_by_hand():
    image, alt = head.head_picture()
    assert "good: 2 · 0.5 + (−1) · (−1) + 1 · 0 = 2" in words_in(image)
    assert "the logits 2, 0, and their softmax is good 0.88, bad 0.12." in alt


def test_no_error_bar_reaches_above_100_percent():
    assert curves._up_to_100([95.0, 40.0], [0.1, 0.2]) == [[10.0, 20.0], [5.0, 20.0]]


def test_overfitting_is_marked_where_the_validation_loss_is_lowest():
    curve = Curve([0, 10, 20], [0.7, 0.3, 0.1], [0.7, 0.5, 0.9], [0.5, 1, 1], [0.5, 0.8, 0.7])
    figure, alt = curves.overfitting_picture(curve, 0.69, "Mood")
    assert "early stopping: step 10" in to_svg(figure, alt)
    assert "falls from 0.70 to 0.10" in alt and "lowest at step 10 (0.50) and ends at 0.90" in alt


def table():
    """Two seeds, two numbers of labels; every transfer of a model of two blocks."""
    rows = []
    for seed in (0, 1):
        for n in (10, 100):
            for layers, weight, share in ((None, 0.0, 0.9), (SCRATCH, 0.0, 0.3), (None, 0.5, 0.8)):
                rows.append(Row("mood", n, layers, weight, seed, share + seed / 50))
        rows += [Row("mood", 100, layers, 0.0, seed, 0.4 + layers / 10) for layers in (0, 1)]
    return rows


def test_labels_are_drawn_with_the_reader_s_own_run():
    figure, alt = curves.labels_picture(
        table(), "mood", 0.5, live=[Row("mood", 100, accuracy=0.93)]
    )
    assert "pretrained: 91 % of 10, 91 % of 100" in alt
    assert "from scratch: 31 % of 10" in alt and "your run with 100 labels: 93 %" in alt
    assert "purple: yours" in to_svg(figure, alt)


def test_layers_are_drawn_from_nothing_to_all():
    figure, alt = curves.layers_picture(table(), "mood", 0.5, n_layers=2)
    assert "nothing: 31 %, embeddings: 40 %, 1 blocks too: 50 %, all: 91 %" in alt
    assert "100 labels" in to_svg(figure, alt)


def test_the_auxiliary_loss_is_drawn_on_and_off():
    _, alt = curves.auxiliary_picture(table(), "mood")
    assert "λ = 0: 91 % of 10, 91 % of 100; λ = ½: 81 % of 10" in alt
