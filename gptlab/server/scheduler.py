"""One thread for each model that writes what all requests have asked of it, one token of every text a step."""

import asyncio
import contextlib
import sys
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

import torch

from gptlab.engine.assistant import Assistant
from gptlab.engine.batching import FAILED, STOP, Batch, Row
from gptlab.server.errors import ApiError, BadRequest, ShuttingDown, TooManyWaiting, TooSlow
from gptlab.server.limits import Limits
from gptlab.server.text import TextStream, TokenInfo

JOINS_A_STEP = 4  # beginnings that are read between two steps: those who write do not wait long


@dataclass(frozen=True)
class Piece:
    """What has become certain of one text since the piece before.

    ended  "" = it goes on, "stop" = the model or a stop string ended it, "length" = no room for more
    """

    index: int
    text: str
    tokens: tuple[TokenInfo, ...] = ()
    ended: str = ""


@dataclass(eq=False)
class Writing:
    """One text of a job.

    offset  characters that stand before it in the answer, where the prompt is echoed
    n_top   likeliest tokens whose log-probabilities are wanted; None = not even the token's own
    """

    index: int
    row: Row
    text: TextStream
    offset: int = 0
    n_top: int | None = None
    tokens: list[TokenInfo] = field(default_factory=list)  # not given out yet

    def read_token(self, assistant: Assistant) -> Piece:
        """What the row's last token makes certain."""
        row = self.row
        text = ""
        if row.ended != STOP:  # the token that ends it has no text of its own
            token = row.new[-1]
            if self.n_top is not None:
                self.tokens.append(self._info(token, self.n_top))
            text = self.text.feed(assistant.tokenizer.decode_bytes([token]))
        ended = STOP if self.text.stopped else row.ended
        if ended:
            text += self.text.end()
        self.offset += len(text)
        n = sum(token.offset < self.offset for token in self.tokens)
        given, self.tokens = tuple(self.tokens[:n]), self.tokens[n:]
        return Piece(self.index, text, given, ended)

    def _info(self, token: int, n_top: int) -> TokenInfo:
        assert self.row.logits is not None, "the token was drawn from them"
        logprobs = torch.log_softmax(self.row.logits.float(), dim=-1)  # (V)
        at = self.first + self.text.n_read
        return TokenInfo(token, at, float(logprobs[token]), likeliest(logprobs, n_top))

    def __post_init__(self) -> None:
        self.first = self.offset


def likeliest(logprobs: torch.Tensor, n: int) -> tuple[tuple[int, float], ...]:
    """The n likeliest tokens with their log-probabilities; logprobs (V)."""
    values, ids = logprobs.topk(min(n, len(logprobs)))
    return tuple(zip(ids.tolist(), values.tolist()))


class Job:
    """The texts of one request, and the way back to whoever waits for them.

    streams  False = nothing is told before all texts have ended
    until    by the monotonic clock
    """

    def __init__(self, writings: Sequence[Writing], streams: bool, until: float) -> None:
        self.writings = list(writings)
        self.streams = streams
        self.until = until
        self.left = False  # whoever asked has gone
        self._open = {writing.index for writing in self.writings}
        self._pieces: list[Piece | ApiError] = []
        self._loop = asyncio.get_running_loop()
        self._inbox: asyncio.Queue[list[Piece | ApiError]] = asyncio.Queue()

    @property
    def over(self) -> bool:
        """Nobody needs another token of it."""
        return self.left or not self._open

    def put(self, piece: Piece) -> None:
        """Keep a piece until `tell`; called by the model's thread, as all below but `pieces`."""
        self._pieces.append(piece)
        if piece.ended:
            self._open.discard(piece.index)

    def fail(self, error: ApiError) -> None:
        """End all of it with an error."""
        if self._open:
            self._pieces.append(error)
            self._open.clear()
            self.tell()

    def tell(self) -> None:
        """Hand over what has come, if anybody is to know yet."""
        if self._pieces and (self.streams or not self._open):
            pieces, self._pieces = self._pieces, []
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                self._loop.call_soon_threadsafe(self._inbox.put_nowait, pieces)

    async def pieces(self) -> AsyncIterator[Piece]:
        """Everything in order, until all texts have ended; raises the ApiError that ended them."""
        n_open = len(self.writings)
        while n_open:
            for piece in await self._inbox.get():
                if isinstance(piece, ApiError):
                    raise piece
                n_open -= bool(piece.ended)
                yield piece


