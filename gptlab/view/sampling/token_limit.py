"""The limit on new tokens (max_new_tokens): a slider that cuts a reply off, and shows who ended it, model or limit."""

from html import escape

import ipywidgets as w

from gptlab.engine.assistant import Assistant
from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS, EDGE, FAINT
from gptlab.view.sampling.token_walk import readable

WIDTH = 520  # pixels
ROW = 30


def token_limit(assistant: Assistant, question: str) -> None:
    """Show a reply under every limit: live with a slider, else as a picture of a few limits."""
    reply = assistant.go_on(assistant.begin(question))
    picture = token_limit_picture(assistant, question, reply)
    show(*picture, widget=TokenLimit(assistant, question, reply).box)


def truncate(assistant: Assistant, reply: list[int], limit: int) -> tuple[list[int], str]:
    """The tokens that come out under a limit, and the reason why they end there.

    The reason is the finish_reason of chat APIs: "stop" where the model stopped, "length" where the limit came first.
    """
    kept = reply[:limit]
    return kept, "stop" if kept and kept[-1] == assistant.stop else "length"


class TokenLimit:
    """A slider for the limit, and the reply under it; `box` is the widget."""

    def __init__(self, assistant: Assistant, question: str, reply: list[int]):
        self.assistant = assistant
        self.question = question
        self.reply = reply
        wide = w.Layout(width="100%", max_width="34em")
        self.limit = w.IntSlider(
            max(1, len(reply) // 2), 1, len(reply) + 2, description="max new tokens", layout=wide
        )
        self.limit.style.description_width = "8.5em"
        self.text = w.HTML()
        self.limit.observe(lambda change: self._draw(), "value")
        self.box = w.VBox([self.limit, self.text])
        self._draw()

    def _draw(self) -> None:
        kept, reason = truncate(self.assistant, self.reply, self.limit.value)
        colour = COLOURS[self.assistant.stage] if reason == "stop" else COLOURS["wrong"]
        end = "⟨end⟩: the model stopped" if reason == "stop" else "▌ cut off: the limit came first"
        self.text.value = (
            f'<div aria-live="polite" '
            f'style="font-size:15px;line-height:1.7;max-width:40em;overflow-wrap:anywhere">'
            f'<span style="opacity:.7">{escape(self.question)}</span><br>'
            f"{escape(readable(self.assistant, kept))} "
            f'<b style="border-bottom:3px solid {colour}">{end}</b><br>'
            f'<code>finish_reason = "{reason}"</code> after {len(kept)} tokens</div>'
        )


def token_limit_picture(assistant: Assistant, question: str, reply: list[int]) -> Picture:
    """The reply under four limits, one row each."""
    n = len(reply)
    limits = sorted({max(1, n // 4), max(1, n // 2), max(1, n - 1), n})
    parts = [
        svg.text(14, 28, svg.shorten(question, WIDTH - 28), 15, weight=600),
        svg.text(14, 52, "limit", 12.5, fill=FAINT),
        svg.text(WIDTH - 14, 52, "ended by", 12.5, "end", fill=FAINT),
    ]
    described = []
    for i, limit in enumerate(limits):
        kept, reason = truncate(assistant, reply, limit)
        y = 60 + i * ROW
        text = readable(assistant, kept)
        if reason == "stop":
            colour, mark, ended_by = COLOURS[assistant.stage], " ⟨end⟩", "the model"
        else:
            colour, mark, ended_by = COLOURS["wrong"], " ▌", "the limit"
        parts += [
            svg.line(14, y, WIDTH - 14, y, EDGE),
            svg.text(14, y + 20, str(limit), 14, weight=600),
            svg.text(56, y + 20, svg.shorten_middle(text + mark, WIDTH - 140, 14), 14),
            svg.text(WIDTH - 14, y + 20, ended_by, 14, "end", fill=colour, weight=600),
        ]
        described.append(f"limit {limit}: “{text}”, ended by {ended_by}")
    alt = (
        f"The {assistant.name}'s reply to “{question}” under limits on new tokens. "
        f"{'; '.join(described)}."
    )
    return Picture(svg.document(WIDTH, 60 + len(limits) * ROW + 8, parts, alt), alt)
