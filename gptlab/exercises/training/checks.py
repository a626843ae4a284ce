"""The checks of gptlab/training.py."""

import math

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from gptlab.exercises.case import (
    EDGE,
    PLAIN,
    Case,
    RandomInputs,
    Seed,
    case,
    deep_copy,
    property_holds,
    reproducible,
)
from gptlab.exercises.compare import is_number


def _stretches(function, ids: Tensor, batch_size: int, context: int, generator) -> bool | str:
    """Look every stretch up in a text without repetitions."""
    results = function(ids, batch_size, context, generator)
    if not isinstance(results, (tuple, list, Tensor)) or len(results) != 2:
        return "something that is no pair"
    x, y = results
    if tuple(x.shape) != (batch_size, context) or tuple(y.shape) != (batch_size, context):
        return f"shapes {tuple(x.shape)} and {tuple(y.shape)}"
    place = {token: i for i, token in enumerate(ids.tolist())}
    for read, answer in zip(x.tolist(), y.tolist(), strict=True):
        start = place[read[0]]
        if read != ids.tolist()[start : start + context]:
            return f"x holds {read}, which is no stretch of the text"
        if answer != ids.tolist()[start + 1 : start + 1 + context]:
            return f"x holds {read} and y {answer}"
    return True


def _starts(function, ids: Tensor, batch_size: int, context: int, generator) -> Tensor:
    """How often each place of the text is a start, and whether neighbours in the batch start alike."""
    x = function(ids, batch_size, context, generator)[0]
    place = torch.full((int(ids.max()) + 1,), -1)
    place[ids] = torch.arange(len(ids))
    starts = place[x[:, 0].long()]
    often = torch.bincount(starts, minlength=len(ids)) / batch_size
    return torch.cat([often, (starts[1:] == starts[:-1]).double().mean()[None]])


def get_batch() -> list[Case]:
    """A text without repetitions shows where each stretch comes from."""
    text = torch.tensor([31, 4, 15, 92, 65, 35, 89, 79, 32])
    fifth = torch.tensor([0.2] * 5 + [0] * 4 + [0.2])
    stretch = "each x is a stretch of the text, and y the same stretch one token later"
    exact = (torch.tensor([[31, 4, 15]] * 2), torch.tensor([[4, 15, 92]] * 2))
    inputs = RandomInputs(44)
    drawn = (7 * inputs.numbers(40)).argsort() * 3 + inputs.whole(0, 900)
    seed = Seed(inputs.whole(100, 10**9))
    return [
        case(text[:4], 2, 3, Seed(1), expected=exact, about="a single start"),
        property_holds(_stretches, text, 6, 4, Seed(2), about=stretch),
        property_holds(
            _stretches, torch.stack([text, text], 1)[:, 0], 5, 2, Seed(3), about=stretch
        ),
        property_holds(_stretches, drawn, 9, 7, seed, about=stretch),
        case(
            text,
            6000,
            4,
            Seed(4),
            expected=fifth,
            call=_starts,
            rtol=0.0,
            atol=0.035,
            about="how often each place is a start; how often two neighbours start alike",
        ),
        case(
            text,
            6000,
            4,
            Seed(3),
            expected=fifth,
            call=_starts,
            rtol=0.0,
            atol=0.035,
            about="another seed",
        ),
        property_holds(
            _twice_the_same,
            text,
            7,
            4,
            about="the same stretches from the same seed, and then other ones",
        ),
        property_holds(
            _stretches, text, 1, 4, Seed(5), stage=EDGE, about=f"a batch of one: {stretch}"
        ),
        property_holds(
            _stretches, text, 5, 1, Seed(6), stage=EDGE, about=f"a context of one: {stretch}"
        ),
    ]


def _twice_the_same(function, *arguments) -> bool | str:
    return repeats_of(lambda *given, generator: function(*given, generator), *arguments)


def repeats_of(function, *arguments) -> bool | str:
    """The property of `reproducible`, for a function whose generator is a positional argument."""
    repeated = reproducible(*arguments)
    return repeated.call(function, *arguments, **deep_copy(repeated.options))


def _adamw(param, grad, exp_avg, exp_avg_sq, step, lr, betas, eps, weight_decay):
    """torch's own optimizer, put in the middle of a run."""
    param = param.clone().requires_grad_()
    param.grad = grad.clone()
    optimizer = torch.optim.AdamW(
        [param], lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, foreach=False
    )
    optimizer.state[param] = {
        "step": torch.tensor(step - 1.0),
        "exp_avg": exp_avg.clone(),
        "exp_avg_sq": exp_avg_sq.clone(),
    }
    optimizer.step()
    state = optimizer.state[param]
    return param.detach(), state["exp_avg"], state["exp_avg_sq"]


