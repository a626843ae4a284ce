"""The check of `load_gpt2_state`: made-up files with every name that a GPT-2 has, and some that it has not."""

from collections.abc import Callable

import torch
from torch import Tensor

from gptlab.exercises.case import EDGE, Case, RandomInputs, property_holds
from gptlab.exercises.compare import a_kind

C, VOCABULARY, CONTEXT = 2, 7, 5
OUTER = {
    "wte.weight": ("wte", (VOCABULARY, C)),
    "wpe.weight": ("wpe", (CONTEXT, C)),
    "ln_f.weight": ("norm.weight", (C,)),
    "ln_f.bias": ("norm.bias", (C,)),
}
IN_BLOCK = {
    "ln_1.weight": ("norm1.weight", (C,)),
    "ln_1.bias": ("norm1.bias", (C,)),
    "attn.c_attn.weight": ("attn.w_qkv", (C, 3 * C)),
    "attn.c_attn.bias": ("attn.b_qkv", (3 * C,)),
    "attn.c_proj.weight": ("attn.w_out", (C, C)),
    "attn.c_proj.bias": ("attn.b_out", (C,)),
    "ln_2.weight": ("norm2.weight", (C,)),
    "ln_2.bias": ("norm2.bias", (C,)),
    "mlp.c_fc.weight": ("mlp.w_in", (C, 4 * C)),
    "mlp.c_fc.bias": ("mlp.b_in", (4 * C,)),
    "mlp.c_proj.weight": ("mlp.w_out", (4 * C, C)),
    "mlp.c_proj.bias": ("mlp.b_out", (C,)),
}


def names(n_layers: int) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Our name and the shape of each of GPT-2's."""
    return OUTER | {
        f"h.{i}.{old}": (f"blocks.{i}.{new}", shape)
        for i in range(n_layers)
        for old, (new, shape) in IN_BLOCK.items()
    }


def made_up(
    n_layers: int,
    prefix: str = "",
    head: bool = False,
    buffers: bool = False,
    backwards: bool = False,
    without: tuple[str, ...] = (),
    more: tuple[str, ...] = (),
) -> dict[str, Tensor]:
    """A file of random numbers under GPT-2's names.

    without  names that begin so are left out
    more     names that no GPT-2 has
    """
    inputs = RandomInputs(84)
    state = {prefix + old: inputs.numbers(*shape) for old, (_, shape) in names(n_layers).items()}
    if buffers:
        for i in range(n_layers):
            state[f"{prefix}h.{i}.attn.bias"] = torch.ones(1, 1, CONTEXT, CONTEXT).tril()
            state[f"{prefix}h.{i}.attn.masked_bias"] = torch.tensor(-1e4)
    if head:
        state["lm_head.weight"] = state[f"{prefix}wte.weight"].clone()
    state = {name: x for name, x in state.items() if not name.startswith(without or ("-",))}
    state |= {name: inputs.numbers(C) for name in more}
    return dict(reversed(state.items())) if backwards else state


def _loads(function: Callable, state: dict[str, Tensor]) -> bool | str:
    """True when every number came under our name, else what is wrong, the first name first."""
    given = {name.removeprefix("transformer."): x for name, x in state.items()}
    n_layers = sum(name.endswith(".ln_1.bias") for name in given)
    found = function(state)
    if not isinstance(found, dict):
        return f"{a_kind(found)}, not a dict"
    wanted = {new: given[old] for old, (new, _) in names(n_layers).items()}
    wrong = [f"{name} is too many" for name in found if name not in wanted]
    for name, numbers in wanted.items():
        got = found.get(name)
        if got is None:
            wrong.append(f"{name} is missing")
        elif not isinstance(got, Tensor) or got.shape != numbers.shape:
            shape = tuple(got.shape) if isinstance(got, Tensor) else type(got).__name__
            wrong.append(f"{name} is {shape}, but in the file {tuple(numbers.shape)}")
        elif not torch.equal(got.double(), numbers):
            wrong.append(f"{name} holds {_whose(got.double(), given)}")
    return "; ".join(sorted(wrong)) if wrong else True


def _whose(numbers: Tensor, given: dict[str, Tensor]) -> str:
    """Where in the file these numbers come from."""
    for name, x in given.items():
        if x.shape == numbers.shape and torch.equal(x, numbers):
            return name
        if x.dim() == 2 and x.T.shape == numbers.shape and torch.equal(x.T, numbers):
            return f"{name}, turned over"
    return "numbers that are not in the file"


def _refuses(function: Callable, state: dict[str, Tensor], culprit: tuple[str, ...]) -> bool | str:
    """True when a ValueError names one of the culprits."""
    try:
        function(state)
    except ValueError as error:
        text = str(error)
        return any(name in text for name in culprit) or f"a ValueError that says: {text[:60]}"
    return "it was loaded without a word"


def _loaded(about: str, n_layers: int, **options) -> Case:
    about = f"all {len(names(n_layers))} tensors, under our names and as they are ({about})"
    return property_holds(_loads, made_up(n_layers, **options), about=about)


def _refused(what: str, culprit: tuple[str, ...], state: dict[str, Tensor]) -> Case:
    about = f"a ValueError that names {culprit[0]} ({what})"
    return property_holds(_refuses, state, culprit, about=about, stage=EDGE)


def load_gpt2_state() -> list[Case]:
    """Every name with numbers of its own; files with too little, too much, and a head of their own."""
    untied = made_up(2, prefix="transformer.", head=True)
    untied["lm_head.weight"] = untied["lm_head.weight"] + 1
    fc, head = ("h.1.mlp.c_fc.bias", "blocks.1.mlp.b_in"), ("score.weight",)
    gap = [f"h.1.{old}" for old in IN_BLOCK] + [f"blocks.1.{new}" for new, _ in IN_BLOCK.values()]
    return [
        _loaded("one layer", 1),
        _loaded(
            "names that begin with transformer., and the tied head",
            2,
            prefix="transformer.",
            head=True,
        ),
        _loaded("masks beside the weights", 3, buffers=True),
        _loaded("twelve layers, in another order", 12, backwards=True),
        _refused("missing", fc, made_up(2, without=("h.1.mlp.c_fc.bias",))),
        _refused("missing", ("wpe",), made_up(1, without=("wpe.",))),
        _refused("missing", ("ln_f.bias", "norm.bias"), made_up(1, without=("ln_f.bias",))),
        _refused("layer 1 of 0, 1, 2 is missing", tuple(gap), made_up(3, without=("h.1.",))),
        _refused("no GPT-2 has it", head, made_up(1, more=head)),
        _refused("no GPT-2 has it", ("rotary",), made_up(1, more=("h.0.attn.rotary",))),
        _refused("it is not wte.weight", ("lm_head",), untied),
    ]
