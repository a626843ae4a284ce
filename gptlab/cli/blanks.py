"""`gptlab blanks`, `borrow`, `give-back`, `reveal` and `reset`: the functions that the learner writes."""

import argparse
import json
import os
import sys

from gptlab.blanks import registry
from gptlab.blanks.choices import choices_file
from gptlab.blanks.source_scan import short_path
from gptlab.cli.common import option_types
from gptlab.course.reset import reset, reveal

BLANKS_EXAMPLES = """\
examples:
  gptlab blanks                 every function that you can write
  gptlab blanks --lesson 5      those of lesson 5
  gptlab blanks --json          for a program
"""
BORROW_EXAMPLES = """\
examples:
  gptlab borrow attention.causal_mask
  gptlab borrow 5               all of lesson 5
  gptlab borrow all
  gptlab give-back all          run your own again

The choice is kept in .gptlab/borrowed.json of the checkout (or in $GPTLAB_HOME) and holds for notebooks too.
GPTLAB_BORROW=all, or keys and lessons with commas between them, rules over it for one command.
"""
GIVE_BACK_EXAMPLES = """\
examples:
  gptlab give-back attention.causal_mask
  gptlab give-back 5
  gptlab give-back all          forget everything that was borrowed
"""
REVEAL_EXAMPLES = "example:\n  gptlab reveal attention.causal_mask\n"
RESET_EXAMPLES = """\
examples:
  gptlab reset attention.causal_mask
  gptlab reset attention.causal_mask --undo

What you had written goes to .gptlab/backup/ in the checkout; the command says where.
It also works where the file cannot be parsed.
"""
TARGET = "a key such as attention.causal_mask, a lesson's number, or all"


