"""`gptlab doctor`: what this machine has, what will be slow, what is wrong and how to mend it."""

import argparse
import contextlib
import json
import os
import platform
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from gptlab.blanks import choices, registry
from gptlab.blanks.errors import CourseError
from gptlab.blanks.room_import import why_not_imported
from gptlab.blanks.solutions import solutions_folder, why_missing
from gptlab.blanks.source_scan import CHECKOUT, short_path
from gptlab.cli.common import models
from gptlab.engine import hardware

EXAMPLES = """\
examples:
  gptlab doctor                 exit status 1 when something is wrong
  gptlab doctor --json          for a program
"""
OLDEST_PYTHON = (3, 11)
LEAST_MEMORY_GB = 3.0  # what `gptlab run` needs at most
LEAST_DISK_GB = 1.0
REINSTALL_TORCH = "python -m pip install --force-reinstall torch"
MARKS = {"ok": "ok  ", "slow": "slow", "info": "note", "wrong": "BAD "}
CHINESE_FONTS = (
    "Noto Sans CJK",
    "Source Han Sans",
    "WenQuanYi",
    "PingFang",
    "Heiti",
    "Hiragino Sans",
    "Microsoft YaHei",
    "SimHei",
    "SimSun",
    "Arial Unicode",
    "Droid Sans Fallback",
    "Noto Serif CJK",
    "AR PL",
)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    state: str  # ok, slow, info or wrong
    text: str
    mend: str = ""


