"""Documents that a reader drops into a folder, cut into passages; and a set of our own with known answers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gptlab import agents
from gptlab.blanks.choices import state_folder
from gptlab.engine.assistant import Assistant
from gptlab.experiments.agents.look_up import Entry, invented_facts, tested
from gptlab.experiments.agents.tasks import N_PHRASINGS, Task, Tasks
from gptlab.world.facts import LANGUAGES, Fact
from gptlab.world.web import Web

SUFFIXES = (".txt", ".md")
LARGEST_KB = 200  # of one document
SIZE, OVERLAP = 36, 16  # tokens of a passage, and those that it shares with the next
SEED = 917
OFTEN, SELDOM, INVENTED = "stated often", "stated seldom", "invented"


@dataclass(frozen=True)
class Document:
    """One text, and the name of its file."""

    name: str
    text: str


@dataclass(frozen=True)
class Passage:
    """A piece of a document that is short enough to be read beside a question."""

    document: str
    text: str


def my_documents() -> Path:
    """The learner's own folder: `my_documents/` of the checkout, beside her state."""
    return state_folder().parent / "my_documents"


def read_folder(folder: Path) -> list[Document]:
    """Every .txt and .md file of a folder, in the order of their names; an empty list where there is no folder.

    Raises ValueError, with one line that names the file, for one that is no UTF-8 text or larger than LARGEST_KB.
    """
    found = []
    for path in sorted(folder.glob("*")) if folder.is_dir() else []:
        if path.suffix not in SUFFIXES or not path.is_file():
            continue
        if path.stat().st_size > 1000 * LARGEST_KB:
            raise ValueError(
                f"{path.name} is larger than {LARGEST_KB} kB: cut it into several files"
            )
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise ValueError(f"{path.name} is no UTF-8 text: save it as UTF-8") from None
        found.append(Document(path.name, text))
    return found


def passages(assistant: Assistant, documents: Sequence[Document]) -> list[Passage]:
    """The documents in overlapping pieces of SIZE tokens, by `agents.overlapping_chunks`; none is empty."""
    tokenizer = assistant.tokenizer
    found = []
    for document in documents:
        ids = tokenizer.encode(" ".join(document.text.split()))
        chunks = agents.overlapping_chunks(ids, SIZE, OVERLAP)
        texts = [whole_sentences(tokenizer.decode(chunk)) for chunk in chunks]
        found += [Passage(document.name, text) for text in texts if text]
    return found


def whole_sentences(text: str) -> str:
    """A piece of a text without the halves of sentences at its ends; the piece itself where no sentence is whole."""
    ends = [match.end() for match in re.finditer(r"[.!?](?= |$)|[。！？]", text)]
    begins_whole = text[:1].isupper()
    start = 0 if begins_whole or len(ends) < 2 else ends[0]
    return (text[start : ends[-1]] if ends else text).strip("\ufffd ").strip()


class Library:
    """Our own documents: on facts that pages state often, on facts that they state seldom, and on invented things.

    documents  one for each group and language
    asked      questions that one of the documents answers, by group
    foreign    questions that none of them answers
    """

    def __init__(self, web: Web, n: int = 16):
        facts = [fact for fact in tested(web) if fact.relation != "continent"]
        known = [fact for fact in facts if not fact.held_out]
        groups = {
            OFTEN: _one_a_subject(known, n),
            SELDOM: _one_a_subject(known[::-1], n),
            INVENTED: _one_a_subject(invented_facts(2 * n, SEED), n),
        }
        inside = {fact.subject for told in groups.values() for fact in told}
        others = [fact for fact in known if fact.subject not in inside]
        tasks = Tasks(web, SEED)
        self.documents = [
            Document(f"{name.replace(' ', '-')}.{lang}.txt", _text(told, lang))
            for name, told in groups.items()
            for lang in LANGUAGES
        ]
        self.asked = {name: _questions(tasks, told) for name, told in groups.items()}
        self.foreign = _questions(tasks, [*_one_a_subject(others, n), *invented_facts(n, SEED + 1)])

    def write(self, folder: Path) -> None:
        """Put the documents into a folder where there is none yet; what is there is left alone."""
        if not folder.exists():
            folder.mkdir(parents=True)
            for document in self.documents:
                (folder / document.name).write_text(document.text, encoding="utf-8")


def _one_a_subject(facts: Sequence[Fact], n: int) -> list[Fact]:
    """The first n facts, no two of one subject."""
    by_subject: dict = {}
    for fact in facts:
        by_subject.setdefault(fact.subject, fact)
    return list(by_subject.values())[:n]


def _text(facts: Sequence[Fact], lang: str) -> str:
    """The facts as sentences, in one of a few phrasings each."""
    sentences = [Entry(fact, lang).sentence(i % N_PHRASINGS) for i, fact in enumerate(facts)]
    return (" " if lang == "en" else "").join(sentences) + "\n"


def _questions(tasks: Tasks, facts: Sequence[Fact]) -> list[Task]:
    return [tasks.about(fact, lang) for fact in facts for lang in LANGUAGES]
