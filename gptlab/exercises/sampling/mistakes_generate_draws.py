"""Wrong bodies of `generate`: what `sample_next` gives, put to wrong use."""

import torch

from gptlab import sampling
from gptlab.exercises.mistake import another_way, mistake
from gptlab.exercises.sampling.mistakes_generate import behind, looped, without_prompt
from gptlab.exercises.sampling.mistakes_sample_next import right_draw


def _endless(scores_of=lambda logits: logits[:, -1], append=behind):
    """A generate that knows no stop_id."""

    def body(model, ids, max_new_tokens, stop_id=None, *settings, **named):
        for _ in range(max_new_tokens):
            new = sampling.sample_next(scores_of(model(ids)), *settings, **named)
            ids = append(ids, new)
        return ids

    return body


mistake(
    "sampling.generate",
    "the new tokens without an axis of their own",
    "The new tokens are (B); to stand behind ids, (B, T), they have to be a column, (B, 1): new[:, None].",
)(_endless(append=lambda ids, new: torch.cat([ids, new], dim=1)))
mistake(
    "sampling.generate",
    "append_token on a tensor",
    "append_token knows lists; ids is a tensor (B, T) here: torch.cat along dim 1.",
)(_endless(append=sampling.append_token))
mistake(
    "sampling.generate",
    "new tokens below the texts",
    "Texts run along axis 1: torch.cat with dim=1.",
)(_endless(append=lambda ids, new: torch.cat([ids, new[:, None]])))


def _comparing(stop, fill=None):
    """A generate that never asks whether there is a stop_id."""

    def body(model, ids, max_new_tokens, stop_id=None, *settings, **named):
        stopped = torch.zeros(len(ids)).bool()
        for _ in range(max_new_tokens):
            new = sampling.sample_next(model(ids)[:, -1], *settings, **named)
            new = fill(stopped, stop_id, new) if fill else new
            stopped = stopped | (new == stop_id)
            ids = behind(ids, new)
            if stop(new == stop_id, stopped):
                break
        return ids

    return body


NONE = "sampling.generate", "stop_id compared although it is None"
FILLED = "sampling.generate", "None written for a token"

mistake(*NONE, "new == None is False, which is no tensor: first ask whether stop_id is None.")(
    _comparing(lambda now, stopped: now.all())
)
another_way(*NONE)(_comparing(lambda now, stopped: now.any()))
mistake(
    *FILLED, "Only where there is a stop_id can it be written: first ask whether stop_id is None."
)(_comparing(lambda now, stopped: stopped.all(), torch.where))
another_way(*FILLED)(
    _comparing(
        lambda now, stopped: stopped.all(),
        lambda stopped, stop, new: new.masked_fill(stopped, stop),
    )
)


ended_together = looped(fill=False, stop_when=lambda stopped, now: now.all())
mistake(
    "sampling.generate",
    "it ends only where all rows stop at the same time",
    "Rows stop at different times: remember which have stopped, and fill those with stop_id.",
)(ended_together)
another_way("sampling.generate", "only the new tokens")(without_prompt(ended_together))


mistake(
    "sampling.generate",
    "all positions' logits",
    "The model scores at every position, (B, T, V); only the last one's are wanted: [:, -1].",
)(_endless(lambda logits: logits))
mistake(
    "sampling.generate",
    "the last text, not the last position",
    "[-1] is the last text of the batch; the last position of every text is [:, -1].",
)(_endless(lambda logits: logits[-1]))
mistake(
    "sampling.generate",
    "the last scores, not the last position's",
    "[..., -1] is one score of each position; the last position of every text is [:, -1].",
)(_endless(lambda logits: logits[..., -1]))


@mistake(
    "sampling.generate",
    "max_new_tokens taken for the whole length",
    "The prompt does not count: max_new_tokens are written behind it.",
)
def _(model, ids, max_new_tokens, *settings, **named):
    return looped()(model, ids, max(0, max_new_tokens - ids.shape[1]), *settings, **named)


mistake(
    "sampling.generate",
    "temperature, top_k, top_p and generator not passed on",
    "sample_next knows only what it is told: hand your own arguments on.",
)(looped(draw=lambda logits, *settings: sampling.sample_next(logits)))

for _ended in (
    lambda stopped, now: now.all(),
    lambda stopped, now: now.any(),
    lambda stopped, now: stopped.all(),
):
    another_way("sampling.generate", "the stop token left out of the result")(
        looped(fill=False, stop_when=_ended, keeps_last=False)
    )


@another_way("sampling.generate", "a prompt that ends with stop_id taken for stopped")
def _(model, ids, max_new_tokens, stop_id=None, *settings, **named):
    for _ in range(max_new_tokens):
        if stop_id is not None and (ids[:, -1] == stop_id).all():
            break
        new = right_draw(model(ids)[:, -1], *settings, **named)
        if stop_id is not None:
            new = new.masked_fill(ids[:, -1] == stop_id, stop_id)
        ids = behind(ids, new)
    return ids


@mistake(
    "sampling.sample_next",
    "the first row's draw for all",
    "Each row has chances of its own, and a draw of its own.",
)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(-1)
    z = logits / temperature
    if top_k is not None:
        z = sampling.top_k_filter(z, top_k)
    if top_p is not None:
        z = sampling.top_p_filter(z, top_p)
    return torch.stack(
        [torch.multinomial(sampling.softmax(z)[0], 1, generator=generator)[0]] * len(z)
    )


@mistake(
    "sampling.sample_next",
    "a seed set inside",
    "The generator that was given draws: a fixed seed draws the same each time.",
)
def _(logits, temperature=1.0, top_k=None, top_p=None, generator=None):
    if temperature == 0:
        return logits.argmax(-1)
    torch.manual_seed(0)
    z = logits / temperature
    if top_k is not None:
        z = sampling.top_k_filter(z, top_k)
    if top_p is not None:
        z = sampling.top_p_filter(z, top_p)
    return torch.multinomial(sampling.softmax(z), 1)[:, 0]


@mistake(
    "sampling.generate",
    "only the prompt shown to the model",
    "What was drawn goes to the model as well: else it says the same each time.",
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
    out = ids
    done = torch.zeros(len(ids), dtype=torch.bool)
    for _ in range(max_new_tokens):
        n = sampling.sample_next(model(ids)[:, -1], temperature, top_k, top_p, generator)
        if stop_id is not None:
            n = torch.where(done, stop_id, n)
            done |= n == stop_id
        out = torch.cat([out, n[:, None]], 1)
        if done.all():
            break
    return out
