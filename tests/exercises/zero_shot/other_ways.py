"""Other ways to write gptlab/zero_shot.py."""

import torch
import torch.nn.functional as F
from torch.nn.utils.rnn import pad_sequence

from gptlab import zero_shot
from tests.exercises.zero_shot import few_shot_other_ways  # noqa: F401
from tests.support.other_ways import other_way


@other_way("zero_shot.sequence_log_probability")
def with_cross_entropy(logits, ids, mask):
    targets = ids.masked_fill(~mask, -100)[:, 1:]
    losses = F.cross_entropy(logits[:, :-1].transpose(1, 2), targets, reduction="none")
    return -losses.sum(dim=1)


@other_way("zero_shot.sequence_log_probability")
def with_loops(logits, ids, mask):
    totals = []
    for b in range(ids.shape[0]):
        total = logits.new_zeros(())
        for t in range(1, ids.shape[1]):
            if mask[b, t]:
                total = total + torch.log_softmax(logits[b, t - 1], dim=-1)[ids[b, t]]
        totals.append(total)
    return torch.stack(totals)


@other_way("zero_shot.sequence_log_probability")
def with_indexing(logits, ids, mask):
    B, T = ids.shape
    rows, times = torch.arange(B)[:, None], torch.arange(T - 1)
    chosen = logits[rows, times, ids[:, 1:]] - logits[:, :-1].logsumexp(-1)
    return chosen.masked_fill(~mask[:, 1:], 0).sum(1)


@other_way("zero_shot.sequence_log_probability")
def row_by_row(logits, ids, mask):
    logprobs = logits.log_softmax(dim=2)[:, :-1].gather(2, ids[:, 1:].unsqueeze(2)).squeeze(2)
    return torch.stack([row[keep].sum() for row, keep in zip(logprobs, mask[:, 1:])])


@other_way("zero_shot.sequence_log_probability")
def with_a_first_column(logits, ids, mask):
    logprobs = F.log_softmax(logits[:, :-1], -1).gather(-1, ids[:, 1:, None])[..., 0]
    aligned = torch.cat([torch.zeros_like(logprobs[:, :1]), logprobs], dim=1)  # (B, T)
    return torch.where(mask, aligned, torch.zeros_like(aligned)).sum(-1)


@other_way("zero_shot.score_options")
def option_by_option(model, prompt, options, neutral=None):
    scores = []
    for option in options:
        ids = torch.tensor([prompt + option])
        mask = torch.arange(ids.shape[1])[None] >= len(prompt)
        score = zero_shot.sequence_log_probability(model(ids), ids, mask)
        if neutral is not None:
            ids = torch.tensor([neutral + option])
            mask = torch.arange(ids.shape[1])[None] >= len(neutral)
            score = score - zero_shot.sequence_log_probability(model(ids), ids, mask)
        scores.append(score)
    return torch.cat(scores)


@other_way("zero_shot.score_options")
def with_pad_sequence(model, prompt, options, neutral=None):
    def likely(start):
        ids = pad_sequence([torch.tensor(start + o) for o in options], batch_first=True)
        lengths = torch.tensor([len(o) for o in options])
        place = torch.arange(ids.shape[1]) - len(start)  # (T)
        mask = (place >= 0) & (place < lengths[:, None])
        return zero_shot.sequence_log_probability(model(ids), ids, mask)

    return likely(prompt) if neutral is None else likely(prompt) - likely(neutral)


@other_way("zero_shot.score_options")
def with_everything_less_the_prompt(model, prompt, options, neutral=None):
    def total(ids):
        row = torch.tensor([ids])
        return zero_shot.sequence_log_probability(
            model(row), row, torch.ones_like(row, dtype=torch.bool)
        )

    scores = torch.stack([(total([*prompt, *o]) - total(prompt))[0] for o in options])
    if neutral is None:
        return scores
    return scores - torch.stack([(total([*neutral, *o]) - total(neutral))[0] for o in options])


@other_way("zero_shot.score_options")
def token_by_token(model, prompt, options, neutral=None):
    def log_p(read, option):
        logits = model(torch.tensor([[*read, *option]]))[0]
        at = torch.arange(len(option)) + len(read) - 1
        return logits[at].log_softmax(-1)[torch.arange(len(option)), torch.tensor(option)].sum()

    with torch.no_grad():
        scores = [log_p(prompt, option) for option in options]
        if neutral:
            scores = [s - log_p(neutral, option) for s, option in zip(scores, options)]
    return torch.stack(scores)


@other_way("zero_shot.choose_option")
def with_max(option_scores, option_lengths, normalize=True):
    return (option_scores / option_lengths if normalize else option_scores).max(dim=-1).indices


@other_way("zero_shot.choose_option")
def with_a_divisor(option_scores, option_lengths, normalize=True):
    divisor = option_lengths if normalize else torch.ones_like(option_lengths)
    return torch.argmax(option_scores / divisor, -1)


@other_way("zero_shot.choose_option")
def with_a_power(option_scores, option_lengths, normalize=True):
    return (option_scores * option_lengths.double() ** -float(normalize)).argmax(-1)


@other_way("zero_shot.choose_option")
def with_the_lowest_loss(option_scores, option_lengths, normalize=True):
    if not normalize:
        option_lengths = 1
    return torch.argmin(-option_scores / option_lengths, dim=-1)


