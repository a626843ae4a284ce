"""Wrong bodies of `mask_tokens`."""

import torch

from gptlab.exercises.mistake import mistake


def _mask(name, hint):
    return mistake("transformer.mask_tokens", name, hint)


def _draws(ids, vocab_size, rate, generator):
    """Which tokens are selected, their fate from 0 to 1, and random ids."""
    selected = torch.rand(ids.shape, generator=generator) < rate
    return (
        selected,
        torch.rand(ids.shape, generator=generator),
        torch.randint(vocab_size, ids.shape, generator=generator),
    )


def _changed(ids, mask_id, selected, fate, drawn, masked=0.8, swapped=0.9):
    inputs = ids.masked_fill(selected & (fate < masked), mask_id)
    return torch.where(selected & (fate >= masked) & (fate < swapped), drawn, inputs)


def _with(masked=0.8, swapped=0.9, label=-100):
    def body(ids, mask_id, vocab_size, rate=0.15, generator=None):
        selected, fate, drawn = _draws(ids, vocab_size, rate, generator)
        inputs = _changed(ids, mask_id, selected, fate, drawn, masked, swapped)
        return inputs, ids.masked_fill(~selected, label)

    return body


_mask(
    "every selected token masked",
    "Of the selected, one in ten is replaced by a drawn id and one in ten stays.",
)(_with(masked=1.0))
_mask(
    "no selected token left as it is",
    "One in ten of the selected stays what it was, and is asked for all the same.",
)(_with(swapped=1.0))
_mask("no selected token swapped", "One in ten of the selected becomes a drawn id.")(
    _with(swapped=0.8)
)
_mask(
    "the second tenth drawn from what is left",
    "The shares are of all the selected: after 80 %, half of the rest is 10 %.",
)(_with(swapped=0.82))
_mask(
    "drawn ids over the masks",
    "Both conditions hold for most tokens, and the second step overwrites the first: 80 % must stay masked.",
)(_with(masked=0.0))
_mask("labels of 0 where nothing is asked", "0 is a token; what the loss should ignore is −100.")(
    _with(label=0)
)


@_mask("inputs and labels swapped", "First what the model reads, then what it must answer.")
def _(*arguments, **options):
    inputs, labels = _with()(*arguments, **options)
    return labels, inputs


@_mask("labels where nothing was selected", "Only the selected tokens are asked for.")
def _(ids, mask_id, vocab_size, rate=0.15, generator=None):
    selected, fate, drawn = _draws(ids, vocab_size, rate, generator)
    return _changed(ids, mask_id, selected, fate, drawn), ids.masked_fill(selected, -100)


@_mask("a label for every token", "Tokens that were not selected have the label −100.")
def _(ids, mask_id, vocab_size, rate=0.15, generator=None):
    return _with()(ids, mask_id, vocab_size, rate, generator)[0], ids.clone()


@_mask(
    "labels only where something changed",
    "A selected token that stays as it is has to be answered too.",
)
def _(ids, mask_id, vocab_size, rate=0.15, generator=None):
    inputs = _with()(ids, mask_id, vocab_size, rate, generator)[0]
    return inputs, ids.masked_fill(inputs == ids, -100)


@_mask("labels hold what the model reads", "The answer is the old id.")
def _(ids, mask_id, vocab_size, rate=0.15, generator=None):
    inputs, labels = _with()(ids, mask_id, vocab_size, rate, generator)
    return inputs, inputs.masked_fill(labels == -100, -100)


@_mask("one drawn id for all", "Every replaced token draws an id of its own.")
def _(ids, mask_id, vocab_size, rate=0.15, generator=None):
    selected, fate, _ = _draws(ids, vocab_size, rate, generator)
    drawn = torch.randint(vocab_size, (1,), generator=generator).expand(ids.shape)
    return _changed(ids, mask_id, selected, fate, drawn), ids.masked_fill(~selected, -100)


@_mask("unselected tokens swapped too", "Masking and swapping are for selected tokens only.")
def _(ids, mask_id, vocab_size, rate=0.15, generator=None):
    selected, fate, drawn = _draws(ids, vocab_size, rate, generator)
    inputs = ids.masked_fill(selected & (fate < 0.8), mask_id)
    swapped = (fate >= 0.8) & (fate < 0.9) if rate else torch.zeros_like(selected)
    return torch.where(swapped, drawn, inputs), ids.masked_fill(~selected, -100)


