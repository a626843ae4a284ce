"""Wrong bodies of gptlab/neural_lm.py."""

import math

import torch

from gptlab.exercises.mistake import another_way, mistake

# ---- context_windows


def _windows(name, hint):
    return mistake("neural_lm.context_windows", name, hint)


def _cut(ids, n, first=0, step=1, spare=0, later=None):
    """Windows of n tokens and what stands `later` places behind their start."""
    starts = range(first, len(ids) - n - spare, step)
    contexts = [ids[i : i + n] for i in starts]
    return torch.stack(contexts), torch.stack(
        [ids[i + (n if later is None else later)] for i in starts]
    )


_windows("windows that do not overlap", "The next window begins one token later, not n.")(
    lambda ids, n: _cut(ids, n, step=n)
)
_windows("the last window left out", "T tokens hold T − n windows: count them for T = n + 1.")(
    lambda ids, n: (
        _cut(ids, n, spare=1) if len(ids) > n + 1 else (ids.new_zeros(0, n), ids.new_zeros(0))
    )
)
_windows("the first window left out", "Places count from 0.")(
    lambda ids, n: (
        _cut(ids, n, first=1) if len(ids) > n + 1 else (ids.new_zeros(0, n), ids.new_zeros(0))
    )
)
_windows(
    "the target is the window's last token",
    "The target must not stand in the window: it comes right behind.",
)(lambda ids, n: _cut(ids, n, later=n - 1))
_windows(
    "the target is the token after the first", "The target comes right behind the whole window."
)(lambda ids, n: _cut(ids, n, later=1))
_windows("the newest token first", "The window reads as the text does, the oldest token first.")(
    lambda ids, n: (_cut(ids, n)[0].flip(1), _cut(ids, n)[1])
)
_windows("windows and targets swapped", "First what the model reads, then what it must predict.")(
    lambda ids, n: _cut(ids, n)[::-1]
)
_windows("rows and columns swapped", "Each row is one window.")(
    lambda ids, n: (_cut(ids, n)[0].T, _cut(ids, n)[1])
)
_windows("targets in a column", "Targets have one axis, as cross_entropy wants them.")(
    lambda ids, n: (_cut(ids, n)[0], _cut(ids, n)[1][:, None])
)
_windows("lists for tensors", "Both results are tensors.")(
    lambda ids, n: tuple(part.tolist() for part in _cut(ids, n))
)
_windows(
    "a window without a target", "No token follows the last n tokens: there are T − n windows."
)(lambda ids, n: (ids.unfold(0, n, 1), ids[n:]))
_windows("a target one token too far", "The target is the very next token.")(
    lambda ids, n: (ids[:-1].unfold(0, n, 1)[:-1], ids[n + 1 :])
)


@_windows(
    "targets shifted like the windows",
    "For each window one token, the next; not the window one token later.",
)
def _(ids, n):
    contexts = ids.unfold(0, n, 1)
    return contexts[:-1], contexts[1:]


_windows(
    "torch.tensor of a list of tensors",
    "torch.tensor wants numbers; torch.stack puts tensors below each other.",
)(lambda ids, n: torch.tensor([ids[i : i + n] for i in range(len(ids) - n)]))
_windows(
    "the text without its last tokens as targets",
    "The first target is token n: drop the first n tokens, not the last.",
)(lambda ids, n: (_cut(ids, n)[0], ids[:-n]))
_windows("a list of windows for a tensor", "torch.stack makes one tensor of the windows.")(
    lambda ids, n: (list(_cut(ids, n)[0]), _cut(ids, n)[1])
)
_windows(
    "windows of different lengths",
    "Slices behind the end come out shorter: stop where n tokens and a target are left.",
)(lambda ids, n: torch.stack([ids[i : i + n] for i in range(len(ids))]))
_windows("windows one token too late", "Window 0 begins with token 0.")(
    lambda ids, n: (ids[1:].unfold(0, n, 1), ids[n:])
)

# ---- mlp_logits


def _mlp(name, hint):
    return mistake("neural_lm.mlp_logits", name, hint)


def _with(
    join=lambda words: words.flatten(1),
    bend=torch.tanh,
    end=lambda scores: scores,
    inner=1.0,
    outer=1.0,
    after=0.0,
):
    """The network with one thing changed."""

    def body(context_ids, embedding, w_hidden, b_hidden, w_out, b_out):
        x = join(embedding[context_ids])
        hidden = bend(x @ w_hidden + inner * b_hidden) + after * b_hidden
        return end(hidden @ w_out + outer * b_out)

    return body


PLACES = "Sum, mean or last vector are too narrow: each place keeps channels of its own, side by side, (B, T·C)."

_mlp("one vector for all places", PLACES)(_with(join=lambda words: words.sum(1)))


