"""The learner's own labels: which of several replies she prefers, kept in a file of JSON lines, one label a line.

The file is read anew and replaced as a whole at each change, so that two notebooks do not lose each other's labels,
and a crash leaves the old file or the new one. A line that cannot be understood is laid aside in another file.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from gptlab.blanks.choices import state_folder
from gptlab.blanks.files import write_atomically
from gptlab.blanks.source_scan import short_path

RANKED, TIE, SKIPPED = "ranked", "tie", "skipped"


@dataclass(frozen=True)
class Label:
    """What somebody said of the replies to one question.

    kind   "ranked", "tie" or "skipped"
    order  places of the replies, best first; empty for a tie and where it was skipped
    """

    question: str
    replies: tuple[str, ...]
    kind: str
    order: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        wanted = list(range(len(self.replies))) if self.kind == RANKED else []
        if self.kind not in (RANKED, TIE, SKIPPED) or sorted(self.order) != wanted:
            raise ValueError(
                f"a label of kind {self.kind!r} with the order {list(self.order)}: it is "
                f"{RANKED!r} with every place once, or {TIE!r} or {SKIPPED!r} with none"
            )

    @property
    def key(self) -> str:
        """The same for the same question and replies in the same order."""
        return key_of(self.question, self.replies)


def key_of(question: str, replies: tuple[str, ...]) -> str:
    """A short name for a question and its replies."""
    text = json.dumps([question, *replies], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def labels_file(name: str = "labels") -> Path:
    """`NAME.jsonl` in the folder of the learner's state."""
    return state_folder() / f"{name}.jsonl"


def of_file(file: Path) -> dict[str, Label]:
    """All labels by key, in the order in which they were made; nothing where there is no file.

    Raises OSError when there is a file that cannot be read.
    """
    found, broken = _read(file)
    if broken:
        _lay_aside(file, list(found.values()), broken)
    return found


def keep(file: Path, label: Label) -> None:
    """Add a label as the last one; an earlier one of the same replies goes. What cannot be written raises OSError."""
    found = of_file(file)
    found.pop(label.key, None)
    _write(file, [*found.values(), label])


def take_back(file: Path, key: str) -> Label | None:
    """Remove a label; -> the label, None where there was none."""
    found = of_file(file)
    gone = found.pop(key, None)
    if gone:
        _write(file, list(found.values()))
    return gone


def _read(file: Path) -> tuple[dict[str, Label], list[str]]:
    """The labels of a file, and the lines that are none."""
    try:
        lines = file.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return {}, []
    found, broken = {}, []
    for line in lines:
        if not line.strip():
            continue
        try:
            label = _label(json.loads(line))
            found[label.key] = label
        except (ValueError, TypeError, KeyError, RecursionError):
            broken.append(line)
    return found, broken


def _label(row: object) -> Label:
    """A line of the file. Raises ValueError, TypeError or KeyError for one that is no label."""
    if not isinstance(row, dict):
        raise TypeError("not an object")
    label = Label(row["question"], tuple(row["replies"]), row["kind"], tuple(row["order"]))
    texts = [label.question, *label.replies]
    if not all(isinstance(text, str) for text in texts) or len(label.replies) < 2:
        raise TypeError("a question and two or more replies are texts")
    return label


def _lay_aside(file: Path, whole: list[Label], broken: list[str]) -> None:
    """Keep the lines that are no labels in a file of their own, and the others where they were."""
    number = 1
    while (aside := file.with_name(f"{file.stem}-damaged-{number}.jsonl")).exists():
        number += 1
    text = "\n".join(broken) + "\n"
    write_atomically(aside, text.encode(errors="surrogateescape"))
    _write(file, whole)
    lines = f"{len(broken)} line{'s' * (len(broken) > 1)}"
    print(f"{lines} of {short_path(file)} could not be understood: kept in {aside.name}")


def _write(file: Path, rows: list[Label]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(asdict(label), ensure_ascii=False) + "\n" for label in rows]
    write_atomically(file, "".join(lines))
