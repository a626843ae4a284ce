"""Calls a function on the other side of a socket as if it were here: arguments, results, what is written, gradients.

Both sides are peers: while one waits for an answer it serves the calls that come back, as when a submission's
`generate` calls the model that it was given. A gradient goes the same way: the backward of a result asks the other
side for the product of its Jacobian with what came from above.
"""

import itertools
import json
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from gptlab.blanks.errors import CourseError, EmptyBlank
from gptlab.exercises.autograd.counted_parents import TooLong
from gptlab.grading.confined import wire, written
from gptlab.grading.confined.channel import Channel, Closed, Late
from gptlab.grading.confined.wire import LEAF, Packer, ProtocolError, Unpacker, printable

MOST_GRAPHS = 10_000


class Gone(CourseError):
    """The other side has ended, or says what is no message."""


class Peer:
    """One end of the wire."""

    def __init__(self, channel: Channel, *, trusted: bool, catch: type[BaseException]) -> None:
        """trusted: the other side is the judge. catch: the errors of a served call that are sent over."""
        self._channel = channel
        self._trusted = trusted
        self._catch = catch
        self._numbers = itertools.count(1)
        self._lent: dict[int, Callable] = {}
        self._graphs: dict[int, tuple[list[Tensor], list[Tensor]]] = {}
        self.offered: dict[str, Callable] = {}  # what the other side may call by name
        self.place_of: Callable[[BaseException], str] = lambda error: ""
        self.why_gone: Callable[[], BaseException] = lambda: Gone("the other side has ended")
        self.why_late: Callable[[], BaseException] = lambda: Gone("no answer in time")
        self._end: BaseException | None = None  # once it is over, what every later call raises

    # -- calling --------------------------------------------------------------------------------

    def function(self, name: str) -> Callable:
        """What the other side offers under a name, as a function."""
        return Remote(self, ["name", name])

    def call(self, where: list, arguments: tuple, options: dict) -> Any:
        """Call over there; what the function wrote into its arguments is written here too.

        Raises what was raised there; after the end of the other side, or a word of it that is no message, what
        `why_gone` says of that end.
        """
        if self._end is None:
            try:
                return self._call(where, arguments, options)
            except (Closed, ProtocolError):
                self._end = self.why_gone()
            except Late:
                self._end = self.why_late()
        raise self._end

    def _call(self, where: list, arguments: tuple, options: dict) -> Any:
        lent: list[int] = []
        packer = Packer(lambda function: self._lend(function, lent))
        given = packer.pack([list(arguments), options])
        number = next(self._numbers)
        try:
            form, block = self._exchange("call", number, packer, where=where, given=given)
        finally:
            for one in lent:
                self._lent.pop(one, None)

        def attach(x: Tensor, part: int, i: int) -> Tensor:
            return _Attached.apply(self, number, i, x, *packer.tracked) if packer.tracked else x

        objects = packer.objects
        value = Unpacker(block, self._borrow, objects, attach, self._trusted).unpack(
            form.get("value")
        )
        for n, state in _pairs(form.get("written")):
            if n >= len(objects):
                raise ProtocolError("no such object")
            new = Unpacker(block, self._borrow, objects, trusted=self._trusted).unpack(state)
            with torch.no_grad():
                written.rewrite(objects[n], new)
        return value

    def backward(self, number: int, i: int, grad: Tensor) -> list[Tensor | None]:
        """The gradients of an earlier call's tracked arguments, from that of its i-th tracked result."""
        packer = Packer(self._lend_nothing)
        form, block = self._exchange("backward", number, packer, of=i, grad=packer.pack(grad))
        grads = Unpacker(block, self._borrow_nothing).unpack(form.get("value"))
        if not isinstance(grads, list) or any(not isinstance(x, Tensor | None) for x in grads):
            raise ProtocolError("no gradients")
        return grads

    def _exchange(self, kind: str, number: int, packer: Packer, **more: Any) -> tuple[dict, bytes]:
        """Send a request, serve what comes back, and return the answer.

        Raises what was raised over there.
        """
        self._channel.send(_as_json({"kind": kind, "number": number, **more}), packer.block)
        while True:
            form, block = self._channel.receive()
            if form["kind"] in ("call", "backward"):
                self._serve(form, block)
            elif form.get("number") != number:
                raise ProtocolError("the answer to something else")
            elif form["kind"] == "error":
                raise self._rebuilt(form, block)
            else:
                return form, block

    # -- serving ----------------------------------------------------------------------------------

    def serve(self) -> None:
        """Answer calls until the other side is gone."""
        while True:
            try:
                form, block = self._channel.receive()
            except (Closed, ProtocolError):
                return
            self._serve(form, block)

    def _serve(self, form: dict, block: bytes) -> None:
        try:
            answer = self._called if form["kind"] == "call" else self._backward
            packer, reply = answer(form, block)
            text = _as_json(reply)
        except (Closed, Late):
            raise
        except self._catch as error:
            packer = Packer(self._lend_nothing)
            text = _as_json(self._error(error, form.get("number"), packer))
        self._channel.send(text, packer.block)

    def _called(self, form: dict, block: bytes) -> tuple[Packer, dict]:
        leaves: list[Tensor] = []

        def attach(x: Tensor, part: int, _: int) -> Tensor:
            leaves.append(x.requires_grad_())
            return x if part == LEAF else x.clone()

        function = self._borrowed(form.get("where"))
        unpacker = Unpacker(block, self._borrow, attach=attach, trusted=self._trusted)
        arguments, options = unpacker.unpack(form.get("given"))
        objects = unpacker.objects
        before = [written.state_of(x) for x in objects]
        held = [list(x) if isinstance(x, list) else None for x in objects]  # an id stays theirs
        value = function(*arguments, **options)
        known = {id(x): i for i, x in enumerate(objects)}
        packer = Packer(lambda function: self._lend(function, []), known)
        reply = {"kind": "result", "number": form["number"], "value": packer.pack(value)}
        tracked = list(packer.tracked)
        with torch.no_grad():
            reply["written"] = [
                [i, self._state(packer, x, known)]
                for i, x in enumerate(objects)
                if written.state_of(x) != before[i]
            ]
        del held
        if tracked and len(self._graphs) < MOST_GRAPHS:
            self._graphs[form["number"]] = (leaves, tracked)
        return packer, reply

    def _state(self, packer: Packer, x: Any, known: dict[int, int]) -> Any:
        """An object that was written to, as a new one with the same content."""
        others = {one: i for one, i in known.items() if one != id(x)}
        apart = Packer(lambda function: self._lend(function, []), others)
        apart.block = packer.block
        return apart.pack(x)

    def _backward(self, form: dict, block: bytes) -> tuple[Packer, dict]:
        leaves, results = self._graphs[form["number"]]
        grad = Unpacker(block, self._borrow_nothing).unpack(form.get("grad"))
        with torch.enable_grad():
            grads = torch.autograd.grad(
                results[form["of"]], leaves, grad, retain_graph=True, allow_unused=True
            )
        packer = Packer(self._lend_nothing)
        with torch.no_grad():
            value = packer.pack(list(grads))
        return packer, {"kind": "result", "number": form["number"], "value": value}

    # -- callables --------------------------------------------------------------------------------

    def _lend(self, function: Callable, lent: list[int]) -> list:
        if isinstance(function, Remote) and function.peer is self:
            return ["back", function.where]
        number = next(self._numbers)
        self._lent[number] = function
        lent.append(number)
        return ["number", number]

    def _lend_nothing(self, function: Callable) -> list:
        raise ProtocolError("no callable belongs here")

    def _borrow(self, *where: Any) -> Callable:
        if where[0] == "back":
            return self._borrowed(where[1])
        return Remote(self, list(where))

    def _borrow_nothing(self, *where: Any) -> Callable:
        raise ProtocolError("no callable belongs here")

    def _borrowed(self, where: Any) -> Callable:
        """The function of this side that the other side means."""
        how, which = where
        known: dict = self.offered if how == "name" else self._lent
        if which not in known:
            raise ProtocolError("no such function")
        return known[which]

    # -- errors -----------------------------------------------------------------------------------

    def _error(self, error: BaseException, number: Any, packer: Packer) -> dict:
        try:
            text, arguments = str(error), wire.simple(error.args)
        except BaseException:  # of its __str__
            text, arguments = "", None
        place = getattr(error, "place", "") or self.place_of(error)
        return {
            "kind": "error",
            "number": number,
            "type": type(error).__name__,
            "builtin": type(error).__module__ == "builtins",
            "text": text[:2000],
            "arguments": packer.pack(arguments) if len(text) < 2000 else None,
            "place": place,
        }

    def _rebuilt(self, form: dict, block: bytes) -> Exception:
        """An exception like the one that was raised over there."""
        name, text = form.get("type"), printable(form.get("text"))
        arguments = Unpacker(block, self._borrow_nothing).unpack(form.get("arguments"))
        kind = wire.builtin_error(name) if form.get("builtin") else None
        kind = {"EmptyBlank": EmptyBlank, "TooLong": TooLong}.get(str(name), kind)
        if kind is None:
            kind = type(printable(name, 60), (Exception,), {})
        given = (printable(x) if isinstance(x, str) else x for x in arguments or [text])
        try:
            error = kind(*given)
        except Exception:  # such as UnicodeDecodeError, which wants bytes
            error = RuntimeError(f"{printable(name, 60)}: {text}")
        error.place = printable(form.get("place"), 80)
        return error


