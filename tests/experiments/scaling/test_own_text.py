"""The experiment of lesson 17a: splits that leak and one that does not, and what the shipped log holds."""

import pytest

from gptlab.engine.data.installed_docs import HELD_OUT, Document
from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.experiments.scaling import leaks, own_text

PAGES = [
    Document("numpy", "a.py", "numbers in arrays, said once\nand a line of its own\n"),
    *(
        Document(
            HELD_OUT[n % 2], f"{n}.py", f"the same sentence in each of the files\nfile {n}\n" * 20
        )
        for n in range(12)
    ),
]


@pytest.mark.parametrize("cut", [leaks.by_lines, leaks.by_files, leaks.by_packages])
def test_nothing_is_lost_and_what_is_held_out_is_of_those_packages(cut):
    training, held_out = cut(PAGES)
    assert "numbers in arrays" in training and "numbers in arrays" not in held_out
    whole = sorted(line for one in PAGES for line in one.text.splitlines() if line)
    assert (
        sorted(line for text in (training, held_out) for line in text.splitlines() if line) == whole
    )


def test_the_finer_the_cut_the_more_is_known():
    tokenizer = Tokenizer.train(PAGES[1].text, 280)
    found = {}
    for cut in (leaks.by_lines, leaks.by_files, leaks.by_packages):
        training, held_out = cut(PAGES)
        found[cut] = leaks.ngram_bits(tokenizer, training, held_out, order=3)
        assert leaks.lines_known(training, held_out) == (0.0 if cut is leaks.by_packages else 1.0)
    assert found[leaks.by_lines] < found[leaks.by_packages] > found[leaks.by_files]


def test_compressors_read_the_training_text_first():
    text = "".join(f"line {n * n % 997} of the text\n" for n in range(3000))
    bits = own_text.compressors(text, text[:20_000])
    assert bits["xz after the training text"] < 0.3 * bits["xz"] < 8 and bits["bz2"] < 8


def test_the_log_is_whole_and_its_figures_belong_together():
    log = own_text.read_log()
    assert "+" not in log["commit"] and log["command"] == "python -m dev.own_text"
    assert own_text.LOG.stat().st_size < 50_000
    assert log["curve"][-1][0] == log["steps"]
    low, middle, high = (log["expected"][name] for name in ("low", "middle", "high"))
    assert low <= middle <= high
    assert set(log["samples"]) == set(log["copied"])
    for temperature, texts in log["samples"].items():
        assert all(
            copy in text for copy, text in zip(log["copied"][temperature], texts, strict=True)
        )
