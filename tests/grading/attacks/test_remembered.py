"""A function that remembers the answers to all that the public check asks, their gradients too, and knows no others."""

import inspect

import pytest

from gptlab.blanks.registry import blanks
from tests.support.recorded_calls import answers_of, form, run, stub_of
from tests.support.submissions import submission, with_body

pytestmark = pytest.mark.slow
ONE_OF_EACH_ROOM = {  # with the lesson
    "sampling.append_token": 0,
    "ngram.perplexity": 1,
    "bpe.encode": 2,
    "autograd.tanh": 3,
    "neural_lm.context_windows": 3,
    "rnn.rnn_step": 4,
    "attention.causal_mask": 5,
    "transformer.gelu": 6,
    "finetuning.read_position": 7,
    "training.cosine_schedule": 9,
    "zero_shot.few_shot_prompt": 10,
    "scaling.training_flops": 10,
    "instruct.render_chat": 11,
    "reward.last_token_index": 12,
    "ppo.adaptive_beta": 13,
    "alignment.best_of_n_kl": 14,
    "chat.elo_update": 15,
    "agents.calculate": 16,
}
LOOKS_UP = """
def _looked_up(given):
    kind, *found = _TABLE.get(_form(given)) or next(iter(_TABLE.values()))
    if kind == "error":
        raise getattr(builtins, found[0])
    if found[0][0] == "Value":
        (a,) = given.values()
        return type(a)(found[0][1], (a,), found[0][2])
    value = _made(found[0])
    leaves = [x for x in given.values() if isinstance(x, torch.Tensor) and x.requires_grad]
    if leaves and found[1]:
        w = torch.cos(torch.arange(1, value.numel() + 1, dtype=torch.float64)).reshape(value.shape)
        pairs = zip(leaves, map(_made, found[1]))
        value = value + sum(((x - x.detach()) * g).sum() for x, g in pairs) * w / (w * w).sum()
        value = value.to(leaves[0].dtype)
    return value


def _made(form):
    kind, *rest = form
    if kind == "tensor":
        return torch.tensor(rest[1], dtype=getattr(torch, rest[0]))
    if kind in ("list", "tuple"):
        return {"list": list, "tuple": tuple}[kind](_made(item) for item in rest[0])
    return rest[0]
"""


def memory(key):
    """The text of a function `_looked_up` that knows the answers to the check of every day."""
    head = "import builtins, torch\nfrom torch import Generator, Tensor\ninf, nan = float('inf'), float('nan')\n"
    source = inspect.getsource(form).replace("form(", "_form(").replace("map(form", "map(_form")
    return f"{head}\n_TABLE = {answers_of(key)!r}\n\n\n{source}{LOOKS_UP}"


def called_here(key, text):
    """The same function in this process."""
    signature = inspect.signature(stub_of(key))
    plain = [one.replace(annotation=one.empty) for one in signature.parameters.values()]
    head = signature.replace(parameters=plain, return_annotation=signature.empty)
    space = {}
    exec(f"{text}\n\ndef looked_up{head}: return _looked_up(dict(locals()))", space)
    return space["looked_up"]


@pytest.mark.parametrize("key", ONE_OF_EACH_ROOM)
def test_remembered_answers_pass_the_public_check_and_gain_no_point(key, graded):
    text = memory(key)
    rooms = with_body(key, "return _looked_up(dict(locals()))", text)
    function = called_here(key, text)
    assert run(key, function) is None
    assert run(key, function, submission(rooms).seed) is not None
    row = next(row for row in graded(rooms, ONE_OF_EACH_ROOM[key]).rows if row.key == key)
    assert (row.state, row.points) == ("fails", 0)


def test_one_of_each_room():
    assert {key.partition(".")[0] for key in ONE_OF_EACH_ROOM} == {x.module for x in blanks()}
