"""Reference bodies for gptlab/scaling.py."""


def zero_memory_bytes(n_params: float, n_devices: int, stage: int) -> float:
    if stage not in range(4):
        raise ValueError(
            f"stage is {stage}: ZeRO has the stages 1, 2 and 3, and 0 means without it"
        )
    optimizer = 12 * n_params
    gradients = 2 * n_params
    parameters = 2 * n_params
    if stage >= 1:
        optimizer = optimizer / n_devices
    if stage >= 2:
        gradients = gradients / n_devices
    if stage >= 3:
        parameters = parameters / n_devices
    return optimizer + gradients + parameters
