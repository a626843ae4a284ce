"""The reward model learns from rankings what people prefer, and then scores replies."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

from gptlab import reward, training
from gptlab.engine.config import RewardConfig
from gptlab.engine.model.batches import (
    check_lengths,
    device_of,
    length_batches,
    right_pad,
)
from gptlab.engine.model.heads import RewardModel
from gptlab.engine.train.optimizers import MuonAdamW
from gptlab.engine.train.pace import Pace
from gptlab.engine.train.shards import ShardedGradient, shards_of
from gptlab.engine.train.step import check_finite, update

WARMUP_SHARE = 0.05  # of all updates
MIN_LR_SHARE = 0.1  # of the highest learning rate
REPORT_EVERY = 10  # updates

Ranking = list[list[int]]  # the K sequences (prompt and reply) of one prompt, best first


def train_reward_model(
    reward_model: RewardModel,
    comparisons: list[Ranking],
    config: RewardConfig,
    report: Callable[[dict], None] | None = None,
) -> list[dict]:
    """Teach the model to score each prompt's replies in the order of the ranking; one row per update.

        loss = −1/C(K,2) Σ log σ(r_w − r_l)        Ouyang et al. 2022, eq. 1: all pairs of a prompt together

    The score of a sequence is read at its last token. K may differ from prompt to prompt; every prompt
    weighs the same. Changes the model in place.

    Raises ValueError when a ranking has fewer than 2 replies or a sequence is longer than the context,
    TrainingDiverged when the loss is not finite.
    """
    _check(reward_model, comparisons)
    generator = torch.Generator().manual_seed(config.seed)
    lengths = [max(map(len, ranking)) for ranking in comparisons]
    size = config.prompts_per_batch
    plan = [
        batch for _ in range(config.epochs) for batch in length_batches(lengths, size, generator)
    ]
    optimizer = MuonAdamW(reward_model, 0.0, config.muon_ratio)
    warmup = round(len(plan) * WARMUP_SHARE)
    history = []
    pace = Pace()
    share_of_loss = partial(_share_of_loss, reward_model)
    with ShardedGradient([reward_model], share_of_loss) as gradient:
        optimizer.share_work(gradient.orthogonalize)
        for step, batch in enumerate(plan):
            lr = training.cosine_schedule(
                step, warmup, len(plan), config.lr, MIN_LR_SHARE * config.lr
            )
            loss = gradient(_shards([comparisons[i] for i in batch]))["loss"]
            norm = update(
                reward_model,
                loss,
                config.clip,
                take_step=partial(optimizer.step, lr),
                check=partial(check_finite, step=step, lr=config.lr),
            )
            history.append({"step": step, "lr": lr, "loss": loss, "grad_norm": norm})
            pace.tick()
            if report and (step % REPORT_EVERY == 0 or step == len(plan) - 1):
                report(history[-1] | {"total": len(plan)} | pace.said(len(plan) - step - 1))
    return history


def _shards(batch: list[Ranking]) -> list[tuple[list[Ranking], float]]:
    """The rankings of each shard, and what share of the batch's they are."""
    dealt = shards_of(len(batch))
    return [([batch[i] for i in rows], len(rows) / len(batch)) for rows in dealt]


def _share_of_loss(
    reward_model: RewardModel, shard: tuple[list[Ranking], float]
) -> tuple[Tensor, dict[str, float]]:
    """The shard's part of the batch's loss, which is a mean over prompts."""
    rankings, share = shard
    loss = _loss(reward_model, rankings) * share
    return loss, {"loss": float(loss.detach())}


@torch.no_grad()
def accuracy(reward_model: nn.Module, comparisons: list[Ranking], batch_size: int = 64) -> float:
    """The share of all pairs that the model puts into the order of the ranking; a tie counts half."""
    _check(reward_model, comparisons)
    scores = score(
        reward_model, [sequence for ranking in comparisons for sequence in ranking], batch_size
    )
    right, n_pairs = 0.0, 0
    for row in scores.split([len(ranking) for ranking in comparisons]):
        gap = row[:, None] - row[None, :]  # (K, K), above the diagonal better minus worse
        pairs = torch.ones_like(gap, dtype=torch.bool).triu(1)
        right += float((gap[pairs] > 0).sum()) + 0.5 * float((gap[pairs] == 0).sum())
        n_pairs += int(pairs.sum())
    return right / n_pairs


