"""The pictures of lesson 16c: inside their panels, and with the numbers of the functions that they explain."""

import pytest

from gptlab.agent_town.town import Town
from gptlab.experiments.agents import recall
from gptlab.view.agents import memory_scores, news, town_map
from gptlab.view.agents.town_box import TownBox
from gptlab.view.kit.style import to_svg
from tests.support.pictures import within, words_in


@pytest.fixture(scope="module")
def town():
    town = Town(seed=3, days=1)
    town.run()
    return town


def drawn(picture):
    image, alt = picture
    svg = image if isinstance(image, str) else to_svg(image, alt)
    assert svg.startswith("<svg") and alt
    if isinstance(image, str):
        assert within(svg)
    return svg


def test_the_five_memories_of_the_paper_example():
    raw, scaled = (words_in(drawn(memory_scores.paper_picture(which))) for which in (False, True))
    assert {"7", "9", "0.80"} <= set(raw)
    scores = memory_scores.paper_scores()
    assert {f"{float(total):.2f}" for total in scores.total} <= set(scaled)
    assert scores.best(1) == [2]


def test_the_best_memories_stand_first_with_their_totals(town):
    stream = town.residents[0].stream
    scores = stream.scores(town.speaker, "What is new?", town.now)
    texts = [memory.text for memory in stream.memories]
    said = words_in(drawn(memory_scores.stream_picture(texts, scores, rows=6)))
    assert f"{float(scores.total.max()):.2f}" in said
    assert f"and {len(texts) - 6} more" in said
    assert all(texts[place] in " ".join(said) for place in scores.best(6))


@pytest.mark.parametrize("step", [0, 5, 21, 29])
def test_the_map_shows_everyone_by_an_initial(town, step):
    said = words_in(drawn(town_map.map_picture(town.log, step, "party", "Anna")))
    assert set("ABCDEFGHIJKLMNOPQRSTUVWXY") <= set(said)


def test_the_way_of_a_sentence():
    assert "memory stream" in words_in(drawn(memory_scores.loop_picture()))


def test_the_tree_names_all_who_learnt(town):
    said = words_in(drawn(news.tree_picture(town.log, "party")))
    assert set(town.log.learnt("party")) <= set(said)
    assert all(name in " ".join(said) for name in town.log.homes)


def test_the_curves_and_the_table(town):
    drawn(news.spread_picture([town.log], {"party": 48, "mayor": 32}))
    table = recall.table([town])
    said = words_in(drawn(news.recall_picture(table)))
    assert set(table) <= set(said)


def test_the_widget_follows_its_controls(town):
    box = TownBox(town, "Anna", "Where is the party?", 20, "party")
    shown = (box.map_html.value, box.answer_html.value, box.memories_html.value)
    box.step.value = 4
    assert box.map_html.value != shown[0]
    assert all(memory.hour <= box.now for memory in box.memories())
    box.who.value = "Ben"
    assert "Ben" in box.answer_html.value
    before = box.memories_html.value
    box.weights[0].value = 3.0
    assert box.memories_html.value != before
    box.question.value = "<b>Where?</b>"
    assert "<b>Where" not in box.answer_html.value


def test_weights_of_nothing_leave_the_order_of_the_stream(town):
    box = TownBox(town, "Anna", "What is new?", 20, "party")
    for slider in box.weights:
        slider.value = 0.0
    assert "come to mind" in box.memories_html.value
