"""Hints for gptlab/scaling.py."""

HINTS = {
    "zero_memory_bytes": (
        "Take 100 parameters and 4 devices, and write down three numbers for each stage: what one device keeps of the "
        "optimizer's state, of the gradients and of the parameters.",
        "Each of the three parts is divided by n_devices from a certain stage on: which part goes first, which last?",
        "The optimizer's 12 bytes are divided when stage ≥ 1, the gradients' 2 when stage ≥ 2, the parameters' 2 when "
        "stage ≥ 3. Add the three up, times n_params.",
    ),
}
