"""The live chat: replies appear as they are made, can be stopped and made again, and take thumbs.

A reply is written by a task of the notebook kernel's own event loop, one piece at a time. Between two pieces the
kernel hears what is pressed, so *stop* stops. Where there is no event loop, the reply is written at once.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import ipywidgets as w

from gptlab.blanks import registry
from gptlab.course import thumbs
from gptlab.course.labels import labels_file
from gptlab.course.thumbs import DOWN, NONE, UP
from gptlab.engine.assistant import Assistant, TooLong
from gptlab.engine.chat_settings import CHAT_TEMPERATURE
from gptlab.engine.conversation import Conversation
from gptlab.engine.model.fused_bpe import whole_text
from gptlab.view.palette import COLOURS, EDGE
from gptlab.world.gloss import gloss, has_chinese

BUBBLE = (
    "display:inline-block;padding:4px 12px;border-radius:12px;max-width:85%;line-height:1.5;"
    "overflow-wrap:anywhere;text-align:left"
)
AUTO = {"width": "auto"}
STOPPED = " …"


@dataclass(eq=False)
class Turn:
    """A question, the replies that were written to it, one after the other, and a thumb for each.

    parts  what shows them: the question, then each reply and its row of thumbs
    """

    question: str
    replies: list[str] = field(default_factory=list)
    thumbs: list[int] = field(default_factory=list)
    parts: list[w.Widget] = field(default_factory=list)


class ChatBox:
    """The turns so far and a line to type in; `box` is the widget.

    remembers  a question comes with what was said before; else each is answered by itself
    controls   thumbs, a system message, the temperature, and a line that says whose functions run
    file       where preferences are kept; default: the learner's labels of lesson 12
    """

    def __init__(
        self,
        assistant: Assistant,
        turns: list[tuple[str, str]],
        remembers: bool = False,
        controls: bool = False,
        file: Path | None = None,
    ):
        self.conversation = Conversation(assistant)
        self.remembers = remembers
        self.controls = controls
        self.file = file or labels_file()
        self.said: list[Turn] = []
        self.running = self.stopping = False
        self.task: asyncio.Task | None = None
        self.trouble = ""
        self.n_kept = 0
        self.log = w.VBox(layout=w.Layout(max_width="36em", overflow="hidden"))
        self.status = w.HTML()
        self._build()
        for question, reply in turns:
            self._new_reply(self._new_turn(question), reply)
        self._draw()

    @property
    def turns(self) -> list[tuple[str, str]]:
        """Each question with the last reply to it."""
        return _last_replies(self.said)

    def _build(self) -> None:
        wide = w.Layout(flex="1 1 12em", width="auto")
        self.line = w.Text(
            placeholder="ask something, then Enter", continuous_update=False, layout=wide
        )
        self.send = w.Button(description="send", layout=AUTO)
        self.again = w.Button(description="again", tooltip="another reply", layout=AUTO)
        self.clear = w.Button(description="clear", tooltip="forget all", layout=AUTO)
        self.line.observe(lambda change: self.ask(change["new"]), "value")
        self.send.on_click(lambda _: self.stop() if self.running else self.ask(self.line.value))
        self.again.on_click(lambda _: self.regenerate())
        self.clear.on_click(lambda _: self._forget())
        self.system = w.Text(
            description="system",
            placeholder="a system message, then Enter",
            continuous_update=False,
            layout=w.Layout(max_width="36em", width="auto"),
        )
        self.heat = w.FloatSlider(
            value=CHAT_TEMPERATURE,
            max=2.0,
            step=0.1,
            description="temperature",
            style={"description_width": "initial"},
            layout=w.Layout(max_width="36em", width="auto"),
        )
        self.system.observe(lambda _: self._settings(), "value")
        self.heat.observe(lambda _: self._settings(), "value")
        buttons = [self.send, self.again, self.clear]
        row = w.HBox([self.line, *buttons], layout=w.Layout(max_width="36em", flex_flow="row wrap"))
        more = [self.system, self.heat, self.status] if self.controls else [self.status]
        self.box = w.VBox([self.log, row, *more])

    def ask(self, question: str) -> None:
        """Put a question; one that comes while a reply is being written stays in the line until that has ended."""
        question = whole_text(question.strip())
        if not question or self.running:
            return
        self.line.value = ""
        self._begin(self._new_turn(question))

    def regenerate(self) -> None:
        """Another reply to the last question, below the one before."""
        if self.said and not self.running:
            self._begin(self.said[-1])

    def stop(self) -> None:
        """Stop the reply that is being written; what there is of it stays."""
        self.stopping = self.running

    def thumb(self, turn: Turn, place: int, value: int) -> None:
        """Give a reply a thumb, or take it back where it has this one, and keep what follows from it."""
        turn.thumbs[place] = NONE if turn.thumbs[place] == value else value
        self.trouble = ""
        try:
            self.n_kept = thumbs.keep(self.file, turn.question, turn.replies, turn.thumbs)
        except OSError as error:
            self.trouble = f"not kept: {error.strerror or error}"
        self._draw()

    def _new_turn(self, question: str) -> Turn:
        mine = f"{BUBBLE};border:1px solid {EDGE}"
        shown = f'<div style="text-align:right;margin:4px 0"><span style="{mine}">{_said(question)}</span></div>'
        self.said.append(Turn(question, parts=[w.HTML(shown)]))
        return self.said[-1]

    def _new_reply(self, turn: Turn, reply: str = "") -> None:
        """A place for a reply, with its thumbs."""
        turn.replies.append(reply)
        turn.thumbs.append(NONE)
        turn.parts += [w.HTML(self._reply_html(reply)), self._thumbs(turn, len(turn.thumbs) - 1)]

    def _begin(self, turn: Turn) -> None:
        """Write a reply: in the kernel's event loop where there is one."""
        earlier = _last_replies(self.said[: self.said.index(turn)])
        self._new_reply(turn)
        self.running, self.stopping = True, False
        self._draw()
        pieces = self._pieces(turn, earlier if self.remembers else [])
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            for _ in pieces:
                pass
            self._next()
            return
        self.task = loop.create_task(self._step_by_step(pieces))

    async def _step_by_step(self, pieces: Iterator[None]) -> None:
        """One piece after the other; between them the kernel does what was asked of it."""
        for _ in pieces:
            await asyncio.sleep(0)
        self._next()

    def _next(self) -> None:
        """The question that waits in the line, unless the last reply was stopped."""
        if not self.stopping:
            self.ask(self.line.value)

    def _pieces(self, turn: Turn, earlier: list[tuple[str, str]]) -> Iterator[None]:
        """Write the last reply of a turn, and pause after each piece."""
        shown, thumbs_row = turn.parts[-2:]
        thumbs_row.layout.display = "none"
        self.conversation.turns = earlier
        ending = ""  # seen, but no part of the reply
        try:
            for piece in self.conversation.stream(turn.question, None if self.remembers else 1):
                turn.replies[-1] += piece
                shown.value = self._reply_html(turn.replies[-1])
                yield
                if self.stopping:
                    ending = STOPPED
                    break
        except TooLong as error:
            turn.replies[-1] = f"[{error}]"
        except Exception as error:  # the learner's functions run here: what they raise is shown
            turn.replies[-1] += f"[{type(error).__name__}: {error}]"
        finally:
            self.running = False
            shown.value = self._reply_html(turn.replies[-1] + ending)
            thumbs_row.layout.display = None if self.controls else "none"
            self._draw()

    def _settings(self) -> None:
        self.conversation.system = whole_text(self.system.value.strip())
        self.conversation.temperature = self.heat.value
        self._draw()

    def _forget(self) -> None:
        self.stop()
        self.said.clear()
        self._draw()

    def _thumbs(self, turn: Turn, place: int) -> w.HBox:
        """The two buttons under a reply."""
        buttons = {}
        for value, icon, word in (
            (UP, "thumbs-up", "good reply"),
            (DOWN, "thumbs-down", "bad reply"),
        ):
            layout = w.Layout(width="34px", height="26px")
            buttons[value] = w.Button(icon=icon, tooltip=word, layout=layout)

        def pressed(value: int) -> None:
            self.thumb(turn, place, value)
            for one, button in buttons.items():
                style = "success" if one == UP else "danger"
                button.button_style = style if turn.thumbs[place] == one else ""

        for value, button in buttons.items():
            button.on_click(lambda _, value=value: pressed(value))
        row = w.HBox(list(buttons.values()))
        row.layout.display = None if self.controls else "none"
        return row

    def _draw(self) -> None:
        """What has changed of the log, the buttons and the line below them."""
        self.log.children = [part for turn in self.said for part in turn.parts]
        self.send.description = "stop" if self.running else "send"
        self.again.disabled = self.running or not self.said
        lines = []
        if self.trouble:
            lines.append(f'<b style="color:{COLOURS["wrong"]}">{escape(self.trouble)}</b>')
        if self.controls:
            lines.append(escape(self._about()))
        self.status.value = f'<div style="font-size:13px;opacity:.8">{"<br>".join(lines)}</div>'

    def _about(self) -> str:
        """Whose functions run, what is no longer read, what the thumbs have given."""
        states = list(registry.whose().values())
        told = [f"{states.count('yours')} of {len(states)} functions are yours"]
        if self.remembers and not self.running:
            self.conversation.turns = self.turns
            if n := self.conversation.n_forgotten():
                first = (
                    f"the first {n} turns no longer fit"
                    if n > 1
                    else "the first turn no longer fits"
                )
                told.append(f"{first} the context")
        if self.n_kept:
            told.append(
                f"{self.n_kept} preference{'s' * (self.n_kept > 1)} kept in {self.file.name}"
            )
        return " · ".join(told)

    def _reply_html(self, reply: str) -> str:
        its = f"{BUBBLE};background:{COLOURS[self.conversation.assistant.stage]};color:#fff"
        said = _said(reply) or "…"
        return (
            f'<div aria-live="polite" style="margin:4px 0"><span style="{its}">{said}</span></div>'
        )


def _last_replies(said: list[Turn]) -> list[tuple[str, str]]:
    return [(turn.question, turn.replies[-1]) for turn in said]


def _said(text: str) -> str:
    """A text as HTML, with its English below it where it is Chinese."""
    if not has_chinese(text):
        return escape(text)
    return (
        f'{escape(text)}<br><span style="font-size:.82em;opacity:.8">{escape(gloss(text))}</span>'
    )
