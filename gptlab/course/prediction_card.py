"""The card of all guesses of a lesson: question, guess, measured, and how far apart they were."""

from html import escape

from gptlab.course.exercise_card import PANEL, QUIET, RichText
from gptlab.course.guesses import Guess, in_words

NONE = "no guess was made yet; here yours will stand beside what was measured"


def card(name: str, every: dict[str, dict[str, Guess]]) -> RichText:
    """The guesses of one lesson, and in one line those of all lessons so far."""
    made = [one for one in every.get(name, {}).values() if one.guess is not None]
    if not made:
        text = f"lesson {name}: {NONE}"
        return RichText(text, f'<div style="{PANEL}">{escape(text)}</div>')
    head = [f"lesson {name}: {_score(made)}"]
    all_of_them = [one for found in every.values() for one in found.values()]
    if sum(one.counts for one in all_of_them) > sum(one.counts for one in made):
        head.append(f"in all lessons so far: {_score(all_of_them)}")
    if worst := _furthest(made):
        head.append(f"furthest off: {worst.question} Where did that guess come from?")
    text = "\n".join([*head, *(_line(one) for one in made)])
    cells = "".join(
        f"<tr>{''.join(f'<td>{escape(part)}</td>' for part in _parts(one))}</tr>" for one in made
    )
    titles = "".join(f'<th scope="col">{t}</th>' for t in ("question", "guess", "measured", ""))
    html = (
        f'<div style="{PANEL}"><div><strong>{escape(head[0])}</strong></div>'
        + "".join(f'<div style="{QUIET}">{escape(line)}</div>' for line in head[1:])
        + f'<div style="overflow-x:auto"><table><tr>{titles}</tr>{cells}</table></div></div>'
    )
    return RichText(text, html)


def _score(many: list[Guess]) -> str:
    """Example: "2 of 3 guesses were right within a factor of two"."""
    counted = [one for one in many if one.counts]
    if not counted:
        return "nothing was measured after a guess yet"
    hits = sum(one.hit for one in counted)
    were = "guess was" if len(counted) == 1 else "guesses were"
    return f"{hits} of {len(counted)} {were} right, numbers within a factor of two"


def _furthest(many: list[Guess]) -> Guess | None:
    """The guess that is off by the largest factor, if that is more than two."""
    off = [one for one in many if one.counts and (one.factor or 1.0) > 2]
    return max(off, key=lambda one: one.factor or 1.0, default=None)


def _parts(one: Guess) -> tuple[str, str, str, str]:
    """The columns of one row."""
    measured = "not yet" if one.measured is None else in_words(one.measured, one.unit)
    return one.question, in_words(one.guess, one.unit), measured, _apart(one)


def _apart(one: Guess) -> str:
    """How far apart guess and measurement are."""
    if one.late:
        return "guessed after the run"
    if one.measured is None:
        return ""
    if one.factor is not None:
        return f"{'✓' if one.hit else '✗'} × {one.factor:.3g}"
    return "✓" if one.hit else "✗"


def _line(one: Guess) -> str:
    question, guess, measured, apart = _parts(one)
    return f"· {question} guess {guess}, measured {measured}{'  ' + apart if apart else ''}"
