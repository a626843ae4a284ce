"""Lessons 09 and 10: what size costs. Memory, parameters, computation, and what they buy."""

from gptlab.blanks import blank


@blank(lesson=9, minutes=10, difficulty=2)
def zero_memory_bytes(n_params: float, n_devices: int, stage: int) -> float:
    """Say how many bytes each device holds when a training with Adam is cut up by ZeRO.

    With Ψ parameters in mixed precision, a training keeps          Rajbhandari et al. 2020, §3.1
        2Ψ bytes   the parameters (16 bits each)
        2Ψ bytes   their gradients (16 bits each)
        12Ψ bytes  the optimizer's state: the parameters, m and v, in 32 bits each

    A part is either whole on every device, or cut into N equal pieces, one for each device (§5):
        stage 0 cuts nothing; stage 1 the optimizer's state; stage 2 the gradients as well;
        stage 3 the parameters as well.

    Ψ is `n_params`, N is `n_devices`. The quotient is exact: nothing is rounded.
    Activations and buffers are not counted.

    Example: zero_memory_bytes(100, 4, 1) -> 700.0

    Raises ValueError for any other stage (the check does not ask for it).
    """
    raise NotImplementedError
