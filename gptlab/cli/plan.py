"""`gptlab plan`: what a training on your own text would come to, before it is begun."""

import argparse
import json
import shlex
from dataclasses import asdict

from gptlab.blanks import source_scan
from gptlab.blanks.errors import CourseError
from gptlab.blanks.solutions import solutions_folder
from gptlab.cli.common import option_types, streams

EXAMPLES = """\
examples:
  gptlab plan --text my_diary.txt                  ten minutes on this machine
  gptlab plan --text notes/ letters/ --minutes 60
  gptlab plan --text book.txt --no-pilot           without the two short trainings: no loss is foretold
  gptlab plan --text book.txt --json > plan.json

`gptlab run --text PATH --minutes N` then trains, and its report.md holds what it reached beside what was expected.
"""
DEFAULT_MINUTES = 10.0


def register(commands) -> None:
    """Add the command to the command line."""
    command = commands.add_parser(
        "plan",
        help="say what a run on your own text would come to",
        epilog=EXAMPLES,
        description="Look at a text and at this machine: which size of model fits into a time, how often it reads "
        "the text, and what loss to expect. A minute of measuring; nothing is kept.",
    )
    command.add_argument(
        "--text",
        nargs="+",
        type=option_types.path_name,
        required=True,
        metavar="PATH",
        help="files or folders to train on",
    )
    command.add_argument(
        "--minutes",
        type=option_types.minutes,
        default=DEFAULT_MINUTES,
        metavar="N",
        help=f"length of the whole run (default: {DEFAULT_MINUTES:g})",
    )
    command.add_argument(
        "--no-pilot",
        action="store_true",
        help="leave out the two short trainings that the loss is foretold from",
    )
    command.add_argument(
        "--seed", type=option_types.seed, default=0, metavar="N", help="of the pilots (default: 0)"
    )
    command.add_argument(
        "--json", action="store_true", help="print the plan as JSON, and nothing else"
    )
    command.set_defaults(command=show)


def show(options: argparse.Namespace) -> int:
    """Measure and print the plan."""
    from gptlab.engine.data import corpus

    if not (source_scan.is_checkout() or solutions_folder().is_dir()):
        raise CourseError(source_scan.WITHOUT_COURSE)
    text, notes = corpus.read_texts(options.text)
    from gptlab.cli.common import borrowing
    from gptlab.engine import hardware
    from gptlab.engine.run import text_plan

    borrowed = borrowing.fill_empty()
    hardware.prepare_torch()
    for note in (*notes, borrowed):
        streams.complain(note)
    made = text_plan.plan_text(
        text,
        options.minutes,
        not options.no_pilot,
        options.seed,
        report=lambda said: streams.complain(f"{said} …"),
    )
    if options.json:
        print(
            json.dumps(asdict(made) | {"texts": options.text, "minutes": options.minutes}, indent=1)
        )
    else:
        print("\n".join(table(made, options)))
    return 0


def table(made, options: argparse.Namespace) -> list[str]:
    """The plan for a person."""
    known = made.facts
    lines = [
        "the text",
        f"  to train on        {known.bytes:>12,} bytes, {known.tokens:,} tokens of {known.bytes_per_token:.2f} bytes",
        f"  held out           {known.held_out_bytes:>12,} bytes",
        f"  compressed         {known.bz2:12.3f} bits per byte by bz2, {known.xz:.3f} by xz",
        f"  repeated lines     {known.repeated:12.1%}",
        f"  Kneser-Ney 5-gram  {known.ngram:12.3f} bits per byte on the held-out part",
        "",
        f"{made.seconds / 60:.1f} minutes of pretraining, half of a run of {options.minutes:g}, "
        "at this machine's speed now",
        "  size        parameters   tokens/s   tokens read   readings   law: nats above floor",
    ]
    for place, one in enumerate(made.options):
        mark = ">" if place == 0 else " "
        size = f"{one.n_layers} × {one.d_model}"
        lines.append(
            f"{mark} {size:9} {one.parameters:>12,} {one.tokens_per_second:>10,.0f} {one.tokens:>13,} "
            f"{one.readings:>10.1f} {one.above_floor:>14.2f}"
        )
    lines += [
        "  > is chosen. The law is that of the little web: it serves to choose, not to foretell the loss of your text.",
        "",
        *expected_lines(made),
        f"memory: {made.memory_gb:.2f} GB at most, so far",
        *(f"hint: {hint}" for hint in made.hints),
    ]
    command = ["gptlab", "run", "--text", *options.text, "--minutes", f"{options.minutes:g}"]
    return [*lines, f"to do it: {shlex.join(command)}"]


def expected_lines(made) -> list[str]:
    """What the pilots say of the loss."""
    expected = made.expected
    if expected is None:
        return ["no pilot, so no loss is foretold"]
    flown = ", ".join(f"{bits:.3f} after {tokens:,.0f} tokens" for tokens, bits in expected.pilots)
    return [
        f"pilots: {flown} (bits per byte, held-out part)",
        f"expected: {expected.middle:.2f} bits per byte, between {expected.low:.2f} and {expected.high:.2f}",
        "  middle: Hoffmann et al. 2022's exponent for text of the web; low: no floor; high: the little web's exponent",
    ]
