"""The checks of `mask_tokens` (by frequencies) and of `gpt2_init_std` (by a table of names)."""

import math

import torch
from torch import Tensor

from gptlab.exercises.case import (
    EDGE,
    Case,
    RandomInputs,
    Seed,
    case,
    deep_copy,
    property_holds,
    reproducible,
)

VOCABULARY, MASK_ID = 20, 7
SEEDS = (Seed(7), Seed(8), Seed(9))
SHAPE = (120, 100)
NEAR = {
    "rtol": 0.0,
    "atol": 0.035,
}  # 6,000 tokens are selected at rate ½: 0.0065 is one standard deviation


def _shares(ids: Tensor) -> object:
    """A summary of inputs and labels: how large the shares of the five fates are."""

    def summary(results: object) -> object:
        if not _fits(results, ids):
            return results
        inputs, labels = (x.long() for x in results)
        selected = labels != -100
        n = max(1, int(selected.sum()))
        masked, kept = selected & (inputs == MASK_ID), selected & (inputs == ids)
        other = inputs[selected & ~masked & ~kept]
        share = [
            selected.double().mean(),
            masked.sum() / n,
            kept.sum() / n,
            len(other) / n,
            (inputs != ids)[~selected].sum() / n,
            (labels != ids)[selected].sum() / n,
            len(other.unique()) / VOCABULARY,
            float(selected.sum(dim=1).double().std() > 1),
        ]
        return torch.tensor([float(x) for x in share])

    return summary


def _fates(function, ids, *arguments, **options):
    """What happened to the tokens, as shares of those selected."""
    return _shares(ids)(function(ids, *arguments, **options))


def _beside(function, ids, *arguments, **options):
    """How often two neighbours are both selected, and how often both or neither are masked: in rows, in columns."""
    results = function(ids, *arguments, **options)
    if not _fits(results, ids):
        return results
    inputs, labels = (x.long() for x in results)
    selected = labels != -100
    masked = inputs == MASK_ID
    shares = []
    for a, b in (
        ((slice(None), slice(None, -1)), (slice(None), slice(1, None))),
        ((slice(None, -1),), (slice(1, None),)),
    ):
        both = selected[a] & selected[b]
        shares += [both.double().mean(), (masked[a] == masked[b])[both].double().mean()]
    return torch.stack(shares)


def _by_chance(function, ids, mask_id: int, vocab_size: int, rate: float) -> bool | str:
    """The number of selected and of masked tokens is near rate · N and 80 % of these, but seldom exactly that."""
    off = []
    for seed in deep_copy(SEEDS):
        results = function(ids, 10**6, 10**6 + 1, rate=rate, generator=seed)
        if not _fits(results, ids):
            return "something that is no pair of tensors"
        selected, masked = int((results[1] != -100).sum()), int((results[0] == 10**6).sum())
        off.append((abs(selected - rate * ids.numel()) < 1, abs(masked - 0.8 * selected) < 1))
    if all(exact for exact, _ in off):
        return f"exactly {rate:.0%} of all tokens selected, each time"
    return (
        not all(exact for _, exact in off)
        or "exactly 80 % of the selected tokens masked, each time"
    )


def _each_its_own_fate(function, ids, *arguments) -> bool | str:
    """In some call, of the selected tokens some are masked and some are not."""
    shares = set()
    for number in range(30):
        generator = torch.Generator().manual_seed(number)
        results = function(ids, *arguments, rate=0.9, generator=generator)
        if not _fits(results, ids):
            return "something that is no pair of tensors"
        selected = results[1] != -100
        shares.add(float((results[0] == MASK_ID)[selected].double().mean()))
    if len(shares) == 1:
        return f"in 30 calls, always {shares.pop():.0%} of the selected tokens masked"
    return not shares <= {0.0, 1.0} or "in each call all selected tokens masked, or none of them"


def _fits(results: object, ids: Tensor) -> bool:
    """True for a pair of tensors of the shape of ids."""
    return (
        isinstance(results, (tuple, list, Tensor))
        and len(results) == 2
        and all(isinstance(x, Tensor) and x.shape == ids.shape for x in results)
    )


ABOUT = "shares of many tokens; a drawn id is the mask's or the old one in 1 of 20, so 80.5 % and 10.5 % for 80 and 10"
PARTS = (
    "selected",
    "masked, of these,",
    "unchanged, of these,",
    "another id, of these,",
    "changed though not selected",
    "wrong labels",
    "share of the vocabulary that was drawn at least once",
    "rows differ in how many tokens are selected (1 = yes)",
)