def register(commands) -> None:
    """Add the command to the command line."""
    command = commands.add_parser(
        "doctor",
        help="what this machine has, what will be slow, what is wrong",
        epilog=EXAMPLES,
        description="Look at this machine: what it has, what will be slow, what is wrong, how to mend it.",
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(command=examine)


def examine(options: argparse.Namespace) -> int:
    """Print all findings; 1 when something is wrong."""
    findings = [python(), *packages(), *map(looked_at, THINGS)]
    wrong = [finding for finding in findings if finding.state == "wrong"]
    if options.json:
        report = {"ok": not wrong, "findings": [asdict(finding) for finding in findings]}
        print(json.dumps(report, ensure_ascii=False, indent=1))
        return 1 if wrong else 0
    for finding in findings:
        print(f"{MARKS[finding.state]}  {finding.name:<14} {finding.text}")
        if finding.mend:
            print(f"      {'':<14} -> {finding.mend}")
    if wrong:
        print(f"\n{len(wrong)} to mend, see the arrows.")
        return 1
    slow = any(finding.state == "slow" for finding in findings)
    print("\nNothing is wrong." + (" Some things will be slow." if slow else ""))
    return 0


def looked_at(look: Callable[[], Finding]) -> Finding:
    """What a look gives; where it needs a package that is missing, that it cannot be told."""
    try:
        return look()
    except ModuleNotFoundError as error:  # `packages` names it too
        return Finding(look.__name__, "info", f"cannot be told without {error.name}")


def python() -> Finding:
    """The interpreter."""
    good = sys.version_info[:2] >= OLDEST_PYTHON
    oldest = ".".join(map(str, OLDEST_PYTHON))
    return Finding(
        "Python",
        "ok" if good else "wrong",
        f"{platform.python_version()} in {sys.prefix}",
        "" if good else f"install Python {oldest} or newer",
    )


def packages() -> list[Finding]:
    """What gptlab needs, against the versions that it asks for."""
    try:
        wanted = requirements()
    except ModuleNotFoundError:  # what reads versions is itself one of the packages
        mend = "python -m pip install packaging"
        return [Finding("packages", "wrong", "cannot be compared without packaging", mend)]
    found, good = [], []
    for one in wanted:
        have = installed(one.name)
        if have is not None and one.specifier.contains(have, prereleases=True):
            good.append(f"{one.name} {have}")
            continue
        text = f"{have or 'not installed'}, but {one.specifier} is needed"
        found.append(Finding(one.name, "wrong", text, f"python -m pip install '{one}'"))
    return [Finding("packages", "ok", ", ".join(good) or "none are named"), *found]


def installed(name: str) -> str | None:
    """The installed version of a package, None without one."""
    from importlib import metadata

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def requirements() -> list:
    """gptlab's own dependencies for this machine: as installed, or as the checkout's pyproject.toml says."""
    from importlib import metadata

    from packaging.requirements import Requirement

    try:
        lines = metadata.requires("gptlab") or []
    except metadata.PackageNotFoundError:
        try:
            text = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
        except OSError:
            return []
        lines = tomllib.loads(text)["project"]["dependencies"]
    every = [Requirement(line) for line in lines]
    return [one for one in every if one.marker is None or one.marker.evaluate({"extra": ""})]


def torch_works() -> Finding:
    """torch can be imported and computes."""
    try:
        import torch

        total = float(torch.ones(3, 4).sum())
    except Exception as error:  # a broken installation fails in many ways
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        return Finding("torch", "wrong", f"cannot be used: {reason}", REINSTALL_TORCH)
    if total != 12:
        return Finding("torch", "wrong", f"adds twelve ones to {total:g}", REINSTALL_TORCH)
    return Finding("torch", "ok", "works")


def speed() -> Finding:
    """What this machine is good at: products of matrices, which training is made of."""
    text = f"{hardware.gigaflops():.0f} billion operations a second in products on one core"
    try:
        with contextlib.redirect_stdout(
            sys.stderr
        ):  # the engine imports the rooms: what they print
            from gptlab.engine.model import bf16

            ratio = bf16.speedup(128)
    except (Exception, SystemExit):  # a room that cannot be imported is another finding's
        return Finding(
            "speed", "ok", f"{text}; the rest is measured once every room can be imported"
        )
    use = "trains with them" if ratio >= bf16.MIN_SPEEDUP else "trains without them"
    return Finding(
        "speed", "ok", f"{text}; bfloat16 products {ratio:.1f} times as fast, so gptlab {use}"
    )


def cores() -> Finding:
    """How many cores, and how busy they are."""
    n, used = hardware.cores(), hardware.workers()
    text = f"{n} of {hardware.processor()}"
    if used != n:
        text += f", of which gptlab uses {used} (GPTLAB_WORKERS, OMP_NUM_THREADS)"
    if n < 2:
        mend = "one core: `gptlab run` takes about twice as long as it says"
        return Finding("cores", "slow", text, mend)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load > n:
        text += f", which other programs keep busy (load {load:.1f})"
        return Finding("cores", "slow", text, "close what you do not need")
    return Finding("cores", "ok", f"{text}, load {load:.1f}")


def memory() -> Finding:
    """Whether a run fits."""
    have = hardware.memory_gb()
    if have < LEAST_MEMORY_GB:
        text = f"{have:.1f} GB; a small run takes up to {LEAST_MEMORY_GB:g}"
        return Finding("memory", "slow", text, "choose --preset tiny")
    return Finding("memory", "ok", f"{have:.1f} GB")


def disk() -> Finding:
    """Whether a run's files fit where it would be written."""
    free = shutil.disk_usage(Path.cwd()).free / 1e9
    good = free >= LEAST_DISK_GB
    return Finding(
        "disk",
        "ok" if good else "wrong",
        f"{free:.1f} GB free in {Path.cwd()}",
        "" if good else f"free {LEAST_DISK_GB:g} GB, or give `gptlab run` an --out on another disk",
    )


def writable() -> Finding:
    """Whether `gptlab run` can write where it wants to."""
    folder = Path("runs") if Path("runs").exists() else Path.cwd()
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return Finding(
            "runs/",
            "wrong",
            f"{folder} cannot be written ({error.strerror})",
            "change to a folder of your own, or give --out",
        )
    return Finding("runs/", "ok", "can be written")


def course() -> Finding:
    """The learner's own files."""
    broken = registry.broken_modules()
    files = {entry.module: entry.file for entry in registry.blanks()}
    with contextlib.redirect_stdout(sys.stderr):  # whatever a room prints is no finding
        reasons = [
            broken.get(room) or why_not_imported(room, files[room]) for room in sorted(files)
        ]
    wrong = [*filter(None, reasons), *(broken[room] for room in broken if room not in files)]
    if wrong:
        mend = "mend that line, or `gptlab reset KEY`"
        return Finding("your code", "wrong", "; ".join(wrong), mend)
    states = [entry.empty for entry in registry.blanks()]
    return Finding(
        "your code", "ok", f"{states.count(False)} of {len(states)} functions are written"
    )


def solutions() -> Finding:
    """The references, without which nothing can be borrowed."""
    folder = solutions_folder()
    if folder.is_dir():
        return Finding("solutions", "ok", f"{short_path(folder)}/ is there")
    return Finding(
        "solutions",
        "info",
        f"there is no {short_path(folder)}/, so nothing can be borrowed: {why_missing()}",
    )


def borrowed() -> Finding:
    """What `gptlab borrow` and GPTLAB_BORROW say."""
    try:
        n = sum(state == "borrowed" for state in registry.whose().values())
    except CourseError as error:
        mend = (
            "unset GPTLAB_BORROW or name what there is"
            if os.environ.get("GPTLAB_BORROW")
            else f"delete {short_path(choices.choices_file())}"
        )
        return Finding("borrowed", "wrong", str(error), mend)
    return Finding("borrowed", "ok", f"{n} functions run their reference" if n else "nothing")


def shipped() -> Finding:
    """The model that comes with gptlab."""
    if (models.SHIPPED / "config.json").is_file():
        return Finding("shipped model", "ok", "is there: `gptlab chat` works at once")
    return Finding("shipped model", "info", "is not in this copy: build your own with `gptlab run`")


def chinese_font() -> Finding:
    """Figures with Chinese letters need a font that has them; everything else works without."""
    try:
        from matplotlib import font_manager

        names = {font.name for font in font_manager.fontManager.ttflist}
    except Exception as error:  # said by `packages` already
        return Finding("Chinese font", "info", f"cannot be told ({type(error).__name__})")
    have = sorted(name for name in names if name.startswith(CHINESE_FONTS))
    if have:
        return Finding("Chinese font", "ok", have[0])
    return Finding(
        "Chinese font",
        "info",
        "none: figures show boxes for Chinese letters (install e.g. fonts-noto-cjk)",
    )


THINGS = (
    torch_works,
    speed,
    cores,
    memory,
    disk,
    writable,
    course,
    solutions,
    borrowed,
    shipped,
    chinese_font,
)
