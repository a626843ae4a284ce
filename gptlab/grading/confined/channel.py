"""Messages over a socket: three lengths, and so many bytes of JSON, of numbers, and of torch's state of chance where
it changed, so that both sides draw from one."""

import json
import socket
import struct
import time

import torch

from gptlab.grading.confined import chance
from gptlab.grading.confined.wire import ProtocolError

HEAD = struct.Struct("!III")
MOST_BYTES = 16 << 20
KINDS = ("call", "backward", "error", "result")


class Closed(Exception):
    """Nothing comes over the wire any more."""


class Late(Exception):
    """The deadline of all waiting is over."""


class Channel:
    """One end of a socket."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self._dice = b""  # torch's state of chance that both sides have
        self.deadline: float | None = None  # of time.monotonic, for every wait

    def send(self, text: bytes, block: bytes) -> None:
        """Send a message; raises Closed or Late."""
        dice = torch.get_rng_state().numpy().tobytes()
        news = b"" if dice == self._dice else dice
        self._dice = dice
        length = len(text), len(block), len(news)
        if sum(length) > MOST_BYTES:
            raise ProtocolError("more than 16 MB")
        try:
            self._wait_no_longer_than_the_deadline()
            self._end.sendall(HEAD.pack(*length) + text + block + news)
        except TimeoutError:
            raise Late from None
        except OSError:
            raise Closed from None

    def receive(self) -> tuple[dict, bytes]:
        """The next message's form and its block; raises Closed, Late, or ProtocolError for what is no message."""
        length = HEAD.unpack(self._read(HEAD.size))
        if sum(length) > MOST_BYTES:
            raise ProtocolError("more than 16 MB")
        text, block, news = (self._read(n) for n in length)
        try:
            form = json.loads(text)
            if form["kind"] not in KINDS:
                raise ProtocolError("no such kind")
            if news:
                torch.set_rng_state(chance.state(news))
                self._dice = news
        except (AttributeError, KeyError, RecursionError, RuntimeError, TypeError, ValueError) as e:
            raise ProtocolError(type(e).__name__) from None
        return form, block

    def _read(self, n: int) -> bytes:
        found = bytearray()
        while len(found) < n:
            self._wait_no_longer_than_the_deadline()
            try:
                part = self._end.recv(min(n - len(found), 1 << 20))
            except TimeoutError:
                raise Late from None
            except OSError:
                part = b""
            if not part:
                raise Closed
            found += part
        return bytes(found)

    def _wait_no_longer_than_the_deadline(self) -> None:
        """Raise Late at the deadline; a wait that begins now ends there with a TimeoutError."""
        if self.deadline is not None:
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise Late
            self._end.settimeout(left)
