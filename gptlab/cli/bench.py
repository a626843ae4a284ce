"""`gptlab bench`: how fast this machine does what users wait for, each beside the peer that they would pick."""

import argparse
import json
import os
from dataclasses import asdict
from datetime import datetime
from importlib import metadata

from gptlab.cli.common import option_types, streams

EXAMPLES = """\
examples:
  gptlab bench                            all of it, some eight minutes
  gptlab bench train generate --seconds 20
  gptlab bench nanogpt --text input.txt   tiny Shakespeare, for nanoGPT's documented run
  gptlab bench --json bench.json

Peers come with `pip install transformers tokenizers`; what is not installed is left out.
"""
NAMES = (
    "train",
    "workers",
    "generate",
    "ppo",
    "bpe",
    "world",
    "start",
    "pipeline",
    "lessons",
    "nanogpt",
)
VERSIONS = ("torch", "transformers", "tokenizers", "tiktoken")


def register(commands) -> None:
    """Add the command to the command line."""
    command = commands.add_parser(
        "bench",
        help="how fast this machine is, beside the peers that one would pick instead",
        epilog=EXAMPLES,
        description="Measure what users wait for, ours and a peer's in turns; a ratio above 1 is ours.",
    )
    command.add_argument(
        "names", nargs="*", metavar="NAME", help=f"{', '.join(NAMES)} (default: all)"
    )
    command.add_argument(
        "--seconds",
        type=option_types.positive,
        default=5.0,
        metavar="S",
        help="of each comparison (default: 5)",
    )
    command.add_argument(
        "--text", type=option_types.path, metavar="PATH", help="tiny Shakespeare, for nanogpt"
    )
    command.add_argument(
        "--scale",
        type=option_types.positive,
        default=1.0,
        metavar="F",
        help="of nanogpt's number of steps (default: 1)",
    )
    command.add_argument(
        "--json", type=option_types.path, metavar="FILE", help="write the rows there too"
    )
    command.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Measure and print one table."""
    unknown = [name for name in options.names if name not in NAMES]
    if unknown:
        raise ValueError(f"no bench {unknown[0]!r}: choose from {', '.join(NAMES)}")
    from gptlab.cli.common import borrowing
    from gptlab.engine import hardware
    from gptlab.experiments.bench import nanogpt, text, training, whole, writing

    print(borrowing.fill_empty())
    hardware.prepare_torch()
    benches = {
        "train": training.train,
        "workers": training.workers,
        "generate": writing.generate,
        "ppo": writing.ppo,
        "bpe": text.bpe,
        "world": text.world,
        "start": text.start,
        "pipeline": whole.pipeline,
        "lessons": whole.lessons,
        "nanogpt": nanogpt.nanogpt,
    }
    machine = hardware.describe()
    versions = {name: _version(name) for name in VERSIONS}
    print(
        f"{machine['processor']}, {machine['cores']} cores, load {_load():.1f}; "
        + ", ".join(f"{name} {v}" for name, v in versions.items())
    )
    print(f"{'':44}{'ours':>12}{'peer':>12}  ratio (quartiles)  target")
    settings = training.Settings(options.seconds, options.text, options.scale)
    rows = []
    for name in options.names or NAMES:
        for row in benches[name](settings):
            rows.append(asdict(row))
            print(line(row), flush=True)
    if options.json:
        content = {
            "date": f"{datetime.now():%Y-%m-%d}",
            "seconds": options.seconds,
            "machine": machine,
            "versions": versions,
            "load": _load(),
            "commit": hardware.commit(),
            "rows": rows,
        }
        options.json.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        streams.complain(f"written: {options.json}")
    return 0


def line(row) -> str:
    """One row of the table."""
    name = f"{row.bench}: {row.what}, {row.unit}"
    text = f"{name:<44}{_number(row.ours):>12}"
    if row.peer is not None:
        text += f"{_number(row.peer):>12}  {row.ratio:.2f} ({row.low:.2f} to {row.high:.2f})"
    if row.target is not None:
        text += f"  {row.target:.2f}"
    return text + (f"  {row.note}" if row.note else "")


def _number(x: float) -> str:
    return f"{x:,.0f}" if x >= 100 else f"{x:.3g}"


def _load() -> float:
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"
