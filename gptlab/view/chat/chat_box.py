"""A chat widget: type, press Enter, and the reply appears as it is made."""

from gptlab.engine.assistant import Assistant
from gptlab.engine.chat_settings import GREEDY
from gptlab.engine.conversation import Conversation
from gptlab.view.chat.live_chat import ChatBox
from gptlab.view.kit import svg
from gptlab.view.kit.picture import Picture
from gptlab.view.kit.show import show
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK, PANEL
from gptlab.world.gloss import gloss, has_chinese

WIDTH = 520
SIZE = 15
SMALL = 12.5  # of the English under Chinese
LINE = 22


def chat_box(
    assistant: Assistant,
    asked: list[str],
    remembers: bool = False,
    controls: bool = False,
) -> None:
    """Show a chat in which some questions are asked already; live, the reader goes on with her own.

    Those asked already get the likeliest reply, hers one at the temperature of a conversation.

    remembers  a question comes with what was said before; default: each is answered by itself
    controls   thumbs that become preferences, a system message, the temperature, and whose functions run
    """
    turns: list[tuple[str, str]] = []
    for question in asked:
        conversation = Conversation(assistant, temperature=GREEDY)
        conversation.turns = turns if remembers else []
        turns.append((question, "".join(conversation.stream(question, None if remembers else 1))))
    image, alt = chat_picture(assistant, turns)
    show(image, alt, widget=ChatBox(assistant, turns, remembers, controls).box)


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
