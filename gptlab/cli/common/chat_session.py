"""A conversation in a terminal or a pipe: what is said to the model, and what is said to `gptlab chat` itself."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gptlab.blanks import registry
from gptlab.cli.common import borrowing, models, option_types, streams
from gptlab.engine.chat_settings import CHAT_TEMPERATURE, GREEDY

if TYPE_CHECKING:
    from gptlab.engine.assistant import Assistant

NONE = "off"  # what takes a system message away
BASE_MODEL = "a base model: it goes on with your text"
KEYS = """\
a line that ends in \\ goes on in the next one; \"\"\" begins a message of several lines, and ends it
arrow keys bring earlier lines back; Ctrl-C stops a reply, Ctrl-D ends the conversation"""


class Refused(ValueError):
    """A command that cannot be carried out; the message is one line."""


class Session:
    """A conversation with the model that was loaded for it.

    typed   whether a person types and reads; else it is a pipe, which gets one line for each message
    over    whether the person wants to end
    failed  whether a message got no reply, or a command could not be carried out
    """

    def __init__(self, folder: Path, options: argparse.Namespace, typed: bool):
        from gptlab.engine.conversation import Conversation

        self.options = options
        self.typed = typed
        self.over = self.failed = False
        self.folder = folder
        temperature = options.temperature
        if temperature is None:
            temperature = CHAT_TEMPERATURE if options.prompt is None else GREEDY
        self.conversation = Conversation(
            _assistant(folder, options.max_new_tokens),
            options.system or "",
            temperature,
            options.max_new_tokens,
            options.seed,
        )

    def load(self, folder: Path) -> None:
        """Talk to the model in a folder from now on; what was said so far is kept.

        Raises ValueError or OSError, in one line, when it cannot be loaded or leaves no room for a question.
        """
        self.conversation.assistant = _assistant(folder, self.options.max_new_tokens)
        self.folder = folder

    def model_line(self) -> str:
        """Which model talks, and that a base model does not."""
        chats = self.conversation.assistant.chats
        return models.name_of(self.folder) + ("" if chats else f", {BASE_MODEL}")

    def say(self, text: str) -> None:
        """Tell the person something that is no reply."""
        print(text, file=sys.stderr, flush=True)

    def answer(self, text: str) -> bool:
        """Print the reply as it comes; what is stopped is remembered too, what is too long is not.

        Returns whether something was remembered.
        """
        from gptlab.engine.assistant import TooLong

        said = []
        try:
            for piece in self.conversation.stream(text):
                said.append(piece)
                print(piece if self.typed else piece.replace("\n", " "), end="", flush=True)
        except KeyboardInterrupt:
            if not self.typed:
                raise
            print(" …", end="")
        except TooLong as error:
            self.refuse(str(error))
            if not self.typed:
                print(flush=True)  # so that a pipe's lines keep their places
            return False
        print(flush=True)
        self.conversation.remember(text, "".join(said))
        return True

    def refuse(self, reason: str) -> None:
        """Say why a line does nothing."""
        self.failed = True
        streams.complain(f"gptlab: {reason}")

    def take(self, line: str) -> None:
        """A message to the model, or a command."""
        if not line.startswith("/") or line.startswith("//"):
            self.answer(line.removeprefix("/") if line.startswith("//") else line)
            return
        try:
            obey(self, line)
        except Refused as error:
            self.refuse(str(error))


def _assistant(folder: Path, max_new_tokens: int) -> "Assistant":
    from gptlab.engine.assistant import Assistant

    assistant = Assistant.load(folder)
    if max_new_tokens >= assistant.context:
        raise ValueError(
            f"--max-new-tokens {max_new_tokens} leaves no room for a question in a context of "
            f"{assistant.context}: ask for fewer"
        )
    return assistant


@dataclass(frozen=True)
class Command:
    """One command: what it takes, what it does in words, and what does it."""

    argument: str
    about: str
    run: Callable[[Session, str], None]


def obey(session: Session, line: str) -> None:
    """Carry out a line that begins with a slash.

    Raises Refused, in one line, for a command that is unknown or cannot be carried out.
    """
    name, _, rest = line.partition(" ")
    command = COMMANDS.get(name)
    if command is None:
        raise Refused(
            f"{name[:40]}: no such command; /help lists them, and // begins a message with /"
        )
    if rest.strip() and not command.argument:
        raise Refused(f"{name} takes nothing after it")
    command.run(session, rest.strip())


def summary() -> str:
    """All commands, one a line."""
    shown = {" ".join(filter(None, (name, c.argument))): c.about for name, c in COMMANDS.items()}
    wide = max(map(len, shown))
    lines = [f"  {name:{wide}}  {about}" for name, about in shown.items()]
    return "\n".join(lines)


def _help(session: Session, _: str) -> None:
    session.say(f"{summary()}\n{KEYS}")


def _reset(session: Session, _: str) -> None:
    session.conversation.begin_anew()
    session.say("a new conversation")


def _regenerate(session: Session, _: str) -> None:
    last = session.conversation.take_back()
    if last is None:
        raise Refused("there is no reply to make again")
    if session.conversation.temperature == GREEDY:
        session.say(
            "at temperature 0 the reply is the same each time: /temperature 0.7 lets it vary"
        )
    if not session.answer(last[0]):
        session.conversation.remember(*last)


def _model(session: Session, name: str) -> None:
    if not name:
        session.say(session.model_line())
        return
    try:
        session.load(models.find_model(option_types.path(name)))
    except (OSError, ValueError, RuntimeError) as error:
        raise Refused(" ".join(str(error).split())) from error
    session.say(session.model_line())


def _system(session: Session, text: str) -> None:
    if text:
        session.conversation.system = "" if text == NONE else text
    said = session.conversation.system
    session.say(f"system message: {said}" if said else "no system message")


def _temperature(session: Session, text: str) -> None:
    if text:
        try:
            session.conversation.temperature = option_types.temperature(text)
        except argparse.ArgumentTypeError as error:
            raise Refused(str(error)) from None
    session.say(f"temperature {session.conversation.temperature:g}")


def _whose(session: Session, _: str) -> None:
    whose = registry.whose()
    mine = [key for key, state in whose.items() if state == "yours"]
    session.say(borrowing.line(list(whose.values()), -1) + (f": {', '.join(mine)}" if mine else ""))


def _quit(session: Session, _: str) -> None:
    session.over = True


COMMANDS = {
    "/help": Command("", "this list", _help),
    "/reset": Command("", "forget what was said, and begin a new conversation", _reset),
    "/new": Command("", "the same", _reset),
    "/regenerate": Command("", "another reply to your last message", _regenerate),
    "/model": Command("NAME|DIR", "talk to another model; alone, which one it is", _model),
    "/system": Command(
        "TEXT", f"set the system message ({NONE} takes it away); alone, show it", _system
    ),
    "/temperature": Command(
        "X", "0 takes the likeliest token each time; alone, show it", _temperature
    ),
    "/whose": Command("", "which functions are yours", _whose),
    "/quit": Command("", "end", _quit),
}
