"""Carries a request out: queues its texts, gathers their pieces, and sends them, whole or as a stream of events."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

import torch
from starlette.responses import Response

from gptlab.engine.batching import LENGTH, Row
from gptlab.server.asks import Ask, Prompt
from gptlab.server.errors import ApiError
from gptlab.server.formats import Format, Usage
from gptlab.server.limits import Limits
from gptlab.server.scheduler import Job, Piece, Writing, likeliest
from gptlab.server.text import TextStream, TokenInfo

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
CLIENT_GONE = 499  # nobody reads it; logs know this number from nginx


def to_json(content: object) -> bytes:
    """JSON as UTF-8, Chinese as it is."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", errors="replace")


def json_response(
    content: object, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """An object as the whole answer."""
    return Response(to_json(content), status, headers, media_type="application/json")


def error_response(error: ApiError) -> Response:
    """An error as the whole answer."""
    return json_response(error.body(), error.status, error.headers)


class Answer:
    """The way from one request to its answer.

    Raises ApiError where the texts cannot be queued.
    """

    def __init__(self, ask: Ask, form: Format, limits: Limits) -> None:
        self.ask = ask
        self.form = form
        self.scheduler = ask.model.scheduler
        numbered = [(prompt, j) for prompt in ask.prompts for j in range(ask.n)]
        writings = [
            self._writing(index, prompt, ask.seed + j)
            for index, (prompt, j) in enumerate(numbered)
            if prompt.most
        ]
        self.job = Job(writings, ask.streams, time.monotonic() + limits.seconds)
        self.scheduler.submit(self.job)

    def _writing(self, index: int, prompt: Prompt, seed: int) -> Writing:
        ask = self.ask
        marks = ask.model.assistant.marks  # all of them: what follows would be somebody else's turn
        row = Row(prompt.ids, prompt.most, marks, ask.temperature, ask.top_k, ask.top_p, seed)
        return Writing(index, row, TextStream(ask.stops), len(prompt.text), ask.n_top)

    @property
    def usage(self) -> Usage:
        """A prompt counts once, however many texts begin with it."""
        n_new = sum(len(writing.row.new) for writing in self.job.writings)
        return Usage(sum(len(prompt.ids) for prompt in self.ask.prompts), n_new)

    async def pieces(self) -> AsyncIterator[Piece]:
        """Everything in order: what is echoed first."""
        for i, prompt in enumerate(self.ask.prompts):
            if self.ask.echo or not prompt.most:
                tokens = await self._echoed_tokens(prompt) if self.ask.echo else ()
                for j in range(self.ask.n):
                    ended = "" if prompt.most else LENGTH
                    yield Piece(i * self.ask.n + j, prompt.text, tokens, ended)
        async for piece in self.job.pieces():
            yield piece

    async def _echoed_tokens(self, prompt: Prompt) -> tuple[TokenInfo, ...]:
        if self.ask.n_top is None:
            return ()
        return await asyncio.to_thread(prompt_tokens, self.ask, prompt)

    async def whole(self, receive: Receive) -> Response:
        """The answer in one piece; nothing where the client has gone."""

        async def gather() -> Response:
            pieces = [piece async for piece in self.pieces()]
            return json_response(self.form.answer(pieces, self.usage))

        try:
            found = await unless_gone(gather(), receive)
        finally:
            self.scheduler.drop(self.job)
        return found or Response(status_code=CLIENT_GONE)

    async def events(self) -> AsyncIterator[bytes]:
        """The same as server-sent events; an ApiError in the middle is an event, and the last."""
        begun = False
        try:
            async for piece in self.pieces():
                if not begun:
                    for opening in self.form.openings(len(self.ask.prompts) * self.ask.n):
                        yield event(opening)
                begun = True
                if piece.text or piece.ended:
                    yield event(self.form.piece(piece))
        except ApiError as error:
            if not begun:
                raise
            yield event(error.body())
            return
        if self.ask.usage_at_end:
            yield event(self.form.last(self.usage))
        yield b"data: [DONE]\n\n"


class EventStream(Response):
    """Sends an answer's events; one that fails before its first event is an ordinary error."""

    media_type = "text/event-stream"

    def __init__(self, answer: Answer) -> None:
        super().__init__(headers={"cache-control": "no-cache", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self.answer = answer

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        async def send_all() -> bool:
            begun = False
            async for one in self.answer.events():
                if not begun:
                    start = {"type": "http.response.start", "status": 200}
                    await send({**start, "headers": self.raw_headers})
                begun = True
                await send({"type": "http.response.body", "body": one, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
            return True

        try:
            await unless_gone(send_all(), receive)
        except ApiError as error:
            await error_response(error)(scope, receive, send)
        finally:
            self.answer.scheduler.drop(self.answer.job)


def event(content: dict) -> bytes:
    """One server-sent event."""
    return b"data: " + to_json(content) + b"\n\n"


async def unless_gone(work: Coroutine[Any, Any, Any], receive: Receive) -> Any:
    """What some work gives; None, and the work is stopped, where the client goes away meanwhile."""
    tasks = asyncio.ensure_future(work), asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return tasks[0].result() if tasks[0].done() else None
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


@torch.inference_mode()
def prompt_tokens(ask: Ask, prompt: Prompt) -> tuple[TokenInfo, ...]:
    """A prompt's tokens with their log-probabilities: how likely the model holds what was given to it."""
    assistant = ask.model.assistant
    ids = torch.tensor(prompt.ids)
    logprobs = torch.log_softmax(assistant.model(ids[None])[0].float(), dim=-1)  # (T, V)
    text, told = TextStream(), []
    for t, token in enumerate(prompt.ids):
        if token in assistant.marks:  # no text of its own
            continue
        before = logprobs[t - 1] if t else None
        p = None if before is None else float(before[token])
        top = () if before is None else likeliest(before, ask.n_top or 0)
        told.append(TokenInfo(token, text.n_read, p, top))
        text.feed(assistant.tokenizer.decode_bytes([token]))
    return tuple(told)
