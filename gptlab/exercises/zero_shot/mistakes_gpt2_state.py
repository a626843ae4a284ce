"""Wrong bodies of `load_gpt2_state`."""

import re

import torch

from gptlab.exercises.mistake import another_way, mistake

KEY = "zero_shot.load_gpt2_state"
PARTS = {
    "ln_1.weight": "norm1.weight",
    "ln_1.bias": "norm1.bias",
    "attn.c_attn.weight": "attn.w_qkv",
    "attn.c_attn.bias": "attn.b_qkv",
    "attn.c_proj.weight": "attn.w_out",
    "attn.c_proj.bias": "attn.b_out",
    "ln_2.weight": "norm2.weight",
    "ln_2.bias": "norm2.bias",
    "mlp.c_fc.weight": "mlp.w_in",
    "mlp.c_fc.bias": "mlp.b_in",
    "mlp.c_proj.weight": "mlp.w_out",
    "mlp.c_proj.bias": "mlp.b_out",
}
OUTER = {
    "wte.weight": "wte",
    "wpe.weight": "wpe",
    "ln_f.weight": "norm.weight",
    "ln_f.bias": "norm.bias",
}
BUFFERS = (".attn.bias", ".attn.masked_bias")


def _state(name, hint):
    return mistake(KEY, name, hint)


def _layers(theirs):
    return sorted({int(name.split(".")[1]) for name in theirs if name.startswith("h.")})


def _load(
    prefix="transformer.",
    layers=lambda theirs: range(max(_layers(theirs), default=-1) + 1),
    parts=PARTS,
    outer=OUTER,
    skipped=BUFFERS,
    change=lambda name, x: x,
    missing=ValueError,
    unknown=True,
    tied=True,
    extra=lambda theirs: {},
    block=lambda i: f"blocks.{i}",
):
    """The reference with one thing changed."""

    def body(hf_state_dict):
        theirs = {name.removeprefix(prefix): x for name, x in hf_state_dict.items()}
        renamed = dict(outer)
        for i in layers(theirs):
            renamed |= {f"h.{i}.{old}": f"{block(i)}.{new}" for old, new in parts.items()}
        for name in renamed:
            if name not in theirs and missing:
                raise missing(name)
        for name, x in theirs.items():
            if name == "lm_head.weight":
                if tied and not torch.equal(x, theirs["wte.weight"]):
                    raise ValueError("lm_head.weight is not wte.weight")
            elif unknown and name not in renamed and not name.endswith(skipped):
                raise ValueError(f"{name} is unknown")
        found = {new: change(new, theirs[old]) for old, new in renamed.items() if old in theirs}
        return found | extra(theirs)

    return body


def _matrix(x):
    return x.dim() == 2


_state(
    "every matrix turned over",
    "GPT-2's files hold (in, out), as ours: torch's nn.Linear is the one with (out, in).",
)(_load(change=lambda name, x: x.T.contiguous() if _matrix(x) else x))
_state(
    "the matrices of the blocks turned over",
    "GPT-2's files hold (in, out), as ours: torch's nn.Linear is the one with (out, in).",
)(_load(change=lambda name, x: x.T if _matrix(x) and "blocks" in name else x))
_state(
    "the square matrices turned over",
    "No shape complains of a square matrix that is turned over: it is (in, out) too, as all others.",
)(_load(change=lambda name, x: x.T if name.endswith("attn.w_out") else x))
_state(
    "one in a block turned over, w_qkv",
    "GPT-2's files hold (in, out): this one is (C, 3C) already.",
)(_load(change=lambda name, x: x.T if name.endswith("w_qkv") else x))
_state("the MLP's matrices turned over", "GPT-2's files hold (in, out), these two as well.")(
    _load(change=lambda name, x: x.T if name.endswith(("w_in", "mlp.w_out")) else x)
)
_state("the embeddings turned over", "wte has a row for each token, here and there.")(
    _load(change=lambda name, x: x.T if name in ("wte", "wpe") else x)
)
_state(
    "transformer. left in front",
    "Some files have it before every name, some have not: take it off.",
)(_load(prefix="-"))
another_way(KEY, "transformer. left in front")(
    lambda state: {
        name: x for name, x in state.items() if not name.endswith((*BUFFERS, "lm_head.weight"))
    }
)


def _sliced(state):
    """Cuts twelve characters off every name."""
    return _load()(
        {name[12:] if name != "lm_head.weight" else name: x for name, x in state.items()}
    )


_state(
    "the prefix taken for granted", "A file without transformer. before its names is a GPT-2 too."
)(_sliced)
_state("the head kept", "Our GPT has no lm_head: it multiplies by wte once more.")(
    _load(extra=lambda theirs: {k: x for k, x in theirs.items() if k == "lm_head.weight"})
)


