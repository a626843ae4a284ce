"""What every check says of the commonest errors of Python and torch, in plain words."""

import math
import re

import pytest
import torch

from gptlab import sampling
from gptlab.blanks import registry
from gptlab.blanks.registry import reference
from gptlab.exercises import common_errors
from gptlab.exercises.check import check
from gptlab.exercises.error_table import ERRORS

X = torch.ones(2, 3, 4)


def in_place(x):
    x.requires_grad_().mul_(2)


RAISING = {
    "the sizes of a matrix product do not meet": [
        lambda: torch.ones(3, 4) @ torch.ones(2, 3),
        lambda: X @ X,
        lambda: torch.ones(4) @ torch.ones(3),
        lambda: torch.ones(4, 1) @ torch.ones(4),
        lambda: torch.tensor(1.0) @ torch.ones(4),
    ],
    "the sizes of two tensors do not line up": [
        lambda: torch.ones(2, 4) * torch.ones(4, 2),
        lambda: torch.ones(2, 4) / torch.ones(2, 4).sum(-1),
    ],
    "a mask in [ ] with other axes than the tensor": [lambda: X[torch.ones(3, 4).bool()]],
    "a tensor of many numbers where one number is wanted": [
        lambda: math.exp(torch.ones(3)),
        lambda: torch.tensor([torch.ones(2), torch.ones(2)]),
    ],
    "a whole tensor is asked for one yes or no": [
        lambda: 1 if X > 0 else 0,
        lambda: max(torch.ones(3, 2)),
    ],
    "-100 is taken for an id": [
        lambda: torch.ones(3, 4).gather(1, torch.tensor([[-100]])),
        lambda: torch.ones(3, 4)[torch.tensor([0]), torch.tensor([-100])],
    ],
    "a place behind the end": [lambda: list(X)[2], lambda: torch.ones(3)[3]],
    "an axis that is not there": [lambda: torch.ones(2).sum(1)],
    "None where a value is wanted": [
        lambda: len(None),
        lambda: ~None,
        lambda: None.shape,
        lambda: X * None,
        lambda: list(None),
    ],
    "a function is used like its result": [lambda: X.sum / 2, lambda: torch.exp(X.sum)],
    "the pair of values and places is used like a tensor": [lambda: X - X.max(-1, keepdim=True)],
    "two kinds of numbers at once, such as float32 and float64": [
        lambda: torch.zeros(3).scatter(0, torch.tensor([1]), torch.ones(1).double()),
        lambda: X @ X.mT.double(),
        lambda: torch.ones(2, 2) @ torch.ones(2, 2).long(),
        lambda: torch.zeros(3).index_put((torch.tensor([0]),), torch.ones(1).double()),
    ],
    "whole numbers where fractions are wanted": [
        lambda: torch.ones(2).long().add_(0.5),
        lambda: torch.ones(2).long().softmax(-1),
    ],
    "a list or a number where a tensor is wanted": [
        lambda: X + [1],
        lambda: torch.exp([1.0]),
        lambda: torch.stack([1, 2]),
    ],
    "a list is used like a tensor": [lambda: [1].shape],
    "two tensors with different numbers of axes": [
        lambda: torch.cat([torch.ones(2, 1), torch.ones(2)], dim=1),
        lambda: torch.ones(2, 3).gather(1, torch.tensor([1])),
    ],
    "tensors that do not fit together": [lambda: torch.stack([torch.ones(2), torch.ones(3)])],
    "view on numbers that are not in order in memory": [lambda: torch.ones(2, 3).T.view(6)],
    "a reshape to another number of numbers": [lambda: torch.ones(6).view(7)],
    "a tensor is written into that the training still needs": [lambda: in_place(torch.ones(2))],
    "a name that this file does not know": [lambda: nonsense],  # noqa: F821
    "the largest or smallest of nothing": [lambda: max([])],
}
CASES = [(name, body) for name, bodies in RAISING.items() for body in bodies]


@pytest.mark.parametrize(("name", "body"), CASES)
def test_an_error_is_said_in_plain_words(name, body):
    report = check("ngram.perplexity", lambda loss: body())
    assert report.misconception == name, report.message
    assert len(report.message.splitlines()) <= 12
    hint = next(hint for _, _, known, hint in ERRORS if known == name)
    assert hint in " ".join(report.message.split())


def test_every_hint_is_a_sentence_that_fits():
    for _, _, name, hint in ERRORS:
        assert hint.endswith((".", "?", "…")) and len(f"{name}. {hint}") <= 250


def scores_without_their_gradient(query, keys, values):
    scores = torch.tensor([float(query @ key) / len(query) ** 0.5 for key in keys])
    return scores.to(values).softmax(0) @ values


def test_an_argument_that_no_gradient_reaches():
    report = check("attention.look", scores_without_their_gradient)
    assert report.misconception == "no gradient reaches one of the arguments", report.message


def none_for_an_empty_input(text):
    found = re.search(r"^Action: *(\w+) *\[(.*)\]", text, re.MULTILINE)
    return (found[1], found[2].strip()) if found and found[2] else None


def test_a_none_on_purpose_is_no_forgotten_return():
    report = check("agents.parse_action", none_for_an_empty_input)
    assert not report.passed and "nothing is returned" not in report.message


