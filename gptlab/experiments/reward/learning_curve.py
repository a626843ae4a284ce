"""How well does a reward model predict people, by the number of rankings and by how much people disagree?

The long table, over several seeds, is made once by `python -m dev.reward_log` and shipped; the lesson makes single
rows of it live. Everything that is measured is exact: the share of labelers who choose a reply is known.
"""

import json
import math
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import torch
from torch import Tensor

from gptlab.engine.config import RewardConfig
from gptlab.engine.model import checkpoint
from gptlab.engine.model.heads import RewardModel
from gptlab.engine.model.shipped import FOLDER
from gptlab.engine.train.reward_model import score, train_reward_model
from gptlab.experiments.reward.comparisons import Crowd, Replied, Source

LOG = FOLDER / "logs" / "reward.json"
PAIRS_OF_FOUR = 6
N_TEST, TEST_SEED = 250, 77  # held-out questions with four replies each
FEWEST_SEEN = 300  # rankings that a training sees at least, by several passes where there are fewer
BINS = 10
SETTINGS = {"prompts_per_batch": 16, "lr": 1e-3, "muon_ratio": 5.0}


@dataclass(frozen=True)
class Row:
    """One training and what was measured on test pairs.

    agreement  how often two of the labelers choose alike, who ranked the replies it was trained on
    predicts   share of one labeler's choices that the model predicts
    knows      share of pairs in which it prefers the reply that is better by gold
    log_loss   nats per choice of a labeler
    bins       (mean probability that it gives, share of labelers who chose so, number of pairs)
    """

    n_rankings: int
    agreement: float
    seed: int = 0
    passes: int = 1
    predicts: float = math.nan
    knows: float = math.nan
    log_loss: float = math.nan
    bins: list[list[float]] = field(default_factory=list)

    @property
    def setting(self) -> tuple:
        """What seeds have in common."""
        return self.n_rankings, self.agreement, self.passes

    @property
    def comparisons(self) -> int:
        """Pairs that were compared."""
        return PAIRS_OF_FOUR * self.n_rankings


def usual_passes(n_rankings: int) -> int:
    """One pass, several where there are few rankings."""
    return max(1, round(FEWEST_SEEN / n_rankings))


def fresh_reward_model(fused: bool = True, seed: int = 0) -> RewardModel:
    """The model after SFT with a new head, untrained."""
    gpt = checkpoint.load(FOLDER / "sft", fused=fused, optimizer=False).model
    return RewardModel(gpt, seed)


def trained_row(source: Source, crowd: Crowd, test: Sequence[Replied], row: Row) -> Row:
    """Train all weights of the model after SFT on rankings by this crowd, and measure as the row says."""
    model = trained(source, crowd, row)
    return replace(row, **measured(model, source, crowd, test))


def trained(source: Source, crowd: Crowd, row: Row) -> RewardModel:
    """The reward model of one row."""
    items = source.fours(row.n_rankings, seed=1000 + row.seed)
    rng = random.Random(f"gptlab labelers {row.seed} {row.agreement}")
    rankings = []
    for one, sequences in zip(items, source.sequences(items), strict=True):
        rankings.append([sequences[i] for i in crowd.ranking(one, rng)])
    settings = SETTINGS | {"epochs": row.passes, "seed": row.seed}
    model = fresh_reward_model(seed=row.seed)
    train_reward_model(model, rankings, RewardConfig(**settings))
    return model.eval()


def measured(
    model: RewardModel, source: Source, crowd: Crowd, test: Sequence[Replied]
) -> dict[str, float | list]:
    """What a row says of a trained model."""
    given, shares = probabilities(model, source, crowd, test)
    likely = torch.where(given > 0.5, shares, 1 - shares)
    clipped = given.clamp(1e-9, 1 - 1e-9)
    loss = -(shares * clipped.log() + (1 - shares) * (1 - clipped).log())
    return {
        "predicts": round(float(likely.mean()), 4),
        "knows": round(float(((given > 0.5) == (shares > 0.5)).double().mean()), 4),
        "log_loss": round(float(loss.mean()), 4),
        "bins": binned(given, shares),
    }


def probabilities(
    model: RewardModel, source: Source, crowd: Crowd, test: Sequence[Replied]
) -> tuple[Tensor, Tensor]:
    """For every test pair whose gold scores differ: σ(r_a − r_b), and the share of labelers who choose a; (N), (N).

    Raw rewards: a model that was normalised is brought back to the unit in which it was trained.
    """
    sequences = [s for row in source.sequences(test) for s in row]
    rewards = score(model, sequences).double() * float(model.std)
    given, shares = [], []
    at = 0
    for one in test:
        for a, b in one.pairs:
            if one.gold[a] != one.gold[b]:
                given.append(torch.sigmoid(rewards[at + a] - rewards[at + b]))
                shares.append(crowd.prefers(one.gold[a] - one.gold[b]))
        at += len(one.replies)
    return torch.stack(given), torch.tensor(shares).double()


def answers(given: Tensor, shares: Tensor) -> tuple[Tensor, Tensor]:
    """Of each pair's probability for its first reply: how sure the model is of its own choice, and the share of
    labelers who choose so; (N), (N)."""
    return torch.maximum(given, 1 - given), torch.where(given > 0.5, shares, 1 - shares)


def binned(given: Tensor, shares: Tensor, bins: int = BINS) -> list[list[float]]:
    """Pairs by the probability that the model gives its own choice, from ½ to 1: (mean of it, share of labelers, n)."""
    sure, chosen = answers(given, shares)
    which = ((sure - 0.5) * 2 * bins).long().clamp(max=bins - 1)
    rows = []
    for i in range(bins):
        here = which == i
        if here.any():
            row = [float(sure[here].mean()), float(chosen[here].mean()), int(here.sum())]
            rows.append([round(x, 4) for x in row])
    return rows


def by_setting(rows: Sequence[Row], what: str = "predicts") -> dict[tuple, list[float]]:
    """One measurement of all seeds, for each setting."""
    found: dict[tuple, list[float]] = {}
    for row in rows:
        found.setdefault(row.setting, []).append(getattr(row, what))
    return found


def save(rows: Sequence[Row], made: dict, path: Path = LOG) -> None:
    """Write the table, and how it was made."""
    lines = ",\n".join("  " + json.dumps(asdict(row)) for row in rows)
    head = json.dumps(made, ensure_ascii=False, indent=1)
    path.write_text(f'{{"made": {head},\n "rows": [\n{lines}\n]}}\n', encoding="utf-8")


def load(path: Path = LOG) -> tuple[list[Row], dict]:
    """The shipped table, and how it was made."""
    content = json.loads(path.read_text(encoding="utf-8"))
    return [Row(**row) for row in content["rows"]], content["made"]
