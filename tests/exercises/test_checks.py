"""The checks themselves: they accept every right body, reject every known mistake, and say which one it was."""

import importlib
import io
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from types import ModuleType

import pytest
import torch

import gptlab
from gptlab.blanks import registry
from gptlab.blanks.errors import UnknownBlank
from gptlab.blanks.registry import reference
from gptlab.blanks.solutions import reference_source
from gptlab.exercises import guard
from gptlab.exercises.check import CheckFailed, NoCheck, Report, cases_of, check, has_check
from gptlab.exercises.hint import hints
from gptlab.exercises.mistake import mistakes
from tests.support.other_ways import other_ways

KEYS = [entry.key for entry in registry.blanks() if has_check(entry.key)]
QUICK = 2  # so many mistakes of each blank are tried by `make check`, all by `make test`
MISTAKES = [
    pytest.param(
        key,
        mistake,
        id=f"{key}: {mistake.name}",
        marks=() if number < QUICK else pytest.mark.slow,
    )
    for key in KEYS
    for number, mistake in enumerate(mistakes(key))
]
WAYS = [
    pytest.param(key, way, id=f"{key}: {way.__name__}") for key in KEYS for way in other_ways(key)
]
SHORT = 14  # a line of so few characters says nothing about the solution


def lines_of(key):
    """The telling lines of a reference body, without comments."""
    lines = [re.sub(r"\s+#.*", "", line).strip() for line in reference_source(key).splitlines()[1:]]
    return [
        line
        for line in lines
        if len(line) > SHORT and not line.startswith(("raise", "if ", "for ", "while ", '"', 'f"'))
    ]


def test_every_room_of_the_first_lessons_has_checks():
    rooms = {
        "ngram",
        "sampling",
        "bpe",
        "autograd",
        "neural_lm",
        "rnn",
        "attention",
        "transformer",
        "finetuning",
        "zero_shot",
        "training",
        "scaling",
        "instruct",
        "reward",
        "ppo",
        "alignment",
        "chat",
        "agents",
    }
    missing = [
        entry.key for entry in registry.blanks() if entry.module in rooms and entry.key not in KEYS
    ]
    assert not missing


@pytest.mark.parametrize("key", KEYS)
def test_the_reference_passes(key):
    report = check(key, reference(key))
    assert report == Report(key, True, len(cases_of(key)), f"✓ {key} passes its check"), (
        report.message
    )


@pytest.mark.parametrize(("key", "way"), WAYS)
def test_other_ways_pass(key, way):
    report = check(key, way)
    assert report.passed, report.message


@pytest.mark.parametrize(("key", "mistake"), MISTAKES)
def test_each_mistake_is_rejected_and_named(key, mistake):
    report = check(key, mistake.body)
    assert not report.passed
    assert report.misconception == mistake.name, report.message
    assert (
        len(report.message.splitlines()) <= 12 and max(map(len, report.message.splitlines())) <= 100
    )
    assert " ".join(mistake.hint.split()) in " ".join(report.message.split())
    assert f'hint("{key}")' in report.message and f"✗ {key}" in report.message
    assert not [line for line in lines_of(key) if line in report.message]


@pytest.mark.parametrize("key", KEYS)
def test_enough_of_everything(key):
    names = Counter(mistake.name for mistake in mistakes(key) if not mistake.variant)
    assert len(names) >= 4 and names.most_common(1)[0][1] == 1
    assert len(other_ways(key)) >= 2
    assert all(mistake.hint.endswith((".", "?")) for mistake in mistakes(key))
    assert len(hints(key)) == 3 and len(set(hints(key))) == 3
    assert not [
        line
        for line in lines_of(key)
        for text in (*hints(key), *(m.hint for m in mistakes(key)))
        if line in text
    ]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    "body",
    [
        lambda *_, **__: None,
        pytest.param(lambda *given, **__: given[0], marks=pytest.mark.slow),
        pytest.param(lambda: 1, marks=pytest.mark.slow),
        pytest.param(lambda *_, **__: 1 / 0, marks=pytest.mark.slow),
    ],
)
def test_a_check_rejects(key, body):
    report = check(key, body)
    assert (
        not report.passed
        and report.message.startswith(f"✗ {key}")
        and len(report.message.splitlines()) <= 12
    )


@pytest.mark.slow
@pytest.mark.parametrize("key", KEYS)
def test_the_verdict_is_the_same_every_time(key):
    wrong = mistakes(key)[0].body
    torch.manual_seed(1)
    first = check(key, wrong), check(key)
    torch.manual_seed(2)
    assert (check(key, wrong), check(key)) == first


