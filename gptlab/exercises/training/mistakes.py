"""Wrong bodies of gptlab/training.py: `get_batch` and `clip_by_global_norm`."""

import torch

from gptlab.exercises.mistake import another_way, mistake

# ---- get_batch


def _batch(name, hint):
    return mistake("training.get_batch", name, hint)


def _cut(first=0, last=0, later=1, stride=1, rows=None, given=True):
    """A get_batch with one thing changed."""

    def body(ids, batch_size, context, generator):
        generator = generator if given else None
        starts = torch.randint(
            first, len(ids) - context + last, (rows or batch_size, 1), generator=generator
        )
        places = starts.expand(batch_size, 1) // stride * stride + torch.arange(context)
        return ids[places], ids[places + later]

    return body


_batch("y is x", "y is what comes one token later.")(_cut(later=0))
_batch("the first start left out", "Places count from 0.")(_cut(first=1))
_batch(
    "the last start left out",
    "randint leaves its upper end out already: count the starts for N = context + 1.",
)(_cut(last=-1))
_batch(
    "a start too far", "y has to end inside the text too: count the starts for N = context + 1."
)(_cut(last=1))
_batch("one start for all", "Every row of the batch draws a start of its own.")(_cut(rows=1))
_batch("blocks that do not overlap", "A stretch may begin at any place, not only at multiples.")(
    _cut(stride=2)
)
_batch("the generator not passed on", "The same seed has to give the same stretches.")(
    _cut(given=False)
)


@_batch(
    "x and y swapped",
    "First what the model reads, then what it must predict: y is one token later.",
)
def _(*arguments):
    return _cut()(*arguments)[::-1]


@_batch(
    "y has another length than x",
    "x and y are equally long: both hold context tokens, y one place later.",
)
def _(ids, batch_size, context, generator):
    starts = torch.randint(len(ids) - context, (batch_size, 1), generator=generator)
    places = starts + torch.arange(context)
    return ids[places], ids[places[:, 1:]]


another_way("training.get_batch", "y has another length than x")(
    lambda ids, batch_size, context, generator: (
        (found := _cut()(ids, batch_size, context, generator))[0],
        found[1][:, :-1],
    )
)


@_batch("always the start of the text", "The starts are drawn.")
def _(ids, batch_size, context, generator):
    return ids[:context].expand(batch_size, -1), ids[1 : context + 1].expand(batch_size, -1)


@_batch("tokens drawn one by one", "Draw the start of a stretch, then read on in order.")
def _(ids, batch_size, context, generator):
    places = torch.randint(len(ids) - context, (batch_size, context), generator=generator)
    return ids[places], ids[places + 1]


_batch("y two tokens later", "y[t] is the token right after x[t]: one later.")(
    _cut(last=-1, later=2)
)
_batch("y one token earlier", "y is what comes after x, not what came before.")(_cut(later=-1))
_batch(
    "starts up to the end of the text",
    "After a start, context + 1 tokens have to follow: the last ones cannot be starts.",
)(_cut(last=3))


@_batch("stretches of context + 1", "x holds `context` tokens, and so does y.")
def _(ids, batch_size, context, generator):
    starts = torch.randint(len(ids) - context, (batch_size, 1), generator=generator)
    places = starts + torch.arange(context + 1)
    return ids[places], ids[places]


@_batch(
    "x without its last, y without its first", "Cut context + 1 tokens first, then take one off."
)
def _(ids, batch_size, context, generator):
    starts = torch.randint(len(ids) - context, (batch_size, 1), generator=generator)
    stretch = ids[starts + torch.arange(context)]
    return stretch[:, :-1], stretch[:, 1:]


@_batch("starts without repeats", "Each start is drawn by itself: two rows may begin at one place.")
def _(ids, batch_size, context, generator):
    starts = torch.randperm(len(ids) - context, generator=generator)[:batch_size]
    places = starts[:, None] + torch.arange(context)
    return ids[places], ids[places + 1]


@_batch("stretches one after the other", "Every row of the batch draws a start of its own.")
def _(ids, batch_size, context, generator):
    first = int(torch.randint(max(len(ids) - batch_size * context, 1), (1,), generator=generator))
    starts = (first + torch.arange(batch_size) * context) % (len(ids) - context)
    places = starts[:, None] + torch.arange(context)
    return ids[places], ids[places + 1]


