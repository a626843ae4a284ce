"""A widget in which the reader picks every next token from the model's distribution."""

from collections.abc import Callable
from html import escape

import ipywidgets as w

from gptlab.engine.assistant import Assistant, TooLong
from gptlab.view.kit.number_format import percent
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS
from gptlab.view.sampling.token_walk import TokenWalk, path_picture
from gptlab.world.questions import running_example

N_CANDIDATES = 8
KEYS = "type 1–8, 0, f, u, r"
PROMPTS = (
    "The soup was",
    "这次的汤",
    running_example("zh"),
    running_example("en"),
    "One sunny morning",
)


def be_the_sampler(
    assistants: list[Assistant],
    prompts: tuple[str, ...] = PROMPTS,
    ranks: tuple[int, ...] = (2, 1, 2, 1),
) -> None:
    """Show the widget for one model, or for several side by side; where nothing is live, a walk of a few choices.

    ranks  which candidate the picture's walk takes at each choice, 1 = the likeliest
    """
    picture = path_picture(assistants[0], prompts[0], list(ranks))
    show(*picture, widget=Sampler(assistants, prompts).box)


class Sampler:
    """A prompt, and one column for each model; `box` is the widget."""

    def __init__(self, assistants: list[Assistant], prompts: tuple[str, ...] = PROMPTS):
        self.columns = [
            Column(TokenWalk(assistant, prompts[0], seed))
            for seed, assistant in enumerate(assistants)
        ]
        wide = w.Layout(width="auto", flex="1 1 16em", max_width="30em")
        self.examples = w.Dropdown(options=prompts, description="example", layout=wide)
        self.own = w.Text(
            placeholder="or your own, then Enter",
            description="prompt",
            continuous_update=False,
            layout=wide,
        )
        names = [assistant.name for assistant in assistants]
        self.which = w.ToggleButtons(
            options=[*names, "side by side"] if len(names) > 1 else names, value=names[0]
        )
        self.which.style.button_width = "auto"
        self.note = w.HTML()
        self.examples.observe(lambda change: self._asked(self.own, change["new"]), "value")
        self.own.observe(lambda change: self._asked(self.examples, change["new"]), "value")
        self.which.observe(lambda change: self._choose(), "value")
        self._choose()
        row = w.Layout(flex_flow="row wrap", align_items="flex-start", width="100%")
        head = [w.HBox([self.examples, self.own], layout=row)] + (
            [self.which] if len(names) > 1 else []
        )
        self.box = w.VBox([*head, self.note, w.HBox([c.box for c in self.columns], layout=row)])

    def _asked(self, other: w.Widget, text: str | None) -> None:
        """Begin with what was chosen in one of the two boxes, and empty the other."""
        if text and text.strip():
            other.value = None if other is self.examples else ""
            self.begin(text.strip())

    def begin(self, text: str) -> None:
        """Start all columns anew from a text; one that is too long changes nothing and is refused in one line."""
        self.note.value = ""
        try:
            walks = [TokenWalk(column.assistant, text, column.walk.seed) for column in self.columns]
        except TooLong as error:
            self.note.value = f"<b>{escape(str(error))}</b>"
            return
        for column, walk in zip(self.columns, walks):
            column.follow(walk)

    def _choose(self) -> None:
        """Show the columns that were asked for."""
        for column in self.columns:
            shown = self.which.value in ("side by side", column.assistant.name)
            column.box.layout.display = "" if shown else "none"


