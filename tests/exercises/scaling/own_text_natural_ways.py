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


@natural(PLAN, "the larger among equals")
def the_first_that_comes(speeds, seconds, unique_tokens, law):
    a, alpha, b, beta = law
    worth = reference(WORTH)
    losses = [a / n**alpha + b / worth(unique_tokens, s * seconds) ** beta for n, s in speeds]
    n, speed = speeds[losses.index(min(losses))]
    return n, speed * seconds


@natural(WORTH, "whole repeats only")
def whole_division(unique_tokens, tokens_read):
    repeats = max(0, tokens_read // unique_tokens - 1)
    fresh = min(unique_tokens, tokens_read)
    return fresh + unique_tokens * 15.39 * (1 - math.exp(-repeats / 15.39))


@natural(WORTH, "U left out in the second term")
def the_gain_is_no_number_of_tokens(unique_tokens, tokens_read):
    if tokens_read < unique_tokens:
        return tokens_read
    r = tokens_read / unique_tokens - 1
    return unique_tokens + 15.39 * (1 - math.exp(-r / 15.39))


@natural(WORTH, "in full up to a limit")
def a_hard_cap(unique_tokens, tokens_read):
    most = unique_tokens + 15.39 * unique_tokens
    return most if tokens_read > most else tokens_read


def _planned(speeds, seconds, unique_tokens, law, exchanged=False):
    a, alpha, b, beta = law
    worth = reference("scaling.effective_tokens")
    tried = []
    for n, speed in sorted(speeds):
        read = speed * seconds
        given = (read, unique_tokens) if exchanged else (unique_tokens, read)
        tried.append((a / n**alpha + b / worth(*given) ** beta, n, read))
    return min(tried)[1:]


@natural(PLAN, "the arguments of effective_tokens exchanged")
def read_first(speeds, seconds, unique_tokens, law):
    return _planned(speeds, seconds, unique_tokens, law, exchanged=True)


@natural(PLAN, "the law in another order")
def factors_first(speeds, seconds, unique_tokens, law):
    a, b, alpha, beta = law
    return _planned(speeds, seconds, unique_tokens, (a, alpha, b, beta))


@natural(PLAN, "the time shared out")
def each_its_share(speeds, seconds, unique_tokens, law):
    return _planned(speeds, seconds / len(speeds), unique_tokens, law)
