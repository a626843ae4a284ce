"""The website: its sources agree with the course, and it builds without warnings, network or faults."""

import ast
import dataclasses
import importlib.util
import json
import re
import xml.etree.ElementTree as ElementTree

import pytest

from dev.book import arc, audit, make, pages, speed
from gptlab.cli import bench
from gptlab.view.palette import COLOURS, EDGE, FAINT, INK, PANEL
from tests.support import browser
from tests.support.paths import ROOT

LESSONS = make.lessons()
TERMS = pages.read_glossary(ROOT / "book" / "glossary.tsv")
ENTRIES = pages.read_bib(ROOT / "book" / "references.bib")
MADE = json.loads((ROOT / "gptlab" / "assets" / "made.json").read_text(encoding="utf-8"))
NOTEBOOKS = sorted((ROOT / "lessons").glob("*.ipynb"))
PROSE = [*sorted((ROOT / "book").glob("*.md")), *NOTEBOOKS]


def listed(offenders):
    """All offenders of a rule, one a line."""
    return "\n".join(["", *offenders])


def markdown_of(path):
    """The prose of a page or of a notebook."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        return text
    return "\n\n".join(
        "".join(cell["source"])
        for cell in json.loads(text)["cells"]
        if cell["cell_type"] == "markdown"
    )


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """Everything the site is made of, put together."""
    folder = tmp_path_factory.mktemp("book") / "source"
    make.prepare(folder)
    return folder


# contents


def test_contents_name_files_that_exist(source):
    names = re.findall(r"(?:root|file): (\S+)", (source / "_toc.yml").read_text(encoding="utf-8"))
    assert names[0] == "index" and len(names) == len(set(names))
    for name in names:
        assert (source / f"{name}.md").exists() or (source / f"{name}.ipynb").exists(), name


def test_every_notebook_is_in_the_contents_and_on_the_map():
    assert [f"{lesson.name}.ipynb" for lesson in LESSONS] == [path.name for path in NOTEBOOKS]
    listed = pages.contents(LESSONS)
    for lesson in LESSONS:
        assert f"file: lessons/{lesson.name}\n" in listed and lesson.number in arc.NAMES


def test_a_lesson_without_a_heading_is_named(tmp_path):
    (tmp_path / "lessons").mkdir()
    notebook = {"cells": [{"cell_type": "markdown", "source": ["no heading"]}], "metadata": {}}
    (tmp_path / "lessons" / "04_rnn.ipynb").write_text(json.dumps(notebook))
    with pytest.raises(ValueError, match="04_rnn.ipynb has no first heading"):
        make.lessons(tmp_path)


def test_readers_get_no_state_of_widgets():
    notebook = {"cells": [], "metadata": {"widgets": {"state": 1}, "kernelspec": {}}}
    assert make.for_readers(notebook)["metadata"] == {"kernelspec": {}}
    assert "widgets" in notebook["metadata"]


def test_printed_tables_are_marked_and_sentences_are_not(tmp_path):
    head = '<div class="output stream x"><div class="highlight"><pre>'
    table = "a      right\nb  10%  20%\nc   5%  30%\n"
    said = "one line\n    and one below it\na  gap\nanother line\n"
    (tmp_path / "a.html").write_text(f"{head}{table}</pre>{head}{said}</pre>", encoding="utf-8")
    make.tidy(tmp_path)
    marked = head.replace("<pre>", '<pre class="columns">')
    tidied = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert tidied == f"{marked}{table}</pre>{head}{said}</pre>"


def test_a_part_without_a_place_is_named():
    assert make.filled("a <!-- b --> c", {"b": "x\n"}) == "a x c"
    with pytest.raises(ValueError, match="<!-- d -->"):
        make.filled("a", {"d": "x"})


# the first page


def test_figures_of_the_first_page_come_from_the_record():
    written = (ROOT / "book" / "index.md").read_text(encoding="utf-8")
    typed = re.search(r"\d[\d.,]* ?%|\d\.\d\d", written.replace("Python 3.11", ""))
    assert not typed, "a figure is typed where it should be read from made.json"
    told = pages.measured(MADE)
    assert f"{MADE['parameters']:,}" in told and MADE["commit"] in told
    assert "3,141,592" in pages.measured({**MADE, "parameters": 3141592})
    counts = MADE["base_continuations"]
    rows = dict(
        re.findall(
            r"\| (the answer|another question|an exam) \| (\d+) \|", pages.running_example(MADE)
        )
    )
    assert {int(n) for n in rows.values()} <= {v for v in counts.values() if isinstance(v, int)}


def test_the_map_has_every_lesson_in_the_course_colours():

    assert sorted(arc.NAMES) == list(range(18))
    assert arc.COLOURS == COLOURS and {colour for _, _, colour, _ in arc.STAGES} <= set(COLOURS)
    assert (arc.INK, arc.FAINT, arc.EDGE, arc.PANEL) == (INK, FAINT, EDGE, PANEL)
    drawing = ElementTree.fromstring(arc.draw({0, 3}))
    filled = [
        dot
        for dot in drawing.iter("{http://www.w3.org/2000/svg}circle")
        if dot.get("fill") != arc.PANEL
    ]
    assert len(filled) == 3, "two lessons that are ready, and the legend"
    assert "0, 3" in arc.describe({0, 3}) and "No lesson is ready" in arc.describe(set())
    for number in arc.NAMES:
        assert f">{number:02d}</text>" in arc.draw(set())


# glossary


def term_faults(term):
    """What is wrong in one row of the glossary."""
    if not term.english.strip() or not 0 <= term.lesson <= 17:
        yield "needs an English word and a lesson"
    if not re.search("[\u4e00-\u9fff]|softmax|Transformer|PPO", term.hans) or not term.hant:
        yield "needs a Chinese word in both scripts"
    # mainland China's character set has no traditional characters, and Taiwan's no simplified ones
    for script, text, charset in (
        ("simplified", term.hans, "gb2312"),
        ("traditional", term.hant, "big5"),
    ):
        han = re.sub(r"[^\u3400-\u9fff]", "", text)
        if not han or not can_be_encoded(han, charset):
            yield f"{text}: {script} characters only"
    if not term.definition.endswith(".") or re.search(r"\.\s+[A-Z]", term.definition):
        yield "one sentence"


def can_be_encoded(text, charset):
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def test_terms():
    wrong = [f"{term.english}: {fault}" for term in TERMS for fault in term_faults(term)]
    assert not wrong, listed(wrong)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"english": " "}, "needs an English word"),
        ({"lesson": 18}, "needs an English word and a lesson"),
        ({"hans": "attention"}, "both scripts"),
        ({"hans": "詞元"}, "simplified characters only"),
        ({"hant": "词元"}, "traditional characters only"),
        ({"definition": "No end"}, "one sentence"),
        ({"definition": "One. Two."}, "one sentence"),
    ],
)
def test_a_wrong_row_is_named(change, fault):
    good = {
        "english": "token",
        "hans": "词元",
        "hant": "詞元",
        "lesson": 2,
        "definition": "A piece.",
    }
    assert not list(term_faults(pages.Term(**good)))
    assert any(fault in text for text in term_faults(pages.Term(**(good | change))))


def test_terms_are_many_sorted_and_different():
    names = [term.english.casefold() for term in TERMS]
    assert len(names) >= 90 and names == sorted(set(names))
    stored = (ROOT / "book" / "glossary.tsv").read_text(encoding="utf-8").splitlines()[1:]
    assert [line.split("\t")[0].casefold() for line in stored] == names
    assert {term.lesson for term in TERMS} >= set(range(17))


@pytest.mark.parametrize(
    ("english", "hans", "hant"),
    [
        ("next-token prediction", "文字接龙", "文字接龍"),
        ("token", "词元", "詞元"),
        ("attention", "注意力", "注意力"),
        ("reward model", "奖励模型", "獎勵模型"),
        ("optimizer", "优化器", "最佳化器"),
        ("byte", "字节", "位元組"),
        ("gradient", "梯度", "梯度"),
        ("KV cache", "键值缓存", "鍵值快取"),
        ("likelihood", "似然", "概似"),
        ("probability distribution", "概率分布", "機率分布"),
        ("data parallelism", "数据并行", "資料平行"),
    ],
)
def test_words_of_each_side(english, hans, hant):
    assert [(term.hans, term.hant) for term in TERMS if term.english == english] == [(hans, hant)]


def test_lessons_use_the_glossarys_words():
    known = " ".join(f"{term.hans} {term.hant}" for term in TERMS)
    bold = re.compile(r"\*\*[A-Za-z][A-Za-z -]+\*\* ([\u4e00-\u9fff]+)")
    wrong = [
        f"{path.name}: {word} is not in book/glossary.tsv"
        for path in NOTEBOOKS
        for word in bold.findall(markdown_of(path))
        if word not in known
    ]
    assert not wrong, listed(wrong)


def test_a_broken_row_is_named(tmp_path):
    (tmp_path / "glossary.tsv").write_text("term\nno tabs\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 2: 1 fields"):
        pages.read_glossary(tmp_path / "glossary.tsv")


def test_glossary_page_links_to_lessons_that_are_there():
    term = pages.Term("attention", "注意力", "注意力", 5, "A look-up.")
    alone, linked = (
        pages.glossary_page([term], there)
        for there in ([], [pages.Lesson(5, "05_attention", "05 Attention")])
    )
    assert "lessons/" not in alone and "(lessons/05_attention.ipynb)" in linked
    assert '<i lang="zh-Hans">注意力</i>' in alone and '<i lang="zh-Hant">注意力</i>' in alone


# bibliography


def surnames_and_years(text):
    """(first author, year) of each source quoted in the course's manner: Vaswani et al. 2017, Chen & Goodman 1999."""
    name = r"[A-Z][\w'’-]+"
    several = re.findall(
        rf"({name})(?:(?:, {name})* (?:&|and) {name},?| et al\.?,?) \(?((?:19|20)\d\d)", text
    )
    known = {surname(entry) for entry in ENTRIES}
    single = [
        (one, year)
        for one, year in re.findall(rf"({name}),? \(?((?:19|20)\d\d)", text)
        if one in known
    ]
    seconds = {
        (one, year) for one, year in re.findall(rf"(?:&|and) ({name}),? \(?((?:19|20)\d\d)", text)
    }
    return set(several) | (set(single) - seconds)


