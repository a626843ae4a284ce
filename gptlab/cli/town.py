"""`gptlab town`: 25 residents for some days, and how news spread among them."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from gptlab.blanks.errors import CourseError
from gptlab.cli.common import option_types

EXAMPLES = """\
examples:
  gptlab town                       two days, as a diary and a summary
  gptlab town --days 1 --seed 4     another town, for one day
  gptlab town --out town.json       keep every event and every memory
  gptlab town --json                the summary for a program
"""
MOST_DAYS = 14


def register(commands) -> None:
    """Add the command to the command line."""
    command = commands.add_parser(
        "town",
        help="let 25 residents plan, meet, talk and remember",
        epilog=EXAMPLES,
        description="Let the 25 residents of a small town live for some days. Rules decide where they go; "
        "what they say is written by a small model that reads their memories.",
    )
    command.add_argument(
        "--days",
        type=option_types.whole(1, MOST_DAYS),
        default=2,
        metavar="N",
        help=f"how long, 1 to {MOST_DAYS} (default: 2)",
    )
    command.add_argument(
        "--seed", type=option_types.seed, default=0, metavar="N", help="which town (default: 0)"
    )
    command.add_argument(
        "--out", type=Path, metavar="FILE", help="write the whole log to FILE, as JSON"
    )
    command.add_argument("--json", action="store_true", help="print the summary as JSON alone")
    command.set_defaults(command=live)


def live(options: argparse.Namespace) -> int:
    """Run the town, print what happened."""
    if options.out is not None and not options.out.absolute().parent.is_dir():
        raise CourseError(f"{options.out.parent}: there is no such folder to write to")
    from gptlab.agent_town import diary, interviews
    from gptlab.agent_town.town import Town
    from gptlab.engine import hardware

    hardware.prepare_torch()
    town = Town(options.seed, options.days)
    log = town.run(_progress if sys.stderr.isatty() else None)
    if options.out is not None:
        log.save(options.out)
    asked = interviews.all_interviews(town)
    if options.json:
        print(json.dumps(_summary(log, asked), ensure_ascii=False, indent=1))
        return 0
    for line in diary.diary(log):
        print(line)
    print()
    for line in diary.summary(log, asked):
        print(line)
    return 0


def _progress(hour: float) -> None:
    from gptlab.agent_town.log import clock

    print(f"\r{clock(hour)} ", end="", file=sys.stderr, flush=True)


def _summary(log, asked) -> dict:
    from gptlab.agent_town import diary

    return {
        "seed": log.seed,
        "days": log.days,
        "news": {
            news.what: {
                "news": str(news),
                "known_by": len(log.learnt(news.what)),
                "told_wrongly": len(log.distorted(news.what)),
                "learnt": {who: how._asdict() for who, how in log.learnt(news.what).items()},
            }
            for news in log.news
        },
        "guests": diary.guests(log),
        "interviews": {question: asdict(tally) for question, tally in asked.items()},
    }
