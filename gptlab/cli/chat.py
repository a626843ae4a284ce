"""`gptlab chat`: talk to a model, which runs on the plain functions, yours where you have written them."""

import argparse
import contextlib
import sys
from collections.abc import Iterator

from gptlab.cli import models, option_types
from gptlab.engine.chat_settings import CHAT_TEMPERATURE, GREEDY, MAX_REPLY_TOKENS
from gptlab.world.questions import running_example

EXAMPLES = f"""\
examples:
  gptlab chat                                             the newest run, or the model that comes with gptlab
  gptlab chat --model runs/small-0/sft                    any stage of any run
  gptlab chat --prompt "{running_example("zh")}"           one answer
  gptlab chat --prompt "What is 7 + 5?" --temperature 1

In a conversation: /new forgets it, /quit or Ctrl-D ends it, Ctrl-C stops a reply, /help says all this.
"""
HELP = "/new begins a new conversation, /quit (or Ctrl-D) ends, Ctrl-C stops a reply"


def register(commands) -> None:
    """Add the command to the command line."""
    command = commands.add_parser(
        "chat",
        help="talk to your model",
        epilog=EXAMPLES,
        description="Talk to your newest model, to one that you name, or to the shipped one.",
    )
    command.add_argument(
        "--model",
        type=option_types.path,
        metavar="DIR",
        help="a run's folder, or one stage's model in it",
    )
    command.add_argument(
        "--prompt", type=option_types.message, metavar="TEXT", help="answer this once, then end"
    )
    command.add_argument(
        "--system",
        type=option_types.message,
        metavar="TEXT",
        help="a system message that stands before the conversation",
    )
    command.add_argument(
        "--temperature",
        type=option_types.temperature,
        metavar="F",
        help=f"0 takes the likeliest token (default: 0 with --prompt, else {CHAT_TEMPERATURE})",
    )
    command.add_argument(
        "--max-new-tokens",
        type=option_types.whole(1, 10**6),
        default=MAX_REPLY_TOKENS,
        metavar="N",
        help=f"length of a reply (default: {MAX_REPLY_TOKENS})",
    )
    command.add_argument(
        "--seed",
        type=option_types.seed,
        default=0,
        metavar="N",
        help="of the sampling (default: 0)",
    )
    command.set_defaults(command=talk)


def talk(options: argparse.Namespace) -> int:
    """Answer once, or until the conversation ends."""
    folder = models.find_model(options.model)
    from gptlab.cli import borrowing

    print(
        f"{models.name_of(folder)}: {borrowing.fill_empty(stand_ins=True)}",
        file=sys.stderr,
        flush=True,
    )
    from gptlab.engine import hardware
    from gptlab.engine.assistant import Assistant

    hardware.prepare_torch()
    conversation = Conversation(Assistant.load(folder), options)
    if options.prompt is None:
        return converse(conversation)
    for piece in conversation.stream(options.prompt):
        print(piece, end="", flush=True)
    print()
    return 0


class Conversation:
    """What was said so far, and how the model is to reply."""

    def __init__(self, assistant, options: argparse.Namespace):
        import torch

        if options.max_new_tokens >= assistant.context:
            raise ValueError(
                f"--max-new-tokens {options.max_new_tokens} leaves no room for a question in a context of "
                f"{assistant.context}: ask for fewer"
            )
        self.assistant = assistant
        self.opening = [{"role": "system", "content": options.system}] if options.system else []
        self.history = list(self.opening)
        self.max_new_tokens = options.max_new_tokens
        self.temperature = options.temperature
        if self.temperature is None:
            self.temperature = CHAT_TEMPERATURE if options.prompt is None else GREEDY
        self.generator = torch.Generator().manual_seed(options.seed)

    def begin_anew(self) -> None:
        """Forget what was said."""
        self.history = list(self.opening)

    def stream(self, text: str) -> Iterator[str]:
        """The reply to the next message, in pieces that hold whole characters."""
        return self.assistant.stream(
            [*self.history, {"role": "user", "content": text}],
            self.max_new_tokens,
            self.temperature,
            room=self.max_new_tokens,
            generator=self.generator,
        )

    def remember(self, text: str, reply: str) -> None:
        """Keep a message and its reply."""
        self.history += [
            {"role": "user", "content": text},
            {"role": "assistant", "content": reply},
        ]


def converse(conversation: Conversation) -> int:
    """Read, reply, until the input ends."""
    asks = sys.stdin.isatty() and sys.stdout.isatty()
    if asks:
        with contextlib.suppress(ImportError):
            import readline  # gives input() arrow keys and a history
        chats = conversation.assistant.chats
        print(
            HELP if chats else f"a base model: it goes on with your text. {HELP}", file=sys.stderr
        )
    while True:
        try:
            text = input("> " if asks else "").strip()
        except EOFError:
            return 0
        except KeyboardInterrupt:
            print(f"\n{HELP}", file=sys.stderr)
            continue
        if text == "/quit":
            return 0
        if text == "/new":
            conversation.begin_anew()
        elif text.startswith("/"):
            print(HELP, file=sys.stderr)
        elif text:
            answer(conversation, text)


def answer(conversation: Conversation, text: str) -> None:
    """Print the reply as it comes; what is stopped is remembered too, what is too long is not."""
    from gptlab.engine.assistant import TooLong

    said = []
    try:
        for piece in conversation.stream(text):
            said.append(piece)
            print(piece, end="", flush=True)
    except KeyboardInterrupt:
        print(" …", end="")
    except TooLong as error:
        print(f"gptlab: {error}", file=sys.stderr)
        return
    print(flush=True)
    conversation.remember(text, "".join(said))
