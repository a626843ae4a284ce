"""The page kinds of the little web: one function each, which makes its choices through a Writer or a PageReader.

Run with a Writer, such a function writes a page; run with a PageReader, it gives the exact probability of one
(grammar.py). Keep every choice an `emit` or `choose` on a table, and everything else fixed by the choices made
before. `KINDS`, at the end, says how often each kind is drawn.
"""

from collections.abc import Callable

from gptlab.world import reply_styles, word_lists
from gptlab.world.grammar import Table, WriterOrReader
from gptlab.world.phrasings import MARKS, STOPS, fill
from gptlab.world.tables import Tables, two_different

PageProgram = Callable[[WriterOrReader, Tables, str], None]  # (page, tables, language)


def _by_language(texts: dict[str, list[str]]) -> dict[str, Table]:
    return {lang: Table(rows) for lang, rows in texts.items()}


def _by_mood(texts: dict[str, dict[str, list[str]]]) -> dict[tuple[str, str], Table]:
    return {(mood, lang): Table(rows) for mood, by in texts.items() for lang, rows in by.items()}


def _dates() -> dict[str, Table]:
    """Every day of a common year, each as likely."""
    days = [(d, m) for m, n in enumerate(DAYS_OF_MONTHS) for d in range(1, n + 1)]
    return {
        "en": Table([f"{d} {word_lists.MONTHS[m]}" for d, m in days]),
        "zh": Table([f"{m + 1}月{d}日" for d, m in days]),
    }


# Between sentences, and between the members of a list
SPACE = {"en": " ", "zh": ""}
COMMA = {"en": ", ", "zh": "、"}

# How many facts or lines
COUNT = {
    (low, high): Table.of_values(range(low, high + 1)) for low, high in ((1, 2), (2, 4), (3, 6))
}

# Footers
FOOTERS = {
    "en": Table(
        ["", "\nEdited ", "\n— ", "\nTags: "], ["none", "date", "name", "tags"], [2, 2, 3, 3]
    ),
    "zh": Table(
        ["", "\n修改于", "\n— ", "\n标签："], ["none", "date", "name", "tags"], [2, 2, 3, 3]
    ),
}
HOURS = Table([f"{h:02d}" for h in range(24)])
MINUTES = Table([f"{m:02d}" for m in range(60)])
DAYS_OF_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
DATES = _dates()
TAGS = _by_language(word_lists.TAGS)

# Forum: what follows a question there, as text, and how the thread goes on
AFTER_QUESTION = {
    "en": Table(
        ["?\n", "? ", "? Who can tell me?\n", ", who can tell me?\n", "? Please help.\n"],
        ["answer", "short", "question", "question", "silence"],
        [6, 4, 1.2, 1, 0.8],
    ),
    "zh": Table(
        ["？\n", "？", "？谁来告诉我？\n", "，谁来告诉我？\n", "？请大家帮帮我。\n"],
        ["answer", "short", "question", "question", "silence"],
        [6, 4, 1.2, 1, 0.8],
    ),
}
NO_ANSWER = {
    "en": Table(["I would like to know too.", "No idea.", "Good question.", "Nobody here knows."]),
    "zh": Table(["我也想知道。", "不知道。", "好问题。", "没有人知道。"]),
}
THANKS = {
    "en": Table(
        ["", "\nThanks!", "\nThank you, that helps.", "\nAre you sure?"], weights=[6, 2, 1, 1]
    ),
    "zh": Table(["", "\n谢谢！", "\n谢谢，很有用。", "\n你确定吗？"], weights=[6, 2, 1, 1]),
}

# Advice column: its head, and what separates question and reply; only here a line is empty
ADVICE = {
    "en": ("Question:\n", Table(["?\n\nReply:\n", "\n\nReply:\n"], weights=[3, 1])),
    "zh": ("提问：\n", Table(["？\n\n回答：\n", "\n\n回答：\n"], weights=[3, 1])),
}
QUESTION_KINDS = Table.of_values(
    list(reply_styles.QUESTION_SHARES), list(reply_styles.QUESTION_SHARES.values())
)
BARE_ANSWER = Table.of_values([True, False], [2, 3])
ADMISSIONS = _by_language(reply_styles.ADMISSIONS)
REFUSALS = _by_language(reply_styles.REFUSALS)

# Exam: how it sets its options, as what comes before A, B, C and the key; and which option is right
LAYOUTS = {
    "en": Table.of_values(
        [("? A. ", " B. ", " C. ", "\nAnswer: "), (": A ", ", B ", ", C ", ". Answer: ")], [2, 1]
    ),
    "zh": Table.of_values(
        [("？ A. ", " B. ", " C. ", "\n答案："), (" A ", " B ", " C ", " 答案：")], [1, 2]
    ),
}
RIGHT_OPTION = Table.of_values([0, 1, 2])