class Column:
    """One model's walk: its text, a button for each candidate, and what else one can do."""

    def __init__(self, walk: TokenWalk):
        self.assistant = walk.assistant
        self.text = w.HTML()
        self.state = w.HTML()
        self.buttons = [
            w.Button(layout=w.Layout(width="9.5em", height="2em", margin="1px"))
            for _ in range(N_CANDIDATES)
        ]
        self.bars = [
            w.HTML(layout=w.Layout(flex="1 1 6em", margin="0 0 0 6px")) for _ in range(N_CANDIDATES)
        ]
        for rank, button in enumerate(self.buttons):
            button.on_click(lambda _, rank=rank: self._pick(rank))
        self.let = self._action(
            "let it pick (0)",
            "draw the next token with its probability",
            TokenWalk.let_it_pick,
        )
        self.end = self._action("let it finish (f)", "draw until the stop token", TokenWalk.finish)
        self.back = self._action("undo (u)", "take the last pick back", TokenWalk.undo)
        self.again = self._action("start again (r)", "take every pick back", TokenWalk.restart)
        self.keys = w.Text(placeholder=KEYS, description="keys", layout=w.Layout(width="13em"))
        self.keys.style.description_width = "3em"
        self.keys.observe(self._typed, "value")
        rows = [
            w.HBox([b, bar], layout=w.Layout(align_items="center"))
            for b, bar in zip(self.buttons, self.bars)
        ]
        actions = w.HBox(
            [self.let, self.end, self.back, self.again, self.keys],
            layout=w.Layout(flex_flow="row wrap"),
        )
        layout = w.Layout(
            flex="1 1 20em", min_width="17em", max_width="36em", padding="6px", overflow="hidden"
        )
        self.box = w.VBox([self.text, *rows, self.state, actions], layout=layout)
        self.follow(walk)

    def follow(self, walk: TokenWalk) -> None:
        """Show a walk, and go on with it."""
        self.walk = walk
        self._draw()

    def _action(self, label: str, tooltip: str, act: Callable[[TokenWalk], None]) -> w.Button:
        button = w.Button(
            description=label, tooltip=tooltip, layout=w.Layout(width="auto", margin="2px")
        )

        def clicked(_) -> None:
            act(self.walk)
            self._draw()

        button.on_click(clicked)
        return button

    def _pick(self, rank: int) -> None:
        """Take the candidate of that rank, 0 the likeliest, where there is one."""
        if rank < len(self.candidates):
            self.walk.pick(self.candidates[rank].id)
            self._draw()

    def _typed(self, change) -> None:
        """One key, one move; the box empties itself for the next."""
        for key in change["new"].lower():
            if key in "12345678":
                self._pick(int(key) - 1)
            elif key in "0fur":
                {"0": self.let, "f": self.end, "u": self.back, "r": self.again}[key].click()
        if change["new"]:
            self.keys.value = ""

    def _draw(self) -> None:
        """Bring every widget up to date with the walk."""
        self.candidates = self.walk.candidates(N_CANDIDATES)
        self.text.value = _text_html(self.walk)
        for i, (button, bar) in enumerate(zip(self.buttons, self.bars)):
            found = self.candidates[i] if i < len(self.candidates) else None
            button.disabled = found is None
            button.layout.visibility = "visible" if found else "hidden"
            button.description = f"{i + 1}   {found.label}" if found else ""
            button.tooltip = f"pick {found.label}, {percent(found.probability)}" if found else ""
            bar.value = _bar_html(found.probability, COLOURS[self.assistant.stage]) if found else ""
        self.let.disabled = self.end.disabled = not self.candidates
        self.back.disabled = self.again.disabled = not self.walk.picked
        self.state.value = (
            f'<div aria-live="polite" style="line-height:1.4">{escape(_state(self.walk))}</div>'
        )


def _text_html(walk: TokenWalk) -> str:
    """The prompt, then each token picked as a chip that tells its probability when pointed at."""
    chip = f"border-bottom:2px solid {COLOURS['you']};margin-right:2px;white-space:pre-wrap"
    chips = "".join(
        f'<span style="{chip}" title="{percent(token.probability)}">'
        f"{escape(token.label.replace('␣', ' '))}</span>"
        for token in walk.picked
    )
    turn = '<br><span style="opacity:.7">reply: </span>' if walk.assistant.chats else ""
    return (
        f'<div style="font-size:15px;line-height:1.7;min-height:5.1em;overflow-wrap:anywhere">'
        f'<b style="color:{COLOURS[walk.assistant.stage]}">■</b> <b>{walk.assistant.name}</b><br>'
        f'<span style="opacity:.7">{escape(walk.prompt)}</span>{turn}{chips}'
        f"{'' if walk.stopped else '▏'}</div>"
    )


def _bar_html(probability: float, colour: str) -> str:
    """A bar and its number, in the page's own text colour."""
    return (
        f'<div style="display:flex;align-items:center;height:1.6em">'
        f'<div style="background:{colour};height:1em;border-radius:2px;flex:0 0 auto;'
        f'width:calc({probability:.4f} * (100% - 5em));min-width:2px"></div>'
        f'<span style="margin-left:6px;white-space:nowrap">{percent(probability)}</span></div>'
    )


def _state(walk: TokenWalk) -> str:
    """One line that says where the walk stands."""
    n = len(walk.picked)
    count = f"{n} token{'s' * (n != 1)}"
    if walk.stopped:
        return f"{count}; the last one is the stop token, so the text ends here"
    if walk.full:
        return (
            f"{count}; the model can look at no more than {walk.assistant.context} tokens, "
            "so it must stop"
        )
    return f"{count} picked; what comes next?" if n else "what comes next?"
