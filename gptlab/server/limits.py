"""What one server does at most, so that no client can take it from the others."""

from dataclasses import dataclass

MOST_ROWS = 128  # texts that one request may ask for: its prompts times its n


@dataclass(frozen=True)
class Limits:
    """The bounds of one server.

    batch    texts that a model writes at the same time
    waiting  texts that may wait for a place of a model; one more is refused with 429
    new      tokens that one text may get; None = what the context leaves
    seconds  from a request's last byte to its answer; then it is ended with 504
    body_kb  of one request, in 1024 bytes; more is refused with 413
    body_s   for a request to arrive; then it is ended with 408
    grace_s  that texts may still go on after the order to end
    """

    batch: int = 16
    waiting: int = 256
    new: int | None = None
    seconds: float = 120.0
    body_kb: int = 256
    body_s: float = 10.0
    grace_s: float = 3.0