@torch.no_grad()
def score(reward_model: nn.Module, sequences: list[list[int]], batch_size: int = 64) -> Tensor:
    """One normalised reward for each sequence of prompt and reply; -> (N,) float.

        (r − mean) / std            Ziegler et al. 2019, section 2.1: mean 0, variance 1 on reference samples

    Sequences of similar length share a batch; padding never changes a score.
    """
    order = sorted(range(len(sequences)), key=lambda i: len(sequences[i]))
    scores = torch.empty(len(sequences))
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        ids, keep = right_pad([sequences[i] for i in batch])
        scores[batch] = score_ids(reward_model, ids, keep).cpu().float()
    return scores


def score_ids(reward_model: nn.Module, ids: Tensor, keep: Tensor) -> Tensor:
    """The normalised rewards of one right-padded batch; ids (B, T) int, keep (B, T) bool -> (B,)."""
    mean, std = getattr(reward_model, "mean", 0.0), getattr(reward_model, "std", 1.0)
    return reward.normalize(_raw_scores(reward_model, ids, keep), mean, std)


@torch.no_grad()
def calibrate(
    reward_model: RewardModel, sequences: list[list[int]], batch_size: int = 64
) -> tuple[float, float]:
    """Fix the zero and the unit of the rewards: returns mean and std, for mean 0 and variance 1 on these sequences.

    Both become buffers of the model and are saved with it.

    Raises ValueError when there are fewer than 2 sequences, or all have the same reward.
    """
    if len(sequences) < 2:
        raise ValueError(f"{len(sequences)} reference sequences have no spread: give at least 2")
    mean, std = reward_model.mean.clone(), reward_model.std.clone()
    raw = score(reward_model, sequences, batch_size).double() * float(std) + float(mean)
    if float(raw.std()) < 1e-6:
        raise ValueError(
            f"all {len(sequences)} sequences have the reward {float(raw[0]):.4g}: train first"
        )
    reward_model.mean.fill_(float(raw.mean()))
    reward_model.std.fill_(float(raw.std(correction=0)))
    return float(reward_model.mean), float(reward_model.std)


def _check(reward_model: nn.Module, comparisons: list[Ranking]) -> None:
    fewest = min((len(ranking) for ranking in comparisons), default=0)
    if fewest < 2:
        raise ValueError(
            f"a ranking of {fewest} replies compares nothing: give at least 2 for each prompt"
        )
    config = getattr(reward_model, "config", None)
    context = config.context if config else None
    check_lengths(
        [sequence for ranking in comparisons for sequence in ranking], context, "sequences"
    )


def _raw_scores(reward_model: nn.Module, ids: Tensor, keep: Tensor) -> Tensor:
    """What the head says at the last kept token of each row; -> (B,)."""
    device = device_of(reward_model)
    ids, keep = ids.to(device), keep.to(device)
    values = reward_model(ids, keep)  # (B, T)
    return values.gather(1, reward.last_token_index(keep)[:, None]).squeeze(1)  # (B,)


def _loss(reward_model: nn.Module, rankings: list[Ranking]) -> Tensor:
    """The ranking loss of a few prompts, all their replies in one forward pass."""
    sizes = [len(ranking) for ranking in rankings]
    ids, keep = right_pad([sequence for ranking in rankings for sequence in ranking])
    scores = _raw_scores(reward_model, ids, keep)  # (ΣK,)
    by_size: dict[int, list[Tensor]] = {}
    for row in scores.split(sizes):
        by_size.setdefault(len(row), []).append(row)
    # The mean over prompts, whatever their K: rankings of one size go through the loss together, (n, K).
    losses = [reward.ranking_loss(torch.stack(rows)) * len(rows) for rows in by_size.values()]
    return sum(losses[1:], losses[0]) / len(rankings)
