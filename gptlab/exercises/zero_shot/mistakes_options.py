"""Wrong bodies of `score_options` and `choose_option`."""

import torch

from gptlab.exercises.mistake import another_way, mistake
from gptlab.exercises.zero_shot.mistakes_sequence import pick

# ---- score_options

SCORE = "zero_shot.score_options"


def _score(name, hint):
    return mistake(SCORE, name, hint)


def _logprobs(model, read):
    """Of each token after the first."""
    ids = torch.tensor([read])
    return pick(model(ids)[:, :-1].log_softmax(-1), ids[:, 1:])[0]


def _own(model, prompt, option, first=0, last=0):
    """The option's own tokens; `first` and `last` move the ends of what counts."""
    start, end = len(prompt) + first, len(prompt) + len(option) + last
    return _logprobs(model, [*prompt, *option])[max(start - 1, 0) : end - 1].sum()


def _each(one=_own, neutral_one=None, join=lambda score, base: score - base):
    """The reference, option by option, with one step changed."""

    def body(model, prompt, options, neutral=None):
        scores = torch.stack([one(model, prompt, option) for option in options])
        if neutral is None:
            return scores
        base = [(neutral_one or one)(model, neutral, option) for option in options]
        return join(scores, torch.stack(base))

    return body


def _padded(model, prompt, options, pad=0, left=False):
    """A table of ids, a row an option."""
    rows = [[*prompt, *option] for option in options]
    width = max(map(len, rows))
    gaps = [[pad] * (width - len(row)) for row in rows]
    rows = [gap + row if left else row + gap for row, gap in zip(rows, gaps, strict=True)]
    ids = torch.tensor(rows)
    return ids, pick(model(ids)[:, :-1].log_softmax(-1), ids[:, 1:])


def _against(scored):
    """Without neutral as it is, with neutral the difference."""

    def body(model, prompt, options, neutral=None):
        scores = scored(model, prompt, options)
        return scores if neutral is None else scores - scored(model, neutral, options)

    return body


_score(
    "the prompt's tokens counted too", "The mask begins where the option begins: at len(prompt)."
)(_each(lambda model, prompt, option: _logprobs(model, [*prompt, *option]).sum()))
_score(
    "the option's first token left out",
    "Its first token is the one that depends on the prompt most. The shift is inside "
    "sequence_log_probability: the mask marks targets.",
)(_each(lambda model, prompt, option: _own(model, prompt, option, first=1)))
_score(
    "the prompt's last token counted too",
    "The mask begins where the option begins: at len(prompt).",
)(_each(lambda model, prompt, option: _own(model, prompt, option, first=-1)))
_score(
    "one token early",
    "mask[:, t] marks ids[:, t] itself: it begins at len(prompt). The shift is inside "
    "sequence_log_probability.",
)(_each(lambda model, prompt, option: _own(model, prompt, option, first=-1, last=-1)))
_score("the option's last token left out", "range and slices end before their end already.")(
    _each(lambda model, prompt, option: _own(model, prompt, option, last=-1))
)


@_score(
    "padding counted",
    "Only the option's own tokens count: the mask ends at len(prompt) + len(option).",
)
@_against
def _(model, prompt, options):
    _, logprobs = _padded(model, prompt, options)
    return logprobs[:, len(prompt) - 1 :].sum(-1)


@_score(
    "padding on the left",
    "The model numbers positions from the left and looks at all that is there: pad on the right.",
)
@_against
def _(model, prompt, options):
    _, logprobs = _padded(model, prompt, options, left=True)
    return torch.stack(
        [row[-len(option) :].sum() for row, option in zip(logprobs, options, strict=True)]
    )


@_score(
    "padding between prompt and option",
    "The option has to come right after the prompt: pad on the right.",
)
@_against
def _(model, prompt, options):
    width = max(map(len, options))
    return torch.stack(
        [_own(model, [*prompt, *[0] * (width - len(option))], option) for option in options]
    )


@_score(
    "a token with id 0 taken for padding", "0 is a token like any other: count lengths, not zeros."
)
@_against
def _(model, prompt, options):
    ids, logprobs = _padded(model, prompt, options)
    keep = (ids != 0)[:, 1:]
    keep[:, : len(prompt) - 1] = False
    return torch.where(keep, logprobs, 0.0).sum(-1)


@_score(
    "options cut to the shortest", "All of an option's tokens count: pad the shorter ones instead."
)
@_against
def _(model, prompt, options):
    shortest = min(map(len, options))
    return torch.stack([_own(model, prompt, option[:shortest]) for option in options])


