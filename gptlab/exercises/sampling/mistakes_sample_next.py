"""Wrong bodies of `sample_next`."""

import torch

from gptlab import sampling
from gptlab.exercises.mistake import another_way, mistake

INF = float("inf")


def _top_k(scores, k):
    if k is None:
        return scores
    kth = scores.topk(min(k, scores.shape[-1]), dim=-1).values[..., -1:]
    return scores.masked_fill(scores < kth, -INF)


def _top_p(scores, p):
    if p is None or p >= 1:
        return scores
    ordered, order = scores.sort(dim=-1, descending=True, stable=True)
    chances = ordered.softmax(dim=-1)
    drop = chances.cumsum(dim=-1) - chances >= p
    drop[..., 0] = False
    return scores.masked_fill(torch.zeros_like(drop).scatter(-1, order, drop), -INF)


def _draw(scores, generator):
    return torch.multinomial(scores.softmax(dim=-1), 1, generator=generator).squeeze(-1)


def right_draw(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    """The right way, for the others to go wrong from."""
    if temperature == 0:
        return logits.argmax(dim=-1)
    return _draw(_top_p(_top_k(logits / temperature, top_k), top_p), generator)


# ---- sample_next


@mistake(
    "sampling.sample_next",
    "always the likeliest",
    "Greedy is what temperature 0 is for: here a token is drawn.",
)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return logits.argmax(dim=-1)


@mistake(
    "sampling.sample_next", "an axis too many", "torch.multinomial gives (B, 1); the result is (B)."
)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return right_draw(logits, temperature, top_k, top_p, generator).unsqueeze(-1)


@mistake(
    "sampling.sample_next",
    "the temperature left out",
    "The argument `temperature` changes nothing but greedy.",
)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return right_draw(logits, float(temperature > 0), top_k, top_p, generator)


@mistake(
    "sampling.sample_next", "top_k left out", "The argument `top_k` changes nothing in your result."
)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return right_draw(logits, temperature, None, top_p, generator)


@mistake(
    "sampling.sample_next", "top_p left out", "The argument `top_p` changes nothing in your result."
)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return right_draw(logits, temperature, top_k, None, generator)


@mistake(
    "sampling.sample_next",
    "only one of the two filters",
    "Both filters may be on at once: the second is no `elif`.",
)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return right_draw(logits, temperature, top_k, None if top_k is not None else top_p, generator)


@mistake(
    "sampling.sample_next",
    "top-p before top-k",
    "The order is temperature, top-k, top-p: probabilities grow when others are dropped.",
)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(dim=-1)
    return _draw(_top_k(_top_p(logits / temperature, top_p), top_k), generator)


@mistake(
    "sampling.sample_next",
    "the temperature after the filters",
    "The order is temperature, top-k, top-p: how much top-p keeps depends on the temperature.",
)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(dim=-1)
    return _draw(_top_p(_top_k(logits, top_k), top_p) / temperature, generator)


@mistake(
    "sampling.sample_next",
    "multiplied by the temperature",
    "A higher temperature makes the draw more even.",
)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(dim=-1)
    return _draw(_top_p(_top_k(logits * temperature, top_k), top_p), generator)


@mistake(
    "sampling.sample_next",
    "the temperature twice",
    "Either divide the scores yourself or let softmax do it.",
)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(dim=-1)
    return _draw(_top_p(_top_k(logits / temperature, top_k), top_p) / temperature, generator)


@mistake(
    "sampling.sample_next",
    "the generator not passed on",
    "The same seed has to give the same draw.",
)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return right_draw(logits, temperature, top_k, top_p, None)


@mistake(
    "sampling.sample_next",
    "evenly among those that are left",
    "After the filters, the probabilities still count.",
)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(dim=-1)
    scores = _top_p(_top_k(logits / temperature, top_k), top_p)
    return _draw(torch.where(scores > -INF, 0.0, scores), generator)


@mistake(
    "sampling.sample_next",
    "scores drawn from as if they were probabilities",
    "torch.multinomial wants numbers of at least 0: turn the scores into probabilities.",
)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(dim=-1)
    scores = _top_p(_top_k(logits / temperature, top_k), top_p)
    return torch.multinomial(scores, 1, generator=generator).squeeze(-1)


@mistake(
    "sampling.sample_next",
    "at temperature 0 the last maximum",
    "Where scores tie, the first one wins.",
)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.shape[-1] - 1 - logits.flip(-1).argmax(dim=-1)
    return right_draw(logits, temperature, top_k, top_p, generator)


@mistake(
    "sampling.sample_next",
    "squeezed without an axis",
    "Where there is one row only, squeeze() takes that axis away too: say which one should go.",
)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return right_draw(logits, temperature, top_k, top_p, generator).squeeze()


@mistake(
    "sampling.sample_next",
    "temperature 0 without a branch of its own",
    "Scores divided by 0 are no scores: at temperature 0 there is nothing to draw.",
)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return _draw(_top_p(_top_k(logits / temperature, top_k), top_p), generator)


@another_way("sampling.sample_next", "an axis too many")
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    drawn = right_draw(logits, temperature, top_k, top_p, generator)
    return drawn if temperature == 0 else drawn.unsqueeze(-1)


@another_way("sampling.sample_next", "squeezed without an axis")
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    drawn = right_draw(logits, temperature, top_k, top_p, generator)
    return drawn if temperature == 0 else drawn.squeeze()


CHANCES = "sampling.sample_next", "softmax before the filters"


def _filtered(scores, top_k, top_p):
    """Through the filters of the room, which may be the learner's."""
    if top_k is not None:
        scores = sampling.top_k_filter(scores, top_k)
    if top_p is not None:
        scores = sampling.top_p_filter(scores, top_p)
    return scores


@mistake(
    *CHANCES,
    "The filters take scores, and write −inf: turn into probabilities what they give back.",
)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    chances = _filtered(sampling.softmax(logits, temperature), top_k, top_p)
    return torch.multinomial(chances, 1, generator=generator)[:, 0]


@another_way(*CHANCES)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(dim=-1)
    return _draw(_filtered(sampling.softmax(logits, temperature), top_k, top_p), generator)


@mistake(
    "sampling.sample_next",
    "neither filter has an effect",
    "A filter makes new scores; on a line of its own its result is thrown away: z = top_k_filter(z, top_k).",
)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return right_draw(logits, temperature, None, None, generator)


UNASKED = "sampling.sample_next", "filtered with None"


@mistake(*UNASKED, "None means that a filter is off: call it only where its argument is not None.")
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(dim=-1)
    scores = sampling.top_k_filter(logits / temperature, top_k)
    return _draw(sampling.top_p_filter(scores, top_p), generator)


@another_way(*UNASKED)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(dim=-1)
    scores = _filtered(logits / temperature, top_k, None)
    return _draw(sampling.top_p_filter(scores, top_p), generator)


@mistake(
    "sampling.sample_next",
    "a top_p of 0 taken for none",
    "0 counts as false, and is a limit like any other: ask whether top_p is None.",
)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return right_draw(logits, temperature, top_k, top_p or None, generator)
