"""How alike the functions of two submissions are once names and layout are taken away. It accuses no one.

A function becomes the sequence of its syntax tree's nodes, with its own names replaced by their order of appearance,
and the sequence the set of its runs of GRAM nodes (k-grams, as Stanford's MOSS takes them).

    likeness(a, b) = Σ_{g in both} w(g) / min(Σ_{g in a} w(g), Σ_{g in b} w(g))
    w(g) = ln((n + 1) / number of texts that have g),   0 for what the hand-out has itself

n counts the texts, the reference among them. What nearly all wrote alike weighs nearly nothing, so that two short
functions are not called alike because there is one obvious way to write them.
"""

import ast
import itertools
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

GRAM = 7  # nodes in a row: shorter runs are everybody's, longer ones break at every small change
LEAST_WEIGHT = 5.0  # nats that both must hold: below it a function says nothing about who wrote it

Grams = frozenset[tuple[str, ...]]
Rooms = Mapping[str, bytes]  # a submission's rooms by name, as text


class Pair(NamedTuple):
    """Two submissions, how alike they are over all functions that both wrote, and where most."""

    a: str
    b: str
    likeness: float  # 0 … 1
    functions: int  # that both wrote and that say something
    most_alike: tuple[tuple[str, float], ...]  # functions with the likeness of each, highest first


def functions_of(rooms: Rooms) -> dict[str, Grams]:
    """The runs of nodes of each top-level function, by key; rooms that cannot be parsed have none."""
    found: dict[str, Grams] = {}
    for room, text in rooms.items():
        try:
            body = ast.parse(text).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in body:
            if isinstance(node, ast.FunctionDef):
                found[f"{room}.{node.name}"] = grams(node)
    return found


def grams(function: ast.FunctionDef) -> Grams:
    """The runs of GRAM nodes of a function's body."""
    names: dict[str, str] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.arg):
            names.setdefault(node.arg, f"name {len(names)}")
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.setdefault(node.id, f"name {len(names)}")
        elif isinstance(node, ast.FunctionDef) and node is not function:
            names.setdefault(node.name, f"name {len(names)}")
    sequence = [word for statement in function.body for word in _words(statement, names)]
    return frozenset(tuple(sequence[i : i + GRAM]) for i in range(len(sequence) - GRAM + 1))


def _words(node: ast.AST, names: Mapping[str, str]) -> Iterator[str]:
    """A statement's nodes in the order in which they are read; texts that do nothing and annotations are left out."""
    if isinstance(node, ast.Pass) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    ):
        return
    if isinstance(node, ast.AugAssign):  # x += 1 is x = x + 1
        target = node.target
        node = ast.Assign([target], ast.BinOp(target, node.op, node.value))
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        node = ast.Assign([node.target], node.value)
    yield _word(node, names)
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "type_comment", "ctx"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _words(child, names)


def _word(node: ast.AST, names: Mapping[str, str]) -> str:
    if isinstance(node, ast.Name):
        return names.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        return f".{node.attr}"
    if isinstance(node, ast.Constant):
        return f"={node.value!r}"[:40]
    if isinstance(node, ast.keyword):
        return f"{node.arg}="
    return type(node).__name__


def alike(submissions: Mapping[str, Rooms], hand_out: Rooms, references: Rooms) -> list[Pair]:
    """Every pair of submissions, the most alike first.

    hand_out    the rooms as they were handed out, whose own text counts for nothing
    references  the references, which count as one more text: who looked there is like everybody who did
    """
    given = functions_of(hand_out)
    wrote = {
        name: {key: runs - given.get(key, frozenset()) for key, runs in functions_of(rooms).items()}
        for name, rooms in submissions.items()
    }
    weights = _weights([*wrote.values(), functions_of(references)])
    pairs = [
        _pair(a, b, wrote[a], wrote[b], weights)
        for a, b in itertools.combinations(sorted(wrote), 2)
    ]
    return sorted(pairs, key=lambda pair: (-pair.likeness, pair.a, pair.b))


Weights = dict[str, dict[tuple[str, ...], float]]


def _weights(texts: list[dict[str, Grams]]) -> Weights:
    """What each run of each function weighs, by how many texts have it."""
    weights: Weights = {}
    for key in {key for text in texts for key in text}:
        having = [text[key] for text in texts if text.get(key)]
        counts = Counter(itertools.chain.from_iterable(having))
        weights[key] = {run: math.log((len(having) + 1) / n) for run, n in counts.items()}
    return weights


def _pair(
    a: str, b: str, ours: dict[str, Grams], theirs: dict[str, Grams], weights: Weights
) -> Pair:
    shared = least = 0.0
    by_function = {}
    for key in sorted(ours.keys() & theirs.keys()):
        weigh = weights[key]
        smaller = min(_sum(ours[key], weigh), _sum(theirs[key], weigh))
        if smaller < LEAST_WEIGHT:
            continue
        both = _sum(ours[key] & theirs[key], weigh)
        by_function[key] = both / smaller
        shared += both
        least += smaller
    most = sorted(by_function.items(), key=lambda item: (-item[1], item[0]))
    return Pair(a, b, shared / least if least else 0.0, len(by_function), tuple(most))


def _sum(runs: Iterable[tuple[str, ...]], weigh: Mapping[tuple[str, ...], float]) -> float:
    return math.fsum(weigh[run] for run in sorted(runs))


def table(pairs: list[Pair], top: int, n: int) -> str:
    """The pairs that are most alike, beside what is usual in this class."""
    usual = sorted(pair.likeness for pair in pairs)[len(pairs) // 2] if pairs else 0.0
    lines = [
        f"{n} submissions, {len(pairs)} pairs; half of all pairs are at most {usual:.0%} alike"
    ]
    for place, pair in enumerate(pairs[:top], 1):
        most = ", ".join(f"{key} {share:.0%}" for key, share in pair.most_alike[:4])
        lines.append(f"{place:3}  {pair.likeness:4.0%}  {pair.a} and {pair.b}")
        lines.append(
            f"           over {pair.functions} functions that both wrote; most alike: {most or 'none'}"
        )
    lines.append(
        "Alike is no proof: short functions have few forms. Read both before you speak to anybody."
    )
    return "\n".join(lines)