@_batch("lists for tensors", "torch.stack makes one tensor out of a list of rows.")
def _(ids, batch_size, context, generator):
    x, y = _cut()(ids, batch_size, context, generator)
    return list(x), list(y)


@another_way("training.get_batch", "lists for tensors")
def _(ids, batch_size, context, generator):
    x, y = _cut()(ids, batch_size, context, generator)
    return x, list(y)


# ---- clip_by_global_norm


def _clip(name, hint):
    return mistake("training.clip_by_global_norm", name, hint)


def _norm(grads):
    return torch.cat([grad.flatten() for grad in grads]).norm()


def _scale(grads, factor):
    for grad in grads:
        grad.mul_(factor)


@_clip("each gradient clipped by itself", "One factor for all keeps the direction of the step.")
def _(grads, max_norm):
    norm = _norm(grads)
    for grad in grads:
        grad.mul_(min(1.0, float(max_norm / (grad.norm() + 1e-6))))
    return norm


@_clip("the norm after the scaling", "Hand back the norm as it was before.")
def _(grads, max_norm):
    _scale(grads, (max_norm / (_norm(grads) + 1e-6)).clamp(max=1.0))
    return _norm(grads)


@_clip(
    "short gradients made longer",
    "Where the norm is below max_norm nothing happens: the factor is at most 1.",
)
def _(grads, max_norm):
    norm = _norm(grads)
    _scale(grads, max_norm / (norm + 1e-6))
    return norm


@_clip("norms added up", "Lengths at right angles add up by their squares.")
def _(grads, max_norm):
    norm = sum(grad.norm() for grad in grads)
    _scale(grads, (max_norm / (norm + 1e-6)).clamp(max=1.0))
    return norm


@_clip("the root left out", "The norm is the root of the sum of squares.")
def _(grads, max_norm):
    norm = _norm(grads) ** 2
    _scale(grads, (max_norm / (norm + 1e-6)).clamp(max=1.0))
    return norm


@_clip(
    "new tensors",
    "`grad = grad * factor` names a new tensor: the ones in the list stay as they were.",
)
def _(grads, max_norm):
    return _norm(grads)


@_clip(
    "each number clipped",
    "Clipping single numbers changes the direction; here all are scaled alike.",
)
def _(grads, max_norm):
    norm = _norm(grads)
    for grad in grads:
        grad.clamp_(-max_norm, max_norm)
    return norm


@_clip("the largest number for the norm", "The norm is the root of the sum of all squares.")
def _(grads, max_norm):
    norm = max(grad.abs().max() for grad in grads)
    _scale(grads, (max_norm / (norm + 1e-6)).clamp(max=1.0))
    return norm


@_clip("the factor turned around", "The longer the gradients, the smaller the factor.")
def _(grads, max_norm):
    norm = _norm(grads)
    _scale(grads, (norm / max_norm).clamp(max=1.0))
    return norm


def _clipped(norm_of=_norm, factor_of=lambda norm, most: (most / (norm + 1e-6)).clamp(max=1.0)):
    """Clipping by another norm, or with another factor."""

    def body(grads, max_norm):
        norm = norm_of(grads)
        _scale(grads, factor_of(norm, max_norm))
        return norm

    return body


_clip("a mean of the norms", "The norm is the root of the sum of all squares.")(
    _clipped(lambda grads: sum(grad.norm() for grad in grads) / len(grads))
)
_clip("a sum of absolute values", "The norm is the root of the sum of all squares.")(
    _clipped(lambda grads: sum(grad.abs().sum() for grad in grads))
)
_clip("the last norm only", "All gradients together have one norm: collect them in the loop.")(
    _clipped(lambda grads: grads[-1].norm())
)
_clip("scaled to length 1", "A length above max_norm becomes max_norm, not 1.")(
    _clipped(factor_of=lambda norm, most: (1 / (norm + 1e-6)).clamp(max=1.0))
)
_clip("scaled where it was short", "Above max_norm it is scaled, below it stays.")(
    _clipped(factor_of=lambda norm, most: most / (norm + 1e-6) if norm < most else 1.0)
)


