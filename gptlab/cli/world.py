"""`gptlab world`: pages of the little web, as a model reads them."""

import argparse
import math
from itertools import islice

from gptlab.cli.common import option_types

EXAMPLES = """\
examples:
  gptlab world                          five pages
  gptlab world --kind forum --lang zh   forum threads in Chinese
  gptlab world --bits                   how much each page could surprise a perfect reader
  gptlab world --pages 100000 > pages.txt
"""
RULE = "─" * 40


def register(commands) -> None:
    """Add the command to the command line."""
    command = commands.add_parser(
        "world",
        help="print pages of the little web",
        epilog=EXAMPLES,
        description="Print pages of the little web that the models learn from.",
    )
    command.add_argument(
        "--pages", type=option_types.whole(0), default=5, metavar="N", help="how many (default: 5)"
    )
    command.add_argument(
        "--seed", type=option_types.seed, default=0, metavar="N", help="which pages (default: 0)"
    )
    command.add_argument(
        "--kind",
        type=option_types.message,
        metavar="KIND",
        help="only pages of this kind, such as encyclopedia, forum or exam",
    )
    command.add_argument(
        "--lang", choices=("en", "zh"), help="only pages that begin in this language"
    )
    command.add_argument(
        "--bits", action="store_true", help="add each page's exact information content"
    )
    command.set_defaults(command=show)


def show(options: argparse.Namespace) -> int:
    """Print the pages, a line between them."""
    from gptlab.world.web import Web

    web = Web()
    pages = web.pages(options.seed, [options.kind] if options.kind else None, options.lang)
    for number, page in enumerate(islice(pages, options.pages)):
        if number:
            print(RULE)
        print(page.text)
        if options.bits:
            print(f"[{page.kind}, {page.lang}: {bits_line(web, page.text)}]")
    return 0


def bits_line(web, text: str) -> str:
    """How surprising a page is to whoever knows the web's own probabilities."""
    bits = -web.log_probability(text) / math.log(2)
    n_bytes = len(text.encode())
    return f"{bits:.2f} bits, {n_bytes} bytes, {bits / n_bytes:.4f} bits per byte"