def mask_tokens() -> list[Case]:
    """Shares of many tokens against BERT's numbers; a drawn id is the mask's or the old one in 1 of 20."""
    ids = RandomInputs(36).ids(VOCABULARY - 1, *SHAPE)
    ids = ids + (ids >= MASK_ID)  # every id but the mask's
    few = ids[:2, :5]
    expected = torch.tensor([0.5, 0.805, 0.105, 0.09, 0, 0, 0.95, 1])
    rare = torch.cat([torch.tensor([0.15]), expected[1:]])
    return [
        property_holds(
            _labels_fit,
            ids,
            MASK_ID,
            VOCABULARY,
            rate=0.5,
            generator=Seed(1),
            about="two tensors of the shape of ids: labels are the old ids, or −100 where nothing is hidden",
        ),
        property_holds(
            _each_its_own_fate,
            ids[:10, :10],
            MASK_ID,
            VOCABULARY,
            about="each selected token has a fate of its own: in one call some are masked, some are not",
        ),
        case(
            ids,
            MASK_ID,
            VOCABULARY,
            rate=0.5,
            generator=Seed(2),
            expected=expected,
            call=_fates,
            about=ABOUT,
            parts=PARTS,
            **NEAR,
        ),
        case(
            ids,
            MASK_ID,
            VOCABULARY,
            generator=Seed(3),
            expected=rare,
            call=_fates,
            about=ABOUT,
            rtol=0.0,
            atol=0.06,
            parts=PARTS,
        ),
        case(
            ids % 5,
            MASK_ID,
            VOCABULARY,
            rate=0.5,
            generator=Seed(10),
            expected=expected,
            call=_fates,
            about=f"{ABOUT}; a text of five different ids",
            parts=PARTS,
            **NEAR,
        ),
        case(
            few,
            MASK_ID,
            VOCABULARY,
            generator=Seed(4),
            rate=0.0,
            expected=(few, torch.full_like(few, -100)),
            about="nothing is selected",
        ),
        case(
            ids,
            MASK_ID,
            VOCABULARY,
            rate=1.0,
            generator=Seed(5),
            call=_fates,
            about=ABOUT,
            parts=PARTS,
            **NEAR,
            expected=torch.tensor([1, 0.805, 0.105, 0.09, 0, 0, 0.95, 0]),
        ),
        reproducible(
            ids,
            MASK_ID,
            VOCABULARY,
            about="the same tokens from the same seed, and then other ones",
        ),
        case(
            ids,
            MASK_ID,
            VOCABULARY,
            rate=0.5,
            generator=Seed(6),
            expected=torch.tensor([0.25, 0.686, 0.25, 0.686]),
            call=_beside,
            about="each token by itself: how often two neighbours are both selected; and then both or"
            " neither masked; in rows, in columns",
            **NEAR,
        ),
        property_holds(
            _by_chance,
            ids,
            MASK_ID,
            VOCABULARY,
            rate=0.5,
            about="each token by itself: chance seldom selects exactly half of them, or masks exactly 80 %",
        ),
        case(
            few.T.contiguous().T,
            MASK_ID,
            VOCABULARY,
            rate=0.0,
            expected=(few, torch.full_like(few, -100)),
            stage=EDGE,
            about="not contiguous in memory, without a generator",
        ),
    ]


def _labels_fit(function, ids, *arguments, **options):
    results = function(ids, *arguments, **options)
    if not _fits(results, ids):
        return "something that is no pair of tensors of that shape"
    inputs, labels = results
    if ((labels != -100) & (labels != ids)).any():
        return "labels that are neither −100 nor the old ids"
    changed = inputs != ids
    return (
        not (changed & (labels == -100)).any() or "tokens that were changed but have the label −100"
    )


NAMES = [
    ("h.3.mlp.c_proj.weight", 8, "residual"),
    ("transformer.h.0.attn.c_proj.weight", 12, "residual"),
    ("blocks.2.attn.w_out", 6, "residual"),
    ("blocks.0.mlp.w_out", 3, "residual"),
    ("h.1.attn.c_attn.weight", 12, "drawn"),
    ("h.1.mlp.c_fc.weight", 12, "drawn"),
    ("wte.weight", 12, "drawn"),
    ("blocks.2.attn.w_qkv", 6, "drawn"),
    ("blocks.2.mlp.w_in", 6, "drawn"),
    ("wpe.weight", 5, "drawn"),
    ("h.1.mlp.c_proj.bias", 12, "zero"),
    ("h.1.attn.c_attn.bias", 12, "zero"),
    ("blocks.2.mlp.b_in", 6, "zero"),
    ("h.0.attn.in_proj_bias", 12, "zero"),
    ("blocks.2.attn.b_out", 6, "zero"),
    ("blocks.2.attn.b_qkv", 6, "zero"),
    ("h.4.ln_1.weight", 12, "zero"),
    ("h.4.ln_2.bias", 12, "zero"),
    ("transformer.ln_f.weight", 12, "zero"),
    ("blocks.1.norm1.weight", 6, "zero"),
    ("blocks.1.norm2.bias", 6, "zero"),
    ("norm.weight", 6, "zero"),
    ("blocks.1.norm1", 6, "zero"),
    ("blocks.1.mlp.w_b_in", 6, "drawn"),
]


def gpt2_init_std() -> list[Case]:
    """A table of names, and names of layers that are drawn."""
    inputs = RandomInputs(37)
    drawn = [
        (f"{name.format(inputs.whole(0, 99))}", inputs.whole(100, 99_999), "residual")
        for name in ("h.{}.attn.c_proj.weight", "h.{}.mlp.c_proj.weight", "blocks.{}.mlp.w_out")
    ]
    std = {
        "drawn": lambda n: 0.02,
        "zero": lambda n: 0.0,
        "residual": lambda n: 0.02 / math.sqrt(2 * n),
    }
    return [case(name, n, expected=std[kind](n)) for name, n, kind in NAMES + drawn]
