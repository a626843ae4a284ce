"""Lessons 09, 10 and 17: what size costs. Memory, parameters, computation, and what they buy."""

import torch
import torch.nn.functional as F
from torch import Tensor

from gptlab.blanks import blank


@blank(lesson=9, minutes=10, difficulty=2)
def zero_memory_bytes(n_params: float, n_devices: int, stage: int) -> float:
    """Say how many bytes each device holds when a training run with Adam is cut up by ZeRO.

    With Ψ parameters in mixed precision, it keeps three parts (Rajbhandari et al. 2020, §3.1):
        2Ψ bytes: the parameters (16 bits each)
        2Ψ bytes: their gradients (16 bits each)
        12Ψ bytes: the optimizer's state, the parameters, m and v, in 32 bits each

    A part is either whole on every device, or cut into N equal pieces, one for each device (§5):
        stage 0 cuts nothing; stage 1 the optimizer's state; stage 2 the gradients as well;
        stage 3 the parameters as well.

    Ψ is `n_params`, N is `n_devices`. The quotient is exact: nothing is rounded.
    Activations and buffers are not counted.

    Example: zero_memory_bytes(100, 4, 1) -> 700.0

    Raises ValueError for any other stage (the check does not ask for it).
    """
    raise NotImplementedError


@blank(lesson=10, minutes=12, difficulty=2)
def transformer_parameters(n_layers: int, d_model: int, vocab_size: int, context: int) -> int:
    """Count every number that a GPT-2 of this shape learns.

    L layers, width C, vocabulary V, context T, as in Radford et al. 2019 (lesson 06).

        the token embedding (V, C), which is the head too, and the position embedding (T, C);
        L blocks, each of two layer norms, an attention and a feed-forward layer:
            attention      w_qkv (C, 3C), w_out (C, C)
            feed-forward   w_in (C, 4C), w_out (4C, C)
        one more layer norm at the end.

    Every matrix of a block has a bias; a layer norm has a weight and a bias of width C.

    Example: transformer_parameters(1, 2, 5, 3) -> 94
    """
    raise NotImplementedError


@blank(lesson=10, minutes=5, difficulty=2)
def training_flops(n_params: float, n_tokens: float) -> float:
    """Say how many floating-point operations it takes to train N parameters on D tokens.

        C = N · D · (operations of one weight for one token)        Kaplan et al. 2020, §2.1

    In a product x @ w each weight takes part once for each token, and a multiplication and an addition are
    two operations. The forward pass has one such product. The backward pass has two: the gradient of w,
    and that of x. Attention between positions, norms and biases are left out.

    N is `n_params`, D is `n_tokens`: all tokens that are read in the training.
    """
    raise NotImplementedError


@blank(lesson=10, minutes=12, difficulty=3)
def fit_power_law(x, y, floor: float = 0.0) -> tuple[float, float]:
    """Find the power law that falls from the measurements y towards a known floor.

        y − floor = c · x^(−α)                                   Kaplan et al. 2020, §1.2, with a floor
        the straight line log(y − floor) = log c − α · log x, by least squares

    x and y are lists of numbers, or tensors with one axis; every y is above the floor. α is above 0 where
    y falls.

    Example: fit_power_law([1, 4, 16], [7.0, 4.0, 2.5], floor=1.0) -> (6.0, 0.5)

    ->  float, c
    ->  float, α
    """
    raise NotImplementedError


@blank(lesson=10, minutes=20, difficulty=4)
def compute_optimal(
    budget_flops: float, a: float, alpha: float, b: float, beta: float
) -> tuple[float, float]:
    """Choose the size and the number of tokens with the lowest loss that a budget can buy.

        L(N, D) = E + a/N^alpha + b/D^beta                       Hoffmann et al. 2022, §3.3, eq. 2
        lowest over all N and D whose training takes `budget_flops` operations (`training_flops`)

    N and D are any positive numbers; they are not rounded.

    Example: compute_optimal(600, 1, 0.5, 1, 0.5) -> (10.0, 10.0)

    ->  float, N, parameters
    ->  float, D, tokens
    """
    raise NotImplementedError


@blank(lesson=10, minutes=6, difficulty=1)
def previous_token_score(attention: Tensor) -> Tensor:
    """Say how much of its attention each head gives to the token just before the one that asks.

        score = mean over t = 1 … T − 1 of A[t, t − 1]

    A[t, s] is the weight with which position t looks at position s. Position 0 has nothing before it, so
    it does not count. T is at least 2.

    attention  (..., T, T) float, row t is the position that asks
    ->         (...) float, between 0 and 1, one number a head

    Example: T = 3, rows (1, 0, 0), (0.6, 0.4, 0), (0.1, 0.2, 0.7) -> (0.6 + 0.2) / 2 = 0.4
    """
    raise NotImplementedError


@blank(lesson=10, minutes=15, difficulty=3)
def induction_score(attention: Tensor, ids: Tensor) -> Tensor:
    """Say how much each head looks at what came after an earlier occurrence of the token that asks.

    Olsson et al. 2022 call this *prefix matching*: in  A B C … A  the last A looks at B, which followed
    the first A.

    Position t counts when its token has occurred before: at some s < t, ids[s] = ids[t]. Its share is the
    sum of its weights on all places s + 1. The score is the mean share of the positions that count.
    In  A A  the place after the first A is the second A itself: it belongs to the sum. Where no position
    counts, the score is 0.

    attention  (..., T, T) float, row t is the position that asks, and it looks at no later one
    ids        (T) int
    ->         (...) float, between 0 and 1, one number a head

    Example: ids (7, 8, 7), rows (1, 0, 0), (0.6, 0.4, 0), (0.1, 0.2, 0.7) -> 0.2
    """
    raise NotImplementedError