def _no_head(theirs):
    if "lm_head.weight" in theirs:
        raise ValueError("lm_head.weight is unknown")
    return {}


_state("the head refused", "lm_head.weight may be there: it is wte.weight again.")(
    _load(extra=_no_head)
)


_state(
    "a head of its own not noticed",
    "When lm_head.weight holds other numbers than wte.weight, our GPT can't say what that model says.",
)(_load(tied=False))
_state(
    "the masks kept", "attn.bias and attn.masked_bias are no weights: causal_mask makes the mask."
)(
    _load(
        extra=lambda theirs: {
            f"blocks.{k[2:]}": x for k, x in theirs.items() if k.endswith(BUFFERS)
        }
    )
)
another_way(KEY, "the masks kept")(
    _load(extra=lambda theirs: {k: x for k, x in theirs.items() if k.endswith(BUFFERS)})
)
_state("the masks refused", "attn.bias and attn.masked_bias may be there; they are left out.")(
    _load(skipped=())
)
_state(
    "the bias of c_attn left out",
    '"attn.c_attn.bias" ends in "attn.bias" too: the mask is called ".attn.bias", with the dot in front.',
)(
    _load(
        parts={old: new for old, new in PARTS.items() if old != "attn.c_attn.bias"},
        skipped=("attn.bias", ".attn.masked_bias"),
    )
)
_state("all biases left out", "GPT-2 has a bias beside every matrix and every norm's weight.")(
    _load(
        parts={old: new for old, new in PARTS.items() if "bias" not in old},
        outer={old: new for old, new in OUTER.items() if "bias" not in old},
        skipped="bias",
    )
)
another_way(KEY, "all biases left out")(
    _load(
        parts={old: new for old, new in PARTS.items() if "bias" not in old},
        skipped="bias",
    )
)
_state(
    "missing names not noticed", "Each name that a GPT-2 needs is asked for: which are not there?"
)(_load(missing=None))
_state("a KeyError for a missing name", "Ask `in` first, and raise a ValueError that names it.")(
    _load(missing=KeyError)
)
_state(
    "unknown names not noticed", "A name that no GPT-2 has means that the file is of another model."
)(_load(unknown=False))
_state(
    "nothing is refused",
    "Raise a ValueError for a name that is missing, and for one that is unknown.",
)(_load(missing=None, unknown=False))
another_way(KEY, "nothing is refused")(_load(missing=None, unknown=False, tied=False))


def _asserts(hf_state_dict):
    try:
        return _load()(hf_state_dict)
    except ValueError as error:
        raise AssertionError(str(error)) from None


_state(
    "an assert for a ValueError",
    "assert is for faults of your own code: a wrong file is a ValueError.",
)(_asserts)


def _nameless(hf_state_dict):
    try:
        return _load()(hf_state_dict)
    except ValueError:
        raise ValueError("this is no GPT-2") from None


_state(
    "an error without the name", "Say which name: it is the first thing that one wants to know."
)(_nameless)


@another_way(KEY, "an error without the name")
def _without_text(hf_state_dict):
    try:
        return _load()(hf_state_dict)
    except ValueError:
        raise ValueError from None


_state(
    "a gap in the layers closed",
    "Layers keep their numbers: with 0 and 2 there, layer 1 is missing.",
)(_load(layers=_layers))


def _renumbered(hf_state_dict):
    theirs = {name.removeprefix("transformer."): x for name, x in hf_state_dict.items()}
    found = {}
    for i, number in enumerate(sorted({n.split(".")[1] for n in theirs if n.startswith("h.")})):
        found |= {
            f"blocks.{i}.{new}": theirs[f"h.{number}.{old}"]
            for old, new in PARTS.items()
            if f"h.{number}.{old}" in theirs
        }
    _load()(hf_state_dict)
    return found | {new: theirs[old] for old, new in OUTER.items()}


_state("layers sorted as words", 'As words, "10" comes before "2": make them numbers by int.')(
    _renumbered
)
_state("one layer short", "With the highest number 11 there are 12 layers.")(
    _load(layers=lambda theirs: range(max(_layers(theirs), default=0)), unknown=False)
)
another_way(KEY, "one layer short")(
    _load(layers=lambda theirs: range(max(_layers(theirs), default=0)))
)
_state("the first layer only", "Every layer has these twelve: their number is in the name.")(
    _load(layers=lambda theirs: range(1), unknown=False)
)
another_way(KEY, "the first layer only")(_load(layers=lambda theirs: range(1)))
_state(
    "twelve layers whatever the file",
    "Count the layers in the file: GPT-2 comes with 12, 24, 36 and 48.",
)(_load(layers=lambda theirs: range(12)))
_state("layers counted from 1", "Layers count from 0, here and there.")(
    _load(block=lambda i: f"blocks.{i + 1}")
)
_state("h left in the names", "h.0 is called blocks.0 here.")(_load(block=lambda i: f"h.{i}"))


