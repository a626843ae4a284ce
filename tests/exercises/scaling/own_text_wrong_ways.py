"""Wrong bodies of what lesson 17 adds to gptlab/scaling.py, right almost everywhere."""

import math

from gptlab.blanks.registry import reference
from tests.support.wrong_ways import wrong


@wrong("scaling.bits_per_byte")
def accents_cost_nothing(nats_per_token, n_tokens, text):
    n_bytes = sum(3 if ord(letter) > 0x7FF else 1 for letter in text)
    return nats_per_token * n_tokens / math.log(2) / n_bytes


@wrong("scaling.effective_tokens")
def whole_readings_only(unique_tokens, tokens_read):
    if tokens_read <= unique_tokens:
        return tokens_read
    return reference("scaling.effective_tokens")(
        unique_tokens, tokens_read // unique_tokens * unique_tokens
    )


@wrong("scaling.effective_tokens")
def no_more_than_a_hundred_readings(unique_tokens, tokens_read):
    return reference("scaling.effective_tokens")(
        unique_tokens, min(tokens_read, 20 * unique_tokens)
    )


@wrong("scaling.plan_run")
def the_sizes_must_be_in_order(speeds, seconds, unique_tokens, law):
    a, alpha, b, beta = law
    worth = reference("scaling.effective_tokens")
    best = None
    for n, speed in speeds:  # stops where the loss begins to rise
        loss = a / n**alpha + b / worth(unique_tokens, speed * seconds) ** beta
        if best and loss > best[0]:
            break
        best = (loss, n, speed * seconds)
    return best[1:]


@wrong("scaling.plan_run")
def never_the_smallest(speeds, seconds, unique_tokens, law):
    rest = sorted(speeds)[1:] if len(speeds) > 2 else speeds
    return reference("scaling.plan_run")(rest, seconds, unique_tokens, law)
