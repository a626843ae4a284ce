"""Questions that need tools, their transcripts, the table behind look_up, and how answers are counted."""

import signal
import time

import pytest

from gptlab import agents
from gptlab.engine.assistant import shipped
from gptlab.exercises.guard import NeverEnds
from gptlab.experiments.agents import accuracy, look_up, rarity, tasks, together, tool_model
from gptlab.world.web import Web

KINDS = tuple(tasks.SHARES)


@pytest.fixture(scope="module")
def web():
    return Web(0)


@pytest.fixture
def maker(web):
    return tasks.Tasks(web, seed=1)


def tools_of(*facts):
    return {"calculate": agents.calculate, "look_up": look_up.look_up_tool(facts)}


def replay(task, tools):
    """What react_loop leaves of a task when a model writes exactly the demonstration's lines."""
    turns = [f"Thought: {thought}\nAction: {action}" for thought, action, _ in task.steps]
    turns.append(f"Answer: {task.answer}")
    return agents.react_loop(
        lambda text: turns[text.count("\nObservation:")], task.question, tools, 4
    )


@pytest.mark.parametrize("kind", ["sum", "direct"])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_demonstration_is_what_the_loop_would_leave(maker, kind, lang):
    for _ in range(20):
        task = maker.makers[kind](lang)
        answer, transcript = replay(task, tools_of())
        assert transcript == task.transcript and accuracy.is_right(task, answer)


def test_so_is_one_of_a_look_up(maker, web):
    for fact in web.facts.facts[::50]:
        for lang in ("en", "zh"):
            task = maker.about(fact, lang)
            answer, transcript = replay(task, tools_of(*web.facts.facts))
            assert transcript == task.transcript and accuracy.is_right(task, answer)


def test_a_chain_asks_about_the_friend_that_came_back(maker, web):
    first, second = maker.some_friends()
    task = maker.chain(first, second, "en")
    assert first.answer == second.subject.name
    _, transcript = replay(task, tools_of(first, second))
    assert transcript.count("\nAction: look_up[") == 2 and second.answer.en in transcript


def test_no_demonstration_uses_a_fact_of_the_test(maker):
    drawn = maker.draw(300)
    named = [(t.fact.subject.name.en, t.fact.relation) for t in drawn if t.fact is not None]
    kept = {(f.subject.name.en, f.relation) for f in look_up.tested(Web(0))}
    assert len(named) > 100 and not kept & set(named)
    assert {t.kind for t in drawn} == set(KINDS)


def test_a_passage_holds_the_answer_or_the_answer_says_so(maker):
    for _ in range(60):
        task = maker.read("en")
        told = task.answer.rstrip(".").lower()
        assert (told in task.passage.lower()) != (task.answer == tasks.NOT_HERE["en"])


def test_the_table_finds_a_key_in_both_languages_and_nothing_else(web):
    look = look_up.look_up_tool(web.facts.facts)
    assert look("the mountain of Taiwan") == "The highest mountain in Taiwan is Yushan."
    assert "玉山" in look("台湾的山") and look("taiwan") == look_up.NOTHING["en"]
    assert look("台湾") == look_up.NOTHING["zh"]
    assert look_up.key_in_english("台湾的山") == "the mountain of Taiwan"
    assert look_up.key_in_english("the mountain of Taiwan") == "the mountain of Taiwan"


def test_wrong_rows_keep_the_keys_and_change_most_answers(web):
    wrong = look_up.wrong_rows(web.facts.facts)
    pairs = {(f.subject.name.en, f.relation): f.answer for f in web.facts.facts}
    assert len(wrong) == len(pairs)
    moved = [f for f in wrong if pairs[f.subject.name.en, f.relation] != f.answer]
    assert len(moved) > 0.75 * len(wrong)  # neighbours share a continent or a language


def test_invented_facts_are_new_each_and_the_same_every_time():
    one, again = look_up.invented_facts(30, 1), look_up.invented_facts(30, 1)
    assert one == again and one != look_up.invented_facts(30, 2)
    known = {f.subject.name.en for f in Web(0).facts.facts}
    assert not known & {f.subject.name.en for f in one}


