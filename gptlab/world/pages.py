"""The page kinds of the little web: each is one function that makes its choices through a grammar.Writer.

The same functions, run through grammar.Reader, give the exact probability of a page. Keep every choice a
`emit` or `choose` on a table, and everything else fixed by the choices made before.
"""

from collections.abc import Callable

from gptlab.world import reply_styles, word_lists
from gptlab.world.grammar import PageReader, Table, Writer
from gptlab.world.tables import Tables, fill

Page = Writer | PageReader
COUNT = {
    (low, high): Table.of_values(range(low, high + 1))
    for low, high in ((1, 2), (2, 3), (2, 4), (3, 6))
}
SPACE = {"en": " ", "zh": ""}
STOP = {"en": ".", "zh": "。"}
MARK = {"en": "?", "zh": "？"}
COMMA = {"en": ", ", "zh": "、"}


def _prose(name: str) -> dict[str, Table]:
    return {lang: Table(texts) for lang, texts in getattr(word_lists, name).items()}


MORNINGS, ERRANDS, MEETINGS, OFFERS, ENDINGS = map(
    _prose, ("MORNINGS", "ERRANDS", "MEETINGS", "OFFERS", "ENDINGS")
)
GREETINGS, SMALL_TALK, GOODBYES, REVIEWED = map(
    _prose, ("GREETINGS", "SMALL_TALK", "GOODBYES", "REVIEWED")
)
MOOD = Table.of_values(["good", "bad"])
VERDICTS = {(m, lang): Table(t) for m, by in word_lists.VERDICTS.items() for lang, t in by.items()}
AFTERWORDS = {
    (m, lang): Table(t) for m, by in word_lists.AFTERWORDS.items() for lang, t in by.items()
}


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
DAYS = Table([str(d) for d in range(1, 32)])
MONTHS = {"en": Table(word_lists.MONTHS), "zh": Table([f"{m}月" for m in range(1, 13)])}
TAGS = _prose("TAGS")


def footer(page: Page, tables: Tables, lang: str) -> None:
    """What stands under a page: nothing, a date, who wrote it and when, or tags."""
    style = page.emit(FOOTERS[lang])
    if style == "date":
        if lang == "en":
            page.emit(DAYS)
            page.write(" ")
            page.emit(MONTHS[lang])
        else:
            page.emit(MONTHS[lang])
            page.emit(DAYS)
            page.write("日")
    elif style == "name":
        page.emit(tables.people[lang])
        page.write(", ")
        page.emit(HOURS)
        page.write(":")
        page.emit(MINUTES)
    elif style == "tags":
        page.emit(TAGS[lang])
        page.write(COMMA[lang])
        page.emit(TAGS[lang])
        page.write(COMMA[lang])
        page.emit(TAGS[lang])


def encyclopedia(page: Page, tables: Tables, lang: str) -> None:
    """A title and two to four facts about it."""
    n_facts, left = page.emit(tables.titles[lang])
    page.write("\n")
    for i in range(min(page.choose(COUNT[2, 4]), n_facts)):
        fact, left = page.choose(left)
        page.write(SPACE[lang] if i else "")
        page.emit(tables.statement(fact, lang))
        page.state(fact)
    footer(page, tables, lang)


def statement(page: Page, tables: Tables, lang: str) -> None:
    """One fact or two, without more ado."""
    for i in range(page.choose(COUNT[1, 2])):
        page.write(SPACE[lang] if i else "")
        page.state(page.emit(tables.statements[lang]))
    footer(page, tables, lang)