class Scheduler:
    """Takes jobs from any thread and writes them in a thread of its own.

    Texts wait in the order in which they came. Each joins as soon as a place is free, and leaves after its last token,
    between two steps: nobody waits for a batch to end.
    """

    def __init__(
        self, assistant: Assistant, limits: Limits, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.assistant = assistant
        self.limits = limits
        self.batch = Batch(assistant.model, limits.batch)
        self._clock = clock
        self._news = threading.Condition()
        self._waiting: deque[tuple[Job, Writing]] = deque()
        self._writing: dict[int, tuple[Job, Writing]] = {}  # by the row's id
        self._end_at: float | None = None  # no more jobs; what runs may go on until then
        self._thread = threading.Thread(target=self._run, name="gptlab-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queue all texts of a job.

        Raises TooManyWaiting when they do not fit the queue, BadRequest when they would not fit an empty one either,
        ShuttingDown after `close`.
        """
        places, n_new = self.batch.n_places, len(job.writings)
        if n_new > places + self.limits.waiting:
            most = places + self.limits.waiting
            raise BadRequest(
                f"{n_new} texts in one request: this server takes {most} together", "n"
            )
        with self._news:
            if self._end_at is not None:
                raise ShuttingDown("the server is shutting down")
            n_free = places - len(self._writing)
            if len(self._waiting) + n_new > self.limits.waiting + n_free:
                raise TooManyWaiting(
                    f"{len(self._waiting)} texts are waiting, and at most {self.limits.waiting} may: "
                    "try again in a moment",
                    retry_after="1",
                )
            self._waiting.extend((job, writing) for writing in job.writings)
            self._news.notify()

    def drop(self, job: Job) -> None:
        """Whoever asked has gone: its places are free at the next step."""
        job.left = True
        with self._news:
            self._news.notify()

    def counts(self) -> dict[str, int]:
        """Places of the batch, how many of them are taken, and how many texts wait."""
        with self._news:
            return {
                "slots": self.batch.n_places,
                "busy": len(self._writing),
                "waiting": len(self._waiting),
            }

    def close(self, grace_s: float = 0.0) -> None:
        """Refuse what waits and what comes; what is being written may go on for so many seconds."""
        with self._news:
            if self._end_at is None:
                self._end_at = self._clock() + grace_s
            self._news.notify()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the thread has ended, after `close`."""
        self._thread.join(timeout)

    def _run(self) -> None:
        torch.set_num_threads(1)
        while self._wait_for_work():
            try:
                self._sort_out()
                self._let_in()
                self._step()
            except (
                BaseException
            ) as error:  # a learner's function may raise anything, SystemExit too
                self._recover(error)

    def _wait_for_work(self) -> bool:
        """Sleep until there is something to do; False = it is time to end."""
        with self._news:
            while not (self._waiting or self._writing or self._end_at is not None):
                self._news.wait()
            return bool(self._waiting or self._writing)

    def _sort_out(self) -> None:
        """Drop whoever has gone, end whoever is late, and at the end everybody."""
        now = self._clock()
        with self._news:
            jobs = {id(job): job for job, _ in [*self._waiting, *self._writing.values()]}
            ending = self._end_at
            begun = {id(job) for job, _ in self._writing.values()}
        for job in jobs.values():
            if ending is not None and (now >= ending or id(job) not in begun):
                job.fail(ShuttingDown("the server is shutting down, and ended this request"))
            elif now >= job.until:
                job.fail(TooSlow(f"not finished within {self.limits.seconds:g} seconds"))
        self._forget_what_is_over()

    def _forget_what_is_over(self) -> None:
        with self._news:
            self._waiting = deque(pair for pair in self._waiting if not pair[0].over)
            for key, (job, writing) in list(self._writing.items()):
                if job.over:
                    self.batch.leave(writing.row)
                    del self._writing[key]

    def _let_in(self) -> None:
        """Read the beginnings of the first who wait, as long as there are places."""
        for _ in range(min(JOINS_A_STEP, self.batch.n_free)):
            with self._news:
                if not self._waiting:
                    return
                job, writing = self._waiting.popleft()
                self._writing[id(writing.row)] = job, writing
            try:
                self.batch.join(writing.row)
            except BaseException as error:  # of this beginning alone: the others are as they were
                job.fail(_failure(error))
                self._forget_what_is_over()

    def _step(self) -> None:
        """One token for everybody."""
        told = {}
        for row in self.batch.step():
            job, writing = self._writing[id(row)]
            if row.ended == FAILED:
                job.fail(_failure(row.error))
            else:
                piece = writing.read_token(self.assistant)
                job.put(piece)
                if piece.ended:
                    self._free(writing)
            told[id(job)] = job
        for job in told.values():
            job.tell()
        self._forget_what_is_over()

    def _free(self, writing: Writing) -> None:
        self.batch.leave(writing.row)  # a stop string ends a text of which the row knows nothing
        with self._news:
            del self._writing[id(writing.row)]

    def _recover(self, error: BaseException) -> None:
        """Tell everybody who was being written, and go on with the others."""
        failure = _failure(error)
        with self._news:
            broken, self._writing = list(self._writing.values()), {}
        for job, _ in broken:
            job.fail(failure)
        self.batch.clear()
        self._forget_what_is_over()


def _failure(error: BaseException | None) -> ApiError:
    """What a client is told of an exception in the model, and the console too."""
    reason = " ".join(str(error).split()) or type(error).__name__
    print(f"gptlab: the model failed: {reason}", file=sys.stderr, flush=True)
    return ApiError(f"the model failed: {reason}")