def test_the_running_body_is_judged():
    from gptlab import sampling

    assert check(sampling.softmax).passed and check("sampling.softmax").key == "sampling.softmax"
    assert check(sampling.softmax, lambda logits, temperature=1.0: logits).passed is False


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ("sampling.sofmax", UnknownBlank, "sampling.softmax"),
        (torch.softmax, NoCheck, "name the blank first"),
    ],
)
def test_what_cannot_be_checked(given, error, text):
    with pytest.raises(error, match=text) as caught:
        check(given)
    assert "\n" not in str(caught.value)


def test_a_blank_without_a_check(monkeypatch):
    monkeypatch.setattr("gptlab.exercises.check._cases_function", lambda key: None)
    cases_of.cache_clear()
    with pytest.raises(NoCheck, match="no check for ngram.perplexity yet"):
        check("ngram.perplexity")
    cases_of.cache_clear()


# ---- what a message says


def test_a_first_difference_and_the_input():
    message = check(
        "attention.merge_heads", lambda x: x.transpose(1, 2).flatten(2) + (x.numel() > 8) * 1e-3
    ).message
    assert "  for       x (2, 3, 4, 5) float64\n  expected  [0, 0, 0] = " in message
    assert "120 of 120 numbers differ" in message and "likely" not in message


def test_small_inputs_are_shown_whole():
    message = check("sampling.append_token", lambda ids, token: [*ids, token, token]).message
    assert (
        "ids [5, 2], token 9" in message
        and "expected  [5, 2, 9]" in message
        and "got       [5, 2, 9, 9]" in message
    )


def test_two_mistakes_at_once_have_no_diagnosis():
    report = check(
        "attention.scaled_dot_product_attention",
        lambda q, k, v, mask=None: (q @ k.mT).softmax(-2) @ v,
    )
    assert not report.passed and report.misconception is None


def test_her_own_error_is_told_in_one_line(tmp_path, monkeypatch):
    (tmp_path / "her_room.py").write_text(
        "def merge_heads(x):\n    return x.view(7)\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(tmp_path)
    body = importlib.import_module("her_room").merge_heads
    message = check("attention.merge_heads", body).message
    assert (
        "it raised RuntimeError: shape '[7]' is invalid" in message and "her_room.py:2)" in message
    )
    assert "for       x [[[[0, 1], [2, 3]], [[4, 5], [6, 7]]]]" in message


def test_an_empty_blank_says_so_in_its_own_words():
    text = (
        "from gptlab.exercises.check import check; print(check('attention.causal_mask').message);"
        "print(check('attention.scaled_dot_product_attention').message)"
    )
    done = subprocess.run(
        [sys.executable, "-c", "import os; os.environ.pop('GPTLAB_BORROW', 0);" + text],
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert "attention.causal_mask (lesson 5) is still empty" in " ".join(done.stdout.split()), (
        done.stdout + done.stderr
    )
    assert "Traceback" not in done.stdout and not done.stderr


def in_place(x):
    out = x.transpose(1, 2).flatten(2)
    x.data.zero_()
    return out


def numpy_inside(x):
    return torch.from_numpy(x.detach().numpy()).transpose(1, 2).flatten(2)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (in_place, "x was written to"),
        (numpy_inside, "torch no longer knows how"),
        (lambda x: (x * x.detach().exp() / x.exp()).transpose(1, 2).flatten(2), "the gradient"),
        (lambda x: x.transpose(1, 2).flatten(2).numpy() if not x.requires_grad else x, "a ndarray"),
        (lambda x: x.transpose(1, 2).flatten(2)[None], "the result has 4 axes"),
        (
            lambda x: x.transpose(1, 2).flatten(2)[:, :1],
            "expected shape (1, 2, 4) got shape (1, 1, 4)",
        ),
    ],
)
def test_what_every_check_looks_at(body, text):
    assert text in " ".join(check("attention.merge_heads", body).message.split())


def test_a_generator_that_is_not_used():
    message = check(
        "sampling.sample_next", mistake_named("sampling.sample_next", "the generator not passed on")
    ).message
    assert (
        "two draws from the same seed differ" in message
        and "the same draw from the same seed" in message
    )


def mistake_named(key, name):
    return next(mistake.body for mistake in mistakes(key) if mistake.name == name)


# ---- the notebook


@pytest.fixture
def notebook(monkeypatch):
    """Make the checks believe that they run inside IPython."""
    fake = ModuleType("IPython")
    fake.get_ipython = object
    monkeypatch.setitem(sys.modules, "IPython", fake)


