"""Wrong bodies of gptlab/rnn.py."""

import math

import torch

from gptlab.exercises.mistake import another_way, mistake

# ---- rnn_step


def _rnn(name, hint):
    return mistake("rnn.rnn_step", name, hint)


_rnn("no bend", "Without tanh the state grows without bounds.")(
    lambda x, h, w, u, b: x @ w + h @ u + b
)
_rnn("the logistic function for tanh", "The bend is tanh: from −1 to 1.")(
    lambda x, h, w, u, b: torch.sigmoid(x @ w + h @ u + b)
)
_rnn("ReLU for tanh", "The bend is tanh here.")(lambda x, h, w, u, b: torch.relu(x @ w + h @ u + b))
_rnn("the old state left out", "Without h the network remembers nothing.")(
    lambda x, h, w, u, b: torch.tanh(x @ w + b)
)
_rnn("the input left out", "The new state has to know what was read.")(
    lambda x, h, w, u, b: torch.tanh(h @ u + b)
)
_rnn("the bias left out", "The argument `b` changes nothing in your result.")(
    lambda x, h, w, u, b: torch.tanh(x @ w + h @ u)
)
_rnn("the bias added twice", "b enters once.")(
    lambda x, h, w, u, b: torch.tanh(x @ w + b + h @ u + b)
)
_rnn("the bias outside of tanh", "The bias belongs to the sum that is bent.")(
    lambda x, h, w, u, b: torch.tanh(x @ w + h @ u) + b
)
_rnn(
    "the old state added as it is",
    "The old state goes through w_hh, and then through tanh with the rest.",
)(lambda x, h, w, u, b: torch.tanh(x @ w + b) + h)
_rnn(
    "added to the old state",
    "The new state replaces the old one; nothing is carried along beside it.",
)(lambda x, h, w, u, b: h + torch.tanh(x @ w + h @ u + b))
_rnn("w_hh left out", "The old state goes through its own weights first.")(
    lambda x, h, w, u, b: torch.tanh(x @ w + h + b)
)
_rnn("each part bent by itself", "One tanh around the whole sum.")(
    lambda x, h, w, u, b: torch.tanh(x @ w) + torch.tanh(h @ u + b)
)
_rnn("the two bent apart, the bias with the input", "One tanh around the whole sum.")(
    lambda x, h, w, u, b: torch.tanh(x @ w + b) + torch.tanh(h @ u)
)
_rnn("the old state's part outside of tanh", "One tanh around the whole sum.")(
    lambda x, h, w, u, b: torch.tanh(x @ w + b) + h @ u
)
_rnn("w_hh transposed", "Weights are (in, out): they stand right of h as they are.")(
    lambda x, h, w, u, b: torch.tanh(x @ w + h @ u.T + b)
)
_rnn("w_xh transposed", "Weights are (in, out): they stand right of x as they are.")(
    lambda x, h, w, u, b: torch.tanh(x @ w.T + h @ u + b)
)
_rnn("the two weights swapped", "w_xh leads from x to h, w_hh from h to h.")(
    lambda x, h, w, u, b: torch.tanh(x @ u + h @ w + b)
)
_rnn("the state detached", "Backpropagation through time needs the way back through h.")(
    lambda x, h, w, u, b: torch.tanh(x @ w + h.detach() @ u + b)
)


TABLES = "* for a product of tables"
AT = (
    "In the formulas · between a state and its weights is a product of tables: x @ w, with @ for *."
)

_rnn(TABLES, AT)(lambda x, h, w, u, b: torch.tanh(x * w + h * u + b))
_rnn("the weights on the left", "Weights are (in, out): x stands left of them, x @ w.")(
    lambda x, h, w, u, b: torch.tanh(w @ x + u @ h + b)
)
_rnn("math.tanh of a tensor", "math.tanh takes one number; torch.tanh takes a whole table.")(
    lambda x, h, w, u, b: math.tanh(x @ w + h @ u + b)
)


def _tanh_by_exp(a):
    return (a.exp() - (-a).exp()) / (a.exp() + (-a).exp())


def _tanh_by_one_exp(a):
    return ((2 * a).exp() - 1) / ((2 * a).exp() + 1)


OVERFLOW = "exp overflows"
LARGE = "Where the sum is large, e to its power is inf, and inf / inf is nan: torch.tanh and torch.sigmoid know better."

