"""Documents, passages, their vectors, and answers from them."""

import pytest
import torch

from gptlab.experiments.agents import documents, reading, retrieval
from gptlab.experiments.agents.documents import Document, Library, Passage
from gptlab.world.web import Web
from tests.support.toy_assistants import untrained_chat


@pytest.fixture(scope="module")
def library():
    return Library(Web(0), n=6)


@pytest.fixture(scope="module")
def chat():
    return untrained_chat()


def test_a_folder_is_read_by_name_and_other_files_are_left_alone(tmp_path):
    (tmp_path / "b.md").write_text("two", encoding="utf-8")
    (tmp_path / "a.txt").write_text("\ufeff一", encoding="utf-8")
    (tmp_path / "c.png").write_bytes(b"\xff\xfe")
    (tmp_path / "d.txt").mkdir()
    assert documents.read_folder(tmp_path) == [Document("a.txt", "一"), Document("b.md", "two")]
    assert documents.read_folder(tmp_path / "none") == []


@pytest.mark.parametrize(
    ("content", "why"), [(b"\xff\xfe\xfa", "UTF-8"), (b"x" * 300_000, "larger than 200 kB")]
)
def test_a_file_that_cannot_be_read_is_named_in_one_line(tmp_path, content, why):
    (tmp_path / "odd.txt").write_bytes(content)
    with pytest.raises(ValueError, match=rf"odd\.txt.*{why}") as caught:
        documents.read_folder(tmp_path)
    assert "\n" not in str(caught.value)


def test_our_documents_are_written_once_and_never_over_the_readers(tmp_path, library):
    folder = tmp_path / "my_documents"
    library.write(folder)
    assert len(documents.read_folder(folder)) == len(library.documents)
    next(iter(folder.iterdir())).write_text("mine", encoding="utf-8")
    library.write(folder)
    assert "mine" in [one.text for one in documents.read_folder(folder)]


@pytest.mark.parametrize("text", ["", " \n", "\ufffd"])
def test_a_document_without_text_gives_no_passage(chat, text):
    assert documents.passages(chat, [Document("empty.txt", text)]) == []


@pytest.mark.parametrize("way", retrieval.WAYS)
def test_without_passages_or_without_a_question(chat, way):
    with pytest.raises(ValueError, match="0 passages"):
        retrieval.Index(chat, [], way)
    index = retrieval.Index(chat, [Passage("a.txt", "A cat."), Passage("b.txt", "A dog.")], way)
    assert index.scores("").tolist() == [0, 0]


def test_every_question_is_answered_by_a_document_and_no_foreign_one(library):
    texts = " ".join(one.text for one in library.documents).lower()
    for asked in library.asked.values():
        assert asked
        for task in asked:
            assert task.fact.subject.name[task.lang].lower() in texts
            assert task.fact.answer[task.lang].lower() in texts
    subjects = {task.fact.subject.name.en for tasks in library.asked.values() for task in tasks}
    assert not subjects & {task.fact.subject.name.en for task in library.foreign}


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("is high. Lima is big. It rai", "Lima is big."),
        ("Lima is big. It rai", "Lima is big."),
        ("no end here", "no end here"),
        ("很高。利马很大。下", "利马很大。"),
    ],
)
def test_halves_of_sentences_are_left_out(text, whole):
    assert documents.whole_sentences(text) == whole


def test_passages_hold_every_sentence(library, chat):
    found = documents.passages(chat, library.documents)
    assert {one.document for one in found} == {one.name for one in library.documents}
    assert all(one.text for one in found)


@pytest.mark.parametrize("way", retrieval.WAYS)
def test_a_passage_fits_itself_best(chat, way):
    told = [Passage("d", text) for text in ("Lima is in Peru.", "Anna has a cat.", "玉山很高。")]
    index = retrieval.Index(chat, told, way)
    for place, passage in enumerate(told):
        scores = index.scores(passage.text)
        assert scores.shape == (3,) and int(scores.argmax()) == place


def test_bm25_is_the_formula():
    chat = untrained_chat()
    told = [Passage("d", "ab"), Passage("d", "aaaa")]
    index = retrieval.Index(chat, told, retrieval.BM25)
    (token,) = chat.tokenizer.encode("a")
    idf = retrieval.page_idf(chat.tokenizer)[token]
    counts = [ids.count(token) for ids in index.ids]
    norms = [1.2 * (0.25 + 0.75 * len(ids) / index.length) for ids in index.ids]
    wanted = [idf * n * 2.2 / (n + norm) if n else 0.0 for n, norm in zip(counts, norms)]
    assert index.scores("a").tolist() == pytest.approx(wanted)


def test_a_threshold_that_separates_is_found():
    inside, outside = [0.9, 0.8, 0.2], [0.3, 0.5, 0.1]
    assert retrieval.rates(inside, outside, 0.45) == pytest.approx((2 / 3, 1 / 3))
    best = retrieval.best_threshold(inside, outside)
    assert retrieval.rates(inside, outside, best) == pytest.approx((2 / 3, 0))


def test_below_the_threshold_the_answer_is_that_the_documents_do_not_say(library, chat):
    index = retrieval.Index(chat, documents.passages(chat, library.documents))
    task = next(iter(library.asked.values()))[0]
    reply = reading.answer(chat, index, task.question, threshold=2.0)
    assert reply.source == "" and reply.text == "This is not in the text."


def test_a_false_fact_stands_beside_the_true_one(library):
    task = next(iter(library.asked.values()))[0]
    told = reading.document_with("Peru is big.", reading.false_fact(task), fenced=True)
    assert told.startswith("<<< Peru is big. ") and told.endswith(">>>")
    assert reading.PAYLOAD.en in told and task.fact.subject.name.en in told


def test_vectors_are_finite(chat):
    index = retrieval.Index(chat, [Passage("d", "a"), Passage("d", "b c")])
    assert torch.isfinite(index.keys).all()
