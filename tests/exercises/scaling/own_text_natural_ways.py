"""Wrong bodies of what lesson 17 adds to gptlab/scaling.py as people write them, and what each is to be told."""

import math

from gptlab.blanks.registry import reference
from tests.support.natural_ways import natural

BITS = "scaling.bits_per_byte"
WORTH = "scaling.effective_tokens"
PLAN = "scaling.plan_run"


@natural(BITS, "characters for bytes")
def as_one_counts_letters(nats_per_token, n_tokens, text):
    return nats_per_token * n_tokens * math.log2(math.e) / len(text)


@natural(BITS, "nats per byte")
def compression_without_bits(nats_per_token, n_tokens, text):
    return n_tokens / len(text.encode("utf-8")) * nats_per_token


@natural(WORTH, "readings for repeats")
def epochs(unique_tokens, tokens_read):
    n_epochs = max(1, tokens_read / unique_tokens)
    return unique_tokens + unique_tokens * 15.39 * (1 - math.exp(-n_epochs / 15.39))


@natural(WORTH, "a text that is not finished")
def straight_from_the_paper(unique_tokens, tokens_read):
    r = tokens_read / unique_tokens - 1
    return unique_tokens + unique_tokens * 15.39 * (1 - math.exp(-r / 15.39))


@natural(PLAN, "repeats for free")
def without_the_second_law(speeds, seconds, unique_tokens, law):
    a, alpha, b, beta = law
    losses = [a / n**alpha + b / (speed * seconds) ** beta for n, speed in speeds]
    n, speed = speeds[losses.index(min(losses))]
    return n, speed * seconds


@natural(PLAN, "the last among equals")
def the_first_that_comes(speeds, seconds, unique_tokens, law):
    a, alpha, b, beta = law
    worth = reference(WORTH)
    losses = [a / n**alpha + b / worth(unique_tokens, s * seconds) ** beta for n, s in speeds]
    n, speed = speeds[losses.index(min(losses))]
    return n, speed * seconds
