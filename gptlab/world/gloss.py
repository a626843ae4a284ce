"""English for the Chinese of the little web, for readers who know no Chinese: `gloss("玉山。")` is "Yushan.".

The web says the same things in both languages, so nothing is translated word by word: a Chinese statement becomes
the first English statement of the same fact, a question the first English question, and other phrases their
neighbours in the English lists. What is none of these, half a sentence for instance, is glossed piece by piece.
"""

import re
from functools import cache

from gptlab.world import reply_styles, town_names, word_lists
from gptlab.world.facts import Facts
from gptlab.world.phrasings import PHRASINGS, fill

_HAN = re.compile(r"[\u3400-\u9fff]")
_PUNCTUATION = {"。": ". ", "？": "? ", "！": "! ", "，": ", ", "、": ", ", "：": ": ", "；": "; "}
_FORMS = {  # what the page programs write themselves (pages.py)
    "修改于": "Edited ",
    "标签：": "Tags: ",
    "答案：": "Answer: ",
    "提问：": "Question: ",
    "回答：": "Reply: ",
    "评价：": "Review: ",
    "谁来告诉我": "Who can tell me",
    "请大家帮帮我": "Please help",
    "我也想知道": "I would like to know too",
    "不知道": "No idea",
    "好问题": "Good question",
    "没有人知道": "Nobody here knows",
    "谢谢，很有用": "Thank you, that helps",
    "谢谢": "Thanks",
    "你确定吗": "Are you sure",
    "当然是": "Of course it is ",
    "是": "It is ",
    "名称": "name",
    "地方": "place",
    "首都": "capital",
    "大洲": "continent",
    "货币": "currency",
    "语言": "language",
    "有人说": "They say",
    "我听说": "I heard this",
    "很高兴": " was glad",
    "请问": "",
    "帮我算": "Please add ",
    "等于多少": " is how much",
    "是多少": " is how much",
    "等于": " is ",
    "加": " plus ",
    "减": " minus ",
}
_WORDS = {  # of the patterns, where no English list has them
    **{"看": "look", "听": "listen", "说": "say", "走": "walk", "想": "think", "试": "try"},
    **{"天": "day", "笑": "laugh", "箱子": "box", "孩子": "child", "刀": "knife", "故事": "story"},
    "湖": "lake",
}
_DATE = re.compile(r"(\d+)月(\d+)日")
_SLOT = "(?P<{}>[^。？！，、：\\s]{{1,12}}?)"


def gloss(text: str) -> str:
    """What a text of the little web says, in English; English in it stays as it is.

    text  any text, as a model wrote it
    ->    the same lines; what is in no phrase of the web becomes "…"

    Example: gloss("？玉山。\\n修改于4月26日") -> "? Yushan.\\nEdited 26 April"
    """
    return "\n".join(_line(line) for line in text.split("\n"))


def has_chinese(text: str) -> bool:
    """Whether a text holds a Chinese character, so that a gloss would help."""
    return bool(_HAN.search(text))


def _line(line: str) -> str:
    line = _DATE.sub(lambda m: f"{m[2]} {word_lists.MONTHS[int(m[1]) - 1]}", line)
    said: list[str] = []
    position = 0
    while position < len(line):
        english, length = _piece(line, position)
        if (
            said
            and said[-1][-1:].isalnum()
            and english[:1].isalnum()
            and _HAN.match(line[position])
        ):
            said.append(" ")  # Chinese puts no space between words
        said.append(english)
        position += length
    return re.sub(r" {2,}", " ", re.sub("…+", "…", "".join(said))).strip()


def _piece(line: str, position: int) -> tuple[str, int]:
    """The English for what begins at `position`, and how many characters that was."""
    for pattern, english in _templates():
        match = pattern.match(line, position)
        if match:
            known = {slot: _names().get(name) for slot, name in match.groupdict().items()}
            if None not in known.values():
                return fill(english, known["s"], known.get("a", "")), len(match[0])
    for length in range(min(_longest(), len(line) - position), 0, -1):
        phrase = line[position : position + length]
        if phrase in _phrases():
            return _phrases()[phrase], length
    character = line[position]
    return _PUNCTUATION.get(character, "…" if _HAN.match(character) else character), 1