# Story
MORNINGS = _by_language(word_lists.MORNINGS)
ERRANDS = _by_language(word_lists.ERRANDS)
MEETINGS = _by_language(word_lists.MEETINGS)
OFFERS = _by_language(word_lists.OFFERS)
ENDINGS = _by_language(word_lists.ENDINGS)

# Dialogue
GREETINGS = _by_language(word_lists.GREETINGS)
SMALL_TALK = _by_language(word_lists.SMALL_TALK)
GOODBYES = _by_language(word_lists.GOODBYES)

# Register: the head of its first column, and what the second one holds
REGISTER_HEADS = {
    "en": Table(["name | ", "place | "], weights=[1, 3]),
    "zh": Table(["名称 | ", "地方 | "], weights=[1, 3]),
}
COLUMNS = {
    "en": Table(["capital", "continent", "currency", "language"], weights=[3, 1, 1, 1]),
    "zh": Table(
        ["首都", "大洲", "货币", "语言"],
        ["capital", "continent", "currency", "language"],
        [3, 1, 1, 1],
    ),
}

# Pattern: the maps that its lines apply
MAPS = Table.of_values(
    ["antonym", "plural", "double", "next", "translate", "capital", "continent", "job"]
)

# Review
MOOD = Table.of_values(["good", "bad"])
REVIEWED = _by_language(word_lists.REVIEWED)
VERDICTS = {
    (mood, lang): two_different(texts)
    for mood, by_language in word_lists.VERDICTS.items()
    for lang, texts in by_language.items()
}
AFTERWORDS = _by_mood(word_lists.AFTERWORDS)

# Rumour
HEARSAY = {
    "en": Table(["", "They say: ", "I heard this: "], weights=[2, 1, 1]),
    "zh": Table(["", "有人说：", "我听说："], weights=[2, 1, 1]),
}


def encyclopedia(page: WriterOrReader, tables: Tables, lang: str) -> None:
    """A title and two to four facts about it."""
    n_facts, remaining = page.emit(tables.titles[lang])
    page.write("\n")
    for i in range(min(page.choose(COUNT[2, 4]), n_facts)):
        fact, remaining = page.choose(remaining)
        page.write(SPACE[lang] if i else "")
        page.emit(tables.statement(fact, lang))
        page.state(fact)
    _footer(page, tables, lang)


def statement(page: WriterOrReader, tables: Tables, lang: str) -> None:
    """One fact or two, and nothing else."""
    for i in range(page.choose(COUNT[1, 2])):
        page.write(SPACE[lang] if i else "")
        page.state(page.emit(tables.statements[lang]))
    _footer(page, tables, lang)


def forum(page: WriterOrReader, tables: Tables, lang: str) -> None:
    """A question that is answered, or followed by another question, or never answered."""
    fact = page.emit(tables.questions[lang])
    thread = page.emit(AFTER_QUESTION[lang])
    if thread == "question":
        page.emit(tables.questions[lang])
        page.write(MARKS[lang])
    elif thread == "silence":
        page.emit(NO_ANSWER[lang])
    else:
        page.emit(tables.statement(fact, lang) if thread == "answer" else tables.answer(fact, lang))
        page.state(fact)
        page.emit(THANKS[lang])
    _footer(page, tables, lang)


def advice(page: WriterOrReader, tables: Tables, lang: str) -> None:
    """A question of any kind, and a true reply in the manner of whoever wrote it."""
    head, reply = ADVICE[lang]
    page.write(head)
    kind = page.choose(QUESTION_KINDS)
    subject = page.emit(tables.questions[lang] if kind == "fact" else tables.requests[kind][lang])
    page.emit(reply)
    page.emit(tables.openers[lang])
    if kind == "fact" and not page.choose(BARE_ANSWER):
        page.emit(tables.statement(subject, lang))
    elif kind in ("fact", "sum"):
        answer = fill("{A}", "", subject.answer[lang]) if kind == "fact" else subject
        page.write(answer + STOPS[lang])
    else:
        page.emit((ADMISSIONS if kind == "unknowable" else REFUSALS)[lang])
    if kind == "fact":
        page.state(subject)
    page.emit(tables.closers[lang])


def exam(page: WriterOrReader, tables: Tables, lang: str) -> None:
    """A question with three options and the key."""
    fact = page.emit(tables.questions[lang])
    *marks, key = page.choose(LAYOUTS[lang])
    right = page.choose(RIGHT_OPTION)
    distractors = tables.distractors(fact, lang)
    for i, mark in enumerate(marks):
        page.write(mark)
        if i == right:
            page.write(fact.answer[lang])
        else:
            distractors = page.emit(distractors)
    page.write(key + "ABC"[right])
    page.state(fact)


