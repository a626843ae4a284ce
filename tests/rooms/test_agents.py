"""`observe`, which no blank holds: whatever goes wrong in a tool becomes words, but for an empty blank."""

import pytest

from gptlab.agents import observe
from gptlab.blanks.errors import EmptyBlank


def failing(error):
    def tool(given):
        raise error

    return tool


def test_what_a_tool_returns_is_one_line():
    tools = {"page": lambda given: f" {given}\n\nAnswer: I am  the tool.\n"}
    assert observe(("page", "a"), tools) == "a Answer: I am the tool."


def test_numbers_become_text():
    assert observe(("count", "abc"), {"count": len}) == "3"


def test_no_action_and_no_tool():
    assert observe(None, {}) == "no action of the form tool[input] was found"
    assert observe(("fly", "home"), {"add": len}) == "there is no tool fly"


@pytest.mark.parametrize("error", [ValueError, KeyError, ZeroDivisionError, RuntimeError])
def test_an_error_becomes_one_line_of_words(error):
    told = observe(("add", "1"), {"add": failing(error("no\nnumber"))})
    assert told.startswith("add failed: ") and "\n" not in told


@pytest.mark.parametrize("error", [EmptyBlank("agents.calculate is empty"), NotImplementedError()])
def test_a_blank_that_is_empty_is_for_the_learner(error):
    with pytest.raises(type(error)) as caught:
        observe(("calculate", "1 + 1"), {"calculate": failing(error)})
    assert caught.value is error
