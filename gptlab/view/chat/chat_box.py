"""A chat widget: type, press Enter, and the reply appears as it is made."""

from html import escape

import ipywidgets as w

from gptlab.engine.assistant import Assistant, TooLong
from gptlab.engine.chat_settings import CHAT_TEMPERATURE, MAX_REPLY_TOKENS
from gptlab.engine.model.fused_bpe import whole_text
from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK, PANEL
from gptlab.world.gloss import gloss, has_chinese

WIDTH = 520
SIZE = 15
SMALL = 12.5  # of the English under Chinese
LINE = 22
BUBBLE = (
    "display:inline-block;padding:4px 12px;border-radius:12px;max-width:85%;line-height:1.5;"
    "overflow-wrap:anywhere;text-align:left"
)


def chat_box(assistant: Assistant, asked: list[str], remembers: bool = False) -> None:
    """Show a chat in which some questions are asked already; live, the reader goes on with her own.

    Those asked already get the likeliest reply, hers one at the temperature of a conversation.

    remembers  her questions come with what was said before; default: each is answered by itself
    """
    turns = [(question, assistant.reply(question)) for question in asked]
    svg_text, alt = chat_picture(assistant, turns)
    show(svg_text, alt, widget=ChatBox(assistant, turns, remembers).box)


class ChatBox:
    """The turns so far and a line to type in; `box` is the widget."""

    def __init__(self, assistant: Assistant, turns: list[tuple[str, str]], remembers: bool = False):
        self.assistant = assistant
        self.turns = list(turns)
        self.remembers = remembers
        self.log = w.HTML()
        wide = w.Layout(flex="1 1 12em", width="auto")
        self.line = w.Text(
            placeholder="ask something, then Enter", continuous_update=False, layout=wide
        )
        self.send = w.Button(description="send")
        self.clear = w.Button(description="clear")
        self.send.layout.width = self.clear.layout.width = "auto"
        self.line.observe(lambda change: self.ask(change["new"]), "value")
        self.send.on_click(lambda _: self.ask(self.line.value))
        self.clear.on_click(lambda _: self._forget())
        row = w.HBox([self.line, self.send, self.clear], layout=w.Layout(max_width="36em"))
        self.box = w.VBox([self.log, row])
        self._draw()

    def ask(self, question: str) -> None:
        """Put a question, and write the reply into the log as it comes."""
        question = whole_text(question.strip())
        if not question:
            return
        prompt = [*self._messages(), {"role": "user", "content": question}]
        self.turns.append((question, ""))
        self.line.value = ""
        pieces = self.assistant.stream(
            prompt,
            temperature=CHAT_TEMPERATURE,
            seed=len(self.turns),
            room=MAX_REPLY_TOKENS if self.remembers else 1,
        )
        try:
            for piece in pieces:
                self.turns[-1] = (question, self.turns[-1][1] + piece)
                self._draw()
        except TooLong as error:
            self.turns[-1] = (question, f"[{error}]")
        self._draw()

    def _messages(self) -> list[dict]:
        """What the model is reminded of."""
        turns = self.turns if self.remembers else []
        return [
            {"role": role, "content": text}
            for turn in turns
            for role, text in zip(("user", "assistant"), turn)
        ]

    def _forget(self) -> None:
        self.turns.clear()
        self._draw()

    def _draw(self) -> None:
        self.log.value = (
            '<div aria-live="polite" style="max-width:36em">'
            + "".join(map(self._turn, self.turns))
            + "</div>"
        )

    def _turn(self, turn: tuple[str, str]) -> str:
        question, reply = (escape(said) + _english(said) for said in turn)
        mine = f"{BUBBLE};border:1px solid {EDGE}"
        its = f"{BUBBLE};background:{COLOURS[self.assistant.stage]};color:#fff"
        return (
            f'<div style="text-align:right;margin:4px 0"><span style="{mine}">{question}</span></div>'
            f'<div style="margin:4px 0"><span style="{its}">{reply or "…"}</span></div>'
        )


def _english(said: str) -> str:
    """What a Chinese text says, as a small second line; nothing for one without Chinese."""
    if not has_chinese(said):
        return ""
    return f'<br><span style="font-size:.82em;opacity:.8">{escape(gloss(said))}</span>'


def chat_picture(assistant: Assistant, turns: list[tuple[str, str]]) -> Picture:
    """The same turns as a picture."""
    parts = []
    y = 12.0
    for question, reply in turns:
        for said, right in ((question, True), (reply, False)):
            lines = svg.wrapped(said, 0.72 * WIDTH)
            english = gloss(said) if has_chinese(said) else ""
            widest = max(svg.text_width(line, SIZE) for line in lines)
            width = min(WIDTH - 28, max(widest, svg.text_width(english, SMALL)) + 26)
            x = WIDTH - 14 - width if right else 14
            height = len(lines) * LINE + 12 + (18 if english else 0)
            parts.append(
                svg.rect(
                    x,
                    y,
                    width,
                    height,
                    PANEL if right else COLOURS[assistant.stage],
                    12,
                    EDGE if right else None,
                )
            )
            ink = INK if right else "#ffffff"
            parts += [
                svg.text(x + 13, y + 21 + i * LINE, line, SIZE, fill=ink)
                for i, line in enumerate(lines)
            ]
            if english:
                below = FAINT if right else "#ffffff"
                parts.append(svg.text(x + 13, y + height - 10, english, SMALL, fill=below))
            y += height + 8
    alt = f"A chat with the {assistant.name}. " + " ".join(
        f"Asked: {_quoted(q)} It says: {_quoted(r)}" for q, r in turns
    )
    return Picture(svg.document(WIDTH, y + 6, parts, alt), alt)


def _quoted(said: str) -> str:
    """A text in quotation marks, with its English where it is Chinese."""
    return f"“{said}”" + (f" ({gloss(said)})" if has_chinese(said) else "")
