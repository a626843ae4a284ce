"""The objects that are sent back, as OpenAI's API spells them, for completions and for chat, whole and in pieces."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from gptlab.server.asks import Ask
from gptlab.server.scheduler import Piece
from gptlab.server.text import TokenInfo


@dataclass(frozen=True)
class Usage:
    """Tokens that were read and written."""

    prompt: int
    completion: int

    def body(self) -> dict:
        """As it is sent."""
        return {
            "prompt_tokens": self.prompt,
            "completion_tokens": self.completion,
            "total_tokens": self.prompt + self.completion,
        }


class Format:
    """What the two endpoints share: an answer's head, and how pieces become choices."""

    prefix: str  # of the answer's id
    whole: str  # the kind of object
    chunk: str

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.id = f"{self.prefix}-{secrets.token_hex(12)}"
        self.created = int(time.time())

    def _head(self, kind: str) -> dict:
        return {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.ask.model.name,
            "system_fingerprint": self.ask.model.fingerprint,
        }

    def answer(self, pieces: Sequence[Piece], usage: Usage) -> dict:
        """The whole answer; pieces in the order of their texts."""
        by_text: dict[int, list[Piece]] = {}
        for piece in pieces:
            by_text.setdefault(piece.index, []).append(piece)
        choices = [self._choice(_joined(by_text[index])) for index in sorted(by_text)]
        return {**self._head(self.whole), "choices": choices, "usage": usage.body()}

    def piece(self, piece: Piece) -> dict:
        """One piece of a stream."""
        return self._with_usage([self._delta(piece)])

    def openings(self, n: int) -> list[dict]:
        """What a stream of n texts begins with."""
        return []

    def last(self, usage: Usage) -> dict:
        """The piece that says how many tokens it was."""
        return {**self._head(self.chunk), "choices": [], "usage": usage.body()}

    def _with_usage(self, choices: list[dict]) -> dict:
        usage = {"usage": None} if self.ask.usage_at_end else {}
        return {**self._head(self.chunk), "choices": choices, **usage}

    def _choice(self, piece: Piece) -> dict:
        raise NotImplementedError

    def _delta(self, piece: Piece) -> dict:
        raise NotImplementedError

    def _spelling(self, token: int) -> str:
        """A token as a text; one that is no whole character is spelled by its bytes."""
        piece = self._bytes(token)
        try:
            return piece.decode("utf-8")
        except UnicodeDecodeError:
            return "bytes:" + "".join(f"\\x{byte:02x}" for byte in piece)

    def _bytes(self, token: int) -> bytes:
        return self.ask.model.assistant.tokenizer.decode_bytes([token])


class CompletionFormat(Format):
    """Answers of `/v1/completions`."""

    prefix, whole, chunk = "cmpl", "text_completion", "text_completion"

    def _choice(self, piece: Piece) -> dict:
        return {
            "text": piece.text,
            "index": piece.index,
            "logprobs": self._logprobs(piece.tokens),
            "finish_reason": piece.ended or None,
        }

    _delta = _choice

    def _logprobs(self, tokens: Sequence[TokenInfo]) -> dict | None:
        """Four lists of the same length, of which the third is null where no likeliest tokens are wanted."""
        if self.ask.n_top is None:
            return None
        top = [
            {self._spelling(i): p for i, p in (*one.top, (one.id, one.logprob))}
            if one.logprob is not None
            else None
            for one in tokens
        ]
        return {
            "tokens": [self._spelling(one.id) for one in tokens],
            "token_logprobs": [one.logprob for one in tokens],
            "top_logprobs": top if self.ask.n_top else None,
            "text_offset": [one.offset for one in tokens],
        }


class ChatFormat(Format):
    """Answers of `/v1/chat/completions`."""

    prefix, whole, chunk = "chatcmpl", "chat.completion", "chat.completion.chunk"

    def _choice(self, piece: Piece) -> dict:
        return {
            "index": piece.index,
            "message": {"role": "assistant", "content": piece.text, "refusal": None},
            "logprobs": self._logprobs(piece.tokens),
            "finish_reason": piece.ended,
        }

    def openings(self, n: int) -> list[dict]:
        """Who speaks."""
        delta = {"role": "assistant", "content": "", "refusal": None}
        return [
            self._with_usage(
                [{"index": i, "delta": delta, "logprobs": None, "finish_reason": None}]
            )
            for i in range(n)
        ]

    def _delta(self, piece: Piece) -> dict:
        return {
            "index": piece.index,
            "delta": {"content": piece.text} if piece.text else {},
            "logprobs": self._logprobs(piece.tokens) if piece.tokens else None,
            "finish_reason": piece.ended or None,
        }

    def _logprobs(self, tokens: Sequence[TokenInfo]) -> dict | None:
        if self.ask.n_top is None:
            return None
        content = [
            {**self._entry(one.id, one.logprob), "top_logprobs": [self._entry(*t) for t in one.top]}
            for one in tokens
        ]
        return {"content": content, "refusal": None}

    def _entry(self, token: int, logprob: float | None) -> dict:
        return {
            "token": self._spelling(token),
            "logprob": logprob,
            "bytes": list(self._bytes(token)),
        }


def _joined(pieces: Sequence[Piece]) -> Piece:
    """The pieces of one text as one."""
    return Piece(
        pieces[0].index,
        "".join(piece.text for piece in pieces),
        tuple(token for piece in pieces for token in piece.tokens),
        pieces[-1].ended,
    )