PARTS = (
    ("ln_1", "norm1", "weight", "bias"),
    ("attn.c_attn", "attn", "w_qkv", "b_qkv"),
    ("attn.c_proj", "attn", "w_out", "b_out"),
    ("ln_2", "norm2", "weight", "bias"),
    ("mlp.c_fc", "mlp", "w_in", "b_in"),
    ("mlp.c_proj", "mlp", "w_out", "b_out"),
)


@other_way("zero_shot.load_gpt2_state")
def with_pop(hf_state_dict):
    left = {
        name[len("transformer.") :] if name.startswith("transformer.") else name: x
        for name, x in hf_state_dict.items()
    }
    for name in list(left):
        if name.endswith((".attn.bias", ".attn.masked_bias")):
            del left[name]
    n_layers = len({name.split(".")[1] for name in left if name.startswith("h.")})
    ours = {}
    try:
        ours["wte"], ours["wpe"] = left.pop("wte.weight"), left.pop("wpe.weight")
        for part in ("weight", "bias"):
            ours[f"norm.{part}"] = left.pop(f"ln_f.{part}")
        for i in range(n_layers):
            for old, new, weight, bias in PARTS:
                ours[f"blocks.{i}.{new}.{weight}"] = left.pop(f"h.{i}.{old}.weight")
                ours[f"blocks.{i}.{new}.{bias}"] = left.pop(f"h.{i}.{old}.bias")
    except KeyError as error:
        raise ValueError(f"the file has no {error.args[0]}") from None
    head = left.pop("lm_head.weight", ours["wte"])
    if head.shape != ours["wte"].shape or (head != ours["wte"]).any():
        raise ValueError("the head (lm_head.weight) is not tied")
    if left:
        raise ValueError(f"what is {next(iter(left))}?")
    return ours


@other_way("zero_shot.load_gpt2_state")
def name_by_name(hf_state_dict):
    table = {
        f"{old}.{kind}": f"{new}.{name}"
        for old, new, w, b in PARTS
        for kind, name in (("weight", w), ("bias", b))
    }
    outer = {
        "wte.weight": "wte",
        "wpe.weight": "wpe",
        "ln_f.weight": "norm.weight",
        "ln_f.bias": "norm.bias",
    }
    ours, layers = {}, set()
    for full, x in hf_state_dict.items():
        name = full.replace("transformer.", "", 1)
        parts = name.split(".", 2)
        if name in outer:
            ours[outer[name]] = x.clone()
        elif parts[0] == "h" and parts[1].isdigit() and parts[2] in table:
            layers.add(int(parts[1]))
            ours[f"blocks.{parts[1]}.{table[parts[2]]}"] = x.clone()
        elif name != "lm_head.weight" and parts[-1] not in ("attn.bias", "attn.masked_bias"):
            raise ValueError(f"unknown: {full}")
    wanted = list(outer.values())
    for i in range(max(layers) + 1):
        wanted += [f"blocks.{i}.{new}" for new in table.values()]
    lacking = set(wanted) - set(ours)
    if lacking:
        raise ValueError("missing: " + ", ".join(sorted(lacking)))
    if "lm_head.weight" in hf_state_dict and not torch.equal(
        hf_state_dict["lm_head.weight"], ours["wte"]
    ):
        raise ValueError("lm_head.weight differs from wte.weight")
    return ours


@other_way("zero_shot.load_gpt2_state")
def by_replacing(hf_state_dict):
    words = (
        ("transformer.", ""), ("ln_f", "norm"), ("ln_1", "norm1"), ("ln_2", "norm2"),
        ("wte.weight", "wte"), ("wpe.weight", "wpe"),
        ("c_attn.weight", "w_qkv"), ("c_attn.bias", "b_qkv"),
        ("c_fc.weight", "w_in"), ("c_fc.bias", "b_in"),
        ("c_proj.weight", "w_out"), ("c_proj.bias", "b_out"),
    )  # fmt: skip
    leaves = [f"{p}.{n}" for p in ("norm1", "norm2") for n in ("weight", "bias")]
    leaves += [f"attn.{n}" for n in ("w_qkv", "b_qkv", "w_out", "b_out")]
    leaves += [f"mlp.{n}" for n in ("w_in", "b_in", "w_out", "b_out")]
    found = {}
    for name, x in hf_state_dict.items():
        for old, new in words:
            name = name.replace(old, new)
        if name.startswith("h."):
            name = "blocks." + name[2:]
        found[name] = x
    found = {n: x for n, x in found.items() if not n.endswith((".attn.bias", "masked_bias"))}
    head = found.pop("lm_head.weight", None)
    n_layers = max(int(name.split(".")[1]) for name in found if name.startswith("blocks.")) + 1
    wanted = {f"blocks.{i}.{leaf}" for i in range(n_layers) for leaf in leaves}
    wanted |= {"wte", "wpe", "norm.weight", "norm.bias"}
    for name in sorted(wanted ^ set(found)):
        raise ValueError(f"{name} is {'missing' if name in wanted else 'unknown'}")
    if head is not None and not torch.allclose(head, found["wte"], rtol=0, atol=0):
        raise ValueError("lm_head is not the embedding")
    return found
