"""Wrong bodies of `bits_per_byte` and `effective_tokens`."""

import math

from gptlab.exercises.mistake import another_way, mistake

BITS = "scaling.bits_per_byte"
WORTH = "scaling.effective_tokens"
R_STAR = 15.39


@mistake(BITS, "nats per byte", "The loss is in nats: divide by ln 2 to have bits.")
def _(nats_per_token, n_tokens, text):
    return nats_per_token * n_tokens / len(text.encode())


@mistake(
    BITS,
    "ln 2 on the wrong side",
    "A bit is smaller than a nat, so there are more bits than nats: divide by ln 2.",
)
def _(nats_per_token, n_tokens, text):
    return nats_per_token * n_tokens * math.log(2) / len(text.encode())


@mistake(
    BITS,
    "characters for bytes",
    "len(text) counts characters; one character of UTF-8 is one to four bytes.",
)
def _(nats_per_token, n_tokens, text):
    return nats_per_token * n_tokens / math.log(2) / len(text)


@mistake(
    BITS,
    "bits per token",
    "That is still a number a token: it must be spread over the bytes of the text.",
)
def _(nats_per_token, n_tokens, text):
    return nats_per_token / math.log(2)


@mistake(
    BITS,
    "a mean divided by the bytes",
    "The loss is a mean over tokens; the surprise of the whole text is that mean times their number.",
)
def _(nats_per_token, n_tokens, text):
    return nats_per_token / math.log(2) / len(text.encode())


@mistake(
    BITS,
    "bytes over tokens",
    "Upside down: a text of more bytes has fewer bits for each, a text of more tokens has more.",
)
def _(nats_per_token, n_tokens, text):
    return nats_per_token / math.log(2) * len(text.encode()) / n_tokens


@mistake(BITS, "bytes per bit", "Bits belong above, bytes below.")
def _(nats_per_token, n_tokens, text):
    return len(text.encode()) / max(1e-9, nats_per_token * n_tokens / math.log(2))


@another_way(BITS, "bytes per bit")
def _(nats_per_token, n_tokens, text):
    return len(text.encode()) / (nats_per_token * n_tokens / math.log(2))


@mistake(
    BITS,
    "log of 10 for log of 2",
    "A bit is ln 2 nats, whatever base our own numbers are written in.",
)
def _(nats_per_token, n_tokens, text):
    return nats_per_token * n_tokens / math.log(10) / len(text.encode())


@mistake(
    BITS,
    "bits per bit",
    "A byte has 8 bits, but it is one byte: divide by the number of bytes only.",
)
def _(nats_per_token, n_tokens, text):
    return nats_per_token * n_tokens / math.log(2) / (8 * len(text.encode()))


@mistake(BITS, "words for bytes", "split() gives words; the bytes are in text.encode().")
def _(nats_per_token, n_tokens, text):
    return nats_per_token * n_tokens / math.log(2) / len(text.split())


def _worth(
    repeats=lambda u, d: d / u - 1,
    gain=lambda r: R_STAR * (1 - math.exp(-r / R_STAR)),
    first=1.0,
    short=True,
):
    """The formula with one thing changed."""

    def body(unique_tokens, tokens_read):
        if short and tokens_read <= unique_tokens:
            return tokens_read
        return unique_tokens * (first + gain(repeats(unique_tokens, tokens_read)))

    return body


def _wrong(name, hint, **changed):
    mistake(WORTH, name, hint)(_worth(**changed))