_score("neutral not used", "With a neutral prompt, the score under it is subtracted.")(
    _each(join=lambda score, base: score)
)
_score("neutral added", "What the option has without the question is taken off, not added.")(
    _each(join=lambda score, base: score + base)
)
_score(
    "prompt and neutral swapped", "The prompt's score comes first: an option gains by the prompt."
)(_each(join=lambda score, base: base - score))
_score("log-probabilities divided", "A quotient of probabilities is a difference of logarithms.")(
    _each(join=lambda score, base: score / base)
)
_score("a quotient of probabilities", "Give its logarithm: the difference of both scores.")(
    _each(join=lambda score, base: (score - base).exp())
)
_score(
    "the neutral prompt's length not used",
    "After the neutral prompt the option begins at len(neutral), not at len(prompt).",
)(
    lambda model, prompt, options, neutral=None: (
        _each()(model, prompt, options)
        if neutral is None
        else _each()(model, prompt, options)
        - torch.stack(
            [
                _logprobs(model, [*neutral, *option])[len(prompt) - 1 :][: len(option)].sum()
                for option in options
            ]
        )
    )
)
_score("neutral put before the prompt", "The neutral prompt stands in place of the prompt.")(
    lambda model, prompt, options, neutral=None: _each()(
        model, [*(neutral or []), *prompt], options
    )
)
_score(
    "the baseline read after both prompts",
    "The second score is taken after `neutral` alone, as if nothing had been asked.",
)(
    lambda model, prompt, options, neutral=None: (
        _each()(model, prompt, options)
        if neutral is None
        else _each()(model, prompt, options) - _each()(model, [*neutral, *prompt], options)
    )
)
_score(
    "neutral for the prompt",
    "The score under the prompt is wanted too: subtract one from the other.",
)(lambda model, prompt, options, neutral=None: _each()(model, neutral or prompt, options))
_score(
    "a mean over the option's tokens", "The whole option's log-probability: choose_option divides."
)(_each(lambda model, prompt, option: _own(model, prompt, option) / len(option)))
_score("a mean over all tokens", "The whole option's log-probability is a sum.")(
    _each(lambda m, prompt, option: _own(m, prompt, option) / (len(prompt) + len(option)))
)
_score("probabilities", "The logarithm is wanted, in nats.")(
    _each(lambda model, prompt, option: _own(model, prompt, option).exp())
)
_score(
    "the sign of a loss", "A log-probability is never above 0: the best option has the largest."
)(_each(lambda model, prompt, option: -_own(model, prompt, option)))
_score("the option alone", "The option follows the prompt: the model has to read both.")(
    _each(lambda model, prompt, option: _logprobs(model, option).sum())
)
_score("the prompt after the option", "The prompt comes first, then the option that is scored.")(
    _each(lambda model, prompt, option: _own(model, option, prompt))
)
_score("the first token only", "All of an option's tokens count.")(
    _each(lambda model, prompt, option: _own(model, prompt, option[:1]))
)
_score("the last token only", "All of an option's tokens count.")(
    _each(lambda m, prompt, option: _own(m, prompt, option, first=len(option) - 1))
)
_score("normalised among the options", "A score is not made to sum to 1 with the others.")(
    _against(lambda model, prompt, options: _each()(model, prompt, options).log_softmax(0))
)
_score(
    "every option token read off the prompt",
    "The second token of an option depends on its first: the model has to read the option too.",
)(
    _each(
        lambda model, prompt, option: (
            model(torch.tensor([prompt]))[0, -1].log_softmax(-1)[torch.tensor(option)].sum()
        )
    )
)


@_score("options one after the other", "Each option follows the prompt, not the option before it.")
@_against
def _(model, prompt, options):
    read, scores = list(prompt), []
    for option in options:
        scores.append(_own(model, read, option))
        read = [*read, *option]
    return torch.stack(scores)


@_score(
    "the prompt grows",
    "prompt += option writes into the caller's list: [*prompt, *option] makes a new one.",
)
@_against
def _(model, prompt, options):
    scores = []
    for option in options:
        start = len(prompt)
        prompt += option
        scores.append(_logprobs(model, prompt)[start - 1 :].sum())
    return torch.stack(scores)


def _padded_by(pad):
    @_against
    def body(model, prompt, options):
        ids, logprobs = _padded(model, prompt, options, pad=pad)
        keep = (ids != pad)[:, 1:]
        keep[:, : len(prompt) - 1] = False
        return torch.where(keep, logprobs, 0.0).sum(-1)

    return body


