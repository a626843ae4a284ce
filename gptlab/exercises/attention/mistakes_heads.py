"""Wrong bodies of `split_heads` and `merge_heads`."""

import torch

from gptlab.exercises.mistake import mistake


def _width(x, n_heads):
    return x.shape[2] // n_heads


@mistake(
    "attention.split_heads",
    "reshaped into place",
    "Reshaping never moves a number: cut the width first, then bring the axis of heads forward.",
)
def _(x, n_heads):
    return x.reshape(x.shape[0], n_heads, x.shape[1], _width(x, n_heads))


@mistake(
    "attention.split_heads",
    "every H-th channel to a head",
    "Head h owns D channels that stand side by side.",
)
def _(x, n_heads):
    B, T, _ = x.shape
    return x.reshape(B, T, _width(x, n_heads), n_heads).permute(0, 3, 1, 2)


@mistake(
    "attention.split_heads", "heads not brought forward", "Time and heads have to change places."
)
def _(x, n_heads):
    return x.reshape(*x.shape[:2], n_heads, _width(x, n_heads))


@mistake(
    "attention.split_heads",
    "head width and heads swapped",
    "n_heads is the number of heads, not their width.",
)
def _(x, n_heads):
    return x.reshape(*x.shape[:2], _width(x, n_heads), n_heads).transpose(1, 2)


@mistake("attention.split_heads", "heads in reverse", "Head 0 owns the first D channels.")
def _(x, n_heads):
    return x.reshape(*x.shape[:2], n_heads, _width(x, n_heads)).transpose(1, 2).flip(1)


@mistake(
    "attention.split_heads",
    "heads in front of the batch",
    "torch.stack puts its new axis first unless you name another: dim=1.",
)
def _(x, n_heads):
    return torch.stack(x.chunk(n_heads, dim=-1))


@mistake(
    "attention.split_heads", "the time cut into heads", "Heads share the width C, not the tokens."
)
def _(x, n_heads):
    B, T, C = x.shape
    return x.reshape(B, n_heads, T // n_heads, C)


_ONE_BY_ONE = "It is right, and too slow: each number takes calls of torch. Move axes, or slices."


@mistake("attention.split_heads", "number by number", _ONE_BY_ONE)
def _(x, n_heads):
    B, T, C = x.shape
    D = C // n_heads
    out = x.new_zeros(B, n_heads, T, D)
    for b in range(B):
        for h in range(n_heads):
            for t in range(T):
                for d in range(D):
                    out[b, h, t, d] = x[b, t, h * D + d]
    return out


@mistake(
    "attention.merge_heads",
    "reshaped without moving the heads",
    "Reshaping never moves a number: time has to come before the heads first.",
)
def _(x):
    B, H, T, D = x.shape
    return x.reshape(B, T, H * D)


@mistake(
    "attention.merge_heads",
    "channels of the heads interleaved",
    "All D channels of head 0 come first.",
)
def _(x):
    return x.permute(0, 2, 3, 1).flatten(2)


@mistake(
    "attention.merge_heads",
    "view of a transposed tensor",
    "After transpose the numbers do not lie in that order in memory, and view never copies.",
)
def _(x):
    B, H, T, D = x.shape
    return x.transpose(1, 2).view(B, T, H * D)


@mistake("attention.merge_heads", "heads added up", "Each head keeps channels of its own.")
def _(x):
    return x.sum(dim=1)


@mistake("attention.merge_heads", "heads not joined", "The last two axes have to become one.")
def _(x):
    return x.transpose(1, 2)


@mistake(
    "attention.merge_heads",
    "time and heads joined",
    "Join the heads with the width, not with the time.",
)
def _(x):
    return x.flatten(1, 2)


@mistake("attention.merge_heads", "number by number", _ONE_BY_ONE)
def _(x):
    B, H, T, D = x.shape
    out = x.new_zeros(B, T, H * D)
    for b in range(B):
        for h in range(H):
            for t in range(T):
                for d in range(D):
                    out[b, t, h * D + d] = x[b, h, t, d]
    return out


@mistake(
    "attention.split_heads",
    "time and width swapped",
    "The axes of the result are batch, head, time, width.",
)
def _(x, n_heads):
    b, t, c = x.shape
    return x.reshape(b, t, n_heads, c // n_heads).permute(0, 2, 3, 1)


@mistake(
    "attention.split_heads",
    "the whole width for each head",
    "A head owns C / n_heads channels, and no other head has them.",
)
def _(x, n_heads):
    b, t, c = x.shape
    return x[:, None].expand(b, n_heads, t, c)


@mistake(
    "attention.merge_heads",
    "the mean of the heads",
    "The heads are laid side by side: none is added to another.",
)
def _(x):
    return x.mean(1)