_rnn(OVERFLOW, LARGE)(lambda x, h, w, u, b: _tanh_by_exp(x @ w + h @ u + b))
another_way("rnn.rnn_step", OVERFLOW)(lambda x, h, w, u, b: _tanh_by_one_exp(x @ w + h @ u + b))

# ---- gru_step


def _gru(name, hint):
    return mistake("rnn.gru_step", name, hint)


def _with(
    order=(0, 1, 2),
    gate=torch.sigmoid,
    bend=torch.tanh,
    mix=lambda z, n, h: (1 - z) * n + z * h,
    bias=(1.0, 1.0, 1.0),
    inner=0.0,
    reset=lambda r: r,
    first=False,
):
    """A GRU with one thing changed; `bias` outside and `inner` inside what r multiplies."""

    def body(x, h, w, u, b):
        b = b.chunk(3, dim=-1)
        b = [b[i] for i in order]
        x_r, x_z, x_n = ((x @ w).chunk(3, dim=-1)[i] for i in order)
        h_r, h_z, h_n = ((h @ u).chunk(3, dim=-1)[i] for i in order)
        r = reset(gate(x_r + h_r + bias[0] * b[0]))
        z = gate(x_z + h_z + bias[1] * b[1])
        if first:
            back = (r * h) @ u.chunk(3, dim=-1)[order[2]]
        else:
            back = r * (h_n + inner * b[2])
        return mix(z, bend(x_n + back + bias[2] * b[2]), h)

    return body


ORDER = "The thirds of w, u and b stand in the order r, z, n."

_gru("z before r", ORDER)(_with(order=(1, 0, 2)))
_gru("n in the middle", ORDER)(_with(order=(0, 2, 1)))
_gru("n first", ORDER)(_with(order=(1, 2, 0)))
_gru("the thirds backwards", ORDER)(_with(order=(2, 1, 0)))
_gru("z, n, r", ORDER)(_with(order=(2, 0, 1)))
_gru("the update gate z the wrong way round", "Where z is 1 the old state is kept: z·h.")(
    _with(mix=lambda z, n, h: z * n + (1 - z) * h)
)
_gru(
    "the reset gate r before the product",
    "Here r multiplies h·u_n, as in torch. Python reads r * h @ u_n as (r * h) @ u_n: write the brackets, r * (h @ …).",
)(_with(first=True))
_gru("the reset gate r left out", "r says how much of h·u_n goes into n.")(
    _with(reset=torch.ones_like)
)
_gru("the reset gate r turned around", "r itself multiplies h·u_n, not 1 − r.")(
    _with(reset=lambda r: 1 - r)
)
_gru("b_n inside the reset gate r", "b_n stands outside: r multiplies h·u_n alone.")(
    _with(bias=(1, 1, 0), inner=1.0)
)
_gru("the biases left out", "The argument `b` changes nothing in your result.")(
    _with(bias=(0, 0, 0))
)
_gru("b_n left out", "n has a bias too, in the last third of b.")(_with(bias=(1, 1, 0)))
_gru("biases in n only", "All three have a bias: r, z and n.")(_with(bias=(0, 0, 1)))
_gru("the biases added twice", "b enters once, not with x and again with h.")(
    _with(bias=(2, 2, 1), inner=1.0)
)
_gru("tanh for the gates", "A gate runs from 0 to 1: it is a sigmoid.")(_with(gate=torch.tanh))
_gru("a sigmoid for n", "Only the gates are sigmoids; the candidate n runs from −1 to 1.")(
    _with(bend=torch.sigmoid)
)
_gru("n not bent", "The candidate n goes through tanh.")(_with(bend=lambda n: n))
SIGMOID = "σ(a) = 1 / (1 + e^−a), the logistic function: torch.sigmoid."

_gru("half of tanh for the sigmoid σ", f"(1 + tanh a)/2 is σ(2a), twice as steep. {SIGMOID}")(
    _with(gate=lambda a: (1 + torch.tanh(a)) / 2)
)
_gru(
    "a softmax for the sigmoid σ",
    f"Each gate is a number of its own, they need not sum to 1. {SIGMOID}",
)(_with(gate=lambda a: a.softmax(dim=-1)))
_gru(
    "the sigmoid σ turned around", f"A larger sum opens the gate further: mind the sign. {SIGMOID}"
)(_with(gate=lambda a: torch.sigmoid(-a)))
_gru("a straight line for the sigmoid σ", SIGMOID)(_with(gate=lambda a: (a + 0.5).clamp(0, 1)))
another_way("rnn.gru_step", "a straight line for the sigmoid σ")(
    _with(gate=torch.nn.functional.hardsigmoid)
)
another_way("rnn.gru_step", "a straight line for the sigmoid σ")(
    _with(gate=lambda a: a.clamp(0, 1))
)
_gru(OVERFLOW, LARGE)(_with(gate=lambda a: a.exp() / (1 + a.exp())))
another_way("rnn.gru_step", OVERFLOW)(_with(bend=_tanh_by_exp))
another_way("rnn.gru_step", OVERFLOW)(_with(bend=_tanh_by_one_exp))
another_way("rnn.gru_step", OVERFLOW)(
    _with(gate=lambda a: a.exp() / (1 + a.exp()), bend=_tanh_by_exp)
)


