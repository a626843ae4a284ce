"""The checks of gptlab/rnn.py."""

from collections.abc import Callable

import torch
from torch import Tensor

from gptlab.exercises.case import EDGE, Case, RandomInputs, case, in_all_dtypes


def _copied(
    cell: torch.nn.Module, w: Tensor, u: Tensor, b: Tensor
) -> tuple[torch.nn.Module, dict[str, Tensor]]:
    """torch's cell in the right kind of number, and our weights as it names them: (out, in), one bias left at 0."""
    suffix = "_l0" if isinstance(cell, torch.nn.RNNBase) else ""
    weights = {"weight_ih": w.T, "weight_hh": u.T, "bias_ih": b, "bias_hh": torch.zeros_like(b)}
    return cell.to(w.dtype), {name + suffix: weight for name, weight in weights.items()}


def _torch_rnn(x: Tensor, h: Tensor, w_xh: Tensor, w_hh: Tensor, b: Tensor) -> Tensor:
    return torch.func.functional_call(
        *_copied(torch.nn.RNNCell(*w_xh.shape), w_xh, w_hh, b), (x, h)
    )


def _torch_gru(x: Tensor, h: Tensor, w: Tensor, u: Tensor, b: Tensor) -> Tensor:
    return torch.func.functional_call(*_copied(torch.nn.GRUCell(len(w), len(u)), w, u, b), (x, h))


def _drawn(seed: int, B: int, C: int, F: int, gates: int, scale: float = 1.0) -> list[Tensor]:
    inputs = RandomInputs(seed)
    return [
        inputs.numbers(*shape) * scale
        for shape in ((B, C), (B, F), (C, gates * F), (F, gates * F), (gates * F,))
    ]


def _large(gates: int) -> list[Tensor]:
    """Two texts with one number each, whose sums are 1,000 and −1,000."""
    numbers = (
        [[1.0], [-1.0]],
        [[0.5], [0.25]],
        [[1000.0] * gates],
        [[0.0] * gates],
        [0.0] * gates,
    )
    return [torch.tensor(part).double() for part in numbers]


def rnn_step() -> list[Case]:
    """torch.nn.RNNCell is the oracle, and one step worked by hand: tanh(2·3 − 4·1 − 1.5) = tanh ½."""
    hand = [
        torch.tensor(numbers).double() for numbers in ([[2.0]], [[4.0]], [[3.0]], [[-1.0]], [-1.5])
    ]
    x, h, *weights = _drawn(71, 2, 3, 4, 1)
    return [
        case(*hand, expected=torch.tensor([[0.46211716]]).double(), about="tanh of one half"),
        *in_all_dtypes(x, h, *weights, oracle=_torch_rnn),
        *in_all_dtypes(*_drawn(72, 3, 5, 2, 1, 0.3), oracle=_torch_rnn, about="small weights"),
        case(x, torch.zeros_like(h), *weights, oracle=_torch_rnn, stage=EDGE, about="a state of 0"),
        case(x[:1], h[:1], *weights, oracle=_torch_rnn, stage=EDGE, about="one text"),
        case(
            *_large(1),
            expected=torch.tensor([[1.0], [-1.0]]).double(),
            stage=EDGE,
            about="sums of ±1,000",
        ),
    ]


def gru_step() -> list[Case]:
    """torch.nn.GRUCell is the oracle, and one step worked by hand.

    With x = 0 and u = 0 the biases alone decide: r does not matter, z = σ(ln 3) = ¾, n = tanh 0 = 0, and the
    new state is ¾ of the old one.
    """
    zero = torch.zeros(1, 1).double()
    hand = (
        zero,
        torch.tensor([[8.0]]).double(),
        torch.zeros(1, 3).double(),
        torch.zeros(1, 3).double(),
    )
    bias = torch.tensor([5.0, 1.0986122886681098, 0.0]).double()
    x, h, *weights = _drawn(73, 2, 3, 4, 3)
    return [
        case(*hand, bias, expected=torch.tensor([[6.0]]).double(), about="z is ¾ and n is 0"),
        *in_all_dtypes(x, h, *weights, oracle=_torch_gru),
        *in_all_dtypes(*_drawn(74, 3, 5, 2, 3, 0.4), oracle=_torch_gru, about="small weights"),
        case(x, torch.zeros_like(h), *weights, oracle=_torch_gru, stage=EDGE, about="a state of 0"),
        case(x[:1], h[:1], *weights, oracle=_torch_gru, stage=EDGE, about="one text"),
        case(*_large(3), oracle=_torch_gru, stage=EDGE, about="sums of ±1,000"),
    ]


def _halving(x: Tensor, h: Tensor) -> Tensor:
    """A step that one can follow by hand."""
    return h / 2 + x


