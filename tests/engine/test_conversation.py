"""What a conversation keeps, what it shows the model, and what no longer fits."""

import pytest

from gptlab.blanks.registry import reference
from gptlab.engine.assistant import TooLong
from gptlab.engine.conversation import Conversation
from tests.support.toy_assistants import untrained_chat


@pytest.fixture
def talk():
    return Conversation(untrained_chat(), system="s", temperature=0.0, max_new_tokens=3)


def test_everything_that_was_said_is_shown_again(talk):
    talk.remember("a", "b")
    talk.remember("c", "d")
    roles = [message["role"] for message in talk.messages()]
    assert roles == ["system", "user", "assistant", "user", "assistant"]
    assert [message["content"] for message in talk.messages()] == ["s", "a", "b", "c", "d"]
    assert talk.take_back() == ("c", "d") and len(talk.turns) == 1
    talk.begin_anew()
    assert talk.take_back() is None and len(talk.messages()) == 1
    talk.system = ""
    assert talk.messages() == []


def test_the_reply_is_the_assistants_and_is_not_remembered_by_itself(talk):
    said = "".join(talk.stream("ab"))
    asked = [{"role": "system", "content": "s"}, {"role": "user", "content": "ab"}]
    assert said == talk.assistant.reply(asked, 3) and talk.turns == []
    with pytest.raises(TooLong, match="make it shorter"):
        list(talk.stream("x" * 99))


def test_regenerated_replies_differ_and_a_seed_repeats_them():
    def told(seed):
        one = Conversation(untrained_chat(), temperature=2.0, max_new_tokens=9, seed=seed)
        return ["".join(one.stream("ab")) for _ in range(2)]

    first, second = told(1)
    assert first != second and told(1) == [first, second] != told(2)


def test_turns_that_no_longer_fit_are_counted(talk):
    assert talk.n_forgotten() == 0  # the context is 24
    for turn in range(1, 5):
        talk.remember("aa", "bb")
        kept = talk.assistant.trim(talk.messages(), 3)
        assert talk.n_forgotten() == turn - sum(m["role"] == "user" for m in kept)
    assert talk.n_forgotten() > 0


def test_what_fits_is_not_trimmed_and_what_does_not_is(monkeypatch, talk):
    from gptlab import chat

    calls = []

    def noted(*arguments):
        calls.append(arguments)
        return reference("chat.trim_history")(*arguments)

    monkeypatch.setattr(chat, "trim_history", noted)
    short = [{"role": "user", "content": "ab"}]
    assert talk.assistant.trim(short, 3) == short and not calls
    assert (
        len(talk.assistant.trim([*short, {"role": "assistant", "content": "b"}] * 6, 3)) < 12
        and calls
    )
