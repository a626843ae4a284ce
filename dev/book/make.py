"""Build the website: `python -m dev.book.make`, or `make book`. The pages are in book/_build/html.

The lessons' notebooks, the pages of book/ and the pages made from data are put together under
book/_build/source, jupyter-book turns them into a site with warnings as errors, and the site is looked over
(`dev/book/audit.py`). Nothing is executed, and nothing comes from the network, here or in the reader's browser.
"""

import argparse
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from dev.book import arc, audit, minutes, pages, speed

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "book"
BUILD = BOOK / "_build"
OWN = ["_config.yml", "grading.md", "index.md", "log.md", "serve.md", "references.bib"]
THEBE = re.compile(
    r"<script>const THEBE_JS_URL[^<]*</script>|<script[^>]*sphinx-thebe\.js[^>]*></script>"
    r"|<link[^>]*sphinx-thebe\.css[^>]*/>|<script type=\"text/x-thebe-config\">[^<]*</script>"
    r"|<script>kernelName[^<]*</script>"
)
PRINTED = re.compile(
    r'(<div class="output stream [^>]*><div class="highlight"><pre)(>.*?</pre>)', re.DOTALL
)
COLUMNS = re.compile(
    r"(?:^.*\S {2,}\S.*\n){3}", re.MULTILINE
)  # three lines in a row with a wide gap