def surname(entry):
    return entry.fields["author"].strip("{}").split(" and ")[0].split(",")[0]


SOURCES = {(surname(entry), entry.fields["year"]) for entry in ENTRIES}


APPEARED = {"journal", "booktitle", "howpublished", "publisher", "institution", "eprint"}


def entry_faults(entry):
    """What is wrong in one entry of the bibliography."""
    fields = entry.fields
    missing = {"author", "title", "year", "lesson", "annote"} - set(fields)
    if missing:
        yield f"has no {', '.join(sorted(missing))}"
        return
    if not set(entry.lessons) <= set(range(18)):
        yield f"there are no lessons {entry.lessons}"
    if not fields["annote"].endswith("."):
        yield "its annote is no sentence"
    if not APPEARED & set(fields):
        yield "does not say where it appeared"
    if number := fields.get("eprint"):
        if not re.fullmatch(r"\d\d(0[1-9]|1[0-2])\.\d{4,5}", number):
            yield f"{number} is no number of arXiv's"
            return
        if fields.get("archiveprefix") != "arXiv":
            yield "an eprint is arXiv's"
        if (len(number) == 10) != (int(number[:4]) >= 1501):
            yield "arXiv counts with five digits since January 2015"
        if not -1 <= int(fields["year"]) - (2000 + int(number[:2])) <= 3:
            yield f"{fields['year']} is far from {number}"


