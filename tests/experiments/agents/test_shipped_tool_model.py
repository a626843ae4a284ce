"""The tool model that comes with the course does what lesson 16 says of it."""

import pytest

from gptlab import agents
from gptlab.engine.assistant import Assistant, shipped
from gptlab.experiments.agents import accuracy, look_up, tool_model
from gptlab.world.web import Web


@pytest.fixture(scope="module")
def tool_user():
    return Assistant.load(tool_model.STORED)


@pytest.fixture(scope="module")
def tools():
    facts = Web(0).facts.facts
    return {"calculate": agents.calculate, "look_up": look_up.look_up_tool(facts)}


@pytest.mark.parametrize(
    ("question", "answer"),
    [("What is 4821 + 967?", "5788."), ("台湾最高的山是哪座山？", "玉山。")],
)
def test_the_questions_of_the_lesson(tool_user, tools, question, answer):
    found, _ = agents.react_loop(tool_model.writer(tool_user), question, tools, 4)
    assert found == answer


def test_a_question_that_needs_two_look_ups(tool_user, tools):
    question = "Where does Vera's best friend live?"
    found, transcript = agents.react_loop(tool_model.writer(tool_user), question, tools, 4)
    facts = Web(0).facts
    friend = facts.find("Vera", "friend").answer.en
    assert transcript.count("\nAction: look_up[") == 2
    assert found == facts.find(friend, "home").answer.en + "."


@pytest.mark.slow
def test_sums_are_right_with_the_calculator_and_hopeless_without(tool_user, tools):
    sums = accuracy.sums(Web(0), 60)
    assert accuracy.share(accuracy.with_tools(tool_user, sums, tools)).mean >= 0.9
    assert accuracy.share(accuracy.by_heart(shipped("sft"), sums)).mean <= 0.05


def test_it_says_how_it_was_made():
    from gptlab.engine.model import checkpoint

    made = checkpoint.load(tool_model.STORED, optimizer=False).meta
    assert (
        made["commit"] and made["seed"] == 0 and made["made"].startswith("python -m dev.tool_model")
    )