@cache
def _templates() -> list[tuple[re.Pattern, str]]:
    """Every Chinese statement and question as a pattern, and its English; the longest first, since some hold others."""
    rows: list[tuple[str, str]] = []
    for by_language in PHRASINGS.values():
        english, chinese = by_language["en"], by_language["zh"]
        stated = chinese.statements + chinese.held_out_statements
        asked = chinese.questions + chinese.held_out_questions
        rows += [(template.rstrip("。"), english.statements[0].rstrip(".")) for template in stated]
        rows += [(template, english.questions[0]) for template in asked]
    for lists in (reply_styles.UNKNOWABLE, reply_styles.IMPROPER):
        for english, chinese in zip(lists["en"], lists["zh"], strict=True):
            if "{p}" in chinese:
                rows.append((chinese.replace("{p}", "{s}"), english.replace("{p}", "{s}")))
    rows.sort(key=lambda row: -len(row[0]))
    return [(_pattern(chinese), english) for chinese, english in rows]


def _pattern(template: str) -> re.Pattern:
    """A template with its slots as groups, up to a mark or the end of the line."""
    text = re.escape(template)
    for slot in "sa":
        text = text.replace(re.escape("{" + slot + "}"), _SLOT.format(slot))
    return re.compile(text + r"(?=[。？！，\s]|$)")


@cache
def _names() -> dict[str, str]:
    """Countries, people, and all answers: Chinese to English."""
    facts = Facts()
    names = [subject.name for subject in facts.subjects]
    for answers in facts.answers.values():
        names += answers
    table = {name.zh: name.en for name in reversed(names)}
    for pairs in (town_names.STREETS, town_names.JOBS, town_names.PETS):
        table |= {chinese: english for english, chinese in pairs}  # not everyone's world has all
    return table


@cache
def _phrases() -> dict[str, str]:
    """Everything else that the web says: Chinese to English, without the final mark."""
    table: dict[str, str] = {}
    for lists in _parallel_lists():
        for english, chinese in zip(lists["en"], lists["zh"], strict=True):
            if "{" not in chinese:
                table[chinese.rstrip("。！？，")] = english.strip().rstrip(".!?,")
    for pair in _word_pairs():
        table.update(pair)
    for english, chinese in zip(word_lists.REVIEWED["en"], word_lists.REVIEWED["zh"], strict=True):
        table[chinese] = f"The {english} was "
    return table | _names() | _FORMS


def _parallel_lists() -> list[dict[str, list[str]]]:
    """The lists whose n-th Chinese phrase says what the n-th English one does."""
    plain = [
        *(word_lists.MORNINGS, word_lists.ERRANDS, word_lists.MEETINGS, word_lists.OFFERS),
        *(word_lists.ENDINGS, word_lists.GREETINGS, word_lists.SMALL_TALK, word_lists.GOODBYES),
        word_lists.TAGS,
        *(reply_styles.UNKNOWABLE, reply_styles.ADMISSIONS, reply_styles.INVENTIONS),
        *(reply_styles.REFUSALS, reply_styles.COMPLIANCE),
        *(reply_styles.POLITE_OPENERS, reply_styles.RUDE_OPENERS),
        *(reply_styles.POLITE_CLOSERS, reply_styles.RAMBLING_CLOSERS),
    ]
    return [*plain, *word_lists.VERDICTS.values(), *word_lists.AFTERWORDS.values()]


def _word_pairs() -> list[dict[str, str]]:
    """Single words: of moods, antonyms, plurals and the dictionary."""
    words = {chinese: english for english, chinese in word_lists.DICTIONARY} | _WORDS
    antonyms = zip(word_lists.ANTONYMS["en"], word_lists.ANTONYMS["zh"], strict=True)
    opposites: dict[str, str] = {}
    for english_pair, chinese_pair in antonyms:
        opposites.update(zip(chinese_pair, english_pair, strict=True))
    plurals = dict(word_lists.PLURALS["en"])
    many = {}
    for chinese, several in word_lists.PLURALS["zh"]:
        english = words[chinese]
        many[several] = "many " + plurals.get(english, f"{english}s")
    moods = {mood["zh"]: mood["en"] for mood in word_lists.MOODS.values()}
    return [opposites, words, many, moods]


@cache
def _longest() -> int:
    return max(map(len, _phrases()))