def test_entries():
    wrong = [f"{entry.key}: {fault}" for entry in ENTRIES for fault in entry_faults(entry)]
    assert not wrong, listed(wrong)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"annote": "no sentence"}, "its annote is no sentence"),
        ({"lesson": "18"}, "there are no lessons"),
        ({"eprint": "1713.03762"}, "is no number of arXiv's"),
        ({"eprint": "1706.0376"}, "five digits"),
        ({"archiveprefix": "other"}, "an eprint is arXiv's"),
        ({"year": "2011"}, "2011 is far from"),
    ],
)
def test_a_wrong_entry_is_named(change, fault):
    good = next(entry for entry in ENTRIES if entry.fields.get("eprint", "").startswith("17"))
    changed = dataclasses.replace(good, fields=good.fields | change)
    assert any(fault in text for text in entry_faults(changed))
    bare = {name: text for name, text in good.fields.items() if name not in APPEARED}
    assert list(entry_faults(dataclasses.replace(good, fields=bare))) == [
        "does not say where it appeared"
    ]


def test_every_entry_is_read_and_keys_differ():
    text = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    assert text.count("\n@") == len(ENTRIES) == len({entry.key for entry in ENTRIES})
    assert len({entry.fields.get("eprint", entry.key) for entry in ENTRIES}) == len(ENTRIES)