@_clip("the factor handed back", "The norm as it was before is asked for.")
def _(grads, max_norm):
    factor = (max_norm / (_norm(grads) + 1e-6)).clamp(max=1.0)
    _scale(grads, factor)
    return factor


@_clip("nothing handed back", "The norm as it was before is asked for: is a `return` missing?")
def _(grads, max_norm):
    _clipped()(grads, max_norm)


_clip("a mean square for the norm", "The norm is the root of the *sum* of all squares.")(
    _clipped(lambda grads: torch.cat([grad.flatten() for grad in grads]).square().mean().sqrt())
)


@_clip("the limit shared out", "One norm, of all gradients together, and one factor for all.")
def _(grads, max_norm):
    norm = _norm(grads)
    for grad in grads:
        grad.mul_((max_norm / len(grads) / (grad.norm() + 1e-6)).clamp(max=1.0))
    return norm


@_clip("max_norm taken off", "The direction stays only where all are *multiplied* by one number.")
def _(grads, max_norm):
    norm = _norm(grads)
    for grad in grads:
        grad.sub_(torch.sign(grad) * (norm - max_norm).clamp(min=0.0))
    return norm


@mistake(
    "training.get_batch", "a start too many", "The last stretch needs a token behind it, for y."
)
def _(ids, batch_size, context, generator):
    s = torch.randint(0, len(ids) - context + 1, (batch_size,), generator=generator)
    return torch.stack([ids[i : i + context] for i in s]), torch.stack(
        [ids[i + 1 : i + context + 1] for i in s]
    )


@mistake(
    "training.get_batch",
    "only the last target",
    "Every position has its target: y is as long as x.",
)
def _(ids, batch_size, context, generator):
    s = torch.randint(0, len(ids) - context, (batch_size,), generator=generator)
    return torch.stack([ids[i : i + context] for i in s]), ids[s + context]


@mistake(
    "training.get_batch",
    "x rolled around",
    "The last target is the token that follows in the text, not the first of x.",
)
def _(ids, batch_size, context, generator):
    s = torch.randint(0, len(ids) - context, (batch_size,), generator=generator)
    x = torch.stack([ids[i : i + context] for i in s])
    return x, x.roll(-1, 1)


@mistake(
    "training.get_batch",
    "y from other places",
    "x and y are the same stretches: draw the starts once.",
)
def _(ids, batch_size, context, generator):
    s = torch.randint(0, len(ids) - context, (batch_size,), generator=generator)
    r = torch.randint(0, len(ids) - context, (batch_size,), generator=generator)
    return torch.stack([ids[i : i + context] for i in s]), torch.stack(
        [ids[i + 1 : i + context + 1] for i in r]
    )


@mistake(
    "training.get_batch",
    "starts only at multiples of the context",
    "Every place at which a stretch fits is a start.",
)
def _(ids, batch_size, context, generator):
    s = torch.randint(0, (len(ids) - 1) // context, (batch_size,), generator=generator) * context
    return torch.stack([ids[i : i + context] for i in s]), torch.stack(
        [ids[i + 1 : i + context + 1] for i in s]
    )


@mistake("training.get_batch", "rows and columns swapped", "One row for each stretch.")
def _(ids, batch_size, context, generator):
    s = torch.randint(0, len(ids) - context, (batch_size,), generator=generator)
    return torch.stack([ids[i : i + context] for i in s], 1), torch.stack(
        [ids[i + 1 : i + context + 1] for i in s], 1
    )


@another_way("training.clip_by_global_norm", "the factor turned around")
def _(grads, max_norm):
    n = torch.sqrt(sum((g**2).sum() for g in grads))
    if n > max_norm:
        for g in grads:
            g.mul_(n / max_norm)
    return n


@mistake(
    "training.clip_by_global_norm",
    "means of squares",
    "A length is the root of the sum of all squares.",
)
def _(grads, max_norm):
    n = torch.sqrt(sum((g**2).mean() for g in grads))
    f = min(1, max_norm / (n + 1e-6))
    for g in grads:
        g.mul_(f)
    return n