def register(commands) -> None:
    """Add the five commands to the command line."""
    add = commands.add_parser
    command = add(
        "blanks", help="list the functions that you write, and their state", epilog=BLANKS_EXAMPLES
    )
    command.description = "List the functions that you write: key, lesson, minutes, state, place."
    command.add_argument(
        "--lesson", type=option_types.whole(0, 99), metavar="N", help="only those of one lesson"
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(command=show)
    command = add("borrow", help="run the reference instead of your own", epilog=BORROW_EXAMPLES)
    command.description = "Run the reference body of a function, of a lesson's, or of all."
    command.add_argument("targets", nargs="+", metavar="KEY|LESSON|all", help=TARGET)
    command.set_defaults(command=borrow)
    command = add("give-back", help="run your own function again", epilog=GIVE_BACK_EXAMPLES)
    command.description = "Undo `gptlab borrow`: run your own functions again."
    command.add_argument("targets", nargs="+", metavar="KEY|LESSON|all", help=TARGET)
    command.set_defaults(command=give_back)
    command = add("reveal", help="show the reference of one function", epilog=REVEAL_EXAMPLES)
    command.description = "Print the reference body of one function."
    command.add_argument("key", metavar="KEY", help="such as attention.causal_mask")
    command.set_defaults(command=show_reference)
    command = add(
        "reset", help="empty one function, and keep what you wrote", epilog=RESET_EXAMPLES
    )
    command.description = "Make one function empty again; your text is kept in a backup."
    command.add_argument("key", metavar="KEY", help="such as attention.causal_mask")
    command.add_argument("--undo", action="store_true", help="bring the newest backup back")
    command.set_defaults(command=empty)


def show(options: argparse.Namespace) -> int:
    """Print the table, or JSON."""
    entries = registry.blanks()
    states = registry.whose()
    if options.lesson is not None:
        entries = [entry for entry in entries if entry.lesson == options.lesson]
        if not entries:
            have = ", ".join(map(str, registry.by_lesson()))
            raise registry.UnknownBlank(
                f"lesson {options.lesson} has no blanks; these have: {have}"
            )
    if options.json:
        rows = [
            {
                "key": e.key,
                "lesson": e.lesson,
                "minutes": e.minutes,
                "difficulty": e.difficulty,
                "state": states[e.key],
                "file": short_path(e.file),
                "line": e.line,
            }
            for e in entries
        ]
        print(
            json.dumps(
                {"blanks": rows, "broken": registry.broken_modules()}, ensure_ascii=False, indent=1
            )
        )
    else:
        print(
            table([(e.key, str(e.lesson), str(e.minutes), states[e.key], e.place) for e in entries])
        )
        print(
            f"\n{sum(states[e.key] == 'yours' for e in entries)} of {len(entries)} are yours; "
            f"{sum(e.minutes for e in entries if states[e.key] != 'yours')} minutes of writing are left."
        )
        for module, reason in registry.broken_modules().items():
            print(f"gptlab: {module} cannot be read: {reason}", file=sys.stderr)
    return 1 if registry.broken_modules() else 0


def table(rows: list[tuple[str, ...]]) -> str:
    """Rows under a head, in columns as wide as their widest entry."""
    rows = [("key", "lesson", "minutes", "state", "place"), *rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    numbers = {1, 2}
    lines = [
        "  ".join(
            cell.rjust(width) if i in numbers else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join(lines)


def borrow(options: argparse.Namespace) -> int:
    """Borrow for this and all later processes."""
    keys = [
        key for target in checked(options.targets) for key in registry.save_choice("borrow", target)
    ]
    print(
        f"borrowed: {names(keys)}. Kept in {short_path(choices_file())}; `gptlab give-back` undoes it."
    )
    return 0


def give_back(options: argparse.Namespace) -> int:
    """Undo borrowing for this and all later processes."""
    before = registry.whose()
    keys = [
        key for target in checked(options.targets) for key in registry.save_choice("own", target)
    ]
    given = [key for key in keys if before[key] == "borrowed"]
    n_empty = sum(registry.find(key).empty for key in given)
    if given:
        empty = (
            f" {n_empty} of them {'is' if n_empty == 1 else 'are'} still empty." if n_empty else ""
        )
        print(f"given back: {names(given)}.{empty}")
    else:
        print(
            f"nothing to give back: {names(keys)} {'was' if len(keys) == 1 else 'were'} not borrowed."
        )
    if os.environ.get("GPTLAB_BORROW"):
        print(
            f"gptlab: GPTLAB_BORROW={os.environ['GPTLAB_BORROW']} is set, and rules over this",
            file=sys.stderr,
        )
    return 0


def checked(targets: list[str]) -> list[str]:
    """The targets, all of which name something: either all of them count, or none."""
    known = registry.by_lesson()
    for target in targets:
        if option_types.is_lesson(target):
            if int(target) not in known:
                raise registry.UnknownBlank(
                    f"lesson {target} has no blanks; these have: {', '.join(map(str, known))}"
                )
        elif target != "all":
            registry.find(target)
    return targets


def names(keys: list[str]) -> str:
    """Keys in a line: few by name, many by number."""
    return ", ".join(keys) if len(keys) <= 4 else f"{', '.join(keys[:3])} and {len(keys) - 3} more"


def show_reference(options: argparse.Namespace) -> int:
    """Print the reference body."""
    print(reveal(options.key), end="")
    return 0


def empty(options: argparse.Namespace) -> int:
    """Put the stub back, or with --undo what was there before."""
    entry = registry.find(options.key)
    backup = reset(options.key, undo=options.undo)
    if options.undo:
        what = (
            "is as it was kept already" if backup is None else f"is back, from {short_path(backup)}"
        )
        print(f"{entry.key} {what}, in {entry.place}.")
    elif backup is None:
        print(f"{entry.key} is empty already; nothing was changed.")
    else:
        print(
            f"{entry.key} is empty again, in {entry.place}. What you had written is in {short_path(backup)};"
            f" `gptlab reset {entry.key} --undo` brings it back."
        )
    return 0
