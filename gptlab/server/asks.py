"""What a request asks for, read and checked: prompts as tokens, and how they are to be continued.

OpenAI's names and ranges (API reference, "Completions" and "Chat"). A parameter that is not supported is refused where
it would change the answer, and so is one that nobody knows: no client shall believe that something counted.
"""

import secrets
from dataclasses import dataclass

from gptlab.engine.assistant import TooLong
from gptlab.engine.chat_settings import MAX_REPLY_TOKENS
from gptlab.server.errors import BadRequest, NotFound
from gptlab.server.fields import Fields, clean, kind, quote
from gptlab.server.limits import MOST_ROWS, Limits
from gptlab.server.models import Models, ServedModel

ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}
COMPLETION_TOKENS = 16  # new tokens where a completion does not say, as in OpenAI's API
MOST_STOPS = 4
MOST_TOP_COMPLETION, MOST_TOP_CHAT = 5, 20  # likeliest tokens that logprobs may show
LARGEST_SEED = 2**63 - 1
NOTHING_CHANGES = (
    "user",
    "metadata",
    "store",
    "service_tier",
    "safety_identifier",
    "prompt_cache_key",
)
TOO_LONG = "context_length_exceeded"


@dataclass(frozen=True)
class Prompt:
    """What one text begins with.

    ids   what the model reads
    most  new tokens at most: as many as were asked for, and as the context leaves
    text  what an echo says, "" where none is wanted
    """

    ids: list[int]
    most: int
    text: str = ""


@dataclass(frozen=True)
class Ask:
    """A request that can be carried out.

    n         texts for each prompt
    n_top     likeliest tokens that logprobs show; None = no logprobs
    seed      of the first text of each prompt; the next ones have the seeds that follow
    echo      give the prompt back in front of the text
    streams   send pieces as they come
    usage_at_end  with a last piece that says how many tokens it was
    """

    model: ServedModel
    prompts: list[Prompt]
    n: int
    temperature: float
    top_p: float | None
    top_k: int | None
    stops: tuple[str, ...]
    n_top: int | None
    seed: int
    echo: bool
    streams: bool
    usage_at_end: bool


def read_completion(content: dict, models: Models, limits: Limits) -> Ask:
    """A request of `POST /v1/completions`."""
    fields = Fields(content)
    model = models.find(fields.text("model"))
    echo = fields.flag("echo")
    n_top = fields.whole("logprobs", 0, MOST_TOP_COMPLETION)
    most = fields.whole("max_tokens", 0, 10**9)
    most = COMPLETION_TOKENS if most is None else most
    if limits.new is not None:
        most = min(most, limits.new)
    fields.neutral("suffix")
    n = _n(fields)
    fields.neutral("best_of", 1, n)
    raw = fields.raw("prompt")
    settings = _settings(fields)
    texts = _prompts(raw)
    _check_rows(len(texts) * n)
    prompts = [_completion_prompt(model, text, most, echo) for text in texts]
    return Ask(model, prompts, n=n, n_top=n_top, echo=echo, **settings)


def read_chat(content: dict, models: Models, limits: Limits) -> Ask:
    """A request of `POST /v1/chat/completions`."""
    fields = Fields(content)
    model = models.find(fields.text("model"))
    if not model.assistant.chats:
        raise NotFound(
            f"{quote(model.name)} is a base model, which does not chat: ask /v1/completions",
            "model",
        )
    n_top = fields.whole("top_logprobs", 0, MOST_TOP_CHAT)
    wants_logprobs = fields.flag("logprobs")
    if n_top is not None and not wants_logprobs:
        raise BadRequest("'top_logprobs' needs 'logprobs': true", "top_logprobs")
    most = _chat_most(fields)
    if limits.new is not None:
        most = min(most, limits.new)
    n = _n(fields)
    _refuse_tools(fields)
    messages = _messages(fields.raw("messages"))
    settings = _settings(fields)
    _check_rows(n)
    prompt = _chat_prompt(model, messages, most)
    n_top = (n_top or 0) if wants_logprobs else None
    return Ask(model, [prompt], n=n, n_top=n_top, echo=False, **settings)