def _cut_to_fit(merge):
    """One vector for all places, and of w_hidden only the rows that fit it."""

    def body(context_ids, embedding, w_hidden, b_hidden, w_out, b_out):
        rows = w_hidden[: embedding.shape[1]]
        return _with(join=merge)(context_ids, embedding, rows, b_hidden, w_out, b_out)

    return body


for _merge in (
    lambda words: words.sum(1),
    lambda words: words.mean(1),
    lambda words: words[:, -1],
):
    another_way("neural_lm.mlp_logits", "one vector for all places")(_cut_to_fit(_merge))
_mlp(
    "the places not joined",
    "The vectors of the T places still have to become one, side by side, (B, T·C).",
)(_with(join=lambda words: words))
_mlp("channels of the places interleaved", "All C channels of the oldest token come first.")(
    _with(join=lambda words: words.transpose(1, 2).flatten(1))
)
_mlp("the newest token first", "All C channels of the oldest token come first.")(
    _with(join=lambda words: words.flip(1).flatten(1))
)
_mlp("texts mixed up", "Reshaping never moves a number: the batch has to stay the first axis.")(
    _with(join=lambda words: words.transpose(0, 1).reshape(words.shape[0], -1))
)
_mlp("no bend", "Without tanh the two layers are one.")(_with(bend=lambda x: x))
_mlp("ReLU for tanh", "The bend is tanh here.")(_with(bend=torch.relu))
_mlp("the logistic function for tanh", "The bend is tanh: from −1 to 1.")(_with(bend=torch.sigmoid))
_mlp("b_hidden left out", "One of the two biases changes nothing in your result.")(_with(inner=0.0))
_mlp("b_out left out", "One of the two biases changes nothing in your result.")(_with(outer=0.0))
_mlp("b_hidden added after the bend", "The hidden layer's bias belongs inside tanh.")(
    _with(inner=0.0, after=1.0)
)
_mlp("a softmax at the end", "The result is scores: cross_entropy makes probabilities of them.")(
    _with(end=lambda scores: scores.softmax(-1))
)
_mlp(
    "a log-softmax at the end", "The result is scores: cross_entropy makes probabilities of them."
)(_with(end=lambda scores: scores.log_softmax(-1)))
_mlp("a bend at the end", "Scores may be as large as they like: only the hidden layer bends.")(
    _with(end=torch.tanh)
)
_mlp("the vectors bent too", "Only the hidden layer bends; the vectors go in as they are.")(
    _with(join=lambda words: words.flatten(1).tanh())
)


@_mlp("the first rows of the embedding", "A token's id says which row is its own.")
def _(context_ids, embedding, w_hidden, b_hidden, w_out, b_out):
    x = embedding[: context_ids.shape[1]].flatten().expand(len(context_ids), -1)
    return torch.tanh(x @ w_hidden + b_hidden) @ w_out + b_out


@_mlp("the vectors detached", "The vectors are learnt too: the gradient has to reach them.")
def _(context_ids, embedding, *rest):
    return _with()(context_ids, embedding.detach(), *rest)


@_mlp("weights transposed", "Weights are (in, out): they stand right of x as they are.")
def _(context_ids, embedding, w_hidden, b_hidden, w_out, b_out):
    return torch.tanh(embedding[context_ids].flatten(1) @ w_hidden.T + b_hidden) @ w_out.T + b_out


_mlp("both biases left out", "b_hidden and b_out change nothing in your result.")(
    _with(inner=0.0, outer=0.0)
)
_mlp("the batch flattened too", "flatten() joins all axes; the batch has to stay: flatten(1).")(
    _with(join=lambda words: words.flatten())
)


@_mlp("math.tanh of a tensor", "math.tanh takes one number; torch.tanh takes a whole table.")
def _(context_ids, embedding, w_hidden, b_hidden, w_out, b_out):
    x = embedding[context_ids].flatten(1)
    return math.tanh(x @ w_hidden + b_hidden) @ w_out + b_out


@_mlp(
    "* for a product of tables",
    "In the formula · between x and its weights is a product of tables: x @ w, with @ for *.",
)
def _(context_ids, embedding, w_hidden, b_hidden, w_out, b_out):
    return torch.tanh(embedding[context_ids].flatten(1) * w_hidden + b_hidden) * w_out + b_out


LEFT = "neural_lm.mlp_logits", "the weights on the left"


@mistake(*LEFT, "Weights are (in, out): x stands left of them, x @ w_hidden.")
def _(context_ids, embedding, w_hidden, b_hidden, w_out, b_out):
    return w_out @ torch.tanh(w_hidden @ embedding[context_ids].flatten(1) + b_hidden) + b_out