def adamw_step() -> list[Case]:
    """torch's own optimizer is the oracle; the first step of two numbers by hand."""
    inputs = RandomInputs(41)
    two = torch.tensor([1.0, -2.0]).double(), torch.tensor([0.5, -4.0]).double()
    none = torch.zeros(2).double()
    moved = (
        torch.tensor([0.9, -1.9]).double(),
        torch.tensor([0.05, -0.4]).double(),
        torch.tensor([0.00025, 0.016]).double(),
    )
    param, grad, mean = inputs.numbers(3, 4), inputs.numbers(3, 4), inputs.numbers(3, 4)
    square, zero = inputs.numbers(3, 4) ** 2, torch.zeros(3, 4).double()
    tensors = param, grad, mean, square
    near = {"oracle": _adamw}
    single = [x.float() for x in tensors]
    loose = [x.T.contiguous().T for x in tensors]
    return [
        case(
            *two,
            none,
            none,
            1,
            0.1,
            (0.9, 0.999),
            0.0,
            0.0,
            expected=moved,
            about="the first step: each moves by lr against its gradient's sign",
        ),
        case(
            param,
            grad,
            zero,
            zero,
            1,
            0.1,
            (0.9, 0.99),
            1e-8,
            0.0,
            **near,
            about="the first step, no decay",
        ),
        case(
            param, grad, zero, zero, 1, 0.1, (0.8, 0.95), 0.5, 0.3, **near, about="the first step"
        ),
        case(*tensors, 7, 0.01, (0.9, 0.999), 1e-8, 0.0, **near, about="step 7, no decay"),
        case(*tensors, 3, 0.2, (0.7, 0.9), 0.1, 0.5, **near),
        case(
            *single,
            4,
            0.1,
            (0.9, 0.95),
            1e-3,
            0.1,
            oracle=_adamw,
            rtol=1e-4,
            atol=1e-5,
            about="float32",
        ),
        case(*loose, 5, 0.1, (0.9, 0.95), 1e-3, 0.1, **near, about="not contiguous in memory"),
        case(*tensors, 2, 0.05, (0.0, 0.0), 1e-2, 0.1, **near, stage=EDGE, about="without memory"),
    ]


def _rates(function, steps, *arguments) -> list:
    return [function(step, *arguments) for step in steps]


def _rate(step, warmup, total, max_lr, min_lr):
    """The same curve by the half angle: ½(1 + cos a) = cos²(a/2)."""
    if step < warmup:
        return max_lr / warmup * (step + 1)
    done = min(1.0, (step - warmup) / (total - warmup))
    return min_lr + (max_lr - min_lr) * math.cos(math.pi / 2 * done) ** 2


def _schedule(steps, *arguments, about="", stage=PLAIN) -> Case:
    expected = [_rate(step, *arguments) for step in steps]
    return case(list(steps), *arguments, expected=expected, call=_rates, about=about, stage=stage)


def cosine_schedule() -> list[Case]:
    """Each stretch of the curve by itself, from numbers worked by hand or by the half angle."""
    inputs = RandomInputs(45)
    warmup, total = inputs.whole(20, 90), inputs.whole(200, 900)
    drawn = warmup, total, inputs.between(0.01, 0.1), inputs.between(0.001, 0.01)
    steps = [inputs.whole(0, warmup - 1), *(warmup + inputs.ids(total - warmup, 3)).tolist()]
    return [
        case(0, 4, 100, 0.001, 0.0001, expected=0.00025),
        _schedule(range(5), 5, 25, 2.0, 0.5, about="the warm-up"),
        _schedule(range(5, 25, 4), 5, 25, 2.0, 0.5, about="the cosine"),
        _schedule([0, 3, 6, 9], 0, 12, 1.0, 0.0, about="no warm-up"),
        _schedule([26, 30, 45, 1000], 5, 25, 2.0, 0.5, about="after the end"),
        _schedule(steps, *drawn, about="a step of the warm-up, and three of the cosine"),
        _schedule([24, 25, 26], 5, 25, 2.0, 0.5, stage=EDGE, about="around the end"),
        _schedule([11, 12, 13], 4, 12, 3.0, 1.0, stage=EDGE, about="around the end"),
    ]


def _clipped(function, grads: list[Tensor], max_norm: float) -> list:
    """The norm that came back, and what now stands in the given tensors."""
    given = tuple(grads)
    norm = function(grads, max_norm)
    return norm if norm is None else [torch.as_tensor(norm).double(), *given]


def _torch_clips(grads: list[Tensor], max_norm: float) -> list:
    params = [torch.zeros_like(grad).requires_grad_() for grad in grads]
    for param, grad in zip(params, grads, strict=True):
        param.grad = grad.clone()
    norm = torch.nn.utils.clip_grad_norm_(params, max_norm, foreach=False)
    return [norm, *(param.grad for param in params)]


