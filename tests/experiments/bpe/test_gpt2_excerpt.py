"""The excerpt of GPT-2's merges gives GPT-2's own numbers."""

import json

import pytest

from gptlab import bpe
from gptlab.experiments.bpe import gpt2_excerpt


def numbers_of(text):
    excerpt = gpt2_excerpt.gpt2_excerpt()
    return [excerpt.numbers[i] for i in bpe.encode(text, excerpt.merges, bpe.GPT2_PATTERN)]


@pytest.mark.parametrize("text", gpt2_excerpt.EXPECTED)
def test_openais_own_examples(text):
    assert numbers_of(text) == gpt2_excerpt.EXPECTED[text]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("!", [0]),
        (" ", [220]),
        ("\n", [198]),
        ("They said SolidGoldMagikarp.", [2990, 531, 43453, 13]),
        ("3952 + 17 = 3969", [2670, 4309, 1343, 1596, 796, 5014, 3388]),
        ("是的。", [42468, 21410, 16764]),
        ("hello <|endoftext|>", [31373, 1279, 91, 437, 1659, 5239, 91, 29]),
    ],
)
def test_numbers_that_are_known(text, numbers):
    assert numbers_of(text) == numbers


def test_the_merges_are_in_order_and_make_tokens_of_the_texts_alone():
    excerpt = gpt2_excerpt.gpt2_excerpt()
    merged = excerpt.numbers[256:]
    assert merged == sorted(set(merged)) and min(merged) >= 256
    assert max(merged) < gpt2_excerpt.END_OF_TEXT
    assert sorted(excerpt.numbers[:256]) == list(range(256))
    together = "\n".join(gpt2_excerpt.TEXTS).encode()
    assert all(piece in together for piece in bpe.token_bytes(excerpt.merges)[256:])


def test_bytes_are_written_as_in_gpt2s_files():
    letters = gpt2_excerpt.letters()
    assert [letters[b] for b in b" \n!a"] == ["Ġ", "Ċ", "!", "a"]
    assert len(set(letters.values())) == 256 and all(c.isprintable() for c in letters.values())


def test_only_openais_file_is_taken(tmp_path, capsys):
    from dev import gpt2_merges

    other = tmp_path / "vocab.bpe"
    other.write_text("#version: 0.2\na b\n", encoding="utf-8")
    assert gpt2_merges.main([str(other)]) == 1 and "SHA-256" in capsys.readouterr().err
    assert gpt2_merges.excerpt("#version: 0.2\nl l\nq z\nĠ w\nll o\n") == [
        (256, 75, 75),
        (258, 220, 86),
        (259, 256, 78),
    ]
    assert json.loads(gpt2_excerpt.RECORD.read_text(encoding="utf-8"))["sha256"] == (
        gpt2_merges.SHA256
    )