_wrong(
    "readings for repeats",
    "R is 0 after the first reading: how often the text is repeated is one less than how often it is read.",
    repeats=lambda u, d: d / u,
)
another_way(WORTH, "readings for repeats")(_worth(repeats=lambda u, d: d / u, short=False))
another_way(WORTH, "readings for repeats")(
    _worth(repeats=lambda u, d: max(1.0, d / u), short=False)
)
_wrong(
    "a text that is not finished",
    "Try effective_tokens(1000, 60): nothing is repeated, so R must not be negative, and the 60 count in full.",
    short=False,
)
another_way(WORTH, "a text that is not finished")(
    lambda unique_tokens, tokens_read: (
        unique_tokens
        * (1 + R_STAR * (1 - math.exp(-max(0.0, tokens_read / unique_tokens - 1) / R_STAR)))
    )
)
_wrong(
    "whole repeats only",
    "// throws away the last, unfinished repeat: divide with /.",
    repeats=lambda u, d: d // u - 1,
)
another_way(WORTH, "whole repeats only")(
    _worth(repeats=lambda u, d: max(0, d // u - 1), short=False)
)
another_way(WORTH, "whole repeats only")(_worth(repeats=lambda u, d: (d - u) // u))
_wrong(
    "the first reading left out",
    "The formula has two terms: U for the first reading, and what the repeats add to it.",
    first=0.0,
)
_wrong(
    "R* left out in front",
    "The bracket is multiplied by U and by R*.",
    gain=lambda r: 1 - math.exp(-r / R_STAR),
)
_wrong(
    "R* left out in the exponent",
    "The exponent is −R / R*: without R* the second repeat would already be worth next to nothing.",
    gain=lambda r: R_STAR * (1 - math.exp(-r)),
)
_wrong(
    "a half-life",
    "After R* repeats what is gained falls to 1/e, not to a half: the base is e.",
    gain=lambda r: R_STAR * (1 - 2 ** (-r / R_STAR)),
)
_wrong(
    "the constant of the parameters",
    "5.31 is the paper's R* for parameters; that for tokens is 15.39.",
    gain=lambda r: 5.31 * (1 - math.exp(-r / 5.31)),
)
_wrong(
    "four readings and no more",
    "That is a rule of thumb: by the formula the fifth reading still adds something.",
    gain=lambda r: min(3.0, R_STAR * (1 - math.exp(-r / R_STAR))),
)
_wrong(
    "a decay for a gain",
    "e^(−R/R*) falls as R grows; what the repeats have added in all is 1 minus that.",
    gain=lambda r: R_STAR * math.exp(-r / R_STAR),
)
_wrong(
    "R times its last worth",
    "The repeats' worth decays all the time: the first counts nearly in full, the thirtieth hardly.",
    gain=lambda r: r * math.exp(-r / R_STAR),
)


@mistake(
    WORTH,
    "repeats for free",
    "By this every token counts in full, however often it was read before.",
)
def _(unique_tokens, tokens_read):
    return tokens_read


@mistake(
    WORTH,
    "repeats for nothing",
    "By this a second reading is worth nothing; the formula gives it nearly its full worth.",
)
def _(unique_tokens, tokens_read):
    return min(unique_tokens, tokens_read)


@mistake(
    WORTH,
    "the repeats alone",
    "What is asked for is the worth of the whole training, the first reading too.",
)
def _(unique_tokens, tokens_read):
    return unique_tokens * max(0.0, tokens_read / unique_tokens - 1)


@mistake(
    WORTH,
    "U left out in the second term",
    "The repeats, too, are readings of U tokens: both terms begin with U.",
)
def _(unique_tokens, tokens_read):
    if tokens_read <= unique_tokens:
        return tokens_read
    repeats = tokens_read / unique_tokens - 1
    return unique_tokens + R_STAR * (1 - math.exp(-repeats / R_STAR))


@another_way(WORTH, "U left out in the second term")
def _(unique_tokens, tokens_read):
    repeats = max(0.0, tokens_read / unique_tokens - 1)
    return min(unique_tokens, tokens_read) + R_STAR * (1 - math.exp(-repeats / R_STAR))


@mistake(
    WORTH,
    "in full up to a limit",
    "U (1 + R*) is where the formula ends up: on the way there every repeat is worth less than the one before.",
)
def _(unique_tokens, tokens_read):
    return min(tokens_read, unique_tokens * (1 + R_STAR))


@mistake(
    WORTH,
    "tokens where repeats belong",
    "R is a number of repeats, D/U − 1, and no number of tokens.",
)
def _(unique_tokens, tokens_read):
    if tokens_read <= unique_tokens:
        return tokens_read
    repeats = tokens_read - unique_tokens
    return unique_tokens * (1 + R_STAR * (1 - math.exp(-repeats / R_STAR)))


@mistake(
    "scaling.bits_per_byte",
    "divided by the tokens as well",
    "The loss is a mean already: times n_tokens it is the surprise on all of the text.",
)
def _(nats_per_token, n_tokens, text):
    return nats_per_token / math.log(2) / n_tokens / len(text.encode())


@mistake(
    "scaling.bits_per_byte",
    "the logarithm of the loss",
    "The loss is a logarithm already: another base is a factor.",
)
def _(nats_per_token, n_tokens, text):
    return math.log2(nats_per_token) * n_tokens / len(text.encode())


@mistake("scaling.bits_per_byte", "UTF-16 for UTF-8", "Bytes are counted in UTF-8.")
def _(nats_per_token, n_tokens, text):
    return nats_per_token * n_tokens / math.log(2) / len(text.encode("utf-16"))


@mistake(
    "scaling.bits_per_byte", "a perplexity", "Bits add up, perplexities do not: leave out exp."
)
def _(nats_per_token, n_tokens, text):
    return math.exp(nats_per_token) * n_tokens / len(text.encode())


@mistake("scaling.bits_per_byte", "one token left out", "The loss is the mean over all n_tokens.")
def _(nats_per_token, n_tokens, text):
    return nats_per_token * (n_tokens - 1) / math.log(2) / len(text.encode())


@mistake(
    "scaling.effective_tokens",
    "a minus lost in the exponent",
    "e^(−R / R*) falls as R grows: each repeat is worth less.",
)
def _(unique_tokens, tokens_read):
    if tokens_read <= unique_tokens:
        return tokens_read
    R = tokens_read / unique_tokens - 1
    return unique_tokens + unique_tokens * 15.39 * (1 - math.exp(R / 15.39))


@mistake(
    "scaling.effective_tokens",
    "what there is and what is read swapped",
    "unique_tokens is U; what is read is U · (1 + R).",
)
def _(unique_tokens, tokens_read):
    u, d = tokens_read, unique_tokens
    if d <= u:
        return d
    R = d / u - 1
    return u + u * 15.39 * (1 - math.exp(-R / 15.39))


@mistake("scaling.effective_tokens", "R* rounded", "R* is 15.39.")
def _(unique_tokens, tokens_read):
    if tokens_read <= unique_tokens:
        return tokens_read
    R = tokens_read / unique_tokens - 1
    return unique_tokens + unique_tokens * 15 * (1 - math.exp(-R / 15))


@mistake(
    "scaling.effective_tokens", "multiplied by R* in the exponent", "The exponent is R over R*."
)
def _(unique_tokens, tokens_read):
    if tokens_read <= unique_tokens:
        return tokens_read
    R = tokens_read / unique_tokens - 1
    return unique_tokens + unique_tokens * 15.39 * (1 - math.exp(-R * 15.39))


@mistake(
    "scaling.effective_tokens",
    "repeats counted twice",
    "U is the first reading; what the repeats are worth comes on top of it, not of all that was read.",
)
def _(unique_tokens, tokens_read):
    if tokens_read <= unique_tokens:
        return tokens_read
    R = tokens_read / unique_tokens - 1
    return tokens_read + unique_tokens * 15.39 * (1 - math.exp(-R / 15.39))


@mistake(
    "scaling.effective_tokens",
    "a repeat that was begun taken for a whole one",
    "R need not be whole: half a reading is half a repeat.",
)
def _(unique_tokens, tokens_read):
    if tokens_read <= unique_tokens:
        return tokens_read
    R = math.ceil(tokens_read / unique_tokens) - 1
    return unique_tokens + unique_tokens * 15.39 * (1 - math.exp(-R / 15.39))


@mistake(
    "scaling.bits_per_byte",
    "the surprise on the whole text",
    "All of it is divided by the bytes of the text.",
)
def _(nats_per_token, n_tokens, text):
    return nats_per_token * n_tokens / math.log(2)


@mistake(
    "scaling.effective_tokens",
    "all tokens worth less with each reading",
    "The first reading counts in full: only repeats lose.",
)
def _(unique_tokens, tokens_read):
    R = tokens_read / unique_tokens
    return tokens_read * math.exp(-R / 15.39)
