"""The checks of lesson 10's blanks in gptlab/zero_shot.py."""

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from gptlab.exercises.case import EDGE, Case, RandomInputs, Seed, case, property_holds
from gptlab.exercises.compare import a_kind

OPPOSITES = [("hot", "cold"), ("big", "small"), ("up", "down")]
CONTINENTS = [
    ("Peru", "South America"),
    ("Kenya", "Africa"),
    ("Mali", "Africa"),
    ("Chad", "Africa"),
    ("Japan", "Asia"),
]
CHAIN = [("cat", "dog"), ("dog", "bird"), ("bird", "fish"), ("hotdog", "bun")]
SIX = [("a", "A"), ("b", "B"), ("c", "C"), ("d", "D"), ("e", "E"), ("f", "F")]


def few_shot_prompt() -> list[Case]:
    """Prompts written out by hand, one of them with words that are drawn."""
    drawn = RandomInputs(102).words([4, 5, 3, 6, 5]).split()
    return [
        case([("hot", "cold")], "up", separator="\n", arrow=" -> ", expected="hot -> cold\nup ->"),
        case(OPPOSITES[:2], "up", expected="hot -> cold\nbig -> small\nup ->"),
        case(OPPOSITES, "wet", "; ", " = ", expected="hot = cold; big = small; up = down; wet ="),
        case(CONTINENTS[:2], "Chad", "\n\n", ": ", expected=_CONTINENTS_PROMPT),
        case([("12", "13"), ("3", "4")], "12", "|", "=> ", expected="12=> 13|3=> 4|12=>"),
        case(
            [tuple(drawn[:2]), tuple(drawn[2:4])],
            drawn[4],
            " & ",
            " ~ ",
            expected="{} ~ {} & {} ~ {} & {} ~".format(*drawn),
        ),
        case([], "up", expected="up ->", about="no examples: zero-shot", stage=EDGE),
        case([("热", "冷")], "大", " ", "→", expected="热→冷 大→", about=_NO_SPACE, stage=EDGE),
        case([(" up", "down")], " in", expected=" up -> down\n in ->", about=_FIRST, stage=EDGE),
        case([["a b", " c "]], "d e", expected="a b ->  c \nd e ->", about=_SPACES, stage=EDGE),
    ]


_CONTINENTS_PROMPT = "Peru: South America\n\nKenya: Africa\n\nChad:"
_NO_SPACE = "an arrow without spaces"
_FIRST = "a space before the first input stays"
_SPACES = "spaces inside an example stay"


def _fair_examples(
    function: Callable, pairs: list, query: str, k: int, generator: Generator
) -> bool | str:
    """What is wrong with any of 40 draws, in words."""
    draws = [function(list(pairs), query, k, generator) for _ in range(40)]
    for draw in draws:
        if not isinstance(draw, (list, tuple)):
            return f"{a_kind(draw)}, no list"
        if any(not isinstance(pair, (list, tuple)) or tuple(pair) not in pairs for pair in draw):
            return "something that is none of the pairs"
    lengths = {len(draw) for draw in draws}
    if lengths != {k}:
        few = f"{min(lengths)} to {max(lengths)}" if len(lengths) > 1 else f"{min(lengths)}"
        return f"{few} examples where {k} were asked for"
    faults = []
    if any(pair[0] == query for draw in draws for pair in draw):
        faults.append(f"an example about {query!r}, the query itself")
    if any(len({tuple(pair) for pair in draw}) < k for draw in draws):
        faults.append("the same pair twice in one prompt")
    return " and ".join(faults) or True


def _shares(function: Callable, pairs: list, query: str, k: int, generator: Generator) -> Tensor:
    """Of 3,000 draws, the share in which pair i comes first and pair j last, all i and j."""
    draws = [function(list(pairs), query, k, generator) for _ in range(3000)]
    counts = torch.zeros(len(pairs), len(pairs), dtype=torch.float64)
    for draw in draws:
        counts[pairs.index(tuple(draw[0])), pairs.index(tuple(draw[-1]))] += 1
    return counts / len(draws)


def _even_shares(pairs: list, query: str) -> Tensor:
    """Every two different pairs, but for the query's, are as likely to be first and last."""
    allowed = torch.tensor([pair[0] != query for pair in pairs])
    both = allowed[:, None] & allowed & ~torch.eye(len(pairs), dtype=torch.bool)
    return both.double() / both.sum()


def _by_the_generator(
    function: Callable, pairs: list, query: str, k: int, generator: Generator
) -> bool | str:
    """One seed gives one draw, the next draw of a generator another, torch's own chance is left alone."""
    seed = generator.initial_seed()
    state = torch.get_rng_state()
    first = [function(list(pairs), query, k, generator) for _ in range(20)]
    untouched = torch.equal(state, torch.get_rng_state())
    again = Generator().manual_seed(seed)
    second = [function(list(pairs), query, k, again) for _ in range(20)]
    torch.set_rng_state(state)
    if first != second or not untouched:
        return "two draws from the same seed differ, or torch's own generator was used"
    if all(draw == first[0] for draw in first):
        return "the same examples at every call"
    return True


def _left_as_it_was(
    function: Callable, pairs: list, query: str, k: int, generator: Generator
) -> bool | str:
    given = list(pairs)
    function(given, query, k, generator)
    return given == pairs or "the list of pairs was changed"