def clip_by_global_norm() -> list[Case]:
    """torch's clip_grad_norm_ is the oracle, and a length worked by hand."""
    inputs = RandomInputs(42)
    grads = [inputs.numbers(3, 4), inputs.numbers(5), inputs.numbers(2, 1, 3)]
    about = "the norm before, then the gradients after"
    hand = [torch.tensor([3.0]).double(), torch.tensor([0.0, 4.0]).double()]
    factor = 1 / (5 + 1e-6)

    def clip_case(grads, max_norm, about=about, stage=PLAIN, **options):
        return case(
            grads,
            max_norm,
            expected=_torch_clips(grads, max_norm),
            call=_clipped,
            changes=True,
            about=about,
            stage=stage,
            **options,
        )

    return [
        case(
            hand,
            1.0,
            call=_clipped,
            changes=True,
            about=about,
            expected=[
                torch.tensor(5.0).double(),
                3 * factor * torch.ones(1).double(),
                4 * factor * torch.tensor([0, 1.0]).double(),
            ],
        ),
        clip_case(grads, 1.5),
        clip_case(grads[:1], 0.3),
        clip_case(grads, 100.0),
        clip_case(grads, 2.0),
        clip_case(
            [grad.float() for grad in grads], 1.0, about=f"{about}, float32", rtol=1e-5, atol=1e-6
        ),
        clip_case(
            [grads[0].T, grads[2].transpose(0, 2)], 1.0, about=f"{about}, not contiguous in memory"
        ),
        clip_case(
            [torch.zeros(2, 3).double(), torch.zeros(4).double()], 1.0, f"{about}, all 0", EDGE
        ),
    ]


def _weighed(function, labels: list[Tensor], ignore_index: int):
    weights = function(labels) if ignore_index == -100 else function(labels, ignore_index)
    if weights is None or is_number(weights):
        return weights
    return [float(weight) for weight in weights]


def _added_gradients(function, logits: Tensor, labels: list[Tensor], ignore_index: int):
    """Backward through one micro-batch after the other; `logits` has a row for each label of all of them."""
    weights = _weighed(function, labels, ignore_index)
    if not isinstance(weights, list):
        return weights
    logits = logits.clone().requires_grad_()
    first = 0
    for weight, label in zip(weights, labels, strict=True):
        part = logits[first : first + label.numel()]
        loss = cross_entropy(part, label.flatten(), ignore_index=ignore_index)
        (weight * loss).backward()
        first += label.numel()
    return logits.grad


def _gradient_of_the_whole(logits: Tensor, labels: list[Tensor], ignore_index: int) -> Tensor:
    """torch's own mean loss over everything at once."""
    logits = logits.clone().requires_grad_()
    whole = torch.cat([label.flatten() for label in labels])
    return torch.autograd.grad(cross_entropy(logits, whole, ignore_index=ignore_index), logits)[0]


def accumulation_weights() -> list[Case]:
    """Weights worked by hand; then the gradient of the whole batch, by torch."""
    inputs = RandomInputs(43)
    no = -100
    hand = [torch.tensor([[5, 7, 9]]), torch.tensor([[2, no, no]])]
    rows = [torch.tensor([[3, no, 0], [4, no, no]]), torch.tensor([[1, 0, 6, 2, 8]])]
    zero = [torch.tensor([[3, 0], [5, 6]]), torch.tensor([[0, 0, 4]]), torch.tensor([[7], [8]])]
    full = [inputs.ids(11, 2, 3), inputs.ids(11, 4, 5), inputs.ids(11, 1, 7)]
    padded = [label.masked_fill(inputs.numbers(*label.shape) > 0.3, no) for label in full]

    def weighed(labels, *expected, ignore_index=no, **options):
        return case(labels, ignore_index, expected=list(expected), call=_weighed, **options)

    def whole(labels, ignore_index=no, **options):
        n = sum(label.numel() for label in labels)
        logits = inputs.numbers(n, 11)
        expected = _gradient_of_the_whole(logits, labels, ignore_index)
        return case(
            logits, labels, ignore_index, expected=expected, call=_added_gradients, **options
        )

    return [
        weighed(hand, 0.75, 0.25),
        weighed(rows, 3 / 8, 5 / 8, about="a token may have the number 0"),
        weighed(full, 6 / 33, 20 / 33, 7 / 33, about="no padding"),
        weighed(zero, 3 / 6, 1 / 6, 2 / 6, ignore_index=0, about="ignore_index 0"),
        whole(padded, about="the gradients added up, and the gradient of the whole batch"),
        whole(zero, 0, about="the gradients added up, ignore_index 0"),
        weighed(hand[:1], 1.0, stage=EDGE, about="a single micro-batch"),
        weighed(
            [hand[0], torch.tensor([[no, no]]), hand[1]],
            0.75,
            0.0,
            0.25,
            stage=EDGE,
            about="a micro-batch of padding only",
        ),
    ]