def lessons(root: Path = ROOT) -> list[pages.Lesson]:
    """The notebooks of the lessons and of their parts, in order.

    Raises ValueError for a notebook without a first heading.
    """
    found = []
    for path in sorted((root / "lessons").glob("[0-9][0-9]*_*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        prose = "\n\n".join(
            "".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown"
        )
        heading = re.search(r"^#\s+(.+)$", prose, re.MULTILINE)
        if not heading:
            raise ValueError(
                f"{path.name} has no first heading: begin its first cell with '# {path.name[:2]} …'"
            )
        found.append(pages.Lesson(int(path.name[:2]), path.stem, heading[1].strip()))
    return found


def for_readers(notebook: dict) -> dict:
    """A notebook as the site shows it: without the state of live widgets."""
    shown = json.loads(json.dumps(notebook))
    shown["metadata"].pop("widgets", None)
    return shown


def prepare(source: Path, root: Path = ROOT) -> None:
    """Put everything that the site is made of into one folder."""
    book, found = root / "book", lessons(root)
    made = json.loads((root / "gptlab" / "assets" / "made.json").read_text(encoding="utf-8"))
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(book / "_static", source / "_static")
    for name in OWN:
        shutil.copy(book / name, source / name)
    entries, terms = (
        pages.read_bib(book / "references.bib"),
        pages.read_glossary(book / "glossary.tsv"),
    )
    ready = {lesson.number for lesson in found}
    write(source / "_toc.yml", pages.contents(found))
    write(source / "glossary.md", pages.glossary_page(terms, found))
    write(source / "bibliography.md", pages.bibliography_page(entries, arc.NAMES))
    write(source / "arc.svg", arc.draw(ready))
    parts = {
        "measured": pages.measured(made),
        "running_example": pages.running_example(made),
        "lesson_list": pages.lesson_list(found),
        "arc_described": arc.describe(ready),
    }
    write(source / "index.md", filled((book / "index.md").read_text(encoding="utf-8"), parts))
    bench = json.loads((book / "speed.json").read_text(encoding="utf-8"))
    of_bench = {"speed_table": speed.table(bench), "speed_machine": speed.machine(bench)}
    write(source / "speed.md", filled((book / "speed.md").read_text(encoding="utf-8"), of_bench))
    taught = (book / "teaching.md").read_text(encoding="utf-8")
    write(source / "teaching.md", filled(taught, {"minutes": minutes.table(root / "lessons")}))
    for lesson in found:
        notebook = json.loads(
            (root / "lessons" / f"{lesson.name}.ipynb").read_text(encoding="utf-8")
        )
        write(
            source / "lessons" / f"{lesson.name}.ipynb",
            json.dumps(for_readers(notebook), ensure_ascii=False),
        )
    if found:
        shutil.copy(root / "lessons" / f"{pages.HELP}.md", source / "lessons")
    (source / "gptlab").mkdir()
    for room in sorted(
        (root / "gptlab").glob("[!_]*.py")
    ):  # lessons link to the functions that the learner writes
        shutil.copy(room, source / "gptlab")


def filled(text: str, parts: dict[str, str]) -> str:
    """A page with its marks `<!-- name -->` replaced by what was made.

    Raises ValueError when a part has no mark in the page.
    """
    for name, content in parts.items():
        mark = f"<!-- {name} -->"
        if mark not in text:
            raise ValueError(f"the page has no {mark}")
        text = text.replace(mark, content.strip())
    return text


def write(path: Path, text: str) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def add_mathjax(static: Path) -> None:
    """Copy MathJax out of its Python package, so that no page asks another host for it.

    Raises ModuleNotFoundError where the package is not installed.
    """
    found = importlib.util.find_spec("sphinx-mathjax-offline")
    if found is None:
        raise ModuleNotFoundError(
            "sphinx-mathjax-offline is not installed: pip install -r requirements-book.txt"
        )
    (static / "mathjax").mkdir()
    shutil.copy(Path(found.origin).parent / "static" / "mathjax" / "tex-svg.js", static / "mathjax")


def build(out: Path = BUILD, root: Path = ROOT) -> list[str]:
    """Build the site of the checkout `root` under `out`; -> what is wrong with it.

    Raises ValueError, with the warnings, when jupyter-book is not content.
    """
    source = out / "source"
    prepare(source, root)
    shutil.rmtree(out / "html", ignore_errors=True)
    shutil.rmtree(out / "work", ignore_errors=True)
    run_jupyter_book(source, out / "work")
    shutil.move(out / "work" / "_build" / "html", out / "html")
    shutil.rmtree(out / "work")
    shutil.copytree(source / "gptlab", out / "html" / "gptlab")
    add_mathjax(
        out / "html" / "_static"
    )  # not before: jupyter-book would put it on every page a second time
    tidy(out / "html")
    return audit.faults(out / "html")


def tidy(html: Path) -> None:
    """Take out Thebe, which would run cells on a far server, and mark the printed tables, which must not be wrapped."""
    for unused in [
        *html.glob("_static/*webpack-macros.html"),
        *html.glob("_static/sphinx-thebe.*"),
    ]:
        unused.unlink()
    for page in html.rglob("*.html"):
        text = THEBE.sub("", page.read_text(encoding="utf-8"))
        page.write_text(PRINTED.sub(_with_class, text), encoding="utf-8")


def _with_class(printed: re.Match) -> str:
    """An output, with a class of its own where it is a table."""
    mark = ' class="columns"' if COLUMNS.search(printed[2]) else ""
    return printed[1] + mark + printed[2]


def run_jupyter_book(source: Path, work: Path) -> None:
    """Turn the prepared folder into a site. Raises ValueError with what jupyter-book said when it is not content."""
    command = "from jupyter_book.cli.main import main; main()"
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            command,
            "build",
            "-q",
            "-W",
            "--keep-going",
            "--path-output",
            str(work),
            str(source),
        ],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        said = (done.stdout + done.stderr).splitlines()
        telling = [line for line in said if re.search(r"WARNING|ERROR", line)]
        raise ValueError("\n".join(telling or said))


def main(arguments: list[str] | None = None) -> int:
    """Build, look the site over, say what came; -> exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m dev.book.make", description="Build the website."
    )
    parser.add_argument(
        "--out", type=Path, default=BUILD, help="folder to build in (default: book/_build)"
    )
    out = parser.parse_args(arguments).out.resolve()
    began = time.monotonic()
    try:
        wrong = build(out)
    except (ModuleNotFoundError, ValueError) as error:
        print(f"the book was not built: {error}", file=sys.stderr)
        return 1
    for line in wrong:
        print(line, file=sys.stderr)
    files = [path for path in (out / "html").rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    print(
        f"{len(list((out / 'html').rglob('*.html')))} pages, {size:.1f} MB, {time.monotonic() - began:.0f} s: "
        f"{out / 'html' / 'index.html'}"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
