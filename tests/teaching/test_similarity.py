"""Which submissions are alike: a copy with other names and another layout comes first, and own work does not."""

import ast
import random
import re

import pytest

from gptlab.cli import main
from gptlab.grading.child_tree import empty_rooms
from gptlab.teaching.similarity import alike, functions_of, table
from tests.support.paths import ROOT

REFERENCES = {path.stem: path.read_bytes() for path in (ROOT / "solutions").glob("*.py")}
SEEDS = range(6)


def ways(room):
    """The other right ways to write a room's blanks, as texts of functions, by blank."""
    found = {}
    path = ROOT / "tests" / "exercises" / room / "other_ways.py"
    for node in ast.parse(path.read_text(encoding="utf-8")).body if path.exists() else ():
        if not isinstance(node, ast.FunctionDef) or not node.decorator_list:
            continue
        key = ast.literal_eval(node.decorator_list[0].args[0])
        node.decorator_list = []
        found.setdefault(key, []).append(node)
    return found


WAYS = {
    key: nodes
    for room in ("ngram", "sampling", "attention", "rnn")
    for key, nodes in ways(room).items()
}


def submission(seed):
    """A submission that takes, for each blank, one of several people's ways."""
    chance = random.Random(seed)
    rooms = {}
    for key, nodes in sorted(WAYS.items()):
        room, _, name = key.partition(".")
        node = ast.parse(ast.unparse(chance.choice(nodes))).body[0]
        node.name = name
        rooms[room] = rooms.get(room, "") + ast.unparse(node) + "\n\n"
    return {room: text.encode() for room, text in rooms.items()}


def disguised(rooms):
    """The same with other names, comments, docstrings, annotations, blank lines, and += written out."""

    def rename(function):
        own = {a.arg for a in ast.walk(function) if isinstance(a, ast.arg)}
        own |= {
            n.id
            for n in ast.walk(function)
            if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
        }
        names = {name: f"thing_{i}" for i, name in enumerate(sorted(own))}
        for node in ast.walk(function):
            if isinstance(node, ast.Name):
                node.id = names.get(node.id, node.id)
            elif isinstance(node, ast.arg):
                node.arg = names.get(node.arg, node.arg)
        return function

    out = {}
    for room, text in rooms.items():
        functions = [rename(node) for node in ast.parse(text).body]
        plain = "\n\n\n".join(ast.unparse(node) for node in functions)
        own = r'\1    """My own words."""\n    # done by me\n\n'
        changed = re.sub(r"^(def .*:\n)", own, plain, flags=re.M)
        ast.parse(changed)
        out[room] = changed.encode()
    return out


@pytest.fixture(scope="module")
def pairs():
    everybody = {f"own {seed}": submission(seed) for seed in SEEDS}
    everybody["copy of 3"] = disguised(everybody["own 3"])
    return alike(everybody, empty_rooms(), REFERENCES)


def test_a_disguised_copy_comes_first(pairs):
    first, second = pairs[:2]
    assert {first.a, first.b} == {"own 3", "copy of 3"}
    assert first.likeness > 0.95
    assert second.likeness < 0.75


def test_the_references_own_words_count_for_little():
    own = {f"own {seed}": submission(seed) for seed in SEEDS}
    looked = {f"looked {n}": {r: REFERENCES[r] for r in own["own 0"]} for n in range(2)}
    with_them = alike(own | looked, empty_rooms(), REFERENCES)
    functions = {"ngram.perplexity": 1}
    assert functions.keys() <= functions_of(REFERENCES).keys()
    first = with_them[0]
    assert {first.a, first.b} == {"looked 0", "looked 1"}  # they are alike, and it is said where


def test_the_hand_out_itself_is_nobodys_work():
    nobody = {"a": empty_rooms(), "b": empty_rooms()}
    (pair,) = alike(nobody, empty_rooms(), REFERENCES)
    assert pair.likeness == 0 and pair.functions == 0


def test_what_cannot_be_read_has_no_functions():
    assert functions_of({"ngram": b"def f(:\n", "bpe": b"\0", "rnn": b"x = 1"}) == {}


def test_the_table_says_where_and_that_it_proves_nothing(pairs):
    text = table(pairs, 3, 7)
    assert "copy of 3" in text.splitlines()[1] and "no proof" in text
    assert text.count("most alike") == 3


def test_the_command(tmp_path, capsys):
    for name, rooms in (("ada", submission(1)), ("bob", disguised(submission(1)))):
        folder = tmp_path / name / "gptlab"
        folder.mkdir(parents=True)
        for room, text in rooms.items():
            (folder / f"{room}.py").write_bytes(text)
    assert main.main(["similar", str(tmp_path)]) == 0
    assert "ada and bob" in capsys.readouterr().out
    assert main.main(["similar", str(tmp_path / "ada")]) == 1
    assert "nothing to compare" in capsys.readouterr().err
