"""The models of one server, by the names that requests call them: a table that is made at the start."""

import copy
import hashlib
import time
from collections.abc import Mapping

import torch

from gptlab import __version__, chat
from gptlab.engine.assistant import Assistant
from gptlab.server.errors import NotFound
from gptlab.server.fields import quote
from gptlab.server.limits import Limits
from gptlab.server.scheduler import Scheduler


class ServedModel:
    """A model, its name, and the thread that writes with it."""

    def __init__(self, name: str, assistant: Assistant, limits: Limits) -> None:
        self.name = name
        self.assistant = assistant = on_fast_functions(assistant)
        self.created = int(time.time())
        self.scheduler = Scheduler(assistant, limits)
        self.fingerprint = fingerprint(assistant, self.scheduler.batch.n_places)
        pieces = range(assistant.tokenizer.vocab_size)
        self.longest_token = max(len(assistant.tokenizer.decode_bytes([i])) for i in pieces)

    @property
    def most_bytes(self) -> int:
        """A text of more bytes has more tokens than the context, whatever it says."""
        return self.longest_token * self.assistant.context

    def describe(self) -> dict:
        """The object of `GET /v1/models`."""
        return {
            "id": self.name,
            "object": "model",
            "created": self.created,
            "owned_by": "gptlab",
            "context_length": self.assistant.context,
            "chats": self.assistant.chats,
        }


class Models:
    """All models of a server, by name.

    Raises ValueError when there is none, and whatever a function of the learner's raises at its first token.
    """

    def __init__(self, assistants: Mapping[str, Assistant], limits: Limits) -> None:
        if not assistants:
            raise ValueError("a server needs at least 1 model, but has 0")
        for assistant in assistants.values():  # an empty function shows here, not at a request
            assistant.go_on(assistant.begin("?"), 1)
            if assistant.chats:  # what only a long conversation asks for
                chat.trim_history([{"role": "user", "content": "?"}], 1, len)
        self.by_name = {
            name: ServedModel(name, assistant, limits) for name, assistant in assistants.items()
        }

    def find(self, name: str) -> ServedModel:
        """The model of that name.

        Raises NotFound, which names those that there are.
        """
        if name not in self.by_name:
            names = ", ".join(self.by_name)
            raise NotFound(
                f"there is no model {quote(name)} here; there is {names}",
                "model",
                "model_not_found",
            )
        return self.by_name[name]

    def close(self, grace_s: float) -> None:
        """Let no new text begin, and end all within so many seconds."""
        for model in self.by_name.values():
            model.scheduler.close(grace_s)

    def join(self, timeout: float) -> None:
        """Wait until all threads have ended."""
        for model in self.by_name.values():
            model.scheduler.join(timeout)


def on_fast_functions(assistant: Assistant) -> Assistant:
    """The same weights on the fused counterparts of her functions, where these prove equal; hers run where not.

    The assistant that was given stays as it was.
    """
    if not assistant.model.functions_are_chosen:
        return assistant
    own = copy.copy(assistant)
    own.model = copy.copy(assistant.model).run_on("fused")  # the weights are shared
    return own


def fingerprint(assistant: Assistant, n_places: int) -> str:
    """A word that is another one as soon as the same request may get another answer: weights, versions, batch."""
    told = hashlib.sha256(f"{__version__} {torch.__version__} {n_places}".encode())
    told.update(assistant.tokenizer.to_json().encode())
    for name, weight in sorted(assistant.model.state_dict().items()):
        told.update(name.encode())
        told.update(weight.detach().cpu().contiguous().view(torch.uint8).numpy().tobytes())
    return f"fp_{told.hexdigest()[:12]}"
