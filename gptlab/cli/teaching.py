"""`gptlab release`, `similar` and `new-blank`: for those who teach with the course, and those who add to it."""

import argparse
import json
from pathlib import Path

from gptlab.blanks.errors import CourseError
from gptlab.blanks.source_scan import CHECKOUT
from gptlab.cli.common import option_types

RELEASE_EXAMPLES = """\
examples:
  gptlab release --template > class.toml    a class file to begin with
  gptlab release hand-out                   the whole course, without the references
  gptlab release hand-out --class class.toml

The hand-out has empty functions, no solutions/ and no tests; modules whose text would give an answer away are
sealed (they run, and cannot be read at a glance). Grade what comes back with gptlab grade, from this checkout.
"""
SIMILAR_EXAMPLES = """\
examples:
  gptlab similar submissions/               folders and zip files, every pair, the most alike first
  gptlab similar submissions/ --top 50 --json

Names, layout, comments and annotations are taken away first; what the hand-out had itself, and what nearly everybody
wrote alike, counts for nothing or little. It shows where to look, and accuses no one: read both, then talk to both.
"""
NEW_EXAMPLES = """\
examples:
  gptlab new-blank attention.sliding_mask --lesson 5 --minutes 8 --difficulty 2 --arguments "t: int, width: int"

It writes the stub, the reference, the check, the known mistakes, the hints and the other ways, each with its TODOs;
CONTRIBUTING.md says what belongs into them, and the tests are red until all are done.
"""


def register(commands) -> None:
    """Add the three commands to the command line."""
    command = commands.add_parser(
        "release",
        help="make the hand-out for a class",
        epilog=RELEASE_EXAMPLES,
        description="Write the course as a class gets it: no references, nothing that gives them away.",
    )
    command.add_argument("out", nargs="?", type=option_types.path_name, metavar="DIR")
    command.add_argument(
        "--class",
        dest="class_file",
        type=option_types.path_name,
        metavar="FILE",
        help="lessons, points and days, as TOML (default: the whole course)",
    )
    command.add_argument("--template", action="store_true", help="print a class file and stop")
    command.set_defaults(command=release)
    command = commands.add_parser(
        "similar",
        help="which submissions are alike",
        epilog=SIMILAR_EXAMPLES,
        description="Rank the pairs of submissions by how alike their functions are. It accuses no one.",
    )
    command.add_argument("path", type=option_types.path_name, metavar="PATH")
    command.add_argument(
        "--top",
        type=option_types.whole(1, 100_000),
        default=10,
        metavar="N",
        help="how many pairs (default: 10)",
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(command=similar)
    command = commands.add_parser(
        "new-blank",
        help="begin a new function for the course",
        epilog=NEW_EXAMPLES,
        description="Write the six places of a new blank, each with what is to be done there.",
    )
    command.add_argument("key", metavar="ROOM.NAME")
    command.add_argument("--lesson", type=option_types.whole(0, 99), required=True, metavar="N")
    command.add_argument("--minutes", type=option_types.whole(1, 240), default=10, metavar="N")
    command.add_argument("--difficulty", type=option_types.whole(1, 5), default=2, metavar="1-5")
    command.add_argument(
        "--arguments", default="x: Tensor", metavar="TEXT", help="of the signature"
    )
    command.set_defaults(command=new_blank)


def release(options: argparse.Namespace) -> int:
    """Write the hand-out."""
    from gptlab.teaching import class_file, hand_out

    if options.template:
        print(class_file.TEMPLATE, end="")
        return 0
    if options.out is None:
        raise CourseError("name the folder for the hand-out: gptlab release DIR")
    a_class, text = class_file.ClassFile(), 'name = "gptlab"\n'
    if options.class_file:
        a_class = class_file.read(Path(options.class_file))
        text = Path(options.class_file).read_text(encoding="utf-8")
    for line in hand_out.release(Path(options.out), a_class, text):
        print(line)
    return 0


def similar(options: argparse.Namespace) -> int:
    """Print the pairs that are most alike."""
    from gptlab.blanks.solutions import solutions_folder
    from gptlab.grading import submission
    from gptlab.grading.child_tree import empty_rooms
    from gptlab.teaching import similarity

    found = submission.find(Path(options.path))
    if len(found) < 2:
        raise CourseError(
            f"{options.path} holds one submission: there is nothing to compare it with"
        )
    rooms, unread = {}, []
    for name, path in found:
        try:
            rooms[name] = submission.read(path, name).rooms
        except submission.NoSubmission as error:
            unread.append(str(error))
    references = {path.stem: path.read_bytes() for path in sorted(solutions_folder().glob("*.py"))}
    pairs = similarity.alike(rooms, empty_rooms(), references)
    if options.json:
        shown = [pair._asdict() for pair in pairs[: options.top]]
        print(json.dumps({"pairs": shown, "not_read": unread}, ensure_ascii=False, indent=1))
        return 0
    print(similarity.table(pairs, options.top, len(rooms)))
    for line in unread:
        print(f"not read: {line}")
    return 0


def new_blank(options: argparse.Namespace) -> int:
    """Write the six places of a new blank."""
    from gptlab.teaching import new_blank as scaffold

    places = scaffold.new_blank(
        CHECKOUT,
        options.key,
        options.lesson,
        options.minutes,
        options.difficulty,
        options.arguments,
    )
    print(f"{options.key} is begun; look for TODO in:")
    for place in places:
        print(f"  {place}")
    return 0
