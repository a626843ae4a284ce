"""`gptlab chat`: talk to a model, which runs on the plain functions, yours where you have written them."""

import argparse
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

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
        "--model", type=Path, metavar="DIR", help="a run's folder, or one stage's model in it"
    )
    command.add_argument(
        "--prompt", type=option_types.message, metavar="TEXT", help="answer this once, then end"
    )
    command.add_argument(
        "--system", metavar="TEXT", help="a system message that stands before the conversation"
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
    assistant = Assistant(folder, options)
    if options.prompt is not None:
        for text in assistant.reply(
            [*assistant.opening, {"role": "user", "content": options.prompt}]
        ):
            print(text, end="", flush=True)
        print()
        return 0
    return converse(assistant)


class TooLong(ValueError):
    """A message leaves no room for the reply."""


class Assistant:
    """A model with its tokenizer, and how it is to speak."""

    def __init__(self, folder: Path, options: argparse.Namespace):
        import torch

        from gptlab.engine import hardware
        from gptlab.engine.model import checkpoint

        hardware.prepare()
        loaded = checkpoint.load(folder, fused=False, optimizer=False)
        if loaded.kind != "gpt":
            raise models.NoModel(
                f"{folder}: a {loaded.kind} model gives scores, no text: choose another stage"
            )
        if loaded.tokenizer is None:
            raise models.NoModel(f"{folder}: holds no tokenizer.json")
        self.model, self.tokenizer = loaded.model.eval(), loaded.tokenizer
        self.chats = "train" not in loaded.meta  # a base model has never seen a conversation
        self.temperature = options.temperature
        if self.temperature is None:
            self.temperature = CHAT_TEMPERATURE if options.prompt is None else GREEDY
        self.n_new, self.generator = (
            options.max_new_tokens,
            torch.Generator().manual_seed(options.seed),
        )
        self.opening = [{"role": "system", "content": options.system}] if options.system else []
        if self.n_new >= self.model.config.context:
            raise ValueError(
                f"--max-new-tokens {self.n_new} leaves no room for a question in a context of "
                f"{self.model.config.context}: ask for fewer"
            )

    def reply(self, messages: list[dict]) -> Iterator[str]:
        """The reply to the last message, in pieces that hold whole characters.

        Raises TooLong when the last message alone leaves no room for it.
        """
        from gptlab.engine.model import generate

        ids = self.ids(messages)
        room = self.model.config.context - self.n_new
        if len(ids) > room:
            raise TooLong(
                f"the message takes {len(ids)} tokens, but only {room} fit before a reply of {self.n_new}: "
                "make it shorter"
            )
        stop = self.tokenizer.special["end" if self.chats else "endoftext"]
        tokens = generate.stream(
            self.model, ids, self.n_new, stop, self.temperature, generator=self.generator
        )
        return self.tokenizer.decode_stream(token for token in tokens if token != stop)

    def ids(self, messages: list[dict]) -> list[int]:
        """What the model reads: as much of the conversation as leaves room for the reply."""
        from gptlab import chat, instruct

        encode, special = self.tokenizer.encode, self.tokenizer.special
        if not self.chats:
            return [special["endoftext"], *encode(messages[-1]["content"])]

        def count(message: dict) -> int:
            return len(instruct.render_chat([message], encode, special)[0])

        budget = self.model.config.context - self.n_new - 1  # 1: the token that opens the reply
        kept = chat.trim_history(messages, budget, count)
        return instruct.render_chat(kept, encode, special, add_reply=True)[0]


def converse(assistant: Assistant) -> int:
    """Read, reply, until the input ends."""
    asks = sys.stdin.isatty() and sys.stdout.isatty()
    if asks:
        with contextlib.suppress(ImportError):
            import readline  # gives input() arrow keys and a history
        print(
            HELP if assistant.chats else f"a base model: it goes on with your text. {HELP}",
            file=sys.stderr,
        )
    history = list(assistant.opening)
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
            history = list(assistant.opening)
        elif text.startswith("/"):
            print(HELP, file=sys.stderr)
        elif text:
            history = answer(assistant, history, text)


def answer(assistant: Assistant, history: list[dict], text: str) -> list[dict]:
    """Print the reply; -> the conversation with it."""
    asked, said = [*history, {"role": "user", "content": text}], []
    try:
        for piece in assistant.reply(asked):
            said.append(piece)
            print(piece, end="", flush=True)
    except KeyboardInterrupt:
        print(" …", end="")
    except TooLong as error:
        print(f"gptlab: {error}", file=sys.stderr)
        return history
    print(flush=True)
    return [*asked, {"role": "assistant", "content": "".join(said)}]
