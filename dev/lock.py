"""Make the requirements files again: `python -m dev.lock`, or `make lock`.

Reads the version ranges of pyproject.toml, and writes the exact versions of everything that they bring, for every
system and Python that the course supports. A version that is pinned already stays; `--upgrade` takes the newest of
all, but torch stays as it is (TORCH below, and the Makefile). CUDA's packages are left out: on Linux torch asks for
gigabytes of them, and the course needs none.
"""

import argparse
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = "3.11.5"  # the oldest; some packages refuse 3.11.4
TORCH = "torch==2.13.0"
CUDA = re.compile(r"(nvidia-|cuda-|triton\b)")
HEADERS = {
    "requirements.txt": """\
# The exact, tested course environment. On Linux, PyPI's torch brings 3 GB of CUDA: README.md says how not.
""",
    "requirements-test.txt": """\
# What the tests need on top of the course.
-r requirements.txt
""",
    "requirements-book.txt": """\
# What `make book` needs, exactly, by itself: the website is built without torch. Where the course needs a package too
# (requirements.txt), the version is the same, so both live in one environment.
""",
}
MADE = "# Made by `make lock`.\n"


def compiled(name: str, wanted: str, constraints: str, options: list[str]) -> list[str]:
    """The pins of one file, a line each, from what is wanted and what other files hold already.

    Raises SystemExit with uv's own words where there is no solution.
    """
    command = ["uv", "pip", "compile", "-", "--universal", "--python-version", PYTHON]
    command += ["--no-header", "--no-annotate", "-q", "-o", name, *options]
    held = ROOT / ".lock-constraints.txt"
    held.write_text(constraints, encoding="utf-8")
    try:
        done = subprocess.run(
            [sys.executable, "-m", *command, "-c", str(held)],
            input=wanted,
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
        )
    finally:
        held.unlink()
    if done.returncode:
        sys.exit(f"dev.lock: {name}: {done.stderr.strip()}")
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if re.match(r"\w", line) and not CUDA.match(line)]


def wanted_of(extra: str = "") -> str:
    """The ranges that pyproject.toml names: the course's, or an extra's."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    ranges = project["optional-dependencies"][extra] if extra else project["dependencies"]
    return "\n".join([*ranges, ""])


def lock(options: list[str]) -> None:
    """Write the three files: the course's pins first, then the website's and the tests', which keep to them.

    The course has the server's packages too: lesson 15 runs it, and a learner may have no network by then.
    """
    course = compiled("requirements.txt", wanted_of() + wanted_of("serve"), TORCH, options)
    book = compiled("requirements-book.txt", wanted_of("book"), "\n".join(course), options)
    test = compiled("requirements-test.txt", wanted_of("test"), "\n".join(course + book), options)
    names = {package(line) for line in course}
    write("requirements.txt", course)
    write("requirements-book.txt", book)
    write("requirements-test.txt", [line for line in test if package(line) not in names])


def package(line: str) -> str:
    """The name of the package that a line pins."""
    return line.partition("==")[0]


def write(name: str, pins: list[str]) -> None:
    """One file: what it is for, how it is made, its pins."""
    (ROOT / name).write_text(HEADERS[name] + MADE + "\n".join([*pins, ""]), encoding="utf-8")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--upgrade", action="store_true", help="take the newest of everything")
    options = parser.parse_args()
    lock(["--upgrade"] if options.upgrade else [])


if __name__ == "__main__":
    main()
