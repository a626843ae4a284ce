"""`gptlab data`: texts from the network to train on, for those who have one."""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gptlab.cli.common import option_types

EXAMPLES = """\
examples:
  gptlab data list                          what there is: sizes, licences
  gptlab data get tinyshakespeare
  gptlab data get tinystories --out data/
  gptlab data get my-own --url https://example.org/book.txt --sha256 9f86…

A download that was cut goes on where it was: give the same command again. Then, for example:
  gptlab plan --text data/tinyshakespeare.txt --minutes 10
Without a network, `gptlab data docs` writes the documentation of the installed packages as a text.
"""


def register(commands) -> None:
    """Add the command to the command line."""
    command = commands.add_parser(
        "data",
        help="fetch a text to train on",
        epilog=EXAMPLES,
        description="Fetch a text to train on, in place of the little web.",
    )
    actions = command.add_subparsers(title="actions", metavar="ACTION", required=True)
    listed = actions.add_parser("list", help="say what there is", description="Say what there is.")
    listed.set_defaults(command=show)
    get = actions.add_parser("get", help="download one", description="Download one text.")
    get.add_argument(
        "name", type=option_types.message, metavar="NAME", help="as `gptlab data list` says it"
    )
    get.add_argument("--url", metavar="URL", help="an address of your own, kept under NAME")
    get.add_argument(
        "--sha256", type=option_types.sha256, metavar="HEX", help="the checksum that it must have"
    )
    get.set_defaults(command=fetch)
    docs = actions.add_parser(
        "docs",
        help="write the documentation of the installed packages as a text",
        description="Write the documentation of the installed packages as a text; no network is needed.",
    )
    docs.set_defaults(command=write_docs)
    for one in (get, docs):
        one.add_argument(
            "--out",
            type=option_types.path,
            default=Path("data"),
            metavar="DIR",
            help="folder to write (default: data)",
        )
        one.add_argument("--quiet", action="store_true", help="print nothing but the result")


def show(options: argparse.Namespace) -> int:
    """Print the table of sources."""
    from gptlab.engine.data.sources import SOURCES

    for one in SOURCES.values():
        size = f"{one.megabytes:,.0f} MB" if one.megabytes >= 50 else f"{one.megabytes:g} MB"
        print(f"{one.name:20} {size:>8}  {one.licence}\n{'':20} {one.about}\n{'':20} {one.page}")
    return 0


def fetch(options: argparse.Namespace) -> int:
    """Download one text and say where it is."""
    from gptlab.engine.data import sources
    from gptlab.engine.data.download import download

    if options.url:
        wanted = sources.Source(options.name, "", options.url, 0, "unknown to gptlab", options.url)
    else:
        wanted = sources.source(options.name)
    sha256 = options.sha256 or (None if options.url else wanted.sha256)
    file = options.out / Path(wanted.file_name).name
    if not options.quiet:
        print(f"{wanted.url}\n  licence: {wanted.licence} ({wanted.page})", flush=True)
    with progress(wanted.name, options.quiet) as report:
        found = download(wanted.url, file, sha256, report)
    if file.suffix == sources.PARQUET:
        file = sources.text_of_parquet(file)
    checked = "as expected" if sha256 else "kept, as none was known to hold it against"
    print(f"{file}: {file.stat().st_size:,} bytes; SHA-256 of the download {found}, {checked}")
    print(f"What can be done with it: gptlab plan --text {file}")
    return 0


def write_docs(options: argparse.Namespace) -> int:
    """Write the documentation of the installed packages: training text, and a text of other packages."""
    from gptlab.blanks.files import write_atomically
    from gptlab.engine.data import installed_docs

    options.out.mkdir(parents=True, exist_ok=True)
    training, held_out = installed_docs.split_by_package(installed_docs.documents())
    for name, documents in (("docs.txt", training), ("docs-held-out.txt", held_out)):
        file = options.out / name
        write_atomically(file, installed_docs.joined(documents))
        packages = sorted({one.package for one in documents})
        print(f"{file}: {file.stat().st_size:,} bytes, from {', '.join(packages)}")
    return 0


@contextmanager
def progress(name: str, quiet: bool) -> Iterator[Callable[[int, int | None], None]]:
    """A bar of bytes on a terminal, nothing elsewhere; gives what takes in (bytes so far, all bytes or None)."""
    from tqdm import tqdm

    off = quiet or not sys.stderr.isatty()
    with tqdm(desc=name, unit="B", unit_scale=True, disable=off, leave=False) as bar:

        def show(done: int, total: int | None) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield show