def unknown_sources(text):
    """What a page cites and book/references.bib does not have."""
    keys = re.findall(r"\{cite[^}]*\}`([^`]+)`", text)
    cited = {key.strip() for several in keys for key in several.split(",")}
    yield from sorted(cited - {entry.key for entry in ENTRIES})
    yield from (f"{name} {year}" for name, year in sorted(surnames_and_years(text) - SOURCES))


def docstrings_of(path):
    tree = ast.parse(path.read_bytes())
    documented = (ast.Module, ast.FunctionDef, ast.ClassDef)
    return "\n".join(
        ast.get_docstring(node) or "" for node in ast.walk(tree) if isinstance(node, documented)
    )


def test_what_is_cited_is_in_the_bibliography():
    texts = {path: markdown_of(path) for path in PROSE}
    texts |= {path: docstrings_of(path) for path in sorted((ROOT / "gptlab").rglob("*.py"))}
    wrong = [
        f"{path.relative_to(ROOT).as_posix()}: {source} is not in book/references.bib"
        for path, text in texts.items()
        for source in unknown_sources(text)
    ]
    assert not wrong, listed(wrong)


def test_an_unknown_source_is_seen(tmp_path):
    assert list(unknown_sources("{cite:t}`nobody2017x` and Nobody et al. 2031")) == [
        "nobody2017x",
        "Nobody 2031",
    ]
    (tmp_path / "x.py").write_text('def f():\n    """As Nobody et al. 2031."""\n')
    assert list(unknown_sources(docstrings_of(tmp_path / "x.py"))) == ["Nobody 2031"]


def test_the_reader_of_sources_itself():
    text = "Chen & Goodman 1999; Vaswani et al. 2017, eq. 1; Bridle 1990; in November 2022; Gao, Wu and Li 2022"
    assert surnames_and_years(text) == {
        ("Chen", "1999"),
        ("Vaswani", "2017"),
        ("Bridle", "1990"),
        ("Gao", "2022"),
    }


# pictures and pins


def mute_pictures(text):
    """The pictures of a page that do not say what they show."""
    yield from re.findall(r"!\[\s*\]\(.*?\)", text)
    for block in re.findall(r"```\{(?:figure|image)\}(.*?)```", text, re.DOTALL):
        if not re.search(r"^:alt: \S", block, re.MULTILINE):
            yield block
    yield from (tag for tag in re.findall(r"<img[^>]*>", text) if "alt=" not in tag)


