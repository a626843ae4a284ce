"""Wrong bodies of `gpt2_init_std`."""

import math

from gptlab.exercises.mistake import another_way, mistake


def _std(name, hint):
    return mistake("transformer.gpt2_init_std", name, hint)


def _kind(name):
    last, owner = name.split(".")[-1], (["", *name.split(".")])[-2]
    if last.endswith("bias") or last.startswith("b_"):
        return "bias"
    if last.startswith(("norm", "ln_")) or owner.startswith(("norm", "ln_")):
        return "norm"
    if (last == "weight" and owner == "c_proj") or (last == "w_out" and owner in ("attn", "mlp")):
        return "residual"
    return "drawn"


def _table(residual=lambda n: 0.02 / math.sqrt(2 * n), bias=0.0, norm=0.0, kind=_kind):
    return lambda name, n_layers: {
        "residual": residual(n_layers),
        "bias": bias,
        "norm": norm,
        "drawn": 0.02,
    }[kind(name)]


_std(
    "one for all weights", "The projections that write into the residual stream are drawn smaller."
)(_table(residual=lambda n: 0.02))
_std("the 2 left out", "Each layer writes into the stream twice.")(
    _table(residual=lambda n: 0.02 / math.sqrt(n))
)
_std("the root left out", "Variances add up, so standard deviations grow like a root.")(
    _table(residual=lambda n: 0.02 / (2 * n))
)
_std("multiplied by the root", "More layers, smaller numbers.")(
    _table(residual=lambda n: 0.02 * math.sqrt(2 * n))
)
_std("biases drawn", "Biases start at 0, also those of a projection.")(_table(bias=0.02))
_std("norms drawn", "The weights of a norm start at 1, so nothing is drawn.")(_table(norm=0.02))
_std("norms at 1", "What is asked for is the standard deviation, not the value.")(_table(norm=1.0))
_std("only GPT-2's names", "Ours are called w_out, with attn or mlp before it.")(
    _table(kind=lambda name: "drawn" if name.endswith("w_out") else _kind(name))
)
_std("only our names", "GPT-2's are called c_proj.weight.")(
    _table(kind=lambda name: "drawn" if name.endswith("c_proj.weight") else _kind(name))
)
_std(
    "only the attention's projection",
    "A block has two projections that write into the residual stream.",
)(
    _table(
        kind=lambda name: (
            "drawn" if ".mlp." in f".{name}" and _kind(name) == "residual" else _kind(name)
        )
    )
)


_std("0.02 left out", "The root of 2·n_layers divides 0.02, not 1.")(
    _table(residual=lambda n: 1 / math.sqrt(2 * n))
)
_std(
    "a projection's bias drawn",
    "Biases start at 0: of a projection, only the weight is drawn smaller.",
)(
    lambda name, n_layers: (
        0.02 / math.sqrt(2 * n_layers)
        if "c_proj" in name or name.endswith("w_out")
        else _table()(name, n_layers)
    )
)
_std("only norms called norm", "GPT-2's norms are called ln_1, ln_2 and ln_f.")(
    _table(kind=lambda name: "drawn" if ".ln_" in name and "weight" in name else _kind(name))
)
_std("only biases called bias", 'Ours begin with "b_", and torch has one that ends in "_bias".')(
    _table(
        kind=lambda name: (
            "drawn" if _kind(name) == "bias" and not name.endswith(".bias") else _kind(name)
        )
    )
)
_std(
    "b_ looked for anywhere in the name",
    "b_ must begin the last part: w_b_in is a weight.",
)(
    _table(
        kind=lambda name: (
            "bias"
            if "bias" in name or "b_" in name
            else "norm"
            if "norm" in name or "ln_" in name
            else _kind(name)
        )
    )
)
_std("no bias that ends in _bias", 'A last part that ends in "_bias" is a bias too.')(
    _table(kind=lambda name: "drawn" if name.endswith("_bias") else _kind(name))
)


@another_way("transformer.gpt2_init_std", "biases drawn")
def _(name, n_layers):
    last2 = name.split(".")[-2:]
    if any(p.startswith(("norm", "ln_")) for p in last2):
        return 0.0
    if "c_proj" in last2 or last2[-1] == "w_out":
        return 0.02 / math.sqrt(2 * n_layers)
    return 0.02


@mistake(
    "transformer.gpt2_init_std",
    "only the feed-forward projection smaller",
    "Attention's projection writes into the stream as well.",
)
def _(name, n_layers):
    last2 = name.split(".")[-2:]
    if last2[-1] in ("bias",) or last2[-1].startswith("b_") or last2[-1].endswith("_bias"):
        return 0.0
    if any(p.startswith(("norm", "ln_")) for p in last2):
        return 0.0
    if "mlp" in name and ("c_proj" in last2 or last2[-1] == "w_out"):
        return 0.02 / math.sqrt(2 * n_layers)
    return 0.02


@mistake(
    "transformer.gpt2_init_std",
    "only GPT-2's own names",
    "Our names are asked for as well: attn.w_out, mlp.w_out, b_…, norm1.",
)
def _(name, n_layers):
    last2 = name.split(".")[-2:]
    if last2[-1] == "bias":
        return 0.0
    if any(p.startswith("ln_") for p in last2):
        return 0.0
    if last2 == ["c_proj", "weight"]:
        return 0.02 / math.sqrt(2 * n_layers)
    return 0.02


@mistake(
    "transformer.gpt2_init_std",
    "every matrix smaller",
    "Only the two that write into the residual stream.",
)
def _(name, n_layers):
    last2 = name.split(".")[-2:]
    if last2[-1] in ("bias",) or last2[-1].startswith("b_") or last2[-1].endswith("_bias"):
        return 0.0
    if any(p.startswith(("norm", "ln_")) for p in last2):
        return 0.0
    if last2[-1] not in ("wte", "wpe") and not name.endswith(("wte.weight", "wpe.weight")):
        return 0.02 / math.sqrt(2 * n_layers)
    return 0.02