AFTER_QUESTION = {  # what follows a question on a forum: text, and how the thread goes on
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
ECHO = {
    "en": Table(["I would like to know too.", "No idea.", "Good question.", "Nobody here knows."]),
    "zh": Table(["我也想知道。", "不知道。", "好问题。", "没有人知道。"]),
}
THANKS = {
    "en": Table(
        ["", "\nThanks!", "\nThank you, that helps.", "\nAre you sure?"], weights=[6, 2, 1, 1]
    ),
    "zh": Table(["", "\n谢谢！", "\n谢谢，很有用。", "\n你确定吗？"], weights=[6, 2, 1, 1]),
}


def forum(page: Page, tables: Tables, lang: str) -> None:
    """A question that is answered, or met by another question, or never answered."""
    fact = page.emit(tables.questions[lang])
    thread = page.emit(AFTER_QUESTION[lang])
    if thread == "question":
        page.emit(tables.questions[lang])
        page.write(MARK[lang])
    elif thread == "silence":
        page.emit(ECHO[lang])
    else:
        page.emit(tables.statement(fact, lang) if thread == "answer" else tables.answer(fact, lang))
        page.state(fact)
        page.emit(THANKS[lang])
    footer(page, tables, lang)


ASKED = Table.of_values(
    list(reply_styles.QUESTION_SHARES), list(reply_styles.QUESTION_SHARES.values())
)
ADVICE = {  # an advice column: its head, and what stands between question and reply; only here a line is empty
    "en": ("Question:\n", Table(["?\n\nReply:\n", "\n\nReply:\n"], weights=[3, 1])),
    "zh": ("提问：\n", Table(["？\n\n回答：\n", "\n\n回答：\n"], weights=[3, 1])),
}
BARE = Table.of_values([True, False], [2, 3])
ADMISSIONS, REFUSALS = (
    {lang: Table(texts) for lang, texts in part.items()}
    for part in (reply_styles.ADMISSIONS, reply_styles.REFUSALS)
)


def advice(page: Page, tables: Tables, lang: str) -> None:
    """A question of any kind, and a true reply in the manner of whoever wrote it."""
    head, reply = ADVICE[lang]
    page.write(head)
    asked = page.choose(ASKED)
    subject = page.emit(tables.questions[lang] if asked == "fact" else tables.requests[asked][lang])
    page.emit(reply)
    page.emit(tables.openers[lang])
    if asked == "fact" and not page.choose(BARE):
        page.emit(tables.statement(subject, lang))
    elif asked in ("fact", "sum"):
        answer = fill("{A}", "", subject.answer[lang]) if asked == "fact" else subject
        page.write(answer + STOP[lang])
    else:
        page.emit((ADMISSIONS if asked == "unknowable" else REFUSALS)[lang])
    if asked == "fact":
        page.state(subject)
    page.emit(tables.closers[lang])


PAPER = {  # how an exam sets its options: before A, B, C and the key
    "en": Table.of_values(
        [("? A. ", " B. ", " C. ", "\nAnswer: "), (": A ", ", B ", ", C ", ". Answer: ")], [2, 1]
    ),
    "zh": Table.of_values(
        [("？ A. ", " B. ", " C. ", "\n答案："), (" A ", " B ", " C ", " 答案：")], [1, 2]
    ),
}
RIGHT = Table.of_values([0, 1, 2])


def exam(page: Page, tables: Tables, lang: str) -> None:
    """A question with three options and the key."""
    fact = page.emit(tables.questions[lang])
    *marks, key = page.choose(PAPER[lang])
    right, wrong = page.choose(RIGHT), tables.distractors(fact, lang)
    for i, mark in enumerate(marks):
        page.write(mark)
        if i == right:
            page.write(fact.answer[lang])
        else:
            wrong = page.emit(wrong)
    page.write(key + "ABC"[right])
    page.state(fact)


def story(page: Page, tables: Tables, lang: str) -> None:
    """Somebody of the town, an errand, a meeting, an end."""
    comma, link = (", ", " ") if lang == "en" else ("，", "")
    page.emit(MORNINGS[lang])
    page.write(comma)
    hero = page.emit(tables.people[lang])
    page.write(link)
    page.emit(ERRANDS[lang])
    page.write(STOP[lang] + link)
    page.emit(MEETINGS[lang])
    page.write(link)
    page.emit(tables.people[lang])
    page.write(link)
    page.emit(OFFERS[lang])
    page.write(f". {hero.en} was glad. " if lang == "en" else f"。{hero.zh}很高兴。")
    page.emit(ENDINGS[lang])
    footer(page, tables, lang)


def dialogue(page: Page, tables: Tables, lang: str) -> None:
    """Two people greet each other; one asks, the other knows."""
    colon, comma = (": ", ", ") if lang == "en" else ("：", "，")
    bang = "! " if lang == "en" else "！"
    one = page.emit(tables.people[lang])[lang]
    page.write(colon)
    page.emit(GREETINGS[lang])
    page.write(comma)
    two = page.emit(tables.people[lang])[lang]
    page.write(bang)
    page.emit(SMALL_TALK[lang])
    page.write("\n" + two + colon)
    fact = page.emit(tables.questions[lang])
    page.write(MARK[lang] + "\n" + one + colon)
    page.emit(tables.statement(fact, lang))
    page.state(fact)
    page.write("\n" + two + colon)
    page.emit(GOODBYES[lang])


def register(page: Page, tables: Tables, lang: str) -> None:
    """A table of countries and regions and one thing about each."""
    page.emit(REGISTERS[lang])
    rows = tables.mapping(page.emit(COLUMNS[lang]), lang, " | ")
    page.write("\n")
    _rows(page, rows, COUNT[2, 4])
    footer(page, tables, lang)


def _rows(page: Page, rows: Table, count: Table) -> None:
    """Rows drawn one by one; how many is chosen after the first, so that readers leave a wrong table early."""
    facts = [page.emit(rows)]
    for _ in range(page.choose(count) - 1):
        facts.append(page.emit(rows))
    for fact in facts:
        if fact is not None:
            page.state(fact)


REGISTERS = {
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


def sums(page: Page, tables: Tables, lang: str) -> None:
    """Lines of arithmetic."""
    _rows(page, tables.sums[lang], COUNT[3, 6])


MAPS = Table.of_values(
    ["antonym", "plural", "double", "next", "translate", "capital", "continent", "job"]
)


def pattern(page: Page, tables: Tables, lang: str) -> None:
    """The same map applied line by line: what comes next can be read off the lines before."""
    _rows(page, tables.mapping(page.choose(MAPS), lang), COUNT[3, 6])


def pair(page: Page, tables: Tables, lang: str) -> None:
    """A sentence and its translation; `lang` is the language that comes first."""
    other = "zh" if lang == "en" else "en"
    fact = page.emit(tables.statements[lang])
    page.write("\n= ")
    page.emit(tables.statement(fact, other))
    page.state(fact)
    footer(page, tables, other)


def review(page: Page, tables: Tables, lang: str) -> None:
    """An opinion, and whether it was a good one."""
    mood = page.choose(MOOD)
    page.write("The " if lang == "en" else "这次的")
    page.emit(REVIEWED[lang])
    page.write(" was " if lang == "en" else "")
    page.emit(VERDICTS[mood, lang])
    page.write(" and " if lang == "en" else "，")
    page.emit(VERDICTS[mood, lang])
    page.write(STOP[lang] + SPACE[lang])
    page.emit(AFTERWORDS[mood, lang])
    footer(page, tables, lang)
    page.write(("\nReview: " if lang == "en" else "\n评价：") + word_lists.MOODS[mood][lang])


HEARSAY = {
    "en": Table(["", "They say: ", "I heard this: "], weights=[2, 1, 1]),
    "zh": Table(["", "有人说：", "我听说："], weights=[2, 1, 1]),
}


def rumour(page: Page, tables: Tables, lang: str) -> None:
    """A claim that is wrong."""
    page.emit(HEARSAY[lang])
    page.emit(tables.rumours[lang])
    footer(page, tables, lang)


KINDS: dict[Callable, float] = {  # page kind: its share of the pages
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