def story(page: WriterOrReader, tables: Tables, lang: str) -> None:
    """Somebody of the town, an errand, a meeting, an end."""
    comma, link = (", ", " ") if lang == "en" else ("，", "")
    page.emit(MORNINGS[lang])
    page.write(comma)
    hero, others = page.emit(tables.two_people[lang])
    page.write(link)
    page.emit(ERRANDS[lang])
    page.write(STOPS[lang] + link)
    page.emit(MEETINGS[lang])
    page.write(link)
    page.emit(others)
    page.write(link)
    page.emit(OFFERS[lang])
    page.write(f". {hero.en} was glad. " if lang == "en" else f"。{hero.zh}很高兴。")
    page.emit(ENDINGS[lang])
    _footer(page, tables, lang)


def dialogue(page: WriterOrReader, tables: Tables, lang: str) -> None:
    """Two people greet each other; one asks, the other knows."""
    colon, comma, bang = (": ", ", ", "! ") if lang == "en" else ("：", "，", "！")
    one, others = page.emit(tables.two_people[lang])
    page.write(colon)
    page.emit(GREETINGS[lang])
    page.write(comma)
    two = page.emit(others)
    page.write(bang)
    page.emit(SMALL_TALK[lang])
    page.write("\n" + two[lang] + colon)
    fact = page.emit(tables.questions[lang])
    page.write(MARKS[lang] + "\n" + one[lang] + colon)
    page.emit(tables.statement(fact, lang))
    page.state(fact)
    page.write("\n" + two[lang] + colon)
    page.emit(GOODBYES[lang])


def register(page: WriterOrReader, tables: Tables, lang: str) -> None:
    """A table of countries and regions and one thing about each."""
    page.emit(REGISTER_HEADS[lang])
    rows = tables.mapping(page.emit(COLUMNS[lang]), lang, " | ")
    page.write("\n")
    _rows(page, rows, COUNT[2, 4], once=True)
    _footer(page, tables, lang)


def sums(page: WriterOrReader, tables: Tables, lang: str) -> None:
    """Lines of arithmetic."""
    _rows(page, tables.sums[lang], COUNT[3, 6])


def pattern(page: WriterOrReader, tables: Tables, lang: str) -> None:
    """The same map applied line by line: what comes next can be read off the lines before."""
    _rows(page, tables.mapping(page.choose(MAPS), lang), COUNT[3, 6])


def pair(page: WriterOrReader, tables: Tables, lang: str) -> None:
    """The same fact in both languages, each in a phrasing of its own; `lang` comes first."""
    other = "zh" if lang == "en" else "en"
    fact = page.emit(tables.statements[lang])
    page.write("\n= ")
    page.emit(tables.statement(fact, other))
    page.state(fact)
    _footer(page, tables, other)


def review(page: WriterOrReader, tables: Tables, lang: str) -> None:
    """An opinion, and whether it was a good one."""
    mood = page.choose(MOOD)
    page.write("The " if lang == "en" else "")
    page.emit(REVIEWED[lang])
    page.write(" was " if lang == "en" else "")
    other_verdicts = page.emit(VERDICTS[mood, lang])
    page.write(" and " if lang == "en" else "，")
    page.emit(other_verdicts)
    page.write(STOPS[lang] + SPACE[lang])
    page.emit(AFTERWORDS[mood, lang])
    _footer(page, tables, lang)
    page.write(("\nReview: " if lang == "en" else "\n评价：") + word_lists.MOODS[mood][lang])


def rumour(page: WriterOrReader, tables: Tables, lang: str) -> None:
    """A claim that is wrong."""
    page.emit(HEARSAY[lang])
    page.emit(tables.rumours[lang])
    _footer(page, tables, lang)


def _rows(page: WriterOrReader, rows: Table, count: Table, once: bool = False) -> None:
    """Rows drawn one by one, with `once` none of them twice.

    How many is chosen after the first, so that readers leave a wrong table early.
    """
    facts = [page.emit(rows)]
    for _ in range(page.choose(count) - 1):
        rows = rows.without(facts[-1]) if once else rows
        facts.append(page.emit(rows))
    for fact in facts:
        if fact is not None:
            page.state(fact)


def _footer(page: WriterOrReader, tables: Tables, lang: str) -> None:
    """The last line of a page: nothing, a date, who wrote it and when, or tags."""
    style = page.emit(FOOTERS[lang])
    if style == "date":
        page.emit(DATES[lang])
    elif style == "name":
        page.emit(tables.people[lang])
        page.write(", " if lang == "en" else "，")
        page.emit(HOURS)
        page.write(":")
        page.emit(MINUTES)
    elif style == "tags":
        page.emit(TAGS[lang])
        page.write(COMMA[lang])
        page.emit(TAGS[lang])
        page.write(COMMA[lang])
        page.emit(TAGS[lang])


KINDS: dict[PageProgram, float] = {  # their shares of the pages; reports of runs know them by name
    encyclopedia: 0.21,
    statement: 0.11,
    forum: 0.21,
    advice: 0.10,
    exam: 0.06,
    story: 0.04,
    dialogue: 0.07,
    register: 0.04,
    sums: 0.02,
    pattern: 0.05,
    pair: 0.05,
    review: 0.02,
    rumour: 0.02,
}