HOSTILE = [
    "__import__('os').system('echo hacked')",
    "open('README.md').read()",
    "().__class__.__bases__[0].__subclasses__()",
    "9**9**9",
    "exec('x = 1')",
    "lambda: 0",
    "1 if True else 0",
    "10 // 3",
    "1e9",
    "0x10",
    "a := 1",
    "[0] * 9",
    "1;2",
    "1\n+2; import os",
    "{}",
    "f'{1}'",
    "１２ ＋ ３",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_a_model_writes_is_run(text, monkeypatch):
    ran = []
    monkeypatch.setattr("builtins.eval", lambda *given: ran.append(given))
    monkeypatch.setattr("builtins.exec", lambda *given: ran.append(given))
    monkeypatch.setattr("os.system", lambda *given: ran.append(given))
    with pytest.raises(ValueError, match=r"\S") as caught:
        agents.calculate(text)
    assert "\n" not in str(caught.value) and ran == []
    answer, transcript = agents.react_loop(
        lambda t: f"Action: calculate[{text}]", "q", {"calculate": agents.calculate}, 3
    )
    assert answer is None and ran == [] and ("failed" in transcript or "no action" in transcript)


def test_the_mask_of_a_demonstration_covers_the_models_lines_alone(maker):
    chat = shipped("sft")
    task = maker.sum("en")
    ((ids, mask),) = tool_model.rendered(chat, [task])
    learnt = chat.text([i for i, learn in zip(ids, mask) if learn])
    assert learnt == "".join(
        line + "\n"
        for line in task.transcript.splitlines()
        if line.startswith(("Thought:", "Action:", "Answer:"))
    )
    assert mask[-1] and not mask[0]


def test_many_agents_together_are_the_same_as_one_by_one():
    asked = []

    def write_many(texts):
        asked.append(len(texts))
        return [f"Answer: {len(text)}." for text in texts]

    jobs = [lambda model, q="x" * n: agents.react_loop(model, q, {}, 2) for n in range(5)]
    found = together.run_together(jobs, write_many)
    assert found == [
        agents.react_loop(lambda text: write_many([text])[0], "x" * n, {}, 2) for n in range(5)
    ]
    assert asked[0] == 5


def test_an_error_of_the_model_ends_all_agents():
    def broken(texts):
        raise ValueError("no model")

    jobs = [lambda model: agents.react_loop(model, "q", {}, 2)] * 3
    with pytest.raises(ValueError, match="no model"):
        together.run_together(jobs, broken)


def test_ctrl_c_while_a_tool_runs_ends_all_agents():
    before = signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # a background shell ignores it

    def interrupted(model):
        signal.raise_signal(signal.SIGINT)
        time.sleep(0.2)
        return model("asked when nobody writes any more")

    try:
        with pytest.raises(KeyboardInterrupt):
            together.run_together([interrupted, lambda model: model("a")], lambda texts: texts)
    finally:
        signal.signal(signal.SIGINT, before)


def test_ctrl_c_before_the_first_word_ends_all_agents(monkeypatch):
    def interrupted(desk, write_many):
        raise KeyboardInterrupt

    monkeypatch.setattr(together._Desk, "serve", interrupted)
    with pytest.raises(KeyboardInterrupt):
        together.run_together([lambda model: model("a")] * 3, lambda texts: texts)


@pytest.mark.parametrize("control", [KeyboardInterrupt, SystemExit, NeverEnds, NotImplementedError])
def test_what_is_meant_for_the_program_is_no_observation(control):
    def tool(_):
        raise control

    with pytest.raises(control):
        agents.observe(("tool", ""), {"tool": tool})


def test_an_error_of_one_agent_does_not_hang_the_others():
    def fails(model):
        raise RuntimeError("one fell over")

    jobs = [fails, lambda model: model("a")]
    with pytest.raises(RuntimeError, match="fell over"):
        together.run_together(jobs, lambda texts: texts)


@pytest.mark.parametrize(
    ("right", "n", "low", "high"), [(0, 10, 0.0, 0.278), (5, 10, 0.237, 0.763), (10, 10, 0.722, 1)]
)
def test_wilsons_interval_is_that_of_the_tables(right, n, low, high):
    assert accuracy.Share(right, n).interval == pytest.approx((low, high), abs=1e-3)


def test_answers_are_compared_without_capitals_and_stops(maker, web):
    task = maker.about(web.facts.find("Taiwan", "river"), "en")
    assert accuracy.is_right(task, "The Zhuoshui") and accuracy.is_right(task, "the Zhuoshui.")
    assert not accuracy.is_right(task, "the Zhuoshui river") and not accuracy.is_right(task, None)
    assert accuracy.states(task, "It is the Zhuoshui, I think.")
    total = maker.sum("en")
    assert accuracy.states(total, f"That is {total.answer}")
    assert not accuracy.states(total, f"That is 1{total.answer}")


def test_groups_run_from_often_stated_to_invented(web, monkeypatch):
    monkeypatch.setattr(rarity, "SAMPLE_MB", 0.3)
    found = rarity.groups(web)
    assert [group.name for group in found[-2:]] == ["never", "invented"]
    assert all(fact.held_out for fact in found[-2].facts)
    weights = [min(f.weight for f in group.facts) for group in found[:-2]]
    assert weights == sorted(weights, reverse=True)


def test_what_comes_after_an_action_is_named():
    tools = {"calculate": agents.calculate}
    after = accuracy._after_action
    assert after("Action: calculate[1 + 1]\n", tools) == "stops"
    assert after("Action: calculate[1 + 1]\nObservation: 2\n", tools) == "invents, right"
    assert after("Action: calculate[1 + 1]\nObservation: 3", tools) == "invents, wrong"
    assert after("Action: calculate[1 + 1]\nAnswer: 2", tools) == "something else"