def test_pictures_say_what_they_show():
    wrong = [
        f"{path.name}: {picture}" for path in PROSE for picture in mute_pictures(markdown_of(path))
    ]
    assert not wrong, listed(wrong)


def test_a_mute_picture_is_seen():
    text = "![](a.png) ![x](b.png) <img src='c'> <img alt='x'>\n```{image} d.svg\n:width: 9\n```\n"
    assert list(mute_pictures(text)) == ["![](a.png)", " d.svg\n:width: 9\n", "<img src='c'>"]


def pins(name):
    """The exact versions that a requirements file names."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    pinned = [line.partition(";")[0].strip() for line in lines if not line.startswith("#")]
    found = [line.split("==") for line in pinned if "==" in line]
    return {re.sub(r"[-_.]+", "-", package).lower(): version for package, version in found}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-test.txt"])
def test_book_and_course_live_in_one_environment(name):
    book, other = pins("requirements-book.txt"), pins(name)
    assert book["jupyter-book"] == "1.0.4.post1" and "torch" not in book
    assert {
        package: version
        for package, version in other.items()
        if book.get(package, version) != version
    } == {}


# the built site


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ('<script src="https://example.org/a.js"></script>', "loads https://example.org/a.js"),
        ('<img alt="x" src="//example.org/a.png">', "loads //example.org/a.png"),
        (
            '<link rel="stylesheet" href="http://example.org/a.css">',
            "loads http://example.org/a.css",
        ),
        (
            '<img alt="x" srcset="https://example.org/a.png 2x" src="a.png">',
            "loads https://example.org/a.png",
        ),
        ("<style>@import 'https://example.org/a.css';</style>", "loads https://example.org/a.css"),
        (
            '<p style="background: url(https://example.org/a.png)">',
            "loads https://example.org/a.png",
        ),
        ('<img src="a.png">', "picture without a description"),
        ('<img alt=" " src="a.png">', "picture without a description"),
        ('<img src="_images/a1.png" alt="../_images/a1.png">', "picture without a description"),
        ('<a href="nowhere.html">', "links to nowhere.html"),
        ('<a href="#nothing">', "links to #nothing"),
    ],
)
def test_faults_are_found(tmp_path, html, said):
    (tmp_path / "a.html").write_text(html, encoding="utf-8")
    assert any(said in fault for fault in audit.faults(tmp_path))


def test_a_style_file_that_loads_from_elsewhere_is_found(tmp_path):
    (tmp_path / "a.css").write_text("body { background: url('https://example.org/a.png') }")
    assert audit.faults(tmp_path) == ["a.css loads https://example.org/a.png"]


def test_a_good_page_has_no_faults(tmp_path):
    page = (
        '<link rel="canonical" href="https://example.org"><p id="here">x</p><a href="#here"><a href="b.html#there">'
        '<a href="https://example.org">out</a><img alt="x" src="data:image/png;base64,AA">'
    )
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    (tmp_path / "b.html").write_text('<p id="there">', encoding="utf-8")
    assert audit.faults(tmp_path) == []


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """(folder of the site, what is wrong with it), or None where jupyter-book is not installed."""
    if (
        importlib.util.find_spec("jupyter_book") is None
        or importlib.util.find_spec("sphinx-mathjax-offline") is None
    ):
        return None
    folder = tmp_path_factory.mktemp("site")
    return folder / "html", make.build(folder)


NOT_BUILT = "jupyter-book is not installed, so the website was not built: pip install -r requirements-book.txt"


@pytest.mark.slow
def test_the_site_builds_without_warnings_and_without_faults(built, capsys):
    if built is None:
        browser.miss(capsys, NOT_BUILT)
    site, faults = built
    assert faults == []
    for name in [
        "index",
        "glossary",
        "bibliography",
        "log",
        "search",
        *(f"lessons/{lesson.name}" for lesson in LESSONS),
    ]:
        assert (site / f"{name}.html").exists(), name
    glossary = audit.Page((site / "glossary.html").read_text(encoding="utf-8"))
    assert "term-attention" in glossary.anchors and "term-token" in glossary.anchors


LOOK = """() => {
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .04 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
  const behind = e => { for (; e; e = e.parentElement) { const c = numbers(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > .5) return c } return [255, 255, 255] };
  const faint = [...document.querySelectorAll('.bd-article *')].filter(e => e.checkVisibility()
    && !e.closest('svg, mjx-container, .headerlink')
    && [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim())).filter(e => {
    const [a, b] = [light(numbers(getComputedStyle(e).color)), light(behind(e))];
    return (Math.max(a, b) + .05) / (Math.min(a, b) + .05) < 3 });
  return {width: document.scrollingElement.scrollWidth,
    faint: faint.slice(0, 5).map(e => e.outerHTML.slice(0, 120))} }"""


@pytest.fixture
def chromium(capsys):
    """Chromium, started; the test is skipped where it is not there."""
    with browser.chromium(capsys) as started:
        yield started


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1400])
def test_every_page_in_a_browser(built, capsys, chromium, width, scheme):
    if built is None:
        browser.miss(capsys, NOT_BUILT)
    wrong = []
    page = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
    ).new_page()
    page.set_default_timeout(300_000)  # a busy machine is no fault
    page.on(
        "request",
        lambda request: wrong.append(request.url) if request.url.startswith("http") else None,
    )
    page.on(
        "requestfailed",
        lambda request: (
            wrong.append(f"missing: {request.url}")
            if request.failure != "net::ERR_ABORTED"
            else None
        ),
    )  # aborted: the next page was opened meanwhile
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    for path in sorted(built[0].rglob("*.html")):
        page.goto(path.as_uri())
        seen = page.evaluate(LOOK)
        wrong += [f"{path.name} scrolls to {seen['width']} pixels"] if seen["width"] > width else []
        wrong += [f"{path.name}, hard to read: {text}" for text in seen["faint"]]
    assert wrong == []


@pytest.mark.browser
def test_the_look_sees_what_is_too_wide_and_too_faint(chromium):
    page = chromium.new_page(viewport={"width": 390, "height": 900})
    page.set_content(
        '<body class="bd-article" style="background: #222"><main class="bd-article"><p style="color: #eee">good</p>'
        '<p style="color: #444">faint</p><div style="width: 900px">.</div></main>'
    )
    seen = page.evaluate(LOOK)
    assert seen["width"] >= 900 and [">faint<" in text for text in seen["faint"]].count(True) == 1
    assert not any(">good<" in text for text in seen["faint"])


# the page about speed


def test_the_table_of_speed_says_what_the_bench_wrote():
    row = {"bench": "b", "what": "w", "unit": "s", "note": "n", "ours": 1234.5, "target": 3.0}
    measured_pair = {"peer": 0.5, "peer_name": "p", "ratio": 2.0, "low": 1.5, "high": 2.5}
    nothing = {"peer": None, "peer_name": "", "ratio": None, "low": None, "high": None}
    lines = speed.table({"rows": [row | measured_pair, row | nothing]}).splitlines()
    assert lines[2] == "| b: w, s (n) | 1,234 | 0.5 (p) | 2.00 (1.50 to 2.50) | 3.00 |"
    assert lines[3] == "| b: w, s (n) | 1,234 |  |  | 3.00 |"


def test_the_speed_of_the_page_is_that_of_a_bench(source):
    kept = json.loads((ROOT / "book" / "speed.json").read_text(encoding="utf-8"))
    assert {row["bench"] for row in kept["rows"]} <= set(bench.NAMES)
    page = (source / "speed.md").read_text(encoding="utf-8")
    assert kept["date"] in page and kept["machine"]["processor"] in page
    assert page.count("\n| ") == len(kept["rows"]) + 1
    named = set(re.findall(r"\*\*(\w+)\*\*", page))
    assert named == set(bench.NAMES), "each bench is explained on the page, and no other"