def _settings(fields: Fields) -> dict:
    """What both kinds of requests share; read last, since it refuses what is left over."""
    top_p = fields.real("top_p", 0, 1, 1.0)
    seed = fields.whole("seed", -LARGEST_SEED, LARGEST_SEED)
    streams = fields.flag("stream")
    settings = {
        "temperature": fields.real("temperature", 0, 2, 1.0),
        "top_p": None if top_p == 1 else top_p,
        "top_k": fields.whole("top_k", 1, 10**9),  # not OpenAI's; lesson 1 has it
        "stops": _stops(fields.raw("stop")),
        "seed": secrets.randbits(62) if seed is None else seed,
        "streams": streams,
        "usage_at_end": _usage_at_end(fields, streams),
    }
    for name in ("presence_penalty", "frequency_penalty"):
        fields.neutral(name, 0, 0.0)
    fields.neutral("logit_bias", {})
    fields.ignore(*NOTHING_CHANGES)
    fields.done()
    return settings


def _n(fields: Fields) -> int:
    n = fields.whole("n", 1, MOST_ROWS)
    return 1 if n is None else n


def _check_rows(n: int) -> None:
    if n > MOST_ROWS:
        raise BadRequest(f"{n} texts in one request: at most {MOST_ROWS}, prompts times 'n'", "n")


def _usage_at_end(fields: Fields, streams: bool) -> bool:
    options = fields.raw("stream_options")
    if options is None:
        return False
    if not isinstance(options, dict):
        raise BadRequest(
            f"'stream_options' must be an object, but is {kind(options)}", "stream_options"
        )
    if not streams:
        raise BadRequest("'stream_options' needs 'stream': true", "stream_options")
    inner = Fields(options)
    wanted = inner.flag("include_usage")
    inner.neutral("include_obfuscation", False)
    inner.done()
    return wanted


def _stops(raw: object) -> tuple[str, ...]:
    """A string or up to four of them, none empty."""
    stops = [raw] if isinstance(raw, str) else [] if raw is None else raw
    if not isinstance(stops, list) or not all(isinstance(one, str) for one in stops):
        raise BadRequest("'stop' must be a string or an array of strings", "stop")
    if len(stops) > MOST_STOPS:
        raise BadRequest(f"'stop' has {len(stops)} strings: at most {MOST_STOPS}", "stop")
    if "" in stops:
        raise BadRequest("'stop' has an empty string, which would stop everything", "stop")
    return tuple(map(clean, stops))


def _prompts(raw: object) -> list[str] | list[list[int]]:
    """One or several prompts, each a text or a list of token ids."""
    if isinstance(raw, str):
        return [clean(raw)]
    if isinstance(raw, list) and raw:
        if all(isinstance(one, str) for one in raw):
            return [clean(one) for one in raw]
        if _are_ids(raw):
            return [raw]
        if all(isinstance(one, list) and one and _are_ids(one) for one in raw):
            return raw
    problem = (
        "is missing" if raw is None else "must be a text, a list of token ids, or a list of these"
    )
    raise BadRequest(f"'prompt' {problem}", "prompt")


def _are_ids(values: list) -> bool:
    return all(isinstance(one, int) and not isinstance(one, bool) for one in values)


def _completion_prompt(
    model: ServedModel, prompt: str | list[int], most: int, echo: bool
) -> Prompt:
    """A text is read as the beginning of a page, ids as they are."""
    assistant = model.assistant
    if isinstance(prompt, str):
        _check_bytes(model, prompt, "prompt")
        ids = [assistant.tokenizer.special["endoftext"], *assistant.tokenizer.encode(prompt)]
    else:
        ids = prompt
        size = assistant.model.config.vocab_size
        if odd := [i for i in ids if not 0 <= i < size]:
            raise BadRequest(
                f"token id {str(odd[0])[:20]} is outside a vocabulary of {size}", "prompt"
            )
    room = assistant.context - len(ids)
    if room < min(most, 1):
        raise _too_long(f"the prompt has {len(ids)} tokens", assistant.context, "prompt")
    text = prompt if isinstance(prompt, str) else assistant.text(prompt)
    return Prompt(ids, min(most, room), text if echo else "")


def _chat_most(fields: Fields) -> int:
    old, new = (fields.whole(name, 1, 10**9) for name in ("max_tokens", "max_completion_tokens"))
    if old is not None and new is not None:
        raise BadRequest("give 'max_completion_tokens' or 'max_tokens', not both", "max_tokens")
    most = old if new is None else new
    return MAX_REPLY_TOKENS if most is None else most