def draw_examples() -> list[Case]:
    """Properties of many draws."""
    fair = "k different pairs, none of them about the query"
    seeded = "the same draw from the same seed, other draws after it"
    inputs = RandomInputs(103)
    words = inputs.words([3, 4, 5, 6, 7]).split()
    drawn, seed = [(word, word.upper()) for word in words], Seed(inputs.whole(100, 10**9))
    return [
        property_holds(_fair_examples, OPPOSITES[:2], "big", 1, Seed(1), about=fair),
        property_holds(_fair_examples, OPPOSITES, "hot", 2, Seed(2), about=fair),
        property_holds(_fair_examples, CONTINENTS, "Kenya", 3, Seed(3), about=fair),
        property_holds(_fair_examples, CHAIN, "dog", 2, Seed(4), about=fair),
        property_holds(_fair_examples, SIX, "d", 5, Seed(4), about=fair),
        property_holds(_fair_examples, drawn, words[3], 3, seed, about=fair),
        property_holds(_by_the_generator, SIX, "f", 4, Seed(5), about=seeded),
        property_holds(_by_the_generator, drawn, words[1], 3, seed, about=seeded),
        _shares_case(CONTINENTS, "Kenya", 2, Seed(6)),
        _shares_case(CHAIN, "dog", 2, Seed(6)),
        _shares_case(SIX, "d", 5, Seed(7)),
        property_holds(_left_as_it_was, SIX, "a", 3, Seed(8), about="the list given stays"),
        case(SIX, "a", 0, Seed(9), expected=[], about="k = 0: no examples", stage=EDGE),
    ]


def _shares_case(pairs: list, query: str, k: int, seed: Seed) -> Case:
    return case(
        pairs,
        query,
        k,
        seed,
        expected=_even_shares(pairs, query),
        call=_shares,
        rtol=0.0,
        atol=0.03,
        about="how often pair i comes first and pair j last",
    )


def _by_loops(predicted: Tensor, targets: Tensor, mask: Tensor) -> tuple[list, list]:
    """For every row, which of its kept tokens are right."""
    rows = []
    for guessed, wanted, kept in zip(
        predicted.tolist(), targets.tolist(), mask.tolist(), strict=True
    ):
        rows.append([g == w for g, w, keep in zip(guessed, wanted, kept, strict=True) if keep])
    return rows, [hit for row in rows for hit in row]


def _exact(predicted: Tensor, targets: Tensor, mask: Tensor) -> Tensor:
    rows, _ = _by_loops(predicted, targets, mask)
    return torch.tensor(sum(all(row) for row in rows) / len(rows), dtype=torch.float64)


def _accuracy(predicted: Tensor, targets: Tensor, mask: Tensor) -> Tensor:
    _, hits = _by_loops(predicted, targets, mask)
    return torch.tensor(sum(hits) / len(hits), dtype=torch.float64)


def _metric_cases(oracle: Callable, by_hand: float) -> list[Case]:
    """Answers of several lengths, padded on the right or anywhere."""
    inputs = RandomInputs(101)
    targets = inputs.ids(9, 7, 5) + 1
    noise = inputs.ids(4, 7, 5) == 0
    predicted = torch.where(noise, targets + 1, targets)
    lengths = torch.tensor([5, 1, 3, 2, 4, 1, 2])
    right = torch.arange(5) < lengths[:, None]
    small = (
        torch.tensor([[5, 6, 0], [5, 7, 2]]),
        torch.tensor([[5, 6, 9], [5, 7, 3]]),
        torch.tensor([[1, 1, 0], [1, 1, 1]]).bool(),
    )
    single = torch.tensor([[3, 1, 4]]), torch.tensor([[3, 1, 5]]), torch.ones(1, 3).bool()
    gap = (
        torch.tensor([[5, 0, 6], [4, 4, 4]]),
        torch.tensor([[5, 9, 6], [4, 4, 8]]),
        torch.tensor([[1, 0, 1], [1, 1, 1]]).bool(),
    )
    turned = (
        torch.tensor([[2, 1, 3], [6, 6, 6], [7, 8, 9]]),
        torch.tensor([[1, 2, 3], [6, 6, 6], [7, 8, 9]]),
        torch.ones(3, 3).bool(),
    )
    every = torch.ones(7, 5).bool()
    return [
        case(*small, expected=torch.tensor(by_hand).double(), rtol=1e-5),
        case(predicted, targets, right, oracle=oracle, about="answers of 1 to 5 tokens"),
        case(predicted, targets, right.flip(1), oracle=oracle, about="padding on the left"),
        case(*gap, oracle=oracle, about="a dropped place inside an answer"),
        case(*turned, oracle=oracle, about="the right tokens in another order"),
        case(predicted, targets, every, oracle=oracle, about="no padding"),
        case(predicted, targets, inputs.ids(3, 7, 5) > 0, oracle=oracle, about="gaps"),
        case(targets, targets, right, oracle=oracle, about="all right"),
        case(targets + 1, targets, right, oracle=oracle, about="all wrong"),
        case(*single, oracle=oracle, about="one answer", stage=EDGE),
        case(-predicted, -targets, right, oracle=oracle, about="negative ids", stage=EDGE),
    ]


def exact_match() -> list[Case]:
    """Counted answer by answer."""
    return _metric_cases(_exact, 0.5)


def token_accuracy() -> list[Case]:
    """Counted token by token."""
    return _metric_cases(_accuracy, 0.8)
