"""Random expressions that run on the learner's Values and on torch's tensors alike: + × ** tanh and exp."""

import random
from collections.abc import Callable, Collection

N_LEAVES = 4
N_STEPS = 10
# of two earlier results; what goes into a power or into exp has been through tanh, so values stay small
OPERATIONS = {
    "add": lambda a, b: a + b,
    "multiply": lambda a, b: a.tanh() * b,
    "tanh": lambda a, b: (a * b).tanh(),
    "exp": lambda a, b: a.tanh().exp(),
    "square": lambda a, b: (a.tanh() + b.tanh()) ** 2,
    "divide": lambda a, b: b.tanh() * (a.tanh() + 2.0) ** -1,
}


def random_expression(
    seed: int, without: Collection[str] = ()
) -> tuple[Callable[[list], object], list[float]]:
    """An expression of ten operations, some of whose results are used several times, and numbers for its four leaves.

    without  names of operations that are not to occur

    Example: f, leaves = random_expression(0); f([Value(x) for x in leaves]) is a Value
    """
    rng = random.Random(f"gptlab expression {seed}")
    leaves = [rng.uniform(-2, 2) for _ in range(N_LEAVES)]
    names = [name for name in OPERATIONS if name not in without]
    program = [
        (rng.choice(names), rng.randrange(N_LEAVES + i), rng.randrange(N_LEAVES + i))
        for i in range(N_STEPS)
    ]

    def run(numbers: list):
        made = list(numbers)
        for name, i, j in program:
            made.append(OPERATIONS[name](made[i], made[j]))
        return made[-1] + made[-2] + made[-3]

    return run, leaves