def _swapped(one, other):
    """Two names of ours for each other's numbers."""
    return {
        old: new.replace(one, "*").replace(other, one).replace("*", other)
        for old, new in PARTS.items()
    }


_state("the two norms swapped", "ln_1 comes before the attention, ln_2 before the MLP.")(
    _load(parts=_swapped("norm1", "norm2"))
)
_state(
    "the two c_proj mixed up",
    "Each of the two parts of a block has a c_proj: the part's name in front tells them apart.",
)(
    _load(
        change=lambda name, x: x,
        parts=PARTS
        | {
            "attn.c_proj.weight": "mlp.w_out",
            "attn.c_proj.bias": "mlp.b_out",
            "mlp.c_proj.weight": "attn.w_out",
            "mlp.c_proj.bias": "attn.b_out",
        },
    )
)
_state("weights and biases of a norm swapped", "A norm's weight stays a weight.")(
    _load(
        parts=PARTS
        | {
            "ln_1.weight": "norm1.bias",
            "ln_1.bias": "norm1.weight",
            "ln_2.weight": "norm2.bias",
            "ln_2.bias": "norm2.weight",
        }
    )
)
_state("c_fc and c_proj swapped", "c_fc widens, from C to 4C: it is w_in.")(
    _load(
        parts=PARTS
        | {
            "mlp.c_fc.weight": "mlp.w_out",
            "mlp.c_fc.bias": "mlp.b_out",
            "mlp.c_proj.weight": "mlp.w_in",
            "mlp.c_proj.bias": "mlp.b_in",
        }
    )
)
_state("the final norm forgotten", "ln_f, after the last block, is our norm.")(
    _load(
        outer={old: new for old, new in OUTER.items() if "ln_f" not in old},
        skipped=(*BUFFERS, "ln_f.weight", "ln_f.bias"),
    )
)
_state("the final norm called ln_f", "ln_f is called norm here.")(
    _load(outer=OUTER | {"ln_f.weight": "ln_f.weight", "ln_f.bias": "ln_f.bias"})
)
_state(
    "wte.weight and wpe.weight left as they are called",
    "Ours are called wte and wpe, without .weight.",
)(_load(outer=OUTER | {"wte.weight": "wte.weight", "wpe.weight": "wpe.weight"}))
_state(
    "tokens and positions swapped", "wte holds a row for each token, wpe one for each position."
)(_load(outer=OUTER | {"wte.weight": "wpe", "wpe.weight": "wte"}))
_state("queries and values swapped", "q | k | v stand in this order on both sides.")(
    _load(
        change=lambda name, x: torch.cat(x.chunk(3, -1)[::-1], -1) if name.endswith("_qkv") else x
    )
)
_state("q, k and v cut apart", "Our w_qkv holds all three side by side, as c_attn does.")(
    _load(
        parts={old: new for old, new in PARTS.items() if "qkv" not in new},
        unknown=False,
        extra=lambda theirs: {
            f"blocks.{k.split('.')[1]}.attn.{'w' if _matrix(x) else 'b'}_{letter}": part
            for k, x in theirs.items()
            if "c_attn" in k
            for letter, part in zip("qkv", x.chunk(3, -1), strict=True)
        },
    )
)


@mistake(
    "zero_shot.load_gpt2_state",
    '"transformer." not thought of',
    'Names may begin with "transformer.": take it away first.',
)
def _(hf_state_dict):
    out = {}
    for name, x in hf_state_dict.items():
        if name == "lm_head.weight" or re.fullmatch(r"h\.\d+\.attn\.(bias|masked_bias)", name):
            continue
        name = re.sub(r"^h\.", "blocks.", name)
        for a, b in [
            ("ln_1", "norm1"),
            ("ln_2", "norm2"),
            ("ln_f", "norm"),
            ("attn.c_attn.weight", "attn.w_qkv"),
            ("attn.c_attn.bias", "attn.b_qkv"),
            ("attn.c_proj.weight", "attn.w_out"),
            ("attn.c_proj.bias", "attn.b_out"),
            ("mlp.c_fc.weight", "mlp.w_in"),
            ("mlp.c_fc.bias", "mlp.b_in"),
            ("mlp.c_proj.weight", "mlp.w_out"),
            ("mlp.c_proj.bias", "mlp.b_out"),
            ("wte.weight", "wte"),
            ("wpe.weight", "wpe"),
        ]:
            name = name.replace(a, b)
        out[name] = x
    return out