_score(
    "-100 as padding",
    "The model looks every id up: pad with any id of the vocabulary, and let the mask drop it.",
)(_padded_by(-100))
another_way(SCORE, "-100 as padding")(_padded_by(-1))
_score("a batch without its axis", "The model reads (B, T): one row has a batch axis too, [row].")(
    lambda model, prompt, options, neutral=None: torch.stack(
        [model(torch.tensor([*prompt, *option]))[-1, -1] for option in options]
    )
)


# ---- choose_option


def _choose(name, hint):
    return mistake("zero_shot.choose_option", name, hint)


def _fair(scores, lengths, normalize):
    return scores / lengths if normalize else scores


def _argmax(by=_fair, end=lambda scores: scores.argmax(-1)):
    return lambda scores, lengths, normalize=True: end(by(scores, lengths, normalize))


_choose("the least likely", "The largest log-probability is the one nearest to 0.")(
    _argmax(end=lambda scores: scores.argmin(-1))
)
_choose("never divided", "With normalize, options are compared by nats per token.")(
    _argmax(lambda scores, lengths, normalize: scores)
)
_choose("always divided", "Without normalize, scores are compared as they are.")(
    _argmax(lambda scores, lengths, normalize: scores / lengths)
)
_choose("normalize the wrong way round", "normalize=True is the one that divides.")(
    _argmax(lambda scores, lengths, normalize: scores if normalize else scores / lengths)
)
_choose("multiplied by the length", "Nats per token: divide.")(
    _argmax(lambda scores, lengths, normalize: scores * lengths if normalize else scores)
)
_choose("divided by the root of the length", "Nats per token: the length itself divides.")(
    _argmax(lambda s, lengths, normalize: s / lengths.sqrt() if normalize else s)
)
_choose("the length subtracted", "Nats per token: divide.")(
    _argmax(lambda scores, lengths, normalize: scores - lengths if normalize else scores)
)
_choose("the length added", "Nats per token: divide.")(
    _argmax(lambda scores, lengths, normalize: scores + lengths if normalize else scores)
)
_choose("divided by the length and 1", "The option's own tokens alone: lengths as they are given.")(
    _argmax(lambda s, lengths, normalize: s / (lengths + 1) if normalize else s)
)
_choose(
    "divided by the length less 1", "The option's own tokens alone: lengths as they are given."
)(_argmax(lambda s, lengths, normalize: s / (lengths - 1) if normalize else s))
_choose("a whole-number division", "// rounds down: options that differ little become alike.")(
    _argmax(lambda scores, lengths, normalize: scores // lengths if normalize else scores)
)
_choose("the probability divided", "Nats per token: the logarithm itself is divided.")(
    _argmax(lambda s, lengths, normalize: s.exp() / lengths if normalize else s)
)
_choose("the highest perplexity", "The lower the perplexity, the better: minus score over length.")(
    _argmax(lambda s, lengths, normalize: (-s / lengths).exp() if normalize else s)
)
_choose("lengths over scores", "Nats per token: the score is divided by the length.")(
    _argmax(lambda scores, lengths, normalize: lengths / scores if normalize else scores)
)
_choose("the shortest", "A short option is not the likeliest: look at the scores.")(
    _argmax(lambda s, lengths, normalize: -lengths if normalize else s)
)
_choose("the longest", "A long option is not the likeliest: look at the scores.")(
    _argmax(lambda s, lengths, normalize: lengths if normalize else s)
)
_choose("the score of the best", "Where it is, not how large: argmax.")(
    _argmax(end=lambda scores: scores.amax(-1))
)
_choose("value and place together", "max along an axis gives both: take the place alone.")(
    _argmax(end=lambda scores: scores.max(-1))
)
_choose("one choice for the whole batch", "One choice a row: argmax along the last axis.")(
    _argmax(end=lambda scores: scores.argmax())
)
_choose("along the first axis", "The options are on the last axis.")(
    _argmax(end=lambda scores: scores.argmax(0))
)
_choose("along axis 1", "The options are on the last axis, whatever is before it.")(
    _argmax(end=lambda scores: scores.argmax(1))
)
_choose("an axis too many", "One number a row: without keepdim.")(
    _argmax(end=lambda scores: scores.argmax(-1, keepdim=True))
)
_choose("all in their order", "Only the first of them is asked for.")(
    _argmax(end=lambda scores: scores.argsort(-1, descending=True))
)
_choose("a mark at the best", "The index of the choice, not a row of True and False.")(
    _argmax(end=lambda scores: scores == scores.amax(-1, keepdim=True))
)
_choose("the last of equals", "Of several largest ones the first is taken.")(
    _argmax(end=lambda scores: scores.shape[-1] - 1 - scores.flip(-1).argmax(-1))
)
