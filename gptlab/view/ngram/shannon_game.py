"""Shannon's game as a widget: guess how five pages go on, and see what it cost you, each model and the best of all."""

import random
from collections.abc import Callable
from html import escape

import ipywidgets as w

from gptlab.experiments.ngram.shannon_guesses import (
    FLOOR,
    N_OPTIONS,
    Guess,
    bet,
    draw_pages,
    guesses_of,
    surprisal,
)
from gptlab.view.kit.bar_ladder import Rung, choices, describe, ladder
from gptlab.view.kit.bars import visible
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS
from gptlab.world.web import Web

PAGES = 5  # of one game
GUESSES = 5  # in each page
LONGEST = 128  # tokens of a page
SURE = {"no idea": 1 / N_OPTIONS, "a hunch: 30 %": 0.3, "likely: 60 %": 0.6, "sure: 95 %": 0.95}
YOU = "you"
BLIND = "a blind guess"
TINTS = {
    YOU: COLOURS["you"],
    FLOOR: COLOURS["floor"],
    BLIND: "#c3c0b8",
    "base model": COLOURS["base"],
}
AXIS = "bits a guess, fewer is better; dotted: the exact floor"


class ShannonGame:
    """One game after another, each on pages of its own; `box` is the widget.

    models     by name, each from ids (B, T) to logits (B, T, V)
    when_over  called with the mean bits of every player when the last guess is made; what it prints is shown below
    """

    def __init__(
        self,
        web: Web,
        tokenizer,
        models: dict[str, Callable],
        lang: str = "en",
        seed: int = 1951,
        when_over: Callable[[dict[str, float]], None] | None = None,
    ):
        self.web = web
        self.tokenizer = tokenizer
        self.models = models
        self.lang = lang
        self.seed = seed
        self.when_over = when_over
        self.head = w.HTML()
        self.text = w.HTML()
        self.answer = w.HTML()
        self.score = w.HTML()
        self.notes = w.Output()
        self.sure = w.ToggleButtons(options=SURE, value=0.6)
        self.sure.style.button_width = "auto"
        tile = w.Layout(width="auto", height="2.2em", margin="2px")
        self.buttons = [w.Button(layout=tile) for _ in range(N_OPTIONS)]
        for i, button in enumerate(self.buttons):
            button.on_click(lambda _, i=i: self.guess(i))
        self.keys = w.Text(placeholder="or type 1–8", layout=w.Layout(width="9em"))
        self.keys.observe(self._typed, "value")
        self.again = w.Button(
            description="five other pages", layout=w.Layout(width="auto", margin="2px")
        )
        self.again.on_click(lambda _: self.begin(self.seed + 1))
        columns = "repeat(auto-fill, minmax(9em, 1fr))"
        grid = w.GridBox(
            self.buttons,
            layout=w.Layout(grid_template_columns=columns, width="100%", max_width="44em"),
        )
        foot = w.HBox([self.keys, self.again], layout=w.Layout(flex_flow="row wrap"))
        rows = [self.head, self.text, self.sure, grid, foot, self.answer, self.score, self.notes]
        self.box = w.VBox(rows, layout=w.Layout(overflow="hidden"))
        self.begin(seed)

    def begin(self, seed: int) -> None:
        """Five pages of this seed, and the first guess."""
        self.seed = seed
        rng = random.Random(seed)
        pages = draw_pages(self.web, self.lang, seed, PAGES, self.tokenizer, LONGEST)
        self.guesses = [
            (n, guess)
            for n, ids in enumerate(pages, start=1)
            for guess in guesses_of(self.web, self.tokenizer, self.models, ids, GUESSES, rng)
        ]
        self.bets: list[tuple[float, ...]] = []
        self.answer.value = self.score.value = ""
        self.notes.outputs = ()
        self._ask()

    @property
    def over(self) -> bool:
        """Whether every guess was made."""
        return len(self.bets) == len(self.guesses)

    def guess(self, option: int) -> None:
        """Bet on an option with the confidence that is set; nothing happens when there is no such bet to make."""
        if self.over or not 0 <= option < N_OPTIONS:
            return
        _, asked = self.guesses[len(self.bets)]
        self.bets.append(bet(option, self.sure.value))
        self.answer.value = answer_html(asked, option, self.bets[-1][asked.truth])
        self.score.value = self.picture()
        self._ask()
        if self.over and self.when_over:
            with self.notes:
                self.when_over(self.bits())

    def bits(self, n: int | None = None) -> dict[str, float]:
        """Mean bits a guess of every player, over the first n guesses (by default those that were made)."""
        n = len(self.bets) if n is None else n
        asked = [guess for _, guess in self.guesses[:n]]
        scores = {BLIND: surprisal(1 / N_OPTIONS)}
        if len(self.bets) >= n:
            paid = [surprisal(probs[guess.truth]) for probs, guess in zip(self.bets, asked)]
            scores[YOU] = sum(paid) / n
        players = asked[0].probs
        return scores | {name: sum(guess.bits(name) for guess in asked) / n for name in players}

    def picture(self) -> str:
        """The score so far, as SVG."""
        scores = self.bits()
        n = len(self.bets)
        return ladder(rungs(scores), f"After {n} guess{'es' * (n > 1)}", AXIS, scores[FLOOR])

    def still(self) -> str:
        """What stands where nothing is live: one guess, and how the machines do in the whole game."""
        shown = next((g for _, g in self.guesses if 20 < len(g.before) < 50), self.guesses[0][1])
        options = labels(shown)
        lead = [
            f"{shown.before}▁".replace("\n", " ⏎ "),
            "  ".join(options),
            f"It was {options[shown.truth]}. Over {len(self.guesses)} such guesses:",
        ]
        scores = self.bits(len(self.guesses))
        return ladder(
            rungs(scores), "What comes next: which of the eight?", AXIS, scores[FLOOR], lead
        )

    def _ask(self) -> None:
        """Put the next guess before the reader, or say that the game is over."""
        for control in (*self.buttons, self.keys):
            control.disabled = self.over
        if self.over:
            self.head.value = f"<b>All {len(self.guesses)} guesses are made.</b>"
            self.text.value = _verdict(self.bits())
            return
        page, asked = self.guesses[len(self.bets)]
        self.head.value = (
            f"<b>page {page} of {PAGES} · guess {len(self.bets) + 1} of {len(self.guesses)}</b>"
        )
        self.text.value = page_html(asked.before)
        for i, (button, label) in enumerate(zip(self.buttons, labels(asked))):
            button.description = f"{i + 1}  {label}"
            button.tooltip = f"bet on {label}"

    def _typed(self, change) -> None:
        """A digit is a guess; the box empties itself for the next."""
        for key in change["new"]:
            if key.isdecimal():
                self.guess(int(key) - 1)
        if change["new"]:
            self.keys.value = ""


