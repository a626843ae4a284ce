"""Lesson 12: the reward model. From comparisons of replies to one number per reply."""

import torch
import torch.nn.functional as F
from torch import Tensor

from gptlab.blanks import blank


@blank(lesson=12, minutes=5, difficulty=2)
def last_token_index(mask: Tensor) -> Tensor:
    """Find the last kept position of each row: the place where the reward is read.

    Padding may stand left, right or between; a plain sum of the mask would miss that.

    mask  (B, T) bool, True = keep
    ->    (B) int
    """
    raise NotImplementedError


@blank(lesson=12, minutes=5, difficulty=1)
def pairwise_loss(chosen: Tensor, rejected: Tensor) -> Tensor:
    """Ask that the chosen reply of each pair gets the higher reward.

        L = −mean log σ(r_w − r_l)                  Ouyang et al. 2022, eq. 1 with K = 2

    r_w is `chosen`, r_l is `rejected`. Finite and with a useful gradient for differences of
    ±10,000 too: log σ is one function, not a log of a sigmoid.

    chosen    (B) float
    rejected  (B) float
    ->        () float, nats per comparison
    """
    raise NotImplementedError


@blank(lesson=12, minutes=15, difficulty=2)
def ranking_loss(rewards: Tensor) -> Tensor:
    """Compare each of K ranked replies with every reply ranked below it.

        L = −1/C(K,2) Σ_{w<l} log σ(r_w − r_l)      Ouyang et al. 2022, eq. 1

    The rewards stand best first. The mean runs over all pairs of a prompt and over the prompts,
    so that one prompt's pairs stay together in one batch element.

    rewards  (..., K) float, best first
    ->       () float, nats per comparison

    Raises ValueError when K is below 2 (the check does not ask for it).
    """
    raise NotImplementedError


@blank(lesson=12, minutes=5, difficulty=1)
def agreement(labels_a, labels_b) -> float:
    """Give the share of equal labels, the number that Ouyang et al. 2022 (section 3.4) put at 72.6 %.

        agreement = (number of i with a_i = b_i) / N

    labels_a  (N), a list or a tensor
    labels_b  (N), a list or a tensor
    ->        float, between 0 and 1

    Raises ValueError when the numbers of labels differ (the check does not ask for it).
    """
    raise NotImplementedError


@blank(lesson=12, minutes=15, difficulty=3)
def calibration_error(sure: Tensor, right: Tensor, n_bins: int = 10) -> float:
    """Give the mean distance between how sure a model says it is and how often it is right.

        ECE = Σ_b (n_b / N) · |mean right in b − mean sure in b|     Guo et al. 2017, eq. 3

    The expected calibration error. Answers that are about equally sure share a bin b: `n_bins`
    bins of equal width divide the range from 0 to 1, whose ends belong to the first and to the
    last bin. n_b is the number of answers in a bin; a bin without any adds nothing. Where `sure`
    is the border between two bins, either will do.

    sure    (N) float, the probability that the model gave its own answer
    right   (N) float, 1 = it was right, 0 = it was not, between them = the share of people for it
    n_bins  int
    ->      float, between 0 and 1

    Example: two answers at 0.95, both right, and two at 0.65, one of them right
        calibration_error([0.95, 0.95, 0.65, 0.65], [1.0, 1.0, 1.0, 0.0])
        (2/4) · |1 − 0.95| + (2/4) · |0.5 − 0.65| = 0.1
    """
    raise NotImplementedError


@blank(lesson=12, minutes=5, difficulty=1)
def normalize(rewards: Tensor, mean, std) -> Tensor:
    """Shift and scale rewards by the mean and spread of a reference set of replies.

        on the reference set: mean r' = 0 and std r' = 1                       Ziegler et al. 2019

    mean and std are those of the reference set's rewards; one shift and one scale serve all rewards, and what
    was better stays better. The preference loss leaves the zero of the rewards open, and their unit depends on
    the noise of the labels and on the training; this fixes both.

    rewards  (...) float
    mean     float
    std      float, above 0
    ->       (...) float
    """
    raise NotImplementedError
