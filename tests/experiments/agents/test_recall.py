"""Recall in the town: the right memories are those of the log, and each way to score does what it says."""

import pytest
import torch

from gptlab.agent_town import sentences as s
from gptlab.agent_town.town import Town
from gptlab.experiments.agents import recall


@pytest.fixture(scope="module")
def town():
    town = Town(seed=3, days=1)
    town.run()
    return town


def test_the_right_memories_answer_their_question(town):
    asked = list(recall.asked(town))
    assert {one.kind for one in asked} == set(recall.KINDS)
    for one in asked:
        memories = town.by_name[one.who].stream.memories
        texts = {memories[place].text for place in one.right}
        if one.kind == "last sight":
            name = one.question.rstrip("?").split()[-1]
            assert all(f" {name} at " in text for text in texts)
            later = max(memories[place].hour for place in one.right)
            assert not [m for m in memories if f" {name} at " in m.text and m.hour > later]
        else:
            assert {s.told(text)[1] for text in texts} <= {str(news) for news in town.log.news}


def test_the_released_code_gives_the_oldest_memory_the_highest_recency():
    hours = torch.tensor([5.0, 1.0, 30.0])
    zero = torch.zeros(3)
    assert recall.by_rank(True, (1, 0, 0))(hours, zero, zero).tolist() == pytest.approx(
        [0.4975, 0.0, 1.0], abs=1e-3
    )
    assert int(recall.by_rank(False, (1, 0, 0))(hours, zero, zero).argmax()) == 1


def test_recency_alone_finds_the_newest(town):
    found = recall.hits(town, recall.weighed(1, 0, 0), k=1)
    newest = []
    for one in recall.asked(town):
        memories = town.by_name[one.who].stream.memories
        last = max(m.hour for m in memories)
        newest.append(
            (one.kind, next(i for i, m in enumerate(memories) if m.hour == last) in one.right)
        )
    for kind in recall.KINDS:
        assert found[kind] == [hit for k, hit in newest if k == kind]


def test_more_memories_in_mind_miss_fewer(town):
    for scorer in recall.SCORERS.values():
        one, four = (recall.hits(town, scorer, k) for k in (1, 4))
        for kind in recall.KINDS:
            assert all(a <= b for a, b in zip(one[kind], four[kind]))
