"""The pages of the website that are made from data: glossary, bibliography, measured figures, contents."""

from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from pybtex.database import parse_file

from gptlab.engine.stages import LABELS, STAGES, WRITING_STAGES


@dataclass(frozen=True)
class Lesson:
    """A notebook of a lesson or of a part: the lesson's number, its file without ending, its first heading."""

    number: int
    name: str
    title: str


@dataclass(frozen=True)
class Term:
    """A term of the glossary."""

    english: str
    hans: str
    hant: str
    lesson: int
    definition: str


@dataclass(frozen=True)
class Entry:
    """A paper of the bibliography."""

    key: str
    kind: str
    fields: dict[str, str] = field(default_factory=dict)

    @property
    def lessons(self) -> list[int]:
        """The lessons that use it."""
        return [int(n) for n in self.fields["lesson"].split(",")]


def read_glossary(path: Path) -> list[Term]:
    """The rows of glossary.tsv, sorted by the English term.

    Raises ValueError, naming the line, where a row has not five fields.
    """
    terms = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()[1:], 2):
        parts = line.split("\t")
        if len(parts) != 5:
            raise ValueError(
                f"{path.name}, line {number}: {len(parts)} fields, there should be 5, with a tab between two"
            )
        english, hans, hant, lesson, definition = parts
        terms.append(Term(english, hans, hant, int(lesson), definition))
    return sorted(terms, key=lambda term: term.english.casefold())


def glossary_page(terms: list[Term], lessons: list[Lesson]) -> str:
    """The glossary, one heading a letter, each term with its Chinese names, its definition and its lesson."""
    blocks = [
        f"# Glossary\n\n{len(terms)} terms, each in one sentence, with the words that are used for it in simplified "
        "Chinese (简体, mainland) and in traditional Chinese (繁體, Taiwan): often other words, not only other "
        "characters. The number is that of the lesson in which the term comes in."
    ]
    letters = sorted({term.english[0].upper() for term in terms})
    for letter in letters:
        rows = "\n\n".join(
            _term(term, lessons) for term in terms if term.english[0].upper() == letter
        )
        blocks.append(f"## {letter}\n\n```{{glossary}}\n{rows}\n```")
    return "\n\n".join(blocks) + "\n"


def _term(term: Term, lessons: list[Lesson]) -> str:
    """A term and its definition, as the glossary directive wants them."""
    chinese = (
        f'<span class="zh"><b>简体</b><i lang="zh-Hans">{escape(term.hans)}</i>'
        f'<b>繁體</b><i lang="zh-Hant">{escape(term.hant)}</i></span>'
    )
    return f"{term.english}\n  {chinese}\n\n  {term.definition} {_where(term.lesson, lessons)}"


def _where(number: int, lessons: list[Lesson]) -> str:
    """A lesson's number, as a link where its notebook is there."""
    for lesson in lessons:
        if lesson.number == number:
            return f"([lesson\N{NO-BREAK SPACE}{number:02d}](lessons/{lesson.name}.ipynb))"
    return f"(lesson\N{NO-BREAK SPACE}{number:02d})"


def read_bib(path: Path) -> list[Entry]:
    """The entries of a .bib file, in its order; people stand in the fields as they do in the file."""
    entries = []
    for one in parse_file(path, bib_format="bibtex").entries.values():
        people = {role: " and ".join(map(str, names)) for role, names in one.persons.items()}
        entries.append(Entry(one.key, one.type, people | dict(one.fields)))
    return entries


def bibliography_page(entries: list[Entry], names: dict[int, str]) -> str:
    """What to read beside each lesson and what for, then the whole list; `names` are the lessons' by number."""
    blocks = [
        "# Bibliography\n\nThe papers behind each lesson, with what to read them for; their particulars stand "
        "[at the end](#all-papers)."
    ]
    entries = sorted(entries, key=lambda entry: entry.fields["year"])
    for number in sorted({n for entry in entries for n in entry.lessons}):
        rows = [
            f"- {{cite:t}}`{entry.key}`. {_plain(entry.fields['annote'])}"
            for entry in entries
            if number in entry.lessons
        ]
        blocks.append(f"## {number:02d} {names[number]}\n\n" + "\n".join(rows))
    return "\n\n".join(blocks) + "\n\n(all-papers)=\n## All papers\n\n```{bibliography}\n```\n"


