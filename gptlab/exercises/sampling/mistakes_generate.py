"""Wrong bodies of `sample_next` and `generate`."""

import torch

from gptlab.exercises.mistake import mistake

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


def _right(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
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
    return _right(logits, temperature, top_k, top_p, generator).unsqueeze(-1)


@mistake(
    "sampling.sample_next",
    "the temperature left out",
    "The argument `temperature` changes nothing but greedy.",
)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return _right(logits, float(temperature > 0), top_k, top_p, generator)


@mistake(
    "sampling.sample_next", "top_k left out", "The argument `top_k` changes nothing in your result."
)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return _right(logits, temperature, None, top_p, generator)


@mistake(
    "sampling.sample_next", "top_p left out", "The argument `top_p` changes nothing in your result."
)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return _right(logits, temperature, top_k, None, generator)


@mistake(
    "sampling.sample_next",
    "only one of the two filters",
    "Both filters may be on at once: the second is no `elif`.",
)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return _right(logits, temperature, top_k, None if top_k is not None else top_p, generator)


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
    return _right(logits, temperature, top_k, top_p, None)


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
    return _right(logits, temperature, top_k, top_p, generator)


@mistake(
    "sampling.sample_next",
    "squeezed without an axis",
    "Where there is one row only, squeeze() takes that axis away too: say which one should go.",
)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return _right(logits, temperature, top_k, top_p, generator).squeeze()


# ---- generate


def _loop(
    context=lambda ids: ids,
    place=-1,
    extra=0,
    stop_when=torch.all,
    fill=True,
    filler=None,
    in_prompt=False,
    stop_of=lambda stop_id: stop_id,
):
    """A generate with one thing changed."""

    def body(
        model,
        ids,
        max_new_tokens,
        stop_id=None,
        temperature=1.0,
        top_k=None,
        top_p=None,
        generator=None,
    ):
        stop_id = stop_of(stop_id)
        stopped = (
            (ids == stop_id).any(1)
            if in_prompt and stop_id is not None
            else torch.zeros(len(ids)).bool()
        )
        for _ in range(max_new_tokens + extra):
            new = _right(model(context(ids))[:, place], temperature, top_k, top_p, generator)
            if stop_id is not None and fill:
                new = new.masked_fill(stopped, stop_id if filler is None else filler)
            stopped = stopped | (new == stop_id)
            ids = torch.cat([ids, new[:, None]], dim=1)
            if stop_id is not None and stop_when(stopped):
                break
        return ids

    return body


mistake(
    "sampling.generate",
    "only the last token shown to the model",
    "The model needs the whole text so far, each time.",
)(_loop(context=lambda ids: ids[:, -1:]))
mistake(
    "sampling.generate",
    "the first position's logits",
    "Position t predicts token t + 1: which position has seen the whole text?",
)(_loop(place=0))
mistake("sampling.generate", "one token too few", "range(n) runs n times already.")(_loop(extra=-1))
mistake("sampling.generate", "one token too many", "range(n) runs n times already.")(_loop(extra=1))
mistake(
    "sampling.generate",
    "everything ends with the first row that stops",
    "The other rows still have something to say.",
)(_loop(stop_when=torch.any))
mistake(
    "sampling.generate",
    "never ends early",
    "When every row has stopped, there is nothing left to do.",
)(_loop(stop_when=lambda stopped: False))
mistake(
    "sampling.generate",
    "rows that have stopped go on",
    "What a row draws behind its stop token has to be replaced.",
)(_loop(fill=False))
mistake(
    "sampling.generate",
    "rows that have stopped are filled with 0",
    "0 is a token like any other: fill with stop_id.",
)(_loop(filler=0))
mistake(
    "sampling.generate",
    "a stop token in the prompt ends it",
    "Only a stop token that the row has drawn itself ends it.",
)(_loop(in_prompt=True))


mistake(
    "sampling.generate",
    "a stop_id of 0 taken for none",
    "0 is a token like any other, but counts as false: ask whether stop_id is None.",
)(_loop(stop_of=lambda stop_id: stop_id or None))


@mistake("sampling.generate", "only the new tokens", "The result begins with the prompt.")
def _(model, ids, *arguments, **options):
    return _loop()(model, ids, *arguments, **options)[:, ids.shape[1] :]


@mistake(
    "sampling.generate",
    "stop_id left out",
    "The argument `stop_id` changes nothing in your result.",
)
def _(model, ids, max_new_tokens, stop_id=None, **options):
    return _loop()(model, ids, max_new_tokens, None, **options)


@mistake(
    "sampling.generate",
    "the stop token left out of the result",
    "The stop token belongs to the text: break after it has been appended.",
)
def _(
    model,
    ids,
    max_new_tokens,
    stop_id=None,
    temperature=1.0,
    top_k=None,
    top_p=None,
    generator=None,
):
    stopped = torch.zeros(len(ids)).bool()
    for _ in range(max_new_tokens):
        new = _right(model(ids)[:, -1], temperature, top_k, top_p, generator)
        if stop_id is not None:
            new = new.masked_fill(stopped, stop_id)
            stopped = stopped | (new == stop_id)
        if stopped.all():
            break
        ids = torch.cat([ids, new[:, None]], dim=1)
    return ids


@mistake("sampling.generate", "always greedy", "temperature, top_k and top_p are to be passed on.")
def _(
    model,
    ids,
    max_new_tokens,
    stop_id=None,
    temperature=1.0,
    top_k=None,
    top_p=None,
    generator=None,
):
    return _loop()(model, ids, max_new_tokens, stop_id, 0.0)


@mistake(
    "sampling.generate",
    "the temperature not passed on",
    "The argument `temperature` changes nothing but greedy.",
)
def _(
    model,
    ids,
    max_new_tokens,
    stop_id=None,
    temperature=1.0,
    top_k=None,
    top_p=None,
    generator=None,
):
    return _loop()(
        model, ids, max_new_tokens, stop_id, float(temperature > 0), top_k, top_p, generator
    )


@mistake(
    "sampling.generate", "the generator not passed on", "The same seed has to give the same text."
)
def _(
    model,
    ids,
    max_new_tokens,
    stop_id=None,
    temperature=1.0,
    top_k=None,
    top_p=None,
    generator=None,
):
    return _loop()(model, ids, max_new_tokens, stop_id, temperature, top_k, top_p, None)


def _passing(*passed):
    """A generate that passes only these three of temperature, top_k and top_p on."""

    def body(
        model,
        ids,
        max_new_tokens,
        stop_id=None,
        temperature=1.0,
        top_k=None,
        top_p=None,
        generator=None,
    ):
        given = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
        return _loop()(
            model,
            ids,
            max_new_tokens,
            stop_id,
            **{name: given[name] for name in passed},
            generator=generator,
        )

    return body


mistake(
    "sampling.generate",
    "top_k not passed on",
    "The argument `top_k` changes nothing in your result.",
)(_passing("temperature", "top_p"))
mistake(
    "sampling.generate",
    "top_p not passed on",
    "The argument `top_p` changes nothing in your result.",
)(_passing("temperature", "top_k"))
mistake(
    "sampling.generate", "neither top_k nor top_p passed on", "They change nothing in your result."
)(_passing("temperature"))
mistake(
    "sampling.generate",
    "temperature, top_k and top_p not passed on",
    "They change nothing in your result.",
)(_passing())


@mistake(
    "sampling.sample_next",
    "temperature 0 without a branch of its own",
    "Scores divided by 0 are no scores: at temperature 0 there is nothing to draw.",
)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    return _draw(_top_p(_top_k(logits / temperature, top_k), top_p), generator)
