"""Reads the fields of a JSON object one by one, each with its type and range, and refuses what nobody has read."""

import json
import math
import re

from gptlab.server.errors import BadRequest

LONE_SURROGATE = re.compile("[\ud800-\udfff]")  # JSON can spell half a character; no text holds one
LONGEST_QUOTE = 60


def parse_object(body: bytes) -> dict:
    """The JSON object in a body.

    Raises BadRequest when it is anything else.
    """
    try:
        content = json.loads(body.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        reason = str(error) or "it is nested too deeply"
        raise BadRequest(f"the body is no JSON: {reason}") from None
    if not isinstance(content, dict):
        raise BadRequest(f"the body must be a JSON object, but is {kind(content)}")
    return content


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def kind(value: object) -> str:
    """A value's type in JSON's words."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    names = {str: "a string", list: "an array", dict: "an object"}
    return names.get(type(value), "a number")


def quote(value: object) -> str:
    """A value as an error message shows it: short, and in one line."""
    text = ascii(value) if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]} …"


def clean(text: str) -> str:
    """A text without halves of characters."""
    return LONE_SURROGATE.sub("\ufffd", text)


class Fields:
    """The fields of a request; null counts as left out. Every method raises BadRequest that names its field."""

    def __init__(self, content: dict) -> None:
        self.content = content
        self.unread = set(content)

    def raw(self, name: str) -> object:
        """Whatever is there, None where nothing is."""
        self.unread.discard(name)
        return self.content.get(name)

    def text(self, name: str) -> str:
        """A string that must be there."""
        value = self.raw(name)
        if not isinstance(value, str):
            problem = "is missing" if value is None else f"must be a string, but is {kind(value)}"
            raise BadRequest(f"'{name}' {problem}", name)
        return clean(value)

    def flag(self, name: str) -> bool:
        """true or false; false where it is left out."""
        value = self.raw(name)
        if value is not None and not isinstance(value, bool):
            raise BadRequest(f"'{name}' must be true or false, but is {kind(value)}", name)
        return bool(value)

    def whole(self, name: str, low: int, high: int) -> int | None:
        """A whole number from `low` to `high`; 3.0 is one too."""
        value = self.raw(name)
        if value is None:
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadRequest(f"'{name}' must be a whole number, but is {kind(value)}", name)
        if not low <= value <= high:
            raise BadRequest(f"'{name}' must be from {low} to {high}, but is {_short(value)}", name)
        return value

    def real(self, name: str, low: float, high: float, default: float) -> float:
        """A number from `low` to `high`."""
        value = self.raw(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise BadRequest(f"'{name}' must be a number, but is {kind(value)}", name)
        if not low <= value <= high or math.isnan(value):
            raise BadRequest(
                f"'{name}' must be from {low:g} to {high:g}, but is {_short(value)}", name
            )
        return float(value)

    def neutral(self, name: str, *values: object) -> None:
        """Something that is not supported, and may be there only with a value that changes nothing."""
        value = self.raw(name)
        if value is not None and not any(
            type(value) is type(one) and value == one for one in values
        ):
            raise BadRequest(
                f"'{name}' is not supported here: leave it out", name, "unsupported_parameter"
            )

    def ignore(self, *names: str) -> None:
        """What may be there and changes no answer."""
        self.unread.difference_update(names)

    def done(self) -> None:
        """Refuse what nobody has asked for: a client would believe that it counted."""
        if self.unread:
            name = min(self.unread)
            short = clean(name)[:LONGEST_QUOTE]
            raise BadRequest(f"there is no parameter {quote(short)}", short, "unknown_parameter")


def _short(number: float) -> str:
    """A number for a message; one of thousands of digits has no text in Python."""
    return f"{number:g}" if abs(number) < 1e300 else "far outside"
