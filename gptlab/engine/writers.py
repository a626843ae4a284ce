"""Many rows of text at once, on all cores: each worker writes some of the rows, with the tokens that one would draw."""

from collections.abc import Callable
from typing import Self

import torch
from torch import Tensor

from gptlab.engine import hardware
from gptlab.engine.model import generate
from gptlab.engine.model.batches import device_of
from gptlab.engine.model.fast import draw
from gptlab.engine.model.gpt import GPT
from gptlab.engine.workers import Workers

LEAST_ROWS = 32  # of a part: a step of fewer costs almost as much
MOST_PARTS = 4

Part = tuple[list[list[int]], int, int, int | None, float, Tensor | None]


class Writers:
    """Writes what `generate.generate_batch` writes, on several cores.

    The rows are cut into parts, as many for one worker as for four. A row is drawn by the random numbers that it has
    when all are written together, so where products of fewer rows round alike, as those of torch on a CPU do, nothing
    changes; whatever they do, the number of workers changes nothing.

    model      does not change until `close`
    n_workers  None = one for each core
    way        as `Workers` takes it
    """

    def __init__(self, model: GPT, n_workers: int | None = None, way: str | None = None) -> None:
        self.model = model
        n = hardware.workers() if n_workers is None else n_workers
        on_cpu = device_of(model).type == "cpu"
        self.workers = Workers({"write": self._part}, min(n, MOST_PARTS) if on_cpu else 1, way)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        """End the workers."""
        self.workers.close()

    def write(
        self,
        prompts: list[list[int]],
        max_new_tokens: int,
        stop_id: int | None = None,
        temperature: float = 1.0,
        generator: torch.Generator | None = None,
    ) -> list[list[int]]:
        """Continue every prompt, as `generate_batch` does without filters; it raises what that raises."""
        n_parts = min(MOST_PARTS, len(prompts) // LEAST_ROWS)
        draws = temperature >= generate.LEAST_TEMPERATURE
        if n_parts < 2 or max_new_tokens < 1 or (draws and not self._knows_the_draw()):
            return generate.generate_batch(
                self.model, prompts, max_new_tokens, stop_id, temperature, generator=generator
            )
        generate.check_room(self.model, prompts, max_new_tokens)
        numbers = _Numbers(generator, len(prompts)) if draws else None
        uniform = numbers.of(max_new_tokens) if numbers else None  # (steps, B, 1)
        longest = max(map(len, prompts))
        bounds = [len(prompts) * i // n_parts for i in range(n_parts + 1)]
        parts: list[Part] = []
        for start, end in zip(bounds, bounds[1:]):
            own = None if uniform is None else uniform[:, start:end].clone()
            parts.append((prompts[start:end], longest, max_new_tokens, stop_id, temperature, own))
        rows = [row for part in self.workers.map("write", parts) for row in part]
        if numbers:
            numbers.of(max(map(len, rows)))
        return rows

    def _knows_the_draw(self) -> bool:
        """Whether a token is what `draw.draw` makes of one random number a row: only then can rows be shared out."""
        return self.model.wte.dtype == torch.float32 and draw.is_proven()

    def _part(self, part: Part) -> list[list[int]]:
        prompts, longest, max_new_tokens, stop_id, temperature, uniform = part
        choose = _likeliest(temperature) if uniform is None else _drawn(temperature, uniform)
        return generate.write_rows(self.model, prompts, longest, max_new_tokens, stop_id, choose)


class _Numbers:
    """A generator's next numbers, which can be taken again: how many steps there will be shows at the end."""

    def __init__(self, generator: torch.Generator | None, n: int) -> None:
        self.generator = torch.default_generator if generator is None else generator
        self.before = self.generator.get_state()
        self.n = n

    def of(self, steps: int) -> Tensor:
        """Those of so many steps, after which the generator is left; (steps, B, 1)."""
        self.generator.set_state(self.before)
        rows = [draw.uniform(self.n, self.generator, "cpu") for _ in range(steps)]
        return torch.stack(rows)


def _likeliest(temperature: float) -> Callable[[Tensor, int], Tensor]:
    return lambda logits, _: generate.next_tokens(logits, temperature)


def _drawn(temperature: float, uniform: Tensor) -> Callable[[Tensor, int], Tensor]:
    return lambda logits, step: draw.draw(logits, temperature, uniform[step])