def _refuse_tools(fields: Fields) -> None:
    """What a chat of this course does not know."""
    fields.neutral("tools", [])
    fields.neutral("functions", [])
    fields.neutral("tool_choice", "none", "auto")
    fields.neutral("function_call", "none", "auto")
    fields.neutral("response_format", {"type": "text"})
    fields.neutral("modalities", ["text"])
    for name in ("audio", "prediction", "reasoning_effort", "verbosity", "web_search_options"):
        fields.neutral(name)
    fields.ignore("parallel_tool_calls")


def _messages(raw: object) -> list[dict[str, str]]:
    """The conversation as the course holds it: role and content of each message."""
    if not isinstance(raw, list) or not raw:
        problem = "is missing" if raw is None else "must be an array of messages, and not empty"
        raise BadRequest(f"'messages' {problem}", "messages")
    return [_message(one, f"messages[{i}]") for i, one in enumerate(raw)]


def _message(raw: object, where: str) -> dict[str, str]:
    if not isinstance(raw, dict):
        raise BadRequest(f"'{where}' must be an object, but is {kind(raw)}", where)
    role = raw.get("role")
    if not isinstance(role, str) or role not in ROLES:
        raise BadRequest(f"'{where}.role' must be one of {', '.join(ROLES)}", f"{where}.role")
    if raw.get("tool_calls") or raw.get("function_call"):
        raise BadRequest(
            f"'{where}' calls a tool, which is not supported here", where, "unsupported_parameter"
        )
    return {"role": ROLES[role], "content": _content(raw.get("content"), f"{where}.content")}


def _content(raw: object, where: str) -> str:
    """A text, or a list of parts that are texts."""
    if isinstance(raw, str):
        return clean(raw)
    if isinstance(raw, list) and raw:
        return "".join(_part(part, f"{where}[{i}]") for i, part in enumerate(raw))
    raise BadRequest(f"'{where}' must be a text, or an array of parts of type text", where)


def _part(raw: object, where: str) -> str:
    if (
        not isinstance(raw, dict)
        or raw.get("type") != "text"
        or not isinstance(raw.get("text"), str)
    ):
        raise BadRequest(
            f"'{where}' must be a part of type text: this model reads nothing else", where
        )
    return clean(raw["text"])


def _chat_prompt(model: ServedModel, messages: list[dict[str, str]], most: int) -> Prompt:
    """The conversation as the model reads it: what does not fit is left out from its beginning, as in `gptlab chat`.

    Room is kept for a whole reply, where the system message and the last one leave it.
    """
    assistant = model.assistant
    opening = messages[:1] if len(messages) > 1 and messages[0]["role"] == "system" else []
    for message in [*opening, messages[-1]]:
        _check_bytes(model, message["content"], "messages")
    kept = _readable(model, messages)
    try:
        ids = assistant.begin(kept, min(most, MAX_REPLY_TOKENS))
    except TooLong:
        try:
            ids = assistant.begin([*opening, messages[-1]], 1)
        except TooLong as error:
            raise BadRequest(str(error), "messages", TOO_LONG) from None
    return Prompt(ids, min(most, assistant.context - len(ids)))


def _readable(model: ServedModel, messages: list[dict[str, str]]) -> list[dict[str, str]]:
    """Without what stands before a message that cannot fit, which would only cost time to encode."""
    too_long = [i for i, one in enumerate(messages) if not _may_fit(model, one["content"])]
    if not too_long:
        return messages
    opening = messages[:1] if messages[0]["role"] == "system" else []
    return [*opening, *messages[too_long[-1] + 1 :]]


def _may_fit(model: ServedModel, text: str) -> bool:
    return len(text.encode()) <= model.most_bytes


def _check_bytes(model: ServedModel, text: str, param: str) -> None:
    """Refuse without encoding it what no tokens of this vocabulary could make short enough."""
    if not _may_fit(model, text):
        said = (
            f"a text of {len(text.encode())} bytes has more than {model.assistant.context} tokens"
        )
        raise _too_long(said, model.assistant.context, param)


def _too_long(said: str, context: int, param: str) -> BadRequest:
    return BadRequest(
        f"this model's maximum context length is {context} tokens, but {said}: make it shorter",
        param,
        TOO_LONG,
    )
