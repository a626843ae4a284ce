"""Wrong bodies of gptlab/rnn.py as people write them, and what each is to be told."""

import torch

from gptlab import rnn
from tests.support.natural_ways import natural

PRODUCT = "* for a product of tables"


@natural("rnn.rnn_step", "exp overflows")
def tanh_written_out(x, h, w_xh, w_hh, b):
    z = x @ w_xh + h @ w_hh + b
    return (torch.exp(z) - torch.exp(-z)) / (torch.exp(z) + torch.exp(-z))


@natural("rnn.rnn_step", "exp overflows")
def tanh_with_one_exp(x, h, w_xh, w_hh, b):
    e = torch.exp(2 * (x @ w_xh + h @ w_hh + b))
    return (e - 1) / (e + 1)


def gru(x, h, w, u, b, gate=torch.sigmoid, bend=torch.tanh, back=lambda r, h, u: r * (h @ u)):
    w_r, w_z, w_n = w.chunk(3, dim=1)
    u_r, u_z, u_n = u.chunk(3, dim=1)
    b_r, b_z, b_n = b.chunk(3)
    r = gate(x @ w_r + h @ u_r + b_r)
    z = gate(x @ w_z + h @ u_z + b_z)
    n = bend(x @ w_n + back(r, h, u_n) + b_n)
    return (1 - z) * n + z * h


@natural("rnn.gru_step", "half of tanh for the sigmoid σ")
def half_of_tanh(x, h, w, u, b):
    return gru(x, h, w, u, b, gate=lambda a: (1 + torch.tanh(a)) / 2)


@natural("rnn.gru_step", "a softmax for the sigmoid σ")
def softmax_gates(x, h, w, u, b):
    return gru(x, h, w, u, b, gate=lambda a: a.softmax(-1))


@natural("rnn.gru_step", "the sigmoid σ turned around")
def falling_gates(x, h, w, u, b):
    return gru(x, h, w, u, b, gate=lambda a: 1 / (1 + torch.exp(a)))


@natural("rnn.gru_step", "a straight line for the sigmoid σ")
def clamped_gates(x, h, w, u, b):
    return gru(x, h, w, u, b, gate=lambda a: (a + 0.5).clamp(0, 1))


@natural("rnn.gru_step", "exp overflows")
def sigmoid_written_out(x, h, w, u, b):
    return gru(x, h, w, u, b, gate=lambda a: torch.exp(a) / (1 + torch.exp(a)))


@natural("rnn.gru_step", "exp overflows")
def tanh_of_n_written_out(x, h, w, u, b):
    def bend(a):
        return (torch.exp(a) - torch.exp(-a)) / (torch.exp(a) + torch.exp(-a))

    return gru(x, h, w, u, b, bend=bend)


@natural("rnn.gru_step", "the reset gate r before the product")
def without_brackets(x, h, w, u, b):
    return gru(x, h, w, u, b, back=lambda r, h, u_n: r * h @ u_n)


@natural("rnn.gru_step", "@ for r times h·u_n")
def a_product_of_tables(x, h, w, u, b):
    return gru(x, h, w, u, b, back=lambda r, h, u_n: r @ (h @ u_n))


@natural("rnn.gru_step", "the update gate z the wrong way round")
def other_way_round(x, h, w, u, b):
    x_r, x_z, x_n = (x @ w + b).chunk(3, dim=-1)
    h_r, h_z, h_n = (h @ u).chunk(3, dim=-1)
    z = torch.sigmoid(x_z + h_z)
    return z * torch.tanh(x_n + torch.sigmoid(x_r + h_r) * h_n) + (1 - z) * h


@natural("rnn.gru_step", "the biases left out")
def no_biases(x, h, w, u, b):
    return gru(x, h, w, u, torch.zeros_like(b))


@natural("rnn.run_rnn", "the batch read as time, T times")
def first_axis_by_number(step, xs, h0):
    h, states = h0, []
    for t in range(xs.shape[1]):
        h = step(xs[t], h)
        states.append(h)
    return torch.stack(states, dim=1)


@natural("rnn.run_rnn", "the batch read as time")
def for_x_in_xs(step, xs, h0):
    h, states = h0, []
    for x in xs:
        h = step(x, h)
        states.append(h)
    return torch.stack(states, dim=1)


@natural("rnn.run_rnn", "time in front")
def stack_without_dim(step, xs, h0):
    h, states = h0, []
    for t in range(xs.shape[1]):
        h = step(xs[:, t], h)
        states.append(h)
    return torch.stack(states)


@natural("rnn.run_rnn", "a list of states")
def list_of_states(step, xs, h0):
    h, states = h0, []
    for t in range(xs.shape[1]):
        h = step(xs[:, t], h)
        states.append(h)
    return states


@natural("rnn.run_rnn", "torch.tensor of a list of tensors")
def tensor_of_tensors(step, xs, h0):
    h, states = h0, []
    for t in range(xs.shape[1]):
        h = step(xs[:, t], h)
        states.append(h)
    return torch.tensor(states)


@natural("rnn.run_rnn", "the last state only")
def last(step, xs, h0):
    h = h0
    for t in range(xs.shape[1]):
        h = step(xs[:, t], h)
    return h


@natural("rnn.run_rnn", "every step from h0")
def not_carried(step, xs, h0):
    return torch.stack([step(xs[:, t], h0) for t in range(xs.shape[1])], dim=1)


@natural("rnn.run_rnn", "the numbers of an input read as time")
def last_axis(step, xs, h0):
    h, states = h0, []
    for t in range(xs.shape[2]):
        h = step(xs[:, :, t], h)
        states.append(h)
    return torch.stack(states, dim=1)


@natural("rnn.run_rnn", "an input with an axis of time")
def slice_of_one(step, xs, h0):
    h, states = h0, []
    for t in range(xs.shape[1]):
        h = step(xs[:, t : t + 1], h)
        states.append(h)
    return torch.stack(states, dim=1)


def read_chunks(step, xs, h0, length, hand_on, join=lambda parts: torch.cat(parts, dim=1)):
    h, parts = h0, []
    for chunk in xs.split(length, dim=1):
        states = rnn.run_rnn(step, chunk, h)
        parts.append(states)
        h = hand_on(states)
    return join(parts)


@natural("rnn.run_truncated", "the history never cut")
def result_of_detach_not_used(step, xs, h0, length):
    def hand_on(states):
        h = states[:, -1]
        h.detach()
        return h

    return read_chunks(step, xs, h0, length, hand_on)


@natural("rnn.run_truncated", "the history never cut")
def a_clone_for_detach(step, xs, h0, length):
    return read_chunks(step, xs, h0, length, lambda states: states[:, -1].clone())


@natural("rnn.run_truncated", "the chunks one below the other")
def cat_without_dim(step, xs, h0, length):
    return read_chunks(step, xs, h0, length, lambda states: states[:, -1].detach(), torch.cat)


@natural("rnn.run_truncated", "the results detached")
def all_states_detached(step, xs, h0, length):
    h, parts = h0, []
    for chunk in xs.split(length, dim=1):
        states = rnn.run_rnn(step, chunk, h).detach()
        parts.append(states)
        h = states[:, -1]
    return torch.cat(parts, dim=1)


@natural("rnn.run_truncated", "the rest after the last whole chunk left out")
def whole_chunks_only(step, xs, h0, length):
    h, parts = h0, []
    for i in range(xs.shape[1] // length):
        states = rnn.run_rnn(step, xs[:, i * length : (i + 1) * length], h.detach())
        parts.append(states)
        h = states[:, -1]
    return torch.cat(parts, dim=1)
