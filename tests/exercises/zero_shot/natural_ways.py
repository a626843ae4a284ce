"""Wrong bodies of gptlab/zero_shot.py as people write them, and what each is to be told."""

import torch
import torch.nn.functional as F

from gptlab.blanks.registry import reference
from tests.exercises.zero_shot import few_shot_natural_ways  # noqa: F401
from tests.support.natural_ways import natural

SEQUENCE = "zero_shot.sequence_log_probability"
SCORE = "zero_shot.score_options"
CHOOSE = "zero_shot.choose_option"
STATE = "zero_shot.load_gpt2_state"


# ---- sequence_log_probability


@natural(SEQUENCE, "nothing shifted")
def straight_from_the_equation(logits, ids, mask):
    logprobs = F.log_softmax(logits, dim=-1)
    chosen = torch.gather(logprobs, 2, ids.unsqueeze(-1)).squeeze(-1)
    return (chosen * mask).sum(dim=1)


@natural(SEQUENCE, "the mask still has T columns")
def forgets_the_mask_when_shifting(logits, ids, mask):
    logprobs = logits[:, :-1].log_softmax(-1)
    chosen = logprobs.gather(-1, ids[:, 1:].unsqueeze(-1)).squeeze(-1)
    return (chosen * mask.float()).sum(-1)


@natural(SEQUENCE, "the mask one token early")
def cuts_the_mask_like_the_logits(logits, ids, mask):
    logits, ids, mask = logits[:, :-1], ids[:, 1:], mask[:, :-1]
    return (logits.log_softmax(-1).gather(-1, ids[..., None])[..., 0] * mask).sum(1)


@natural(SEQUENCE, "a mean loss")
def the_course_s_own_loss(logits, ids, mask):
    targets = torch.where(mask, ids, -100)[:, 1:]
    return torch.stack([F.cross_entropy(x[:-1], y) for x, y in zip(logits, targets)])


@natural(SEQUENCE, "the sign of a loss")
def summed_cross_entropy(logits, ids, mask):
    targets = torch.where(mask, ids, -100)[:, 1:]
    return torch.stack(
        [F.cross_entropy(x[:-1], y, reduction="sum") for x, y in zip(logits, targets)]
    )


@natural(SEQUENCE, "one number for the batch")
def picks_by_the_mask(logits, ids, mask):
    logprobs = logits[:, :-1].log_softmax(-1).gather(-1, ids[:, 1:, None])[..., 0]
    return torch.masked_select(logprobs, mask[:, 1:]).sum()


@natural(SEQUENCE, "the log of a softmax that rounded to 0")
def log_of_softmax(logits, ids, mask):
    probabilities = torch.softmax(logits[:, :-1], -1)
    picked = probabilities.gather(-1, ids[:, 1:, None]).squeeze(-1)
    return torch.log(picked).masked_fill(~mask[:, 1:], 0.0).sum(-1)


@natural(SEQUENCE, "a mean over the marked tokens")
def masked_mean(logits, ids, mask):
    keep = mask[:, 1:].float()
    logprobs = logits[:, :-1].log_softmax(-1).gather(-1, ids[:, 1:, None])[..., 0]
    return (logprobs * keep).sum(1) / keep.sum(1)


@natural(SEQUENCE, "logits added")
def without_a_softmax(logits, ids, mask):
    return (logits[:, :-1].gather(2, ids[:, 1:, None]).squeeze(2) * mask[:, 1:]).sum(1)


@natural(SEQUENCE, "0 times −inf")
def a_product_with_the_mask(logits, ids, mask):
    logprobs = logits[:, :-1].log_softmax(-1)
    picked = logprobs.gather(-1, ids[:, 1:, None]).squeeze(-1)
    return torch.einsum("bt,bt->b", picked, mask[:, 1:].to(picked.dtype))


# ---- score_options


def _table(prompt, options, pad=0):
    width = max(len(prompt) + len(option) for option in options)
    return torch.tensor(
        [prompt + option + [pad] * (width - len(prompt) - len(option)) for option in options]
    )


def _score(model, ids, mask):
    return reference(SEQUENCE)(model(ids), ids, mask)


@natural(SCORE, "padding counted")
def mask_without_an_end(model, prompt, options, neutral=None):
    ids = _table(prompt, options)
    mask = torch.zeros_like(ids, dtype=torch.bool)
    mask[:, len(prompt) :] = True
    scores = _score(model, ids, mask)
    return scores if neutral is None else scores - mask_without_an_end(model, neutral, options)


@natural(SCORE, "one token early")
def mask_shifted_once_more(model, prompt, options, neutral=None):
    ids = _table(prompt, options)
    mask = torch.zeros_like(ids, dtype=torch.bool)
    for k, option in enumerate(options):
        mask[k, len(prompt) - 1 : len(prompt) + len(option) - 1] = True
    scores = _score(model, ids, mask)
    return scores if neutral is None else scores - mask_shifted_once_more(model, neutral, options)


@natural(SCORE, "a token with id 0 taken for padding")
def mask_by_zeros(model, prompt, options, neutral=None):
    ids = _table(prompt, options)
    mask = ids != 0
    mask[:, : len(prompt)] = False
    scores = _score(model, ids, mask)
    return scores if neutral is None else scores - mask_by_zeros(model, neutral, options)


