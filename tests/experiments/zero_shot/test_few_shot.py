"""Few-shot on pattern pages: the questions, the ideal reader against the web's own grammar, conditions, intervals."""

import math

import pytest

from gptlab.engine.assistant import shipped
from gptlab.experiments.zero_shot import evidence, few_shot, few_shot_by_size, head_costs
from gptlab.world.web import Web


@pytest.fixture(scope="module")
def web():
    return Web()


@pytest.fixture(scope="module")
def base():
    return shipped("base")


def test_intervals_are_wilsons():
    assert few_shot.Share(0, 20).interval == pytest.approx((0.0, 0.1611), abs=1e-3)
    assert few_shot.Share(10, 20).interval == pytest.approx((0.2993, 0.7007), abs=1e-3)
    assert str(few_shot.Share(20, 20)) == "100% (84% to 100%)"


def test_ambiguous_questions_have_a_rival_with_another_output(web):
    questions = few_shot.ambiguous_questions(web)
    assert {"dog", "Japan", "hot"} <= {question.query for question in questions}
    for question in questions:
        assert dict(few_shot.pairs_of(web, question.task))[question.query] == question.answer
        assert dict(few_shot.pairs_of(web, question.rival))[question.query] != question.answer


def test_the_ideal_reader_agrees_with_the_webs_own_probabilities(web):
    shown = [("cat", "cats")]
    maps = few_shot.ideal_reader(web, [], "dog")
    lines = {"plural": "dog -> dogs\n", "translate": "dog -> 狗\n"}
    page = {
        task: math.exp(web.log_probability(line + "cat -> cats\n" * 2))
        for task, line in lines.items()
    }
    assert page["translate"] == 0.0 and page["plural"] > 0
    assert maps == pytest.approx({"plural": 32 / 50, "translate": 18 / 50})
    assert few_shot.ideal_reader(web, shown, "dog") == {"plural": pytest.approx(1.0)}
    assert few_shot.ideal_reader(web, [("cat", "dogs")], "dog") == {}
    questions = [q for q in few_shot.ambiguous_questions(web) if q.query == "dog"]
    assert few_shot.ideal_accuracy(web, questions, 0) == 0.5
    assert few_shot.ideal_accuracy(web, questions, 1) == 1.0


def test_prompts_of_each_condition(web):
    questions = few_shot.ambiguous_questions(web, ("capital", "continent"))[:12]
    capitals, continents = (dict(few_shot.pairs_of(web, task)) for task in ("capital", "continent"))
    right = few_shot.prompts_for(web, questions, 3)
    shuffled = few_shot.prompts_for(web, questions, 3, few_shot.SHUFFLED)
    other = few_shot.prompts_for(web, questions, 3, few_shot.OTHER)
    wrong_outputs = 0
    for i, question in enumerate(questions):
        mine, theirs = (
            (capitals, continents) if question.task == "capital" else (continents, capitals)
        )
        for prompts, outputs in ((right, mine), (other, theirs)):
            *lines, last = prompts[i].split("\n")
            assert last == f"{question.query} ->" and len(lines) == 3
            shown = [line.split(" -> ") for line in lines]
            assert all(outputs[x] == y for x, y in shown)
            assert question.query not in [x for x, _ in shown]
        for x, y in (line.split(" -> ") for line in shuffled[i].split("\n")[:-1]):
            assert y in mine.values()
            wrong_outputs += mine[x] != y
    assert wrong_outputs > 20
    assert few_shot.prompts_for(web, questions, 3) == right


def test_the_copying_reader():
    assert few_shot.copying_reader("hot -> cold\nup -> down\nhot ->") == "cold"
    assert few_shot.copying_reader("hot -> cold\nup ->") == ""


def test_examples_say_which_task_is_meant(web, base):
    ask = lambda *given: few_shot.answers(base.model, base.tokenizer, list(given))  # noqa: E731
    assert ask("cat -> cats\ndog ->", "cat -> 猫\ndog ->") == ["dogs", "狗"]
    questions = few_shot_by_size.questions_of(web, few_shot_by_size.PLACES, 40)
    right = few_shot.accuracy(base.model, base.tokenizer, web, questions, 1)
    other = few_shot.accuracy(base.model, base.tokenizer, web, questions, 1, few_shot.OTHER)
    none = few_shot.accuracy(base.model, base.tokenizer, web, questions, 0)
    assert right.interval[0] > none.value > other.interval[1]
    shares = evidence.option_shares(base.model, base.tokenizer, "cat -> 猫\ndog ->", ["dogs", "狗"])
    assert sum(shares.values()) == pytest.approx(1.0) and shares["狗"] > 0.9


def test_tokens_of_answers_and_silent_heads(base):
    prompts, wanted = ["cat -> cats\ndog ->", "up -> down\nhot ->"], ["dogs", "cold"]
    predicted, targets, mask = few_shot_by_size.tokens_of_answers(
        base.model, base.tokenizer, prompts, wanted
    )
    texts = [base.tokenizer.decode(row[keep].tolist()) for row, keep in zip(targets, mask)]
    assert texts == [" dogs\n", " cold\n"] and bool((predicted == targets)[mask].all())
    everything = [(layer, head) for layer in range(4) for head in range(4)]
    assert head_costs.one_shot_share(base, [], 20).value > 0.5
    assert head_costs.one_shot_share(base, everything, 20).value == 0.0


def test_the_log_of_sizes_is_complete():
    log = few_shot_by_size.read_log()
    assert log["command"] == "python -m dev.few_shot_by_size" and len(log["commit"]) >= 7
    sizes = [row["n_parameters"] for row in log["models"].values()]
    assert sizes == sorted(sizes) and "shipped" in log["models"]
    for row in log["models"].values():
        assert all(0 <= right <= n for right, n in row["places"].values())