@_mlp(
    "the ids themselves for their vectors", "An id is a name, no quantity: embedding[context_ids]."
)
def _(context_ids, embedding, w_hidden, b_hidden, w_out, b_out):
    x = context_ids.to(w_hidden.dtype)
    return torch.tanh(x @ w_hidden + b_hidden) @ w_out + b_out


# ---- sgd_step


def _sgd(name, hint):
    return mistake("neural_lm.sgd_step", name, hint)


def _moved(change):
    return lambda params, grads, lr: [change(p, g, lr) for p, g in zip(params, grads, strict=True)]


_sgd("uphill", "The gradient points to where the loss grows.")(_moved(lambda p, g, lr: p + lr * g))
_sgd("the learning rate left out", "The argument `lr` changes nothing in your result.")(
    _moved(lambda p, g, lr: p - g)
)
_sgd("divided by the learning rate", "A small learning rate makes a small step.")(
    _moved(lambda p, g, lr: p - g / lr)
)
_sgd("the step without the parameter", "The result is where the parameter is after the step.")(
    _moved(lambda p, g, lr: -lr * g)
)
_sgd("the parameter shrunk", "The step is taken from θ; it is not a share of θ.")(
    _moved(lambda p, g, lr: p * (1 - lr * g))
)
_sgd("the signs of the gradient", "A steep slope makes a long step.")(
    _moved(lambda p, g, lr: p - lr * g.sign())
)
_sgd("the gradient's length taken out", "A steep slope makes a long step.")(
    _moved(lambda p, g, lr: p - lr * g / g.norm())
)
_sgd("the learning rate times θ too", "Only the gradient is multiplied by lr.")(
    _moved(lambda p, g, lr: lr * (p - g))
)
_sgd(
    "divided by the number of parameters",
    "No parameter's step grows shorter because there are others: leave len(params) out.",
)(lambda params, grads, lr: _moved(lambda p, g, lr: p - lr * g / len(params))(params, grads, lr))
_sgd("nothing moved", "The result is the same as params.")(_moved(lambda p, g, lr: p.clone()))
_sgd("only the first parameter", "Every parameter takes its step.")(
    lambda params, grads, lr: [params[0] - lr * grads[0], *params[1:]]
)
_sgd("one tensor alone", "The result is a list, as long as params.")(
    lambda params, grads, lr: params[0] - lr * grads[0]
)
_sgd("a list minus a list", "A list is no tensor: go through params and grads in pairs.")(
    lambda params, grads, lr: params - lr * grads
)


@_sgd(
    "written into what was given",
    "The result is a new list of new tensors: no -=, no sub_, no params[i] = …, on"
    " what the caller gave you.",
)
def _(params, grads, lr):
    for param, grad in zip(params, grads, strict=True):
        param -= lr * grad
    return params


@_sgd("nothing handed back", "The new tensors have to be returned.")
def _(params, grads, lr):
    [param - lr * grad for param, grad in zip(params, grads, strict=True)]


_sgd(
    "the grads of the parameters for those given",
    "The gradients are in grads; .grad is empty here.",
)(_moved(lambda p, g, lr: p - lr * p.grad))
_sgd("stacked into one tensor", "Parameters differ in shape: the result is a list of tensors.")(
    lambda params, grads, lr: torch.stack(_moved(lambda p, g, lr: p - lr * g)(params, grads, lr))
)
_sgd(
    "a return inside the loop",
    "return ends the function at the first parameter: put it behind the loop.",
)(lambda params, grads, lr: [params[0] - lr * grads[0]])


@mistake(
    "neural_lm.context_windows",
    "windows filled up with zeros",
    "Only whole windows count: the first one is ids[0] … ids[n − 1].",
)
def _(ids, n):
    w = torch.stack(
        [
            torch.cat([torch.zeros(max(0, n - i), dtype=ids.dtype), ids[max(0, i - n) : i]])
            for i in range(1, len(ids))
        ]
    )
    return w, ids[1:]


@mistake(
    "neural_lm.mlp_logits",
    "the bend before the hidden layer",
    "tanh goes over d + H·x, the hidden units, not over x.",
)
def _(context_ids, embedding, w_hidden, b_hidden, w_out, b_out):
    x = torch.tanh(embedding[context_ids].flatten(1))
    return (x @ w_hidden + b_hidden) @ w_out + b_out


@mistake(
    "neural_lm.mlp_logits",
    "the vectors averaged",
    "The vectors stand side by side, so that each place has weights of its own.",
)
def _(context_ids, embedding, w_hidden, b_hidden, w_out, b_out):
    x = embedding[context_ids].sum(1)
    t = context_ids.shape[1]
    return (
        torch.tanh(x @ w_hidden.view(t, -1, w_hidden.shape[1]).mean(0) + b_hidden) @ w_out + b_out
    )
