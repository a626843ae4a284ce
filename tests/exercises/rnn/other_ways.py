"""Other ways to write gptlab/rnn.py."""

from functools import reduce
from itertools import accumulate

import torch
import torch.nn.functional as F

from gptlab import rnn
from tests.support.other_ways import other_way


@other_way("rnn.rnn_step")
def with_one_product(x, h, w_xh, w_hh, b):
    return (torch.cat([x, h], dim=1) @ torch.cat([w_xh, w_hh]) + b).tanh()


@other_way("rnn.rnn_step")
def with_linear(x, h, w_xh, w_hh, b):
    return torch.tanh(F.linear(x, w_xh.T) + F.linear(h, w_hh.T, b))


@other_way("rnn.rnn_step")
def with_einsum(x, h, w_xh, w_hh, b):
    inside = (
        torch.einsum("bc,cf->bf", x, w_xh) + torch.einsum("bg,gf->bf", h, w_hh) + b.unsqueeze(0)
    )
    return 2 * torch.sigmoid(2 * inside) - 1


@other_way("rnn.rnn_step")
def torchs_cell(x, h, w_xh, w_hh, b):
    return torch.rnn_tanh_cell(x, h, w_xh.T, w_hh.T, b, torch.zeros_like(b))


@other_way("rnn.gru_step")
def six_products(x, h, w, u, b):
    size = h.shape[1]
    r_, z_, n_ = slice(0, size), slice(size, 2 * size), slice(2 * size, None)
    r = torch.sigmoid(x @ w[:, r_] + h @ u[:, r_] + b[r_])
    z = torch.sigmoid(x @ w[:, z_] + h @ u[:, z_] + b[z_])
    n = torch.tanh(x @ w[:, n_] + b[n_] + r * torch.mm(h, u[:, n_]))
    return n + z * (h - n)


@other_way("rnn.gru_step")
def torchs_gru(x, h, w, u, b):
    return torch.gru_cell(x, h, w.t(), u.t(), b, torch.zeros_like(b))


@other_way("rnn.gru_step")
def with_lerp(x, h, w, u, b):
    from_x, from_h = F.linear(x, w.T, b), F.linear(h, u.T)
    size = h.size(-1)
    r, z = (from_x + from_h)[:, : 2 * size].sigmoid().split(size, dim=-1)
    return torch.lerp((from_x[:, -size:] + r * from_h[:, -size:]).tanh(), h, z)


@other_way("rnn.gru_step")
def with_three_axes(x, h, w, u, b):
    w, u, b = (part.unflatten(-1, (3, -1)) for part in (w, u, b))
    from_x = torch.einsum("bc,cgf->gbf", x, w) + b[:, None]
    from_h = torch.einsum("be,egf->gbf", h, u)
    r, z = 1 / (1 + torch.exp(-(from_x + from_h)[:2]))
    keep = z * h
    return (1 - z) * torch.tanh(from_x[2] + r * from_h[2]) + keep


@other_way("rnn.run_rnn")
def by_index(step, xs, h0):
    out, h = [], h0
    for t in range(xs.shape[1]):
        h = step(xs[:, t], h)
        out.append(h.unsqueeze(1))
    return torch.cat(out, dim=1)


@other_way("rnn.run_rnn")
def into_zeros(step, xs, h0):
    out = xs.new_zeros(xs.shape[0], xs.shape[1], h0.shape[1])
    h = h0
    for t in range(xs.shape[1]):
        h = step(xs[:, t, :], h)
        out[:, t] = h
    return out


@other_way("rnn.run_rnn")
def with_accumulate(step, xs, h0):
    states = list(accumulate(xs.transpose(0, 1), lambda h, x: step(x, h), initial=h0))
    return torch.stack(states[1:]).transpose(0, 1)


@other_way("rnn.run_rnn")
def by_calling_itself(step, xs, h0):
    h = step(xs[:, 0], h0)
    if xs.shape[1] == 1:
        return h[:, None]
    return torch.cat([h[:, None], by_calling_itself(step, xs[:, 1:], h)], dim=1)


@other_way("rnn.run_rnn")
def with_reduce(step, xs, h0):
    states = reduce(lambda hs, x: [*hs, step(x, hs[-1])], xs.unbind(1), [h0])
    return torch.stack(states[1:], 1)


@other_way("rnn.run_truncated")
def detach_at_each_multiple(step, xs, h0, length):
    h, states = h0, []
    for t in range(xs.shape[1]):
        if t > 0 and t % length == 0:
            h = h.detach()
        h = step(xs[:, t], h)
        states.append(h)
    return torch.stack(states, dim=1)


@other_way("rnn.run_truncated")
def by_first_steps_of_chunks(step, xs, h0, length):
    out, h = [], h0.detach()
    for begin in range(0, xs.shape[1], length):
        out.append(rnn.run_rnn(step, xs[:, begin : begin + length], h))
        h = out[-1][:, -1].data
    return torch.cat(out, dim=1)


@other_way("rnn.run_truncated")
def one_chunk_and_the_rest(step, xs, h0, length):
    states = rnn.run_rnn(step, xs[:, :length], h0)
    if xs.shape[1] <= length:
        return states
    rest = one_chunk_and_the_rest(step, xs[:, length:], states[:, -1].detach(), length)
    return torch.cat([states, rest], dim=1)


@other_way("rnn.run_truncated")
def states_first_gradients_after(step, xs, h0, length):
    with torch.no_grad():
        starts = rnn.run_rnn(step, xs, h0)[:, length - 1 :: length]
    parts = xs.split(length, dim=1)
    begin = [h0, *starts.unbind(1)][: len(parts)]
    return torch.cat([rnn.run_rnn(step, part, h) for part, h in zip(parts, begin)], dim=1)


@other_way("rnn.run_truncated")
def a_step_that_counts(step, xs, h0, length):
    steps_taken = 0

    def counted(x, h):
        nonlocal steps_taken
        cut = steps_taken % length == 0
        steps_taken += 1
        return step(x, h.detach() if cut else h)

    return rnn.run_rnn(counted, xs, h0)
