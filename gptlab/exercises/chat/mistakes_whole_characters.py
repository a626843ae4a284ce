"""Wrong bodies of `chat.whole_characters`."""

import codecs
import re

from gptlab.exercises.mistake import another_way, mistake


def _whole(name, hint):
    return mistake("chat.whole_characters", name, hint)


def _split(data):
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    return decoder.decode(data), decoder.getstate()[0]


_whole(
    "nothing waits",
    "Half a character at the end is shown as \ufffd here: its bytes must wait for the rest.",
)(lambda data: (data.decode(errors="replace"), b""))
_whole(
    "what waits is thrown away",
    "The bytes at the end come back too: the rest of their character is still to come.",
)(lambda data: (data.decode(errors="ignore"), b""))


@_whole(
    "everything waits",
    "Where the end is unfinished, what stands before it can be shown at once.",
)
def _all_or_nothing(data):
    try:
        return data.decode(), b""
    except UnicodeDecodeError:
        return "", data


@_whole(
    "one byte alone waits",
    "A character has up to four bytes, so up to three can wait.",
)
def _one_byte(data):
    try:
        return data.decode(), b""
    except UnicodeDecodeError:
        return data[:-1].decode(errors="replace"), data[-1:]


def _cut_until_it_decodes(data, most):
    for n in range(min(most, len(data)) + 1):
        try:
            return data[: len(data) - n].decode(), data[len(data) - n :]
        except UnicodeDecodeError:
            continue
    return data.decode(errors="replace"), b""


_whole(
    "bytes that become nothing wait",
    "A byte of the form 10xxxxxx without a beginning, or a character that was broken off, never becomes whole: "
    "shown as \ufffd at once, or the stream stands still.",
)(lambda data: _cut_until_it_decodes(data, 3))
_whole(
    "two bytes at most wait",
    "Characters beyond U+FFFF, such as most emoji, have four bytes: three can wait.",
)(lambda data: _split(data) if len(_split(data)[1]) < 3 else (data.decode(errors="replace"), b""))
_whole(
    "an error is raised",
    'Bytes that are no character come out of models too: errors="replace" writes \ufffd for them.',
)(lambda data: (data[: len(data) - len(_split(data)[1])].decode(), _split(data)[1]))
_whole(
    "broken bytes left out",
    "What can become no character is shown as \ufffd, so that nobody takes the text for whole.",
)(lambda data: (_split(data)[0].replace("\ufffd", ""), _split(data)[1]))
_whole(
    "the waiting bytes shown too",
    "What waits is not part of the text yet: it would be shown twice.",
)(lambda data: (data.decode(errors="replace"), _split(data)[1]))
_whole(
    "text and bytes swapped",
    "First the text, then the bytes that wait.",
)(lambda data: _split(data)[::-1])
_whole(
    "bytes for text",
    "The first of the two is a str: decode it.",
)(lambda data: (data[: len(data) - len(_split(data)[1])], _split(data)[1]))


@_whole(
    "only three-byte characters wait",
    "Not every character has three bytes: the lead byte says how many.",
)
def _three_bytes(data):
    text, waiting = _split(data)
    if waiting and 0xE0 <= waiting[0] < 0xF0:
        return text, waiting
    return data.decode(errors="replace"), b""


@_whole(
    "the last byte alone looked at",
    "The last byte may continue a character: go back to the one that begins it.",
)
def _last_byte(data):
    if data and data[-1] >= 0xC0:
        return data[:-1].decode(errors="replace"), data[-1:]
    return data.decode(errors="replace"), b""


@_whole(
    "a finished character waits",
    "Where all bytes of the last character are there, nothing waits.",
)
def _always_waits(data):
    n = next((n for n in range(1, len(data) + 1) if not 0x80 <= data[-n] < 0xC0), 0)
    if n and data[-n] >= 0xC0:
        return data[:-n].decode(errors="replace"), data[-n:]
    return data.decode(errors="replace"), b""


@_whole(
    "a \ufffd for each byte",
    'errors="replace" writes one \ufffd for all bytes of a character that was broken off: decode them together.',
)
def _one_for_each(data):
    text, waiting = _split(data)
    escaped = data[: len(data) - len(waiting)].decode(errors="surrogateescape")
    return re.sub("[\udc80-\udcff]", "\ufffd", escaped), waiting


@_whole(
    "everything from the first error on waits",
    "The first bytes that do not decode may never become whole, and all behind them would wait for ever: "
    "only a beginning at the very end waits.",
)
def _from_the_error(data):
    try:
        return data.decode(), b""
    except UnicodeDecodeError as error:
        return data[: error.start].decode(), data[error.start :]


@_whole(
    "bytes too many wait",
    "The lead byte says how many bytes its character has: once they are all there, nothing waits, "
    "whatever follows them.",
)
def _back_to_the_lead_byte(data):
    n = next((n for n in range(1, len(data) + 1) if not 0x80 <= data[-n] < 0xC0), 0)
    if n and data[-n] >= 0xC0 and "\ufffd" in data[-n:].decode(errors="replace"):
        return data[:-n].decode(errors="replace"), data[-n:]
    return data.decode(errors="replace"), b""