def test_t_on_more_than_two_axes():
    message = check("attention.merge_heads", lambda x: X @ torch.ones(2, 5, 4).T).message
    assert "write x.mT" in " ".join(message.split())


def nothing(ids, token):
    ids + [token]


def nothing_sometimes(ids, token):
    if len(ids) > 100:
        return [*ids, token]


def nothing_or_all(ids, token):
    longer = [*ids, token]
    return longer if len(longer) > 100 else None


def written_over(x):
    out = x.transpose(1, 2).flatten(2)
    x.data.zero_()
    return out


def left_below(ids, token):
    ids = [*ids, token]
    raise NotImplementedError


@pytest.mark.parametrize(
    ("key", "body", "name", "came"),
    [
        ("sampling.append_token", nothing, "nothing is returned", "nothing (None)"),
        (
            "sampling.append_token",
            nothing_sometimes,
            "on this way through it nothing is returned",
            "nothing (None)",
        ),
        (
            "sampling.append_token",
            nothing_or_all,
            "on this way through it nothing is returned",
            "nothing (None)",
        ),
        ("attention.merge_heads", written_over, "an argument that is written to", "written to"),
        (
            "sampling.append_token",
            left_below,
            "`raise NotImplementedError` is still there",
            "NotImplementedError",
        ),
        ("attention.merge_heads", lambda x: None, "nothing is returned", ""),
        (
            "attention.merge_heads",
            lambda x: list(x),
            "a list instead of one tensor",
            "a list of 1",
        ),
        (
            "attention.merge_heads",
            lambda x: (x.transpose(1, 2).flatten(2),),
            "a tuple instead of one tensor",
            "a tuple of 1",
        ),
        (
            "chat.trim_history",
            lambda messages, budget, count_tokens: tuple(
                reference("chat.trim_history")(messages, budget, count_tokens)
            ),
            "a tuple instead of a list",
            "a tuple",
        ),
        (
            "attention.merge_heads",
            lambda x: torch.tensor(x.transpose(1, 2).flatten(2).tolist()).to(x.dtype),
            "the result has left torch on the way",
            "no longer knows how",
        ),
        (
            "sampling.append_token",
            lambda ids, token: (one for one in [*ids, token]),
            "a generator instead of its results",
            "a generator",
        ),
        (
            "sampling.append_token",
            lambda ids, token: ids.copy,
            "a function is returned, not its result",
            "",
        ),
    ],
)
def test_a_result_of_another_kind(key, body, name, came):
    report = check(key, body)
    assert report.misconception == name, report.message
    assert came in " ".join(report.message.split())


def test_a_gradient_is_called_by_its_argument():
    report = check("attention.scaled_dot_product_attention", k_detached)
    assert "the gradient with regard to k" in " ".join(report.message.split()), report.message


def k_detached(q, k, v, mask=None):
    scores = q @ k.detach().mT / q.shape[-1] ** 0.5
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    return scores.softmax(-1) @ v


@pytest.mark.parametrize("key", ["sampling.append_token", "attention.merge_heads"])
def test_a_known_mistake_comes_first(key):
    from gptlab.exercises.mistake import mistakes

    for known in mistakes(key):
        assert check(key, known.body).misconception == known.name


def test_the_words_of_an_error_that_a_body_raises_are_its_own():
    from gptlab.exercises.mistake import mistakes

    def refused_in_other_words(expression):
        if set("×−") & set(expression):
            raise ValueError("I do not know that sign")
        return reference("agents.calculate")(expression)

    def torch_has_other_words(x):
        return x.transpose(1, 2).reshape(7)

    named = check("agents.calculate", refused_in_other_words).misconception
    assert named == "× and − not known"
    known = {mistake.name for mistake in mistakes("attention.merge_heads")}
    assert check("attention.merge_heads", torch_has_other_words).misconception not in known


@pytest.mark.parametrize(
    ("factor", "name"),
    [
        (-1, "every result with the other sign"),
        (7, "every result is 7 times as large as it should be"),
        (0, None),
    ],
)
def test_one_factor_in_every_case_is_seen(factor, name):
    key = "scaling.bits_per_byte"
    body = reference(key)
    assert check(key, lambda *given: factor * body(*given)).misconception == name


def test_a_factor_that_changes_is_none():
    key = "scaling.bits_per_byte"
    body = reference(key)
    report = check(key, lambda nats, n, text: (3 + n) * body(nats, n, text))
    assert report.misconception is None


def test_a_wrong_helper_is_named(monkeypatch):
    def softmax(logits, temperature=1.0):
        return torch.full_like(logits, 1 / logits.shape[-1])

    def sample(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
        return sampling.softmax(logits, temperature)[..., 0].long()

    monkeypatch.setitem(registry.process_registry._own, "sampling.softmax", softmax)
    assert common_errors.blanks_called(sample) == ["sampling.softmax"]
    report = check("sampling.sample_next", sample)
    assert report.misconception is None  # the reference of softmax is what ran
    monkeypatch.setattr("gptlab.exercises.check.whose", lambda key: "yours")
    report = check("sampling.sample_next", sample)
    assert report.misconception.startswith("sampling.softmax, which this function calls")
    assert 'check("sampling.softmax")' in report.message