@natural(SCORE, "the prompt's tokens counted too")
def everything_counts(model, prompt, options, neutral=None):
    scores = []
    for option in options:
        ids = torch.tensor([prompt + option])
        score = _score(model, ids, torch.ones_like(ids).bool())
        if neutral is not None:
            other = torch.tensor([neutral + option])
            score = score - _score(model, other, torch.ones_like(other).bool())
        scores.append(score[0])
    return torch.stack(scores)


@natural(SCORE, "neutral not used")
def no_neutral(model, prompt, options, neutral=None):
    return reference(SCORE)(model, prompt, options)


@natural(SCORE, "neutral put before the prompt")
def neutral_in_front(model, prompt, options, neutral=None):
    return reference(SCORE)(model, (neutral or []) + prompt, options)


@natural(SCORE, "a mean over the option's tokens")
def normalised_already(model, prompt, options, neutral=None):
    lengths = torch.tensor([len(option) for option in options])
    return reference(SCORE)(model, prompt, options, neutral) / lengths


@natural(SCORE, "-100 as padding")
def padded_for_the_loss(model, prompt, options, neutral=None):
    ids = _table(prompt, options, pad=-100)
    mask = ids != -100
    mask[:, : len(prompt)] = False
    scores = _score(model, ids, mask)
    return scores if neutral is None else scores - padded_for_the_loss(model, neutral, options)


@natural(SCORE, "log-probabilities divided")
def a_ratio_of_logs(model, prompt, options, neutral=None):
    scores = reference(SCORE)(model, prompt, options)
    return scores if neutral is None else scores / reference(SCORE)(model, neutral, options)


# ---- choose_option

natural(CHOOSE, "never divided")(lambda scores, lengths, normalize=True: scores.argmax(-1))
natural(CHOOSE, "always divided")(lambda s, lengths, normalize=True: (s / lengths).argmax(-1))
natural(CHOOSE, "one choice for the whole batch")(
    lambda s, lengths, normalize=True: torch.argmax(s / lengths if normalize else s)
)
natural(CHOOSE, "the least likely")(
    lambda s, lengths, normalize=True: (
        (s / lengths if normalize else s).abs().argmax(-1)
        if (s <= 0).all()
        else (s / lengths if normalize else s).argmin(-1)
    )
)
natural(CHOOSE, "value and place together")(
    lambda s, lengths, normalize=True: torch.max(s / lengths if normalize else s, dim=-1)
)
natural(CHOOSE, "the score of the best")(
    lambda s, lengths, normalize=True: (s / lengths if normalize else s).max(-1)[0]
)


# ---- load_gpt2_state

TURNED = ("attn.c_attn.weight", "attn.c_proj.weight", "mlp.c_fc.weight", "mlp.c_proj.weight")


@natural(STATE, "the matrices of the blocks turned over")
def as_for_linear_layers(hf_state_dict):
    """What one writes who loads GPT-2 into torch's nn.Linear."""
    turned = {name: x.t() if name.endswith(TURNED) else x for name, x in hf_state_dict.items()}
    return reference(STATE)(turned)


@natural(STATE, "missing names not noticed")
def what_is_there(hf_state_dict):
    table = _table_of_names(hf_state_dict)
    ours = {}
    for name, x in hf_state_dict.items():
        name = name.removeprefix("transformer.")
        if name.endswith((".attn.bias", ".attn.masked_bias")):
            continue
        if name == "lm_head.weight":
            if not torch.equal(x, ours["wte"]):
                raise ValueError("lm_head.weight")
            continue
        if name not in table:
            raise ValueError(name)
        ours[table[name]] = x
    return ours


def _table_of_names(hf_state_dict):
    from gptlab.exercises.zero_shot.checks_gpt2_state import names

    layers = [int(n.removeprefix("transformer.").split(".")[1]) for n in hf_state_dict if "h." in n]
    return {old: new for old, (new, _) in names(max(layers) + 1).items()}


@natural(STATE, "a KeyError for a missing name")
def looks_up(hf_state_dict):
    theirs = {name.removeprefix("transformer."): x for name, x in hf_state_dict.items()}
    table = _table_of_names(theirs)
    for name in theirs:
        if name not in table and not name.endswith(("attn.bias", "masked_bias", "lm_head.weight")):
            raise ValueError(f"unknown {name}")
    if not torch.equal(
        theirs.get("lm_head.weight", theirs.get("wte.weight")), theirs["wte.weight"]
    ):
        raise ValueError("lm_head.weight is untied")
    return {new: theirs[old] for old, new in table.items()}


@natural(STATE, "unknown names not noticed")
def takes_what_it_knows(hf_state_dict):
    theirs = {name.removeprefix("transformer."): x for name, x in hf_state_dict.items()}
    ours = {}
    for old, new in _table_of_names(theirs).items():
        if old not in theirs:
            raise ValueError(f"missing {old}")
        ours[new] = theirs[old]
    if "lm_head.weight" in theirs and not torch.equal(theirs["lm_head.weight"], ours["wte"]):
        raise ValueError("lm_head.weight differs")
    return ours


@natural(STATE, "the bias of c_attn left out")
def endswith_without_the_dot(hf_state_dict):
    theirs = {name.removeprefix("transformer."): x for name, x in hf_state_dict.items()}
    theirs = {n: x for n, x in theirs.items() if not n.endswith(("attn.bias", "attn.masked_bias"))}
    table = _table_of_names(theirs)
    ours = {table[name]: x for name, x in theirs.items() if name in table}
    return ours
