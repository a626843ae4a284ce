"""In how many ways a tokenizer writes a word."""

from collections import Counter

from gptlab.engine.model.tokenizer import Tokenizer
from gptlab.experiments.bpe.word_spellings import count_spellings


def test_spellings_count_what_holds_a_word():
    cut = Tokenizer(
        [(74, 97), (256, 112), (257, 97), (258, 110), (259, 46), (32, 259)], r"(?s).+"
    )  # Japan, Japan., ␣Japan
    text = "Japan. In Japan\nJapans Japan, Japan."
    found = count_spellings(cut, text, "Japan")
    assert found == Counter({(b"Japan.",): 2, (b" Japan",): 2})  # Japans is another word


def test_a_name_of_two_words_is_found_in_its_pieces():
    found = count_spellings(Tokenizer([]), "In New Zealand it rains.\nNew Zealander", "New Zealand")
    assert list(found) == [tuple(bytes([b]) for b in b"New Zealand")] and found.total() == 1