def test_a_notebook_prints_what_passed_once(notebook, capsys):
    report = check("sampling.append_token")
    report._ipython_display_()
    assert capsys.readouterr().out == "✓ sampling.append_token passes its check\n"


def test_a_notebook_shows_one_short_message(notebook, capsys):
    with pytest.raises(CheckFailed) as caught:
        check("sampling.append_token", lambda ids, token: [token, *ids])
    shown = caught.value._render_traceback_()
    assert (
        shown[0] == "✗ sampling.append_token"
        and len(shown) <= 12
        and "the token in front" in "\n".join(shown)
    )
    assert capsys.readouterr().out == ""
    assert check("sampling.append_token", lambda ids, token: None, raise_=False).passed is False


def test_a_check_without_a_name_is_one_of_the_lesson_that_was_started(
    notebook, capsys, monkeypatch
):
    monkeypatch.setattr(registry.process_registry, "open_lesson", 0)
    report = check()
    assert capsys.readouterr().out == "lesson 0: 1 of 1 functions are still empty\n"
    assert report.key == "lesson 0" and report.passed
    from gptlab.exercises.check import blanks

    written = [replace(entry, empty=False) for entry in blanks() if entry.lesson == 0]
    monkeypatch.setattr("gptlab.exercises.check.blanks", lambda: written)
    monkeypatch.setitem(
        registry.process_registry._own, "sampling.append_token", lambda ids, token: [*ids, token]
    )
    check()
    assert capsys.readouterr().out == "✓ sampling.append_token passes its check\n"
    monkeypatch.setitem(
        registry.process_registry._own, "sampling.append_token", lambda ids, token: ids
    )
    with pytest.raises(CheckFailed, match="✗ sampling.append_token"):
        check()


def test_outside_a_notebook_nothing_is_printed_or_raised(capsys):
    report = check("sampling.append_token", lambda ids, token: None)
    assert not report.passed and str(report) == report.message and capsys.readouterr().out == ""
    report._ipython_display_()
    assert capsys.readouterr().out == report.message + "\n"
    with pytest.raises(CheckFailed):
        check("sampling.append_token", lambda ids, token: None, raise_=True)


def test_the_real_ipython_shows_the_message_alone():
    pytest.importorskip("IPython")
    code = (
        "from IPython.core.interactiveshell import InteractiveShell; shell = InteractiveShell.instance();"
        "shell.run_cell('from gptlab import check\\ncheck(\"sampling.append_token\", lambda ids, token: 0)')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8"
    )
    shown = done.stdout.strip().splitlines()
    assert (
        "✗ sampling.append_token" in shown[0]
        and "Traceback" not in done.stdout
        and len(shown) <= 12
    )


# ---- hints


def test_hints_come_one_after_the_other(monkeypatch):
    monkeypatch.setattr("gptlab.exercises.hint._given", {})
    first, second, third, again = (gptlab.hint("sampling.softmax") for _ in range(4))
    assert first.startswith("hint 1 of 3: ") and second.startswith("hint 2 of 3: ")
    assert third == again and third.startswith(
        'hint 3 of 3 (the last one; reveal("sampling.softmax")'
    )
    from gptlab import sampling

    assert gptlab.hint(sampling.generate).startswith("hint 1 of 3: ")
    with pytest.raises(UnknownBlank):
        gptlab.hint("sampling.sofmax")


def test_a_hint_is_printed_as_text(monkeypatch):
    monkeypatch.setattr("gptlab.exercises.hint._given", {})
    stream = io.StringIO()
    print(gptlab.hint("ngram.perplexity"), file=stream)
    assert stream.getvalue().startswith("hint 1 of 3: It is one function")


def test_light_import():
    code = "import sys, gptlab, gptlab.exercises.check, gptlab.exercises.hint; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_a_function_that_never_ends_is_stopped(monkeypatch):
    monkeypatch.setattr(guard, "LIMIT_S", 0.3)

    def body(ids, pair, new_id):
        out, t = [], 0
        while t < len(ids):
            if tuple(ids[t : t + 2]) == tuple(pair):
                out, t = [*out, new_id], t + 2
        return out

    report = check("bpe.merge_pair", body)
    assert not report.passed and report.misconception == "a loop that never ends"
    assert "no end within 0.3 seconds" in report.message and len(report.message.splitlines()) <= 12


def test_a_check_leaves_the_dice_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    check("sampling.sample_next")
    assert torch.equal(torch.rand(3), expected)
