"""From tokens to the text that a client sees: whole characters, and nothing of a stop string."""

import codecs
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class TokenInfo:
    """One token as logprobs show it.

    offset   characters before it, in the text that it belongs to
    logprob  of this token; None where nothing stands before it
    top      the likeliest tokens and their log-probabilities
    """

    id: int
    offset: int
    logprob: float | None = None
    top: tuple[tuple[int, float], ...] = ()


class TextStream:
    """Takes bytes token by token and gives text, each character once it is whole.

    Text that may be the beginning of a stop string is held back until it shows whether it is one. The first stop
    string ends the text, and is not part of it; of a character that never became whole nothing is given.
    """

    def __init__(self, stops: Sequence[str] = ()) -> None:
        self.stops = tuple(stops)
        self.stopped = False
        self.n_read = 0  # characters that the tokens so far make
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._held = ""

    def feed(self, piece: bytes) -> str:
        """The text that one more token makes certain."""
        if self.stopped:
            return ""
        new = self._decoder.decode(piece)
        self.n_read += len(new)
        text = self._held + new
        found = [at for at in map(text.find, self.stops) if at >= 0]
        if found:
            self.stopped = True
            self._held = ""
            return text[: min(found)]
        n_held = max((_overlap(text, stop) for stop in self.stops), default=0)
        self._held = text[len(text) - n_held :]
        return text[: len(text) - n_held]

    def end(self) -> str:
        """The rest: what was held back and is no stop string."""
        rest, self._held = self._held, ""
        return rest


def _overlap(text: str, stop: str) -> int:
    """How long the longest end of a text is that a stop string begins with."""
    longest = min(len(text), len(stop) - 1)
    return next((n for n in range(longest, 0, -1) if text.endswith(stop[:n])), 0)
