"""Wrong bodies of gptlab/scaling.py: `zero_memory_bytes`."""

from gptlab.exercises.mistake import another_way, mistake

PARAMETERS, GRADIENTS, OPTIMIZER = 2, 2, 12


def _zero(name, hint):
    return mistake("scaling.zero_memory_bytes", name, hint)


def _bytes(
    parts=(OPTIMIZER, GRADIENTS, PARAMETERS),
    cut=lambda part, stage: stage > part,  # part 0 is the first to be cut
    share=lambda held, n: held / n,
    made=lambda total, n_params, n_devices: total,
):
    """The memory with one thing changed; `parts` are in the order in which they are cut."""

    def body(n_params, n_devices, stage):
        total = 0.0
        for part, size in enumerate(parts):
            held = size * n_params
            total += share(held, n_devices) if cut(part, stage) else held
        return made(total, n_params, n_devices)

    return body


_zero("everything cut at every stage", "Below stage 3, something is still whole on every device.")(
    _bytes(cut=lambda part, stage: True)
)
another_way("scaling.zero_memory_bytes", "everything cut at every stage")(
    _bytes(cut=lambda part, stage: stage > 0)
)
_zero("nothing cut", "The argument `n_devices` changes nothing in your result.")(
    _bytes(cut=lambda part, stage: False)
)
_zero(
    "the stages one too early",
    "Stage 0 is a training without ZeRO: every device holds everything.",
)(_bytes(cut=lambda part, stage: stage >= part))
_zero(
    "the stages one too late", "Stage 1 already cuts the optimizer's state; stage 3 cuts all three."
)(_bytes(cut=lambda part, stage: stage > part + 1))
_zero("only the stage's own part cut", "Each stage keeps what the stages before it have cut.")(
    _bytes(cut=lambda part, stage: stage == part + 1)
)
_zero("the parameters never cut", "Stage 3 leaves nothing whole: the parameters are cut too.")(
    _bytes(cut=lambda part, stage: stage > part and part < 2)
)
_zero(
    "the optimizer's state not cut first",
    "Stage 1 takes the largest part, the optimizer's state; then come the gradients.",
)(_bytes((PARAMETERS, GRADIENTS, OPTIMIZER)))
another_way("scaling.zero_memory_bytes", "the optimizer's state not cut first")(
    _bytes((GRADIENTS, OPTIMIZER, PARAMETERS))
)
_zero(
    "gradients in 32 bits",
    "In mixed precision a gradient has 16 bits: 2 bytes. The 32-bit numbers belong to the optimizer.",
)(_bytes((OPTIMIZER, 4, PARAMETERS)))
_zero(
    "everything in 32 bits",
    "Without mixed precision it is 4 + 4 + 8: the sum is the same, but the parts are others.",
)(_bytes((8, 4, 4)))
_zero(
    "the 32-bit parameters forgotten",
    "The optimizer keeps three numbers of 32 bits for each parameter: a copy of it, m and v.",
)(_bytes((8, GRADIENTS, PARAMETERS)))
_zero("one of m and v forgotten", "Adam keeps two means for each parameter, m and v.")(
    _bytes((4, GRADIENTS, PARAMETERS))
)
_zero("the gradients forgotten", "The gradients take 2 bytes each, as many as the parameters.")(
    _bytes((OPTIMIZER, 0, PARAMETERS))
)
_zero("the optimizer's state alone", "The parameters and their gradients take memory too.")(
    _bytes((OPTIMIZER, 0, 0))
)
_zero("the parameters not counted", "The parameters themselves take 2 bytes each.")(
    _bytes((OPTIMIZER, GRADIENTS, 0))
)
_zero("numbers for bytes", "A number of 16 bits is 2 bytes, one of 32 bits is 4.")(
    _bytes((3, 1, 1))
)
_zero("bits for bytes", "A byte has 8 bits.")(_bytes((96, 16, 16)))
_zero("gigabytes", "Bytes are asked for: no division by 10⁹.")(
    _bytes(made=lambda total, n_params, n: total / 1e9)
)
another_way("scaling.zero_memory_bytes", "gigabytes")(
    _bytes(made=lambda total, n_params, n: total / 2**30)
)
_zero("bytes for each parameter", "Multiply by the number of parameters.")(
    _bytes(made=lambda total, n_params, n: total / n_params)
)
_zero("all devices together", "What one device holds is asked for.")(
    _bytes(made=lambda total, n_params, n: total * n)
)
_zero("times the number of devices", "A part that is cut gets smaller: divide.")(
    _bytes(share=lambda held, n: held * n)
)
_zero("divided by N − 1", "A device keeps a piece itself: there are as many pieces as devices.")(
    _bytes(share=lambda held, n: held / max(n - 1, 1))
)
another_way("scaling.zero_memory_bytes", "divided by N − 1")(
    _bytes(share=lambda held, n: held / (n - 1))
)
_zero("rounded down", "`//` throws the remainder away: the quotient is exact.")(
    _bytes(share=lambda held, n: held // n)
)
another_way("scaling.zero_memory_bytes", "rounded down")(
    _bytes(made=lambda total, n_params, n: int(total))
)
_zero("no number for the last stage", "Stage 3 has to give a number too: is a case missing?")(
    lambda n_params, n_devices, stage: None if stage == 3 else _bytes()(n_params, n_devices, stage)
)
_zero("printed instead of handed back", "Is a `return` missing?")(
    lambda n_params, n_devices, stage: None
)


@_zero("divided by the stage", "The stage says which parts are cut, `n_devices` into how many.")
def _(n_params, n_devices, stage):
    return 16 * n_params / max(stage, 1)


@mistake(
    "scaling.zero_memory_bytes",
    "only the parts that are cut",
    "What is not cut lies on every device as well.",
)
def _(n_params, n_devices, stage):
    out = 0
    if stage >= 1:
        out += 12 / n_devices
    if stage >= 2:
        out += 2 / n_devices
    if stage >= 3:
        out += 2 / n_devices
    return n_params * out