def _with_weights(
    torch_cell: type, seed: int, C: int, F: int, gates: int
) -> tuple[Callable, Callable]:
    """A step with its weights put in, and torch's whole network with the same ones."""
    _, _, *weights = _drawn(seed, 1, C, F, gates, 0.5)
    one_step = _torch_gru if gates == 3 else _torch_rnn

    def step(x: Tensor, h: Tensor) -> Tensor:
        return one_step(x, h, *(weight.to(x.dtype) for weight in weights))

    def whole(step: Callable, xs: Tensor, h0: Tensor) -> Tensor:
        network = _copied(
            torch_cell(C, F, batch_first=True), *(weight.to(xs.dtype) for weight in weights)
        )
        return torch.func.functional_call(*network, (xs, h0[None]))[0]

    return step, whole


def run_rnn() -> list[Case]:
    """torch.nn.RNN and torch.nn.GRU are the oracles, and three steps worked by hand."""
    inputs = RandomInputs(75)
    rnn, torch_rnn = _with_weights(torch.nn.RNN, 76, 5, 4, 1)
    gru, torch_gru = _with_weights(torch.nn.GRU, 77, 2, 3, 3)
    xs, h0 = inputs.numbers(2, 3, 5), inputs.numbers(2, 4)
    numbers = torch.tensor([[[1.0], [2.0], [4.0]]]).double()
    return [
        case(
            _halving,
            numbers,
            torch.tensor([[8.0]]).double(),
            about="each step halves the state and adds the input",
            expected=torch.tensor([[[5.0], [4.5], [6.25]]]).double(),
        ),
        *in_all_dtypes(rnn, xs, h0, oracle=torch_rnn, about="an RNN"),
        *in_all_dtypes(
            gru, inputs.numbers(3, 4, 2), inputs.numbers(3, 3), oracle=torch_gru, about="a GRU"
        ),
        case(rnn, xs[:, :1], h0, oracle=torch_rnn, stage=EDGE, about="one step"),
        case(rnn, xs[:1], h0[:1], oracle=torch_rnn, stage=EDGE, about="one text"),
    ]


def _in_chunks(step: Callable, xs: Tensor, h0: Tensor, length: int) -> Tensor:
    """Step by step; each step whose number is a multiple of `length` starts from a state without a history."""
    states = [h0]
    for t in range(xs.shape[1]):
        before = states[-1].detach() if t % length == 0 else states[-1]
        states.append(step(xs[:, t], before))
    return torch.stack(states[1:], dim=1)


def _gradient_of_last_state(
    run: Callable, step: Callable, xs: Tensor, h0: Tensor, length: int
) -> Tensor:
    """How fast the sum of the last state grows with each input."""
    xs = xs.clone().requires_grad_()
    last = run(step, xs, h0, length)[:, -1].sum()
    if not last.requires_grad:
        return torch.zeros_like(xs).flatten()
    return torch.autograd.grad(last, xs, allow_unused=True, materialize_grads=True)[0].flatten()


def run_truncated() -> list[Case]:
    """Steps worked by hand, and the gradients of a loop over single steps that detaches at each seam."""
    inputs = RandomInputs(78)
    rnn, _ = _with_weights(torch.nn.RNN, 79, 5, 4, 1)
    gru, _ = _with_weights(torch.nn.GRU, 80, 2, 3, 3)
    xs, h0 = inputs.numbers(2, 7, 5), inputs.numbers(2, 4)
    numbers = torch.tensor([[[1.0], [2.0], [4.0], [8.0], [0.0]]]).double()
    start = torch.tensor([[8.0]]).double()

    def against_loop(*arguments, **options) -> list[Case]:
        return in_all_dtypes(*arguments, oracle=_in_chunks, no_gradient_for=(2,), **options)

    return [
        case(
            _halving,
            numbers,
            start,
            2,
            about="each step halves the state and adds the input, length 2",
            expected=torch.tensor([[[5.0], [4.5], [6.25], [11.125], [5.5625]]]).double(),
        ),
        *(
            case(
                _halving,
                numbers,
                start,
                length,
                about=f"the gradient of the last state for each input, length {length}",
                expected=torch.tensor(slopes).double(),
                call=_gradient_of_last_state,
            )
            for length, slopes in (
                (2, [0.0, 0.0, 0.0, 0.0, 1.0]),
                (3, [0.0, 0.0, 0.0, 0.5, 1.0]),
                (4, [0.0, 0.0, 0.0, 0.0, 1.0]),
            )
        ),
        *against_loop(rnn, xs, h0, 3, about="an RNN, 7 steps, length 3"),
        *against_loop(
            gru, inputs.numbers(3, 6, 2), inputs.numbers(3, 3), 2, about="a GRU, 6 steps, length 2"
        ),
        *(
            fine
            for length in (1, 7, 20)
            for fine in against_loop(rnn, xs, h0, length, stage=EDGE, about=f"length {length}")
        ),
        case(rnn, xs[:1], h0[:1], 3, oracle=_in_chunks, stage=EDGE, about="one text"),
    ]
