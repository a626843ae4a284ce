"""The mutation tool, a fixed slice of its pass, and wrong bodies written by hand that each check must reject.

The whole pass is `python -m dev.mutation`; dev/mutation/README.md says what it found last.
"""

import json
from collections import Counter

import pytest

from dev.mutation import __main__ as whole
from dev.mutation import judge, report
from dev.mutation.mutate import SOLUTIONS, Mutant, modules, mutants
from gptlab.blanks import registry
from gptlab.exercises.check import check, has_check
from gptlab.exercises.hint import hints
from gptlab.exercises.mistake import mistakes
from tests.support.other_ways import other_ways
from tests.support.wrong_ways import wrong_bodies

EVERY = 29  # of the mutants, one in so many is judged here
EARLY = {
    entry.module for entry in registry.blanks() if 2 <= entry.lesson <= 6
}  # three other ways each
KEYS = [entry.key for entry in registry.blanks() if has_check(entry.key)]
SMALL = """def normalize(rewards, mean, std):
    if std <= 0:
        raise ValueError(f'{std + 1}')
    return (rewards - mean) / std
"""


def small(text: str) -> Mutant:
    """A mutant of reward.normalize with this body."""
    return Mutant(
        "reward.normalize",
        ("reward.normalize",),
        "by hand",
        1,
        "before",
        "after",
        f"import os\ndef normalize(rewards, mean, std):\n    {text}\n",
    )


# ---- making mutants


def test_the_mutants_of_a_small_function():
    found = mutants("reward", SMALL)
    changed = {(mutant.before, mutant.after) for mutant in found}
    assert {
        ("if std <= 0:", "if std < 0:"),
        ("if std <= 0:", "if std > 0:"),
        ("if std <= 0:", "if not std <= 0:"),
        ("if std <= 0:", "if std <= 1:"),
        ("if std <= 0:", "if std <= -1:"),
        ("if std <= 0:", "pass"),
        ("return (rewards - mean) / std", "return (rewards + mean) / std"),
        ("return (rewards - mean) / std", "return (mean - rewards) / std"),
        ("return (rewards - mean) / std", "return rewards / std"),
        ("return (rewards - mean) / std", "return rewards - mean"),
    } <= changed
    assert not any(
        "std - 1" in mutant.text for mutant in found
    )  # the words of an error are left alone
    assert {mutant.keys for mutant in found} == {("reward.normalize",)} and {
        mutant.line for mutant in found
    } == {2, 4}


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("return x[1:-1]", "return x[2:-1]"),
        ("return x[1:-1]", "return x[1:]"),
        ("return x[1:-1]", "return x[1:-2]"),
        ("return x[:k]", "return x[:k - 1]"),
        ("return x.clone()", "return x"),
        ("return f(a, b)", "return f(b, a)"),
        ("return f(x, dim=-1)", "return f(x)"),
        ("return f(x, dim=-1)", "return f(x, dim=0)"),
        ("return f(x, keepdim=True)", "return f(x, keepdim=False)"),
        ("return x.min()", "return x.max()"),
        ("return a and b", "return a or b"),
        ("return a and b", "return b"),
        ("return ~x", "return x"),
        ("return x if k else a", "return a"),
        ("x += 1", "x -= 1"),
        ("return (a, b)", "return (b, a)"),
        ("return [a, b]", "return [a]"),
        ("return [a for a in x if b]", "return [a for a in x]"),
        ("return a is None", "return a is not None"),
        ("return 0.5 * x", "return 0.25 * x"),
        ("return math.exp(x)", "return x"),
        ("return 'end' in x", "return '' in x"),
        ("return a % k", "return a // k"),
        ("return -x", "return x"),
    ],
)
def test_each_kind_of_change(line, after):
    text = f"import math\ndef normalize(x, a, b, k, f):\n    {line}\n    return None\n"
    assert (line, after) in {(mutant.before, mutant.after) for mutant in mutants("reward", text)}


@pytest.mark.parametrize("module", modules())
def test_mutants_are_distinct_and_in_a_fixed_order(module):
    found = mutants(module)
    mutants.cache_clear()
    assert mutants(module) == found and len(found) > 50
    assert max(Counter(mutant.name for mutant in found).values()) == 1
    assert max(Counter(mutant.text for mutant in found).values()) == 1
    source = (SOLUTIONS / f"{module}.py").read_text(encoding="utf-8")
    assert not any("\t" in part for mutant in found for part in mutant.name) and "\t" not in source
    assert {key for mutant in found for key in mutant.keys} == {
        key for key in KEYS if key.startswith(f"{module}.")
    }


def test_a_helper_is_judged_by_the_blanks_that_call_it():
    keys = {mutant.function: mutant.keys for mutant in mutants("bpe")}
    assert keys["bpe.merge_all"] == ("bpe.encode",)
    text = (
        "def centre(x, mean):\n    return x - mean\n\n\n"
        "def normalize(rewards, mean, std):\n    return centre(rewards, mean) / std\n"
    )
    keys = {mutant.function: mutant.keys for mutant in mutants("reward", text)}
    assert keys["reward.centre"] == ("reward.normalize",)


# ---- judging them


@pytest.fixture(scope="module")
def court():
    judging = judge.Judge()
    yield judging
    judging.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("return (rewards - mean) / std", "alive"),
        ("return rewards - mean", "killed"),
        ("return rewards +", "killed"),
        ("while True: pass", "out of time"),
        ("return [0] * 10**12", "killed"),
        ("raise KeyboardInterrupt", "killed"),
        ("return rewards * (1 / std) - mean / std", "alive"),
        ("os._exit(0)", "out of time"),
        ("return (rewards - mean) / std + 0", "alive"),
    ],
)
def test_verdicts(court, text, verdict):
    assert court.one(small(text)) == verdict


