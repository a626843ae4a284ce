"""How fast a loop has been lately, and so how long the rest of it will take."""

import time
from collections import deque
from collections.abc import Callable
from statistics import median

RECENT = 50  # steps that count
PAUSE = 10.0  # a step so many times as long as the middle one was no step: the machine slept


class Pace:
    """The durations of the last steps, without the pauses between them."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._last = clock()
        self._steps: deque[tuple[float, int]] = deque(maxlen=RECENT)  # seconds, tokens

    def tick(self, n_tokens: int = 0) -> None:
        """A step is done, in which so many tokens were read."""
        now = self._clock()
        self._steps.append((now - self._last, n_tokens))
        self._last = now

    def said(self, steps_left: int) -> dict:
        """What a progress bar wants to know: seconds left and, where tokens were counted, tokens a second."""
        usual = median(seconds for seconds, _ in self._steps)
        kept = [step for step in self._steps if step[0] <= PAUSE * usual]
        seconds = max(sum(seconds for seconds, _ in kept), 1e-9)
        n_tokens = sum(n for _, n in kept)
        said = {"seconds_left": seconds / len(kept) * steps_left}
        return said | ({"tokens_per_s": n_tokens / seconds} if n_tokens else {})