@blank(lesson=10, minutes=15, difficulty=3)
def in_context_bigram(ids: Tensor, vocab_size: int) -> Tensor:
    """Predict the next token at each position from the pairs of neighbours on this page alone.

        p[t, v] = (how often v came after ids[t]) / (how often anything came after ids[t])

    Only pairs count that lie within ids[0 … t]: this is what an ideal induction head would predict, and
    it reads no further than a model does. Where nothing has yet come after ids[t], every token of the
    vocabulary is as likely.

    ids  (T) int, each below vocab_size
    ->   (T, vocab_size) float, every row sums to 1

    Example: ids (2, 0, 2, 0), vocab_size 3 -> rows (⅓, ⅓, ⅓), (⅓, ⅓, ⅓), (1, 0, 0), (0, 0, 1)
    """
    raise NotImplementedError


@blank(lesson=10, minutes=10, difficulty=2)
def smear_keys(k: Tensor, alpha: Tensor) -> Tensor:
    """Mix into every key the key of the token before, so that one layer can do what takes two.

        k'_j = σ(α_h) · k_j + (1 − σ(α_h)) · k_{j−1}            Olsson et al. 2022, "smeared key"

    σ is the sigmoid, and every head h has an α of its own, which is learnt. The k_{j−1} is the key before
    mixing. The first key has none before it and stays as it is.

    k      (B, H, T, D) float
    alpha  (H) float
    ->     (B, H, T, D) float

    Example: one head, D = 1, keys 1, 3, 5, α = 0 (σ = ½) -> 1, 2, 4
    """
    raise NotImplementedError


@blank(lesson=17, minutes=12, difficulty=3)
def model_flops_utilization(
    tokens_per_second: float,
    n_params: float,
    n_layers: int,
    d_model: int,
    context: int,
    peak_flops: float,
) -> float:
    """Say which share of a machine's arithmetic a training run really uses.

        share = (operations that the model asks for, each second) / (operations that the machine can do)
                                                                   Chowdhery et al. 2022, appendix B

    `training_flops` leaves out the attention between positions; here it counts. In each of the L layers
    every token has two products that no parameter takes part in: its query (all heads together are C
    numbers) with the keys of T positions, and its T weights with their values. They too run forward once
    and have two products backward for each forward one. All T keys count, the masked ones as well.
    What a program computes twice to save memory does not count.

    N is `n_params`, L `n_layers`, C `d_model`, T `context`; `peak_flops` are operations a second.

    Example: 10 tokens a second, N = 100, L = 1, C = 2, T = 3, a peak of 13,440 -> 0.5
    """
    raise NotImplementedError


@blank(lesson=17, minutes=8, difficulty=2)
def training_cost(
    n_params: float,
    n_tokens: float,
    peak_flops: float,
    utilization: float,
    n_devices: int,
    price: float,
) -> tuple[float, float]:
    """Say how long a training run takes, and what the rented devices cost.

        the run is over when `training_flops` operations are done

    Each of the `n_devices` could do `peak_flops` operations a second and does the share `utilization` of
    them; all work at the same time. `price` is that of one device for one hour.

    Example: 1e9 parameters, 6e9 tokens, 1e15 a second, share 0.5, 2 devices, 3 dollars -> (10.0, 60.0)

    ->  float, hours by the clock
    ->  float, dollars
    """
    raise NotImplementedError


@blank(lesson=17, minutes=6, difficulty=2)
def bits_per_byte(nats_per_token: float, n_tokens: int, text: str) -> float:
    """Turn a loss in nats a token into a number that does not depend on the tokenizer.

        bits per byte = (all surprise on the text, in bits) / (bytes of the text)

    A bit is ln 2 nats. The loss is the mean over the `n_tokens` tokens into which a tokenizer cuts the
    text. Bytes are counted in UTF-8, where a letter of English is one byte and 中 three.

    Example: bits_per_byte(2.0794, 2, "abcdef") -> 1.0

    ->  float
    """
    raise NotImplementedError


@blank(lesson=17, minutes=8, difficulty=2)
def effective_tokens(unique_tokens: float, tokens_read: float) -> float:
    """Say how many fresh tokens a training is worth that reads the same text more than once.

        D′ = U + U · R* · (1 − e^(−R / R*)),   R* = 15.39       Muennighoff et al. 2023, §3.1

    U is `unique_tokens`: what there is to read. R counts how often it is repeated: a text that is read
    through once is not repeated. A training that does not even come to the end of its text repeats
    nothing: each of its tokens counts in full.

    Example: effective_tokens(100, 400) -> 372.6

    ->  float
    """
    raise NotImplementedError


@blank(lesson=17, minutes=15, difficulty=3)
def plan_run(
    speeds: list[tuple[float, float]],
    seconds: float,
    unique_tokens: float,
    law: tuple[float, float, float, float],
) -> tuple[float, float]:
    """Choose the size of model that this machine trains to the lowest loss, in this time, on this text.

        L(N, D′) = E + a/N^alpha + b/D′^beta                    Hoffmann et al. 2022, §3.3, eq. 2
        D′ is what the tokens that are read are worth (`effective_tokens`)   Muennighoff et al. 2023

    Each pair of `speeds` is one size that was measured: N parameters, and how many tokens a second it can
    read in training. Every size may use all of the time. E is the same for all of them, so `law` is only
    (a, alpha, b, beta). Where two sizes come to the same loss, the smaller one is taken.

    Example: speeds [(100, 50.0), (400, 20.0)], 10 seconds, 1000 unique tokens, law (1, 0.5, 1, 0.5):
             losses above E 0.145 and 0.121, so (400, 200.0)

    ->  float, N, parameters
    ->  float, D, tokens that it reads, repeats among them
    """
    raise NotImplementedError