@pytest.mark.slow
def test_a_fixed_slice_of_the_pass():
    every = [mutant for module in modules() for mutant in mutants(module)]
    listed = report.equivalents()
    alive = [
        report.living_line(mutant)
        for mutant, verdict in judge.judged(every[::EVERY])
        if verdict == "alive" and mutant.name not in listed
    ]
    assert not alive, "\n".join(alive)


# ---- the report


def test_the_equivalents_are_mutants_and_have_a_reason():
    found = {mutant.name for module in modules() for mutant in mutants(module)}
    lines = [
        line
        for line in report.EQUIVALENTS.read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    assert all(len(line.split("\t")) == 4 for line in lines) and len(lines) == len(
        report.equivalents()
    )
    gone = [name for name in report.equivalents() if name not in found]
    assert not gone
    assert all(len(reason) > 10 for reason in report.equivalents().values())


@pytest.fixture
def pretended(monkeypatch):
    """Two modules with a few mutants each, of which some live; returns what has been judged."""
    seen = []
    each = {
        "ngram": [small(f"return {n}") for n in range(40)],
        "reward": [small(f"return -{n}") for n in range(60)],
    }
    each = {
        name: [
            Mutant(f"{name}.f", m.keys, "x", 7, f"f {n}", m.after, m.text)
            for n, m in enumerate(found)
        ]
        for name, found in each.items()
    }

    def judged(found):
        for mutant in found:
            seen.append(mutant)
            yield (
                mutant,
                "alive"
                if mutant.function == "ngram.f" and mutant.before in ("f 3", "f 4", "f 5", "f 9")
                else "killed",
            )

    monkeypatch.setattr(whole, "modules", lambda: list(each))
    monkeypatch.setattr(whole, "mutants", each.get)
    monkeypatch.setattr(whole, "judged", judged)
    return seen


def listing(monkeypatch, tmp_path, *names):
    path = tmp_path / "equivalents.tsv"
    path.write_text(
        "# a comment\n" + "".join(f"{name}\tafter\tit is right too\n" for name in names),
        encoding="utf-8",
    )
    monkeypatch.setattr(report, "EQUIVALENTS", path)


def test_too_many_alive(pretended, monkeypatch, tmp_path, capsys):
    listing(monkeypatch, tmp_path)
    assert whole.main([]) == 1
    said = capsys.readouterr().out
    assert "alive  solutions/ngram.py:7  [x]  f 3  ->  after" in said and said.count("\nalive") == 3
    assert "4.00% alive and not written down; at most 3% may be" in said


def test_few_enough_alive(pretended, monkeypatch, tmp_path, capsys):
    listing(monkeypatch, tmp_path, "ngram.f\tf 3")
    assert whole.main([]) == 0
    said = capsys.readouterr().out
    assert "f 3  ->" not in said and "3.00% alive" in said
    assert "together       100 mutants     96 killed     1 equivalent     3 alive" in said


def test_a_list_that_is_out_of_date(pretended, monkeypatch, tmp_path, capsys):
    names = [f"ngram.f\tf {n}" for n in (3, 4, 5, 9)]
    listing(
        monkeypatch, tmp_path, *names, "ngram.f\tf 6", "ngram.g\tgone", "bpe.f\tnot judged today"
    )
    assert whole.main(["--module", "ngram"]) == 1
    said = capsys.readouterr().out
    assert (
        "stale  ngram.f: f 6  ->  after  is killed" in said
        and "stale  ngram.g: gone  ->  after  is no mutant" in said
    )
    assert "not judged today" not in said and len(pretended) == 40


def test_a_pass_goes_on_where_it_ended(pretended, monkeypatch, tmp_path, capsys):
    listing(monkeypatch, tmp_path, *(f"ngram.f\tf {n}" for n in (3, 4, 5, 9)))
    path = tmp_path / "verdicts.json"
    assert whole.main(["--module", "ngram", "--json", str(path)]) == 0
    known = json.loads(path.read_text(encoding="utf-8"))
    known["ngram"]["verdicts"] = known["ngram"]["verdicts"][:30]
    path.write_text(json.dumps(known), encoding="utf-8")
    first = capsys.readouterr().out
    assert whole.main(["--module", "ngram", "--json", str(path), "--resume"]) == 0
    assert len(pretended) == 50 and capsys.readouterr().out == first
    known["ngram"]["fingerprint"] = "another"
    path.write_text(json.dumps(known), encoding="utf-8")
    whole.main(["--module", "ngram", "--json", str(path), "--resume"])
    assert len(pretended) == 90
    with pytest.raises(SystemExit):
        whole.main(["--resume"])


# ---- what the checks reject, and how much of everything there is


@pytest.mark.slow  # nearly right bodies: `make check` has the known mistakes
@pytest.mark.parametrize(
    ("key", "body"),
    [pytest.param(key, body, id=f"{key}: {body.__name__}") for key, body in wrong_bodies()],
)
def test_a_wrong_body_is_rejected(key, body):
    assert not check(key, body).passed


@pytest.mark.parametrize("key", KEYS)
def test_mistakes_other_ways_and_hints(key):
    assert len(mistakes(key)) >= 4 and len(hints(key)) == 3
    assert len(other_ways(key)) >= (3 if key.partition(".")[0] in EARLY else 2)