@_gru("@ for r times h·u_n", "r multiplies place by place: r * (h @ …), with one * and one @.")
def _(x, h, w, u, b):
    x_r, x_z, x_n = (x @ w + b).chunk(3, dim=-1)
    h_r, h_z, h_n = (h @ u).chunk(3, dim=-1)
    z = torch.sigmoid(x_z + h_z)
    return (1 - z) * torch.tanh(x_n + torch.sigmoid(x_r + h_r) @ h_n) + z * h


@_gru(TABLES, AT)
def _(x, h, w, u, b):
    x_r, x_z, x_n = (x * w + b).chunk(3, dim=-1)
    h_r, h_z, h_n = (h * u).chunk(3, dim=-1)
    z = torch.sigmoid(x_z + h_z)
    return (1 - z) * torch.tanh(x_n + torch.sigmoid(x_r + h_r) * h_n) + z * h


_gru("gates not bent", "A gate runs from 0 to 1: it is a sigmoid.")(_with(gate=lambda gate: gate))
_gru("the old state forgotten", "Where z is 1 the old state is kept: the result mixes n and h.")(
    _with(mix=lambda z, n, h: (1 - z) * n)
)
_gru("n on top of the old state", "What z keeps of h, 1 − z takes of n.")(
    _with(mix=lambda z, n, h: n + z * h)
)
_gru("no update gate z", "The result mixes the candidate n with the old state.")(
    _with(mix=lambda z, n, h: n)
)
_gru("the mixture bent again", "h' is a mixture of n and h, and nothing more.")(
    _with(mix=lambda z, n, h: torch.tanh((1 - z) * n + z * h))
)


@_gru("the reset gate r over x too", "r multiplies h·u_n alone; x's part goes in whole.")
def _(x, h, w, u, b):
    (x_r, x_z, x_n), (h_r, h_z, h_n) = ((part.chunk(3, dim=-1)) for part in (x @ w + b, h @ u))
    r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
    return (1 - z) * torch.tanh(r * (x_n + h_n)) + z * h


@_gru(
    "every third column to a gate",
    "The columns stand in thirds: all of r, then all of z, then all of n.",
)
def _(x, h, w, u, b):
    w, u, b = (part.unflatten(-1, (-1, 3)).transpose(-1, -2).flatten(-2) for part in (w, u, b))
    return _with()(x, h, w, u, b)


@_gru("the state detached", "Backpropagation through time needs the way back through h.")
def _(x, h, w, u, b):
    return _with()(x, h.detach(), w, u, b)


@_gru("u transposed", "Weights are (in, out): they stand right of h as they are.")
def _(x, h, w, u, b):
    r_u, z_u, n_u = (part.T for part in u.chunk(3, dim=-1))
    return _with()(x, h, w, torch.cat([r_u, z_u, n_u], dim=-1), b)


# ---- run_rnn


def _run(name, hint):
    return mistake("rnn.run_rnn", name, hint)


def _states(step, xs, h0, keep=lambda h: h):
    """The state after every input."""
    h, states = h0, []
    for x in xs.unbind(1):
        h = step(x, keep(h))
        states.append(h)
    return states