def _size(lead):
    return 4 if lead >= 0xF0 else 3 if lead >= 0xE0 else 2


@_whole(
    "a character broken off waits",
    "Behind the lead byte only bytes of the form 10xxxxxx may stand: any other byte has broken its character off.",
)
def _lead_byte_anywhere(data):
    n = next((n for n in range(1, min(3, len(data)) + 1) if data[-n] >= 0xC0), 0)
    if n and n < _size(data[-n]):
        return data[:-n].decode(errors="replace"), data[-n:]
    return data.decode(errors="replace"), b""


@another_way("chat.whole_characters", "a character broken off waits")
def _last_lead_byte_if_broken(data):
    n = next((n for n in range(1, len(data) + 1) if data[-n] >= 0xC0), 0)
    if n and "\ufffd" in data[-n:].decode(errors="replace"):
        return data[:-n].decode(errors="replace"), data[-n:]
    return data.decode(errors="replace"), b""


def _stripped(data):
    text = data.decode(errors="replace")
    shown = text.rstrip("\ufffd")
    return shown, len(text) - len(shown)


@_whole(
    "bytes counted by their \ufffd",
    "One \ufffd may stand for up to three bytes: count bytes, not \ufffd.",
)
def _as_many_bytes_as_signs(data):
    shown, n = _stripped(data)
    return shown, data[len(data) - n :]


@another_way("chat.whole_characters", "bytes counted by their \ufffd")
def _minus_zero_is_everything(data):
    shown, n = _stripped(data)
    return shown, data[-n:]


@another_way("chat.whole_characters", "bytes counted by their \ufffd")
def _one_sign_one_byte(data):
    text = data.decode(errors="replace")
    return (text[:-1], data[-1:]) if text.endswith("\ufffd") else (text, b"")


@_whole(
    "every \ufffd at the end waits",
    "Not each \ufffd at the end is a beginning: a byte that begins no character stays \ufffd, "
    "whatever comes behind it.",
)
def _what_the_shown_text_leaves(data):
    shown = data.decode(errors="replace").rstrip("\ufffd")
    return shown, data[len(shown.encode()) :]


@_whole(
    "too few bytes not thought of",
    "There may be fewer than three bytes, or none: an index such as data[-3] asks for one that is not there.",
)
def _three_are_there(data):
    for n in (1, 2, 3):
        if 0x80 <= data[-n] < 0xC0:
            continue
        if data[-n] >= 0xC0 and n < _size(data[-n]):
            return data[:-n].decode(errors="replace"), data[-n:]
        break
    return data.decode(errors="replace"), b""


@another_way("chat.whole_characters", "too few bytes not thought of")
def _one_is_there(data):
    if data[-1] < 0x80:
        return data.decode(errors="replace"), b""
    return _split(data)


@mistake(
    "chat.whole_characters",
    "every byte above 127 at the end waits",
    "A character that is whole can be shown: only one that lacks bytes waits.",
)
def _(data):
    i = len(data)
    while i > 0 and data[i - 1] >= 128:
        i -= 1
    return data[:i].decode("utf-8", errors="replace"), data[i:]


@mistake(
    "chat.whole_characters",
    "each byte a character",
    "UTF-8 writes most characters of the world with two to four bytes.",
)
def _(data):
    return data.decode("latin-1"), b""


@mistake(
    "chat.whole_characters",
    "whole characters wait as well",
    "Count: its lead byte says how many bytes a character has, and they may all be there.",
)
def _(data):
    for n in (1, 2, 3):
        if len(data) >= n and data[-n] >= 0xC0:
            return data[:-n].decode("utf-8", errors="replace"), data[-n:]
    return data.decode("utf-8", errors="replace"), b""


@mistake(
    "chat.whole_characters",
    "four bytes not thought of",
    "A character may have four bytes: three of them can wait.",
)
def _(data):
    for n in (1, 2):
        if len(data) >= n and data[-n] >= 0xE0:
            return data[:-n].decode("utf-8", errors="replace"), data[-n:]
    return data.decode("utf-8", errors="replace"), b""


@mistake(
    "chat.whole_characters",
    "bytes that only continue wait",
    "10xxxxxx begins no character: without a lead byte before it, it becomes U+FFFD at once.",
)
def _(data):
    i = len(data)
    while i > 0 and len(data) - i < 3 and 128 <= data[i - 1] < 192:
        i -= 1
    if i > 0 and data[i - 1] >= 192:
        lead = data[i - 1]
        need = 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
        if len(data) - i + 1 < need:
            return data[: i - 1].decode("utf-8", errors="replace"), data[i - 1 :]
        return data.decode("utf-8", errors="replace"), b""
    return data[:i].decode("utf-8", errors="replace"), data[i:]
