"""A question with an input that starts empty: a text field for a number, buttons for a choice.

Where no kernel runs, a box with the question stands in its place.
"""

from collections.abc import Sequence
from html import escape

from gptlab.course import guesses
from gptlab.course.exercise_card import PANEL, QUIET
from gptlab.course.guesses import Guess


def show(lesson: str, key: str, question: str, unit: str, options: Sequence[str] | None) -> None:
    """Display the question, live where there is a kernel."""
    from IPython import get_ipython
    from IPython.display import display

    guesses.keep(lesson, key, question=question, unit=unit)
    text = f"Your guess first: {question}{_choices(unit, options)}"
    if get_ipython() is None:
        print(text)
        return
    live = _widget(lesson, key, question, unit, options)._repr_mimebundle_()
    bundle = {kind: view for kind, view in live.items() if kind != "text/plain"}
    html = (
        f'<div style="{PANEL}"><div><strong>Your guess first</strong></div><div>{escape(question)}'
        f'<span style="{QUIET}">{escape(_choices(unit, options))}</span></div></div>'
    )
    display(bundle | {"text/html": html, "text/plain": text}, raw=True)


def _choices(unit: str, options: Sequence[str] | None) -> str:
    """What kind of answer is wanted."""
    if options:
        return f" ({' · '.join(options)})"
    return f" (in {unit})" if unit else ""


def _widget(lesson: str, key: str, question: str, unit: str, options: Sequence[str] | None):
    """The question, the input with what was answered before, and a line that says what is kept."""
    import ipywidgets

    now = guesses.of(lesson).get(key, Guess())
    asked = ipywidgets.HTML(
        f'<div style="line-height:1.45"><strong>Your guess first.</strong> {escape(question)}</div>',
        layout={"max_width": "44em"},
    )
    said = ipywidgets.HTML(_said(now), layout={"max_width": "44em"})
    if options:
        chosen = now.guess if now.guess in options else None
        entry = ipywidgets.RadioButtons(
            description="your guess",
            options=list(options),
            value=chosen,
            layout={"width": "max-content"},
        )
        row = entry
    else:
        text = guesses.in_words(now.guess) if isinstance(now.guess, float) else ""
        entry = ipywidgets.Text(
            description="your guess",
            value=text,
            placeholder="a number, then Enter",
            continuous_update=False,
            layout={"width": "20em"},
        )
        row = ipywidgets.HBox([entry, ipywidgets.Label(unit)])
    entry.disabled = now.counts

    def keep(change) -> None:
        """What was typed or chosen goes into the file; what is no number is said beside the field."""
        try:
            value = change["new"] if options else guesses.number_in(change["new"], unit)
        except ValueError as error:
            said.value = escape(str(error))
            return
        after = guesses.answer(lesson, key, value)
        said.value = _said(after)
        entry.disabled = after.counts

    entry.observe(keep, names="value")
    return ipywidgets.VBox([asked, row, said])


def _said(now: Guess) -> str:
    """What is kept, and whether it can still be changed."""
    if now.guess is None:
        return ""
    kept = f"kept: {escape(guesses.in_words(now.guess, now.unit))}"
    if now.counts:
        return f"{kept}; the run is done, so it stays"
    if now.late:
        return f"{kept}; guessed after the run, so it does not count"
    return f"{kept}; you can change it until the run"
