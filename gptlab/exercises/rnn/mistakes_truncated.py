"""Wrong bodies of rnn.run_truncated."""

import torch

from gptlab import rnn
from gptlab.exercises.mistake import another_way, mistake

KEY = "rnn.run_truncated"


def _wrong(name, hint):
    return mistake(KEY, name, hint)


def _chunks(step, xs, h0, length, between=torch.Tensor.detach, keep=lambda states: states):
    """The states of each chunk; `between` is what happens to the state at a seam, `keep` to the results."""
    h, chunks = h0, []
    for chunk in xs.split(length, dim=1):
        states = rnn.run_rnn(step, chunk, h)
        chunks.append(keep(states))
        h = between(states[:, -1])
    return chunks


def _joined(**how):
    return lambda step, xs, h0, length: torch.cat(_chunks(step, xs, h0, length, **how), dim=1)


_wrong(
    "the history never cut",
    "The gradient still reaches beyond the seam. detach gives a new tensor: is that the one you use?",
)(_joined(between=lambda h: h))
_wrong(
    "the history cut at every step",
    "Within a chunk the gradient is complete: only the state that a chunk begins with is cut off.",
)(lambda step, xs, h0, length: rnn.run_rnn(lambda x, h: step(x, h.detach()), xs, h0))
_wrong(
    "every chunk from h0",
    "The state goes on: a chunk begins with the last state of the chunk before.",
)(
    lambda step, xs, h0, length: torch.cat(
        [rnn.run_rnn(step, chunk, h0) for chunk in xs.split(length, dim=1)], dim=1
    )
)
_wrong(
    "every chunk but the first from 0",
    "The state goes on; only its history ends.",
)(_joined(between=torch.zeros_like))
_wrong(
    "every chunk from 0",
    "The state goes on; only its history ends. And the first chunk begins with h0.",
)(
    lambda step, xs, h0, length: torch.cat(
        [rnn.run_rnn(step, chunk, torch.zeros_like(h0)) for chunk in xs.split(length, dim=1)], dim=1
    )
)
_wrong(
    "the results detached",
    "The results keep their history: the loss needs it. Cut only what goes into the next chunk.",
)(_joined(keep=torch.Tensor.detach))
_wrong(
    "the results of all chunks but the last detached",
    "Every chunk's results keep their history, back to the chunk's first input.",
)(
    lambda step, xs, h0, length: torch.cat(
        [
            *(states.detach() for states in _chunks(step, xs, h0, length)[:-1]),
            _chunks(step, xs, h0, length)[-1],
        ],
        dim=1,
    )
)
_wrong(
    "the rest after the last whole chunk left out",
    "T need not be a multiple of length: the last chunk may be shorter. T inputs give T states.",
)(
    lambda step, xs, h0, length: torch.cat(
        _chunks(step, xs[:, : xs.shape[1] // length * length], h0, length), dim=1
    )
)
_wrong(
    "the first state of a chunk handed on",
    "The next chunk begins with the *last* state, states[:, -1].",
)(lambda step, xs, h0, length: _handing_on(step, xs, h0, length, lambda states: states[:, 0]))
_wrong("the last chunk only", "The result holds the states of all chunks.")(
    lambda step, xs, h0, length: _chunks(step, xs, h0, length)[-1]
)
_wrong("a list of chunks", "Join the chunks to one tensor: torch.cat along time.")(_chunks)
_wrong(
    "the chunks one below the other",
    "Time is axis 1: torch.cat(…, dim=1). Without dim it joins along the batch.",
)(lambda step, xs, h0, length: torch.cat(_chunks(step, xs, h0, length)))
_wrong(
    "stack for cat", "stack makes a new axis; the chunks are to be joined along time, with cat."
)(lambda step, xs, h0, length: torch.stack(_chunks(step, xs, h0, length), dim=1))
_wrong(
    "length taken for the number of chunks",
    "length is how many steps a chunk has. split takes that, chunk takes how many chunks there are.",
)(
    lambda step, xs, h0, length: _at_seams(
        step, xs, h0, set(range(0, xs.shape[1], -(-xs.shape[1] // length)))
    )
)
_wrong(
    "every seam one step late",
    "Step 0 begins the first chunk, and steps length, 2·length, … the next ones.",
)(
    lambda step, xs, h0, length: _at_seams(
        step, xs, h0, {t for t in range(xs.shape[1]) if t % length == 1 % length}
    )
)
_wrong(
    "every seam one step early",
    "A chunk has `length` steps; the seam comes after them.",
)(
    lambda step, xs, h0, length: _at_seams(
        step, xs, h0, {t for t in range(xs.shape[1]) if t % length == length - 1}
    )
)
_wrong(
    "one seam only", "There is a seam after every `length` steps, not only after the first ones."
)(lambda step, xs, h0, length: _at_seams(step, xs, h0, {length}))
_wrong("the chunk's first input not read", "Every input makes a step.")(
    lambda step, xs, h0, length: torch.cat(
        [
            rnn.run_rnn(step, chunk[:, 1:], h0.detach()) if chunk.shape[1] > 1 else chunk[:, :0, :1]
            for chunk in xs.split(length, dim=1)
        ],
        dim=1,
    )
)


def _handing_on(step, xs, h0, length, which):
    """Chunks of which something else is handed on."""
    h, chunks = h0, []
    for chunk in xs.split(length, dim=1):
        chunks.append(rnn.run_rnn(step, chunk, h))
        h = which(chunks[-1]).detach()
    return torch.cat(chunks, dim=1)


def _at_seams(step, xs, h0, seams):
    """A loop over single steps that cuts the history before these ones."""
    h, states = h0, []
    for t, x in enumerate(xs.unbind(1)):
        h = step(x, h.detach() if t in seams else h)
        states.append(h)
    return torch.stack(states, dim=1)


@another_way(KEY, "the first state of a chunk handed on")
def _(step, xs, h0, length):
    h, chunks = h0, []
    for start in range(0, xs.shape[1], length):
        states = rnn.run_rnn(step, xs[:, start : start + length], h.detach())
        chunks.append(states)
        h = states[0]
    return torch.cat(chunks, dim=1)


@another_way("rnn.run_truncated", "every seam one step late")
def _(step, xs, h0, length):
    outs, h = [], h0
    for t in range(xs.shape[1]):
        h = step(xs[:, t], h)
        if t % length == 0:
            h = h.detach()
        outs.append(h)
    return torch.stack(outs, 1)


@mistake(
    "rnn.run_truncated",
    "the last state of each chunk detached",
    "The state that is handed on is cut, not the one in the result.",
)
def _(step, xs, h0, length):
    outs, h = [], h0
    for t in range(xs.shape[1]):
        h = step(xs[:, t], h)
        if (t + 1) % length == 0:
            h = h.detach()
        outs.append(h)
    return torch.stack(outs, 1)
