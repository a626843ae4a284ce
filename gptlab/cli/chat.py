"""`gptlab chat`: talk to a model, which runs on the plain functions, yours where you have written them."""

import argparse
import sys

from gptlab.cli.common import borrowing, line_input, models, option_types
from gptlab.cli.common.chat_session import BASE_MODEL, KEYS, Session, summary
from gptlab.engine.chat_settings import CHAT_TEMPERATURE, GREEDY, MAX_REPLY_TOKENS
from gptlab.world.questions import running_example

EXAMPLES = f"""\
examples:
  gptlab chat                                             the newest run, or the model that comes with gptlab
  gptlab chat --model runs/small-0/sft                    any stage of any run
  gptlab chat --prompt "{running_example("zh")}"           one answer
  gptlab chat --prompt "What is 7 + 5?" --temperature 1
  gptlab chat < questions.txt > replies.txt               a reply a line; status 1 if a line got none

in a conversation:
{summary()}
{KEYS}
Your lines are kept in .gptlab/chat_history (GPTLAB_HOME changes where), for the arrow keys.
"""


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
        metavar="NAME|DIR",
        help="a run, its folder or one stage's in it, or base, sft or ppo_ptx, which come with gptlab",
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
    functions = borrowing.fill_empty(stand_ins=True)
    print(f"{models.name_of(folder)}: {functions}", file=sys.stderr, flush=True)
    from gptlab.engine import hardware

    hardware.prepare_torch()
    session = Session(folder, options, line_input.at_terminal())
    if options.prompt is None:
        return converse(session)
    for piece in session.conversation.stream(options.prompt):
        print(piece, end="", flush=True)
    print()
    return 0


def converse(session: Session) -> int:
    """Read, reply, until the input ends."""
    if session.typed:
        line_input.prepare_history()
        base = "" if session.conversation.assistant.chats else f"{BASE_MODEL}. "
        session.say(f"{base}/help lists what you can type, Ctrl-D ends.")
    while not session.over:
        try:
            message = line_input.read_message(session.typed)
            if message:
                session.take(message)
            if message and session.typed:
                line_input.keep_history()
        except EOFError:
            if session.typed:
                session.say("")  # what comes next stands on a line of its own
            break
        except KeyboardInterrupt:
            if not session.typed:
                raise
            session.say("\n(Ctrl-D or /quit ends)")
    return 1 if session.failed and not session.typed else 0