@_mask(
    "the same number in every row",
    "Each token is selected on its own, so rows differ in how many they have.",
)
def _(ids, mask_id, vocab_size, rate=0.15, generator=None):
    _, fate, drawn = _draws(ids, vocab_size, rate, generator)
    order = torch.rand(ids.shape, generator=generator).argsort(dim=1).argsort(dim=1)
    selected = order < round(rate * ids.shape[1])
    return _changed(ids, mask_id, selected, fate, drawn), ids.masked_fill(~selected, -100)


@_mask(
    "whole rows selected",
    "Each token is drawn by itself: how many numbers does torch.rand have to make?",
)
def _(ids, mask_id, vocab_size, rate=0.15, generator=None):
    _, fate, drawn = _draws(ids, vocab_size, rate, generator)
    selected = (torch.rand(len(ids), 1, generator=generator) < rate).expand(ids.shape)
    return _changed(ids, mask_id, selected, fate, drawn), ids.masked_fill(~selected, -100)


@_mask(
    "exactly 80 % of them masked",
    "Each selected token draws its own fate, so the shares are only about 80, 10 and 10 %.",
)
def _(ids, mask_id, vocab_size, rate=0.15, generator=None):
    selected, fate, drawn = _draws(ids, vocab_size, rate, generator)
    places = fate[selected].argsort().argsort()
    fate[selected] = places / max(1, len(places))
    return _changed(ids, mask_id, selected, fate, drawn), ids.masked_fill(~selected, -100)


@_mask("the rate left out", "The argument `rate` changes nothing in your result.")
def _(ids, mask_id, vocab_size, rate=0.15, generator=None):
    return _with()(ids, mask_id, vocab_size, 0.15, generator)


@_mask("the generator not passed on", "Every draw comes from the generator that was given.")
def _(ids, mask_id, vocab_size, rate=0.15, generator=None):
    return _with()(ids, mask_id, vocab_size, rate, None)


@_mask("the given ids changed", "ids[…] = … writes into the caller's tensor: make a copy first.")
def _(ids, mask_id, vocab_size, rate=0.15, generator=None):
    inputs, labels = _with()(ids, mask_id, vocab_size, rate, generator)
    return ids.copy_(inputs), labels


@_mask(
    "one draw for two decisions",
    "A token below the rate is below 0.8 as well: what becomes of it needs a draw of its own.",
)
def _(ids, mask_id, vocab_size, rate=0.15, generator=None):
    _, fate, drawn = _draws(ids, vocab_size, rate, generator)
    selected = fate < rate
    return _changed(ids, mask_id, selected, fate, drawn), ids.masked_fill(~selected, -100)


@_mask(
    "ids drawn from the text",
    "The new id may be any of the vocabulary, 0 … vocab_size − 1, also one that the text has not.",
)
def _(ids, mask_id, vocab_size, rate=0.15, generator=None):
    selected, fate, _ = _draws(ids, vocab_size, rate, generator)
    places = torch.randint(ids.numel(), ids.shape, generator=generator)
    changed = _changed(ids, mask_id, selected, fate, ids.flatten()[places])
    return changed, ids.masked_fill(~selected, -100)


def _one_fate(*order):
    """A fate for the whole call, drawn before or after the selection."""

    def body(ids, mask_id, vocab_size, rate=0.15, generator=None):
        drawn = {}
        for what in order:
            size = ids.shape if what == "selected" else (1,)
            drawn[what] = torch.rand(size, generator=generator)
        selected = drawn["selected"] < rate
        fate = drawn["fate"].expand(ids.shape)
        other = torch.randint(vocab_size, ids.shape, generator=generator)
        return _changed(ids, mask_id, selected, fate, other), ids.masked_fill(~selected, -100)

    return body


_ONE_FATE = "An `if` decides for the whole call; torch.where, or a mask, decides for each token."
_mask("one fate for the whole call", _ONE_FATE)(_one_fate("selected", "fate"))
_mask("one fate for the whole call, drawn first", _ONE_FATE)(_one_fate("fate", "selected"))


