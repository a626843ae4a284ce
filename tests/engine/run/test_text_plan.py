"""The plan for one's own text: what is said of the text, which size is chosen, and what the command prints."""

import json
import pydoc_data.topics

import pytest

from gptlab import scaling
from gptlab.cli import main
from gptlab.engine.run import plan, text_plan
from gptlab.engine.run.text_plan import Option, TextFacts

WIDTH_S = {64: 0.05, 128: 0.2, 192: 0.5}


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    text = "\n\n".join(f"{name}\n{page}" for name, page in sorted(pydoc_data.topics.topics.items()))
    file = tmp_path_factory.mktemp("book") / "topics.txt"
    file.write_text(text[:200_000], encoding="utf-8")
    return file


@pytest.fixture
def speeds(monkeypatch):
    monkeypatch.setattr(plan, "step_seconds", lambda shape, config: WIDTH_S[shape.d_model])


def test_repeats_are_counted_in_long_lines():
    line = "a line that is long enough to count as a repeat\n"
    assert text_plan.repeated_share(line * 4) == pytest.approx(3 / 4, rel=0.03)
    assert text_plan.repeated_share("short\n" * 50) == 0
    assert text_plan.repeated_share("") == 0


def test_the_chosen_option_comes_first_and_its_figures_belong_together(speeds):
    for minutes, width in ((1, 64), (60, 128), (60_000, 192)):
        found = text_plan.options(60 * minutes, 10**9)
        best = found[0]
        assert best.d_model == width
        assert best.above_floor == min(one.above_floor for one in found)
        assert {one.d_model for one in found} == {64, 128, 192}
        assert best.tokens_per_second == pytest.approx(2048 / WIDTH_S[width], rel=1e-3)
        assert best.tokens == pytest.approx(best.tokens_per_second * 60 * minutes, rel=1e-3)


def test_a_short_text_counts_less(speeds):
    long, short = (text_plan.options(36_000, n)[0] for n in (10**9, 10_000))
    assert short.readings > 100 > 1 > long.readings
    worth = scaling.effective_tokens(10_000, short.tokens)
    of = plan.with_shape(short.n_layers, short.d_model)
    assert short.above_floor == pytest.approx(plan.nats_above_floor(of.model, worth), abs=1e-3)


def test_hints():
    known = TextFacts(10**6, 10**5, 300_000, 3.3, 2.0, 1.9, 0.3, 1.8)
    few = Option(4, 128, 10**6, 1e4, 10**6, 3.3, 0.5)
    many = Option(4, 128, 10**6, 1e4, 10**7, 33.0, 0.5)
    assert len(text_plan.hints(known, many)) == 2
    assert (
        "30% of the text" in text_plan.hints(known, few)[0]
        and len(text_plan.hints(known, few)) == 1
    )


def test_the_command_without_pilots(speeds, book, capsys):
    assert main.main(["plan", "--text", str(book), "--minutes", "5", "--no-pilot"]) == 0
    out = capsys.readouterr().out
    assert "Kneser-Ney 5-gram" in out and "no loss is foretold" in out
    assert f"gptlab run --text {book} --minutes 5" in out
    assert main.main(["plan", "--text", str(book), "--minutes", "5", "--no-pilot", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["expected"] is None and made["minutes"] == 5
    assert 1 < made["facts"]["ngram"] < 4 and 1 < made["facts"]["bz2"] < 4


@pytest.mark.slow
def test_the_command_with_pilots(monkeypatch, book, capsys):
    monkeypatch.setattr(text_plan.pilot, "LEAST_STEPS", 3)
    monkeypatch.setattr(text_plan.pilot, "MOST_S", 1.0)
    monkeypatch.setattr(plan, "PROBE_S", 0.0)
    assert main.main(["plan", "--text", str(book), "--json"]) == 0
    expected = json.loads(capsys.readouterr().out)["expected"]
    assert expected["low"] <= expected["middle"] <= expected["high"] < 8
    assert len(expected["pilots"]) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "at least 20000 are needed"),
        (b"short", "at least 20000 are needed"),
        (bytes(range(256)) * 200, "not UTF-8 text"),
        (("a line\n" * 9000).encode("utf-16"), "UTF-16"),
        (None, "no such file or folder"),
    ],
)
def test_a_bad_text_costs_one_line(tmp_path, capsys, content, said):
    if content is not None:
        (tmp_path / "a.txt").write_bytes(content)
    assert main.main(["plan", "--text", str(tmp_path / "a.txt")]) == 1
    err = capsys.readouterr().err.strip()
    assert said in err and len(err.splitlines()) == 1
