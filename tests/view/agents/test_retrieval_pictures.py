"""The pictures of retrieval: the angles are right, shared tokens are marked, and rates are told."""

from matplotlib.figure import Figure

from gptlab.view.agents import retrieval
from tests.support.pictures import within, words_in


def test_the_cosines_in_the_picture_are_those_of_the_arrows():
    picture = retrieval.angle_picture((3, 4), ((6, 8), (-4, 3), (0, 1), (-3, -4)))
    for told in ("(6, 8), cosine 1.0", "(-4, 3), cosine 0.0", "(0, 1), cosine 0.8", "cosine -1.0"):
        assert told in picture.alt
    assert isinstance(picture.image, Figure)


def test_tokens_that_two_chunks_share_are_marked():
    pieces = [["a", "b", "c"], ["c", "d", "e"], ["e"]]
    picture = retrieval.chunks_picture(pieces, "Chunks")
    assert (
        picture.image.count(f'fill="{retrieval.SHARED}"') == 1 + 4
    )  # the legend; c and e, each in two chunks
    assert words_in(picture.image).count("c") == 2 and within(picture.image)
    assert (
        "chunk 1, from place 2: c d e" in picture.alt and "chunk 2, from place 4: e" in picture.alt
    )


def test_the_way_of_a_question_names_the_threshold():
    picture = retrieval.pipeline_picture()
    assert "threshold" in picture.alt and within(picture.image)
    assert "(6, 8), similarity 1.0" in picture.alt and "(0, 1), similarity 0.8" in picture.alt


def test_the_rates_at_the_threshold_are_told():
    picture = retrieval.threshold_picture([0.9, 0.8, 0.4, 0.7], [0.3, 0.6], 0.65)
    assert "threshold 0.65, 75%" in picture.alt and "0% of the others" in picture.alt
