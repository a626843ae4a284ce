"""A reward model in seconds: the networks stay as they are, and only a new head learns, from a few comparisons.

What the head reads of a reply is the output vector at its last token: of the model after SFT, which still knows how
long the reply is, or of the trained reward model, which knows more of what people like.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gptlab import reward
from gptlab.course import lesson
from gptlab.course.labels import Label
from gptlab.engine.hardware import one_thread
from gptlab.engine.model import checkpoint
from gptlab.engine.model.batches import right_pad
from gptlab.engine.model.gpt import GPT
from gptlab.engine.model.heads import RewardModel
from gptlab.engine.model.shipped import FOLDER
from gptlab.experiments.reward.comparisons import Replied, Source
from gptlab.experiments.reward.people import choice_of

DECAY = 0.3  # weight of |w|² in the loss: 128 weights would learn 40 labels by heart
STEPS = 100
FOLDS = 5
BATCH = 64  # sequences that are read at once
Loss = Callable[[Tensor, Tensor], Tensor]


@dataclass
class Features:
    """What the head reads: one row of numbers for each reply; first and second (N, F)."""

    first: Tensor
    second: Tensor

    def __len__(self) -> int:
        return len(self.first)

    def rows(self, chosen: Sequence[int]) -> "Features":
        """Some of them."""
        return Features(self.first[list(chosen)], self.second[list(chosen)])


@dataclass
class Head:
    """A weight for each number, and the unit of each: reward = Σ wᵢ·xᵢ/unitᵢ."""

    weight: Tensor
    unit: Tensor

    def rewards(self, vectors: Tensor) -> Tensor:
        """One number for each row; (N, F) -> (N,)."""
        return vectors / self.unit @ self.weight

    def prefers_first(self, features: Features) -> Tensor:
        """σ(r₁ − r₂): the probability that it gives to the first reply; -> (N,)."""
        return torch.sigmoid(self.rewards(features.first) - self.rewards(features.second))


def shipped_reward_model() -> RewardModel:
    """The reward model that comes with the course, on the functions of the rooms."""
    lesson.fill_other_lessons()
    model = checkpoint.load(FOLDER / "reward", fused=True, optimizer=False).model
    assert isinstance(model, RewardModel)
    return model.eval()


def features(source: Source, network: GPT, pairs: Sequence[Replied]) -> Features:
    """The vectors of both replies of each pair."""
    both = source.sequences(pairs)
    first, second = (vectors(network, [row[i] for row in both]) for i in (0, 1))
    return Features(first, second)


@torch.no_grad()
def vectors(network: GPT, sequences: Sequence[list[int]]) -> Tensor:
    """The network's output at the last token of each sequence; -> (N, C)."""
    found = torch.empty(len(sequences), network.config.d_model)
    order = sorted(range(len(sequences)), key=lambda i: len(sequences[i]))
    for start in range(0, len(order), BATCH):
        part = order[start : start + BATCH]
        ids, keep = right_pad([sequences[i] for i in part])
        last = reward.last_token_index(keep)
        found[part] = network.hidden(ids, keep)[torch.arange(len(part)), last]
    return found


@one_thread()
def fit_head(
    features: Features, choices: Sequence[int], decay: float = DECAY, loss: Loss | None = None
) -> Head:
    """Learn the head's weights from choices (0 the first reply, 1 the second) by the pairwise loss.

    loss  in place of `reward.pairwise_loss`
    """
    loss_of = loss or reward.pairwise_loss
    unit = torch.cat([features.first, features.second]).std(0).clamp(min=1e-6)
    first, second = features.first / unit, features.second / unit
    swap = torch.tensor(list(choices)).bool()[:, None]
    chosen, rejected = torch.where(swap, second, first), torch.where(swap, first, second)
    weight = torch.zeros(first.shape[1], requires_grad=True)
    optimizer = torch.optim.LBFGS([weight], max_iter=STEPS, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        total = loss_of(chosen @ weight, rejected @ weight) + decay * weight.square().sum()
        total.backward()
        return total

    optimizer.step(closure)
    return Head(weight.detach(), unit)


def share_right(head: Head, features: Features, choices: Sequence[int]) -> float:
    """The share of choices that a head predicts; one that is exactly undecided counts half."""
    first = head.prefers_first(features)
    given = torch.tensor(list(choices)).bool()
    right = torch.where(given, first < 0.5, first > 0.5).double() + 0.5 * (first == 0.5).double()
    return float(right.mean())


def decided(labels: Sequence[Label]) -> tuple[list[int], list[int]]:
    """Which labels chose one of the two, and what they chose: places, and 0 or 1 for each; ties are left out."""
    told = [(i, choice_of(label)) for i, label in enumerate(labels)]
    kept = [(i, choice) for i, choice in told if choice is not None]
    return [i for i, _ in kept], [choice for _, choice in kept]


def foreseen(features: Features, choices: Sequence[int]) -> Tensor:
    """Cross-validation: for each pair, σ(r₁ − r₂) of a head that learnt from the other fifths; -> (N,)."""
    found = torch.empty(len(choices))
    for fold in range(FOLDS):
        held = list(range(fold, len(choices), FOLDS))
        rest = [i for i in range(len(choices)) if i % FOLDS != fold]
        if held:
            head = fit_head(features.rows(rest), [choices[i] for i in rest])
            found[held] = head.prefers_first(features.rows(held))
    return found


def share_foreseen(features: Features, choices: Sequence[int]) -> float:
    """The share of choices that cross-validation predicts."""
    return float(
        ((foreseen(features, choices) < 0.5) == torch.tensor(choices).bool()).double().mean()
    )


def best_reading(readings: Mapping[str, Features], choices: Sequence[int]) -> str:
    """The network whose vectors predict the choices best, by cross-validation."""
    return max(readings, key=lambda name: share_foreseen(readings[name], choices))