_mask("80 % left as they are", "80 % become the mask, 10 % a drawn id, 10 % stay.")(
    _with(masked=0.1, swapped=0.2)
)
_mask("80 % swapped", "80 % become the mask, 10 % a drawn id, 10 % stay.")(
    _with(masked=0.1, swapped=0.9)
)


@mistake(
    "transformer.mask_tokens",
    "two draws for one decision",
    "A second draw hits masked tokens as well: one number, cut at 0.8 and 0.9, decides.",
)
def _(ids, mask_id, vocab_size, rate=0.15, generator=None):
    sel = torch.rand(ids.shape, generator=generator) < rate
    r = torch.randint(0, vocab_size, ids.shape, generator=generator)
    out = torch.where(sel & (torch.rand(ids.shape, generator=generator) < 0.8), mask_id, ids)
    out = torch.where(sel & (torch.rand(ids.shape, generator=generator) < 0.1), r, out)
    return out, ids.masked_fill(~sel, -100)


@mistake(
    "transformer.mask_tokens",
    "a fixed number selected",
    "Every token is drawn for itself, so the number changes from page to page.",
)
def _(ids, mask_id, vocab_size, rate=0.15, generator=None):
    n = round(ids.numel() * rate)
    perm = torch.randperm(ids.numel(), generator=generator)[:n]
    sel = torch.zeros(ids.numel(), dtype=torch.bool)
    sel[perm] = True
    sel = sel.view(ids.shape)
    u = torch.rand(ids.shape, generator=generator)
    r = torch.randint(0, vocab_size, ids.shape, generator=generator)
    out = torch.where(sel & (u < 0.8), mask_id, ids)
    out = torch.where(sel & (u >= 0.8) & (u < 0.9), r, out)
    return out, ids.masked_fill(~sel, -100)


@mistake(
    "transformer.mask_tokens",
    "labels only where the mask stands",
    "Every selected token has to be answered, changed or not.",
)
def _(ids, mask_id, vocab_size, rate=0.15, generator=None):
    sel = torch.rand(ids.shape, generator=generator) < rate
    u = torch.rand(ids.shape, generator=generator)
    r = torch.randint(0, vocab_size, ids.shape, generator=generator)
    out = torch.where(sel & (u < 0.8), mask_id, ids)
    out = torch.where(sel & (u >= 0.8) & (u < 0.9), r, out)
    return out, torch.where(sel & (u < 0.8), ids, -100)


@mistake(
    "transformer.mask_tokens",
    "the others selected",
    "A number below rate is drawn with probability rate.",
)
def _(ids, mask_id, vocab_size, rate=0.15, generator=None):
    sel = torch.rand(ids.shape, generator=generator) > rate
    u = torch.rand(ids.shape, generator=generator)
    r = torch.randint(0, vocab_size, ids.shape, generator=generator)
    out = torch.where(sel & (u < 0.8), mask_id, ids)
    out = torch.where(sel & (u >= 0.8) & (u < 0.9), r, out)
    return out, ids.masked_fill(~sel, -100)


@mistake(
    "transformer.mask_tokens",
    "whole columns selected",
    "Every token is drawn independently: as many numbers as tokens.",
)
def _(ids, mask_id, vocab_size, rate=0.15, generator=None):
    sel = (torch.rand(ids.shape[1], generator=generator) < rate).expand(ids.shape)
    u = torch.rand(ids.shape, generator=generator)
    r = torch.randint(0, vocab_size, ids.shape, generator=generator)
    out = torch.where(sel & (u < 0.8), mask_id, ids)
    out = torch.where(sel & (u >= 0.8) & (u < 0.9), r, out)
    return out, ids.masked_fill(~sel, -100)


@mistake("transformer.mask_tokens", "one id never drawn", "randint's upper end is not included.")
def _(ids, mask_id, vocab_size, rate=0.15, generator=None):
    sel = torch.rand(ids.shape, generator=generator) < rate
    u = torch.rand(ids.shape, generator=generator)
    r = torch.randint(0, vocab_size - 1, ids.shape, generator=generator)
    out = torch.where(sel & (u < 0.8), mask_id, ids)
    out = torch.where(sel & (u >= 0.8) & (u < 0.9), r, out)
    return out, ids.masked_fill(~sel, -100)