_run("every step from h0", "Each step starts from the state that the one before has left.")(
    lambda step, xs, h0: torch.stack([step(x, h0) for x in xs.unbind(1)], dim=1)
)
_run(
    "the state before each input",
    "out[:, t] is the state after input t: h0 is no part of the result.",
)(lambda step, xs, h0: torch.stack([h0, *_states(step, xs, h0)[:-1]], dim=1))
_run("h0 among the results", "h0 is the state before the first input: T inputs give T states.")(
    lambda step, xs, h0: torch.stack([h0, *_states(step, xs, h0)], dim=1)
)
_run("the last input not read", "Every input makes a step: T inputs give T states.")(
    lambda step, xs, h0: torch.stack(_states(step, xs, h0)[:-1], dim=1)
)
_run("the first state not kept", "Keep the state after every input, the first one too.")(
    lambda step, xs, h0: torch.stack(_states(step, xs, h0)[1:], dim=1)
)
_run("the first input not read", "Every input makes a step, the first one too.")(
    lambda step, xs, h0: torch.stack([h0, *_states(step, xs[:, 1:], h0)], dim=1)
)
_run("time in front", "The batch is the first axis of the result.")(
    lambda step, xs, h0: torch.stack(_states(step, xs, h0))
)
_run("time behind", "Time is the second axis of the result, the state the third.")(
    lambda step, xs, h0: torch.stack(_states(step, xs, h0), dim=-1)
)
_run("the last state only", "The result holds the state after every input.")(
    lambda step, xs, h0: _states(step, xs, h0)[-1]
)
_run("the states side by side", "stack makes a new axis; cat does not.")(
    lambda step, xs, h0: torch.cat(_states(step, xs, h0), dim=1)
)
_run("the states one below the other", "stack makes a new axis; cat does not.")(
    lambda step, xs, h0: torch.cat(_states(step, xs, h0))
)
_run("a list of states", "Make one tensor of all the states.")(_states)
_run("from the end to the start", "Reading goes from the first input to the last.")(
    lambda step, xs, h0: torch.stack(_states(step, xs.flip(1), h0)[::-1], dim=1)
)
_run("the last state everywhere", "Keep the state after each input, before it is replaced.")(
    lambda step, xs, h0: torch.stack([_states(step, xs, h0)[-1]] * xs.shape[1], dim=1)
)
_run("input and state swapped", "It is step(x, h): the input comes first.")(
    lambda step, xs, h0: torch.stack(_states(lambda x, h: step(h, x), xs, h0), dim=1)
)
_run("the batch read as time", "Axis 0 of xs is the batch; time is axis 1.")(
    lambda step, xs, h0: torch.stack(_states(step, xs.transpose(0, 1), h0), dim=1)
)
_run("the states summed up", "Each state is kept as it is.")(
    lambda step, xs, h0: torch.stack(_states(step, xs, h0), dim=1).cumsum(1)
)


@_run(
    "the history cut behind every step",
    "A detached state lets no gradient through to what was read before.",
)
def _(step, xs, h0):
    h, states = h0, []
    for x in xs.unbind(1):
        h = step(x, h)
        states.append(h)
        h = h.detach()
    return torch.stack(states, dim=1)


_run(
    "the history cut at every step",
    "A detached state lets no gradient through to what was read before.",
)(lambda step, xs, h0: torch.stack(_states(step, xs, h0, torch.Tensor.detach), dim=1))
_run("a state of 0 at the start", "The argument `h0` changes nothing in your result.")(
    lambda step, xs, h0: torch.stack(_states(step, xs, torch.zeros_like(h0)), dim=1)
)


@_run(
    "the results detached",
    "The gradient has to flow back through every step: no detach, no .data, no no_grad.",
)
def _(step, xs, h0):
    return torch.stack(_states(step, xs, h0), dim=1).detach()


@_run("written over h0", "h0 belongs to the caller: give the new state a name of its own.")
def _(step, xs, h0):
    states = []
    for x in xs.unbind(1):
        h0.copy_(step(x, h0))
        states.append(h0.clone())
    return torch.stack(states, dim=1)


def _by_place(slices, axis=1):
    """A walk along an axis by the numbers of its places."""

    def body(step, xs, h0):
        h, states = h0, []
        for t in range(xs.shape[axis]):
            h = step(slices(xs, t), h)
            states.append(h)
        return torch.stack(states, dim=1)

    return body


_run("the batch read as time, T times", "xs[t] is text t; moment t of all texts is xs[:, t].")(
    _by_place(lambda xs, t: xs[t])
)
_run(
    "the numbers of an input read as time",
    "Axis 1 of xs is time: xs[:, t] is moment t of all texts.",
)(_by_place(lambda xs, t: xs[:, :, t], axis=2))
_run("an input with an axis of time", "xs[:, t:t + 1] keeps the axis of time; xs[:, t] is (B, C).")(
    _by_place(lambda xs, t: xs[:, t : t + 1])
)
_run(
    "torch.tensor of a list of tensors",
    "torch.tensor wants numbers, and cuts the gradient; torch.stack puts tensors side by side.",
)(lambda step, xs, h0: torch.tensor(_states(step, xs, h0)))
