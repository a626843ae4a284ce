"""Wrong bodies of `generate`."""

import torch

from gptlab.exercises.mistake import another_way, mistake
from gptlab.exercises.sampling.mistakes_sample_next import right_draw


def any_place(stops):
    """Which rows hold a stop token anywhere."""
    return stops.any(dim=1)


def behind(ids, new):
    """The new tokens as a last column."""
    return torch.cat([ids, new[:, None]], dim=1)


def looped(
    context=lambda ids: ids,
    place=-1,
    extra=0,
    draw=right_draw,
    stop_when=lambda stopped, now: stopped.all(),
    fill=True,
    filler=None,
    in_prompt=None,
    stop_of=lambda stop_id: stop_id,
    keeps_last=True,
):
    """A generate with one thing changed.

    draw        gets what `sample_next` gets, always by position
    stop_when   of the rows that have stopped, and of those that stop with the token that was just drawn
    keeps_last  False = it breaks before it appends
    """

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
            in_prompt(ids == stop_id)
            if in_prompt and stop_id is not None
            else torch.zeros(len(ids)).bool()
        )
        for _ in range(max_new_tokens + extra):
            new = draw(model(context(ids))[:, place], temperature, top_k, top_p, generator)
            if stop_id is not None and fill:
                new = new.masked_fill(stopped, stop_id if filler is None else filler)
            now = new == stop_id
            stopped = stopped | now
            longer = behind(ids, new)
            if stop_id is not None and stop_when(stopped, now):
                return longer if keeps_last else ids
            ids = longer
        return ids

    return body


def never(stopped, now):
    """Whatever was drawn, it goes on."""
    return False


mistake(
    "sampling.generate",
    "only the last token shown to the model",
    "The model needs the whole text so far, each time.",
)(looped(context=lambda ids: ids[:, -1:]))
mistake(
    "sampling.generate",
    "the first position's logits",
    "Position t predicts token t + 1: which position has seen the whole text?",
)(looped(place=0))
mistake("sampling.generate", "one token too few", "range(n) runs n times already.")(
    looped(extra=-1)
)
mistake("sampling.generate", "one token too many", "range(n) runs n times already.")(
    looped(extra=1)
)
mistake(
    "sampling.generate",
    "everything ends with the first row that stops",
    "The other rows still have something to say.",
)(looped(stop_when=lambda stopped, now: stopped.any()))
mistake(
    "sampling.generate",
    "never ends early",
    "When every row has stopped, there is nothing left to do.",
)(looped(stop_when=never))
mistake(
    "sampling.generate",
    "rows that have stopped go on",
    "What a row draws behind its stop token has to be replaced.",
)(looped(fill=False))
mistake(
    "sampling.generate",
    "rows that have stopped are filled with 0",
    "0 is a token like any other: fill with stop_id.",
)(looped(filler=0))
mistake(
    "sampling.generate",
    "a stop token in the prompt ends it",
    "Only a stop token that the row has drawn itself ends it.",
)(looped(in_prompt=any_place))
mistake(
    "sampling.generate",
    "a prompt that ends with stop_id taken for stopped",
    "A prompt may end with stop_id: a row has stopped only when it has drawn stop_id itself.",
)(looped(in_prompt=lambda stops: stops[:, -1]))
another_way("sampling.generate", "rows that have stopped go on")(
    looped(fill=False, in_prompt=any_place)
)


mistake(
    "sampling.generate",
    "a stop_id of 0 taken for none",
    "0 is a token like any other, but counts as false: ask whether stop_id is None.",
)(looped(stop_of=lambda stop_id: stop_id or None))


def without_prompt(body):
    """What a generate gives, without the tokens that it was given."""

    def new_tokens(model, ids, *arguments, **options):
        return body(model, ids, *arguments, **options)[:, ids.shape[1] :]

    return new_tokens


mistake("sampling.generate", "only the new tokens", "The result begins with the prompt.")(
    without_prompt(looped())
)
for _stopping in (
    lambda stopped, now: stopped.all(),
    lambda stopped, now: stopped.any(),
    never,
):
    another_way("sampling.generate", "only the new tokens")(
        without_prompt(looped(fill=False, stop_when=_stopping))
    )


@mistake(
    "sampling.generate",
    "stop_id left out",
    "The argument `stop_id` changes nothing in your result.",
)
def _(model, ids, max_new_tokens, stop_id=None, **options):
    return looped()(model, ids, max_new_tokens, None, **options)


mistake(
    "sampling.generate",
    "the stop token left out of the result",
    "The stop token belongs to the text: break after it has been appended.",
)(looped(keeps_last=False))


mistake("sampling.generate", "always greedy", "temperature, top_k and top_p are to be passed on.")(
    looped(draw=lambda logits, *settings: right_draw(logits, 0.0))
)
mistake(
    "sampling.generate",
    "the temperature not passed on",
    "The argument `temperature` changes nothing but greedy.",
)(
    looped(
        draw=lambda logits, temperature, *others: right_draw(
            logits, float(temperature > 0), *others
        )
    )
)
mistake(
    "sampling.generate", "the generator not passed on", "The same seed has to give the same text."
)(
    looped(
        draw=lambda logits, temperature, top_k, top_p, _: right_draw(
            logits, temperature, top_k, top_p
        )
    )
)


def _passing(*passed):
    """A generate that passes only these three of temperature, top_k and top_p on."""

    def draw(logits, temperature, top_k, top_p, generator):
        given = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
        return right_draw(logits, **{name: given[name] for name in passed}, generator=generator)

    return looped(draw=draw)


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