def labels(guess: Guess) -> list[str]:
    """The options of a guess as they are shown."""
    return [visible(option) or "(end of page)" for option in guess.options]


def rungs(scores: dict[str, float]) -> list[Rung]:
    """The players from worst to best."""
    order = sorted(scores, key=scores.get, reverse=True)
    found = []
    for name in order:
        note = f"{scores[name]:.2f} bits = {choices(scores[name])}"
        found.append(Rung(name, scores[name], note, TINTS.get(name, COLOURS["neutral"])))
    return found


def page_html(before: str) -> str:
    """The page so far, and the gap."""
    gap = f'<span style="background:{COLOURS["you"]}">&nbsp;&nbsp;&nbsp;</span>'
    return (
        '<div style="font-size:16px;line-height:1.6;min-height:5em;'
        'white-space:pre-wrap;overflow-wrap:anywhere">'
        f"{escape(before)}{gap}</div>"
    )


def answer_html(asked: Guess, option: int, mine: float) -> str:
    """What came, and what it cost everyone."""
    options = labels(asked)
    mark = "✓" if option == asked.truth else "✗"
    costs = [f"<b>you {surprisal(mine):.2f} bits</b>"]
    costs += [f"{escape(name)} {asked.bits(name):.2f}" for name in asked.probs]
    return (
        f'<div aria-live="polite" style="line-height:1.5">{mark} you said <b>{escape(options[option])}</b>, '
        f"it was <b>{escape(options[asked.truth])}</b>. Cost: {', '.join(costs)}.</div>"
    )


def _verdict(scores: dict[str, float]) -> str:
    """The last word on a game."""
    you = scores[YOU]
    best = scores[FLOOR]
    return (
        '<div style="font-size:16px;line-height:1.6;min-height:5em">'
        f"You needed {you:.2f} bits a guess: you hesitated between {choices(you)}. "
        f"The web itself allows {best:.2f} bits, {choices(best)}.</div>"
    )


def shannon_game(
    web: Web,
    tokenizer,
    models: dict[str, Callable],
    lang: str = "en",
    when_over: Callable[[dict[str, float]], None] | None = None,
) -> None:
    """Show the game; where nothing is live, one guess and the machines' scores. Arguments as in ShannonGame."""
    game = ShannonGame(web, tokenizer, models, lang, when_over=when_over)
    n = len(game.guesses)
    scores = describe(rungs(game.bits(n)))
    alt = f"Shannon's game: which of eight tokens comes next? Over {n} guesses: {scores}."
    show(game.still(), alt, game.box)
