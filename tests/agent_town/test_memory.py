"""Memory streams choose by the three scores, and remember what was chosen."""

import pytest

from gptlab.agent_town.memory import Stream
from gptlab.agent_town.speaker import Speaker, town_model
from gptlab.agent_town.vectors import KINDS, Vectors


@pytest.fixture(scope="module")
def speaker():
    return Speaker(town_model())


def filled():
    stream = Stream()
    stream.add(8.0, "Ben told me: Rosa gives a party at the library at six.", 6)
    stream.add(9.0, "I saw Ben at the inn.", 2)
    stream.add(20.0, "I rested at home.", 1)
    return stream


@pytest.mark.parametrize(
    ("weights", "first"),
    [((1, 0, 0), "I rested"), ((0, 1, 0), "Ben told"), ((0, 0, 1), "I saw Ben")],
)
def test_each_score_alone_chooses_its_own_memory(speaker, weights, first):
    found = filled().retrieve(speaker, "Where did you see Ben?", 21.0, 1, weights)
    assert found[0].text.startswith(first)


def test_the_equal_weights_are_those_of_the_learners_function(speaker):
    stream = filled()
    scores = stream.scores(speaker, "Where is the party?", 21.0)
    found = stream.retrieve(speaker, "Where is the party?", 21.0, 2, touch=False)
    assert [stream.memories[i] for i in scores.best(2)] == found


def test_what_was_chosen_is_fresh_again(speaker):
    stream = filled()
    stream.retrieve(speaker, "Where is the party?", 21.0, 1)
    assert [m.last_used for m in stream.memories] == [21.0, 9.0, 20.0]
    assert [m.hour for m in stream.memories] == [8.0, 9.0, 20.0]


def test_an_empty_stream_has_nothing_in_mind(speaker):
    assert Stream().retrieve(speaker, "What is new?", 1.0) == []


@pytest.mark.parametrize("kind", KINDS)
def test_vectors_are_the_same_each_time_and_apart_for_other_sentences(kind):
    vectors = Vectors(town_model(), kind)
    one, two, again = vectors.of(
        ["I saw Ben at the inn.", "I rested at home.", "I saw Ben at the inn."]
    )
    assert one.equal(again) and not one.equal(two)


def test_an_unknown_kind_of_vectors_is_refused():
    with pytest.raises(ValueError, match="choose one of"):
        Vectors(town_model(), "dreams")