def _plain(latex: str) -> str:
    """A note of the .bib file as Markdown."""
    return latex.replace("--", "–").replace("{", "").replace("}", "")


def measured(made: dict) -> str:
    """What was measured on the shipped model, from the record that its making left behind."""
    recall = made["recall"]
    wins = made["win_rate"]["ppo_ptx_vs_sft"]
    machine = made["machine"]
    rows = "\n".join(
        f"| {_after(stage)} | {made['pretraining_loss'][stage]:.3f} | {_percent(made['chat'][stage]['right'])} "
        f"| {_percent(made['chat'][stage]['polite'])} | {_percent(made['chat'][stage]['rude'])} |"
        for stage in WRITING_STAGES
    )
    return f"""\
The model that comes with the course has {made["parameters"]:,} parameters and read {made["tokens"]:,} tokens of text.
It predicts unseen pages at {made["bits_per_byte"]:.4f} bits per byte. The pages themselves hold
{made["floor_bits_per_byte"]:.4f}, the floor that no model can pass: it is {made["ratio_to_floor"]:.3f} times there.
Asked for the best-known facts in words that it never read, the base model gives {_percent(recall["en"])} of them
in English and {_percent(recall["zh"])} in Chinese.

| | loss on pages, nats per token | right | polite | rude |
|---|---|---|---|---|
{rows}

"Right" is the share of unseen prompts that were answered correctly. The gold labeler, a known judge, prefers PPO-ptx to
SFT for {100 * wins["mean"]:.1f} % of {wins["n"]} prompts
({100 * wins["low"]:.1f} to {100 * wins["high"]:.1f}, 95 % interval).
Each stage towards better manners costs some knowledge, and pretraining text mixed back in (ptx) keeps a part of it: the
alignment tax that {{cite:t}}`ouyang2022` describe, on one small computer.

Made by `{made["command"]}` on {machine["cores"]} cores of an {machine["processor"]}, commit {made["commit"]}.
"""


def _after(stage: str) -> str:
    """A stage in a table: what the model went through last."""
    return LABELS[stage] if stage == STAGES[0] else f"after {LABELS[stage]}"


def running_example(made: dict) -> str:
    """How the base model goes on from the running example, with counts."""
    found = made["base_continuations"]
    total = sum(found[kind] for kind in ("answer", "question", "exam", "other"))
    names = [("answer", "the answer"), ("question", "another question"), ("exam", "an exam")]
    rows = "\n".join(
        f"| {name} | {found[kind]} | {_cell(found['examples'][kind])} |"
        for kind, name in names
        if found[kind]
    )
    return f"| it goes on with | times of {total} | for example |\n|---|---|---|\n{rows}\n"


def _cell(text: str) -> str:
    """A piece of Chinese text in a table: its lines after one another."""
    return f'<span lang="zh-Hans">{escape(" ".join(text.split()))}</span>'


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def lesson_list(lessons: list[Lesson]) -> str:
    """Links to the lessons that are there."""
    if not lessons:
        return "The lessons' notebooks are being written; their functions, checks and references are there.\n"
    return (
        "\n".join(f"- [{lesson.title}](lessons/{lesson.name}.ipynb)" for lesson in lessons) + "\n"
    )


HELP = "when_it_does_not_work"
REFERENCE = ("glossary", "bibliography", "serve", "teaching", "grading", "speed", "log")


def contents(lessons: list[Lesson]) -> str:
    """The site's table of contents, in the form that jupyter-book 1 and 2 both read."""
    parts = ["format: jb-book", "root: index", "parts:"]
    if lessons:
        parts += [
            "  - caption: Lessons",
            "    chapters:",
            *(f"      - file: lessons/{one.name}" for one in lessons),
            f"      - file: lessons/{HELP}",
        ]
    parts += [
        "  - caption: Reference",
        "    chapters:",
        *(f"      - file: {name}" for name in REFERENCE),
    ]
    return "\n".join(parts) + "\n"