class Remote:
    """A function of the other side."""

    def __init__(self, peer: Peer, where: list) -> None:
        self.peer = peer
        self.where = where
        self.__module__ = ""  # of no file here, so that no line of this one is shown as a place

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return self.peer.call(self.where, arguments, options)


Remote.__name__ = "function"  # as a message calls it


class _Attached(torch.autograd.Function):
    """Ties a result that came over the wire to the arguments that went over."""

    @staticmethod
    def forward(ctx, peer: Peer, number: int, i: int, x: Tensor, *tracked: Tensor) -> Tensor:
        ctx.of = peer, number, i
        ctx.n = len(tracked)
        return x.view_as(x)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, grad: Tensor) -> tuple:
        peer, number, i = ctx.of
        grads = peer.backward(number, i, grad)
        if len(grads) != ctx.n:
            raise ProtocolError("not as many gradients as arguments")
        return None, None, None, None, *grads


def _as_json(form: dict) -> bytes:
    """A message's form as text.

    Raises ValueError or RecursionError for what has none, such as a number of thousands of digits.
    """
    return json.dumps(form).encode()


def _pairs(form: Any) -> list[tuple[int, Any]]:
    """What was written: numbers of objects with their new state."""
    try:
        return [(wire.index(n), state) for n, state in form]
    except (TypeError, ValueError):
        raise ProtocolError("no list of what was written") from None
