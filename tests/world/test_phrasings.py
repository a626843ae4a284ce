"""The phrasings of the little web's facts: counts, slots, endings, and that a sentence tells its relation."""

import dataclasses
import re
import string

import pytest

from gptlab.world import phrasings
from gptlab.world.phrasings import PHRASINGS, Phrasing

COUNTRY = ["capital", "continent", "mountain", "river", "lake", "currency", "language"]
TOWN = ["home", "job", "pet", "friend"]
CASES = [(relation, language) for relation in COUNTRY + TOWN for language in ("en", "zh")]
SUBJECTS = {
    "en": ["Japan", "the United States", "Ann Bell"],
    "zh": ["日本", "沙特阿拉伯", "林小雨"],
}
ANSWERS = {
    "en": [
        "Tokyo",
        "Mount Fuji",
        "the Nile",
        "the yen",
        "a baker",
        "a grey cat",
        "Mill Lane",
        "Tom Reed",
    ],
    "zh": ["东京", "富士山", "尼罗河", "日元", "面包师", "一只灰猫", "磨坊巷", "陈大明"],
}


def slots(template: str) -> list[str]:
    """The names of a template's slots, in order."""
    return [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]


def capitalised(text: str) -> str:
    return text[0].upper() + text[1:]


def fill(template: str, subject: str, answer: str) -> str:
    """The sentence that a template makes of a subject and an answer."""
    return template.format(s=subject, S=capitalised(subject), a=answer, A=capitalised(answer))


def statements_of(phrasing: Phrasing) -> tuple[str, ...]:
    return phrasing.statements + phrasing.held_out_statements


def questions_of(phrasing: Phrasing) -> tuple[str, ...]:
    return phrasing.questions + phrasing.held_out_questions


def everything(language: str) -> list[tuple[str, str]]:
    """Every (relation, template) of a language."""
    return [
        (relation, template)
        for relation in PHRASINGS
        for template in statements_of(PHRASINGS[relation][language])
        + questions_of(PHRASINGS[relation][language])
    ]


def words(template: str, language: str) -> set[str]:
    """Lower-cased English words, or Chinese characters, outside the slots."""
    plain = re.sub(r"\{[sSaA]\}", " ", template).lower()
    return set(re.findall(r"[a-z']+" if language == "en" else r"\S", plain))


def trained_words(language: str) -> set[str]:
    trained = [
        t
        for r in PHRASINGS
        for t in PHRASINGS[r][language].statements + PHRASINGS[r][language].questions
    ]
    return set().union(*(words(t, language) for t in trained))


def test_the_relations_are_exactly_these():
    assert list(PHRASINGS) == COUNTRY + TOWN
    assert all(list(by_language) == ["en", "zh"] for by_language in PHRASINGS.values())


@pytest.mark.parametrize(("relation", "language"), CASES)
def test_counts(relation, language):
    p = PHRASINGS[relation][language]
    statements, kept_statements, questions, kept_questions = (
        len(getattr(p, f.name)) for f in dataclasses.fields(p)
    )
    assert (statements, kept_statements, kept_questions) == (12, 3, 2) and 6 <= questions <= 8
    assert sum(t.rstrip(".。").endswith("{a}") for t in p.statements) >= 8


def test_a_phrasing_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        PHRASINGS["capital"]["en"].statements = ()


@pytest.mark.parametrize(("relation", "language"), CASES)
def test_statements_hold_one_subject_and_one_answer_and_end_in_a_full_stop(relation, language):
    stop = {"en": ".", "zh": "。"}[language]
    for template in statements_of(PHRASINGS[relation][language]):
        assert sorted(name.lower() for name in slots(template)) == ["a", "s"], template
        assert template.endswith(stop) and template.count(stop) == 1, template
        assert "}{" not in template, template


@pytest.mark.parametrize(("relation", "language"), CASES)
def test_questions_hold_one_subject_and_no_answer_and_no_final_mark(relation, language):
    for template in questions_of(PHRASINGS[relation][language]):
        assert [name.lower() for name in slots(template)] == ["s"], template
        assert template[-1] == "}" or template[-1].isalpha(), template


@pytest.mark.parametrize(("relation", "language"), CASES)
def test_held_out_statements_put_the_subject_first_and_end_with_the_answer(relation, language):
    for template in PHRASINGS[relation][language].held_out_statements:
        assert [name.lower() for name in slots(template)] == ["s", "a"], template
        assert template[:-1].endswith("{a}"), template


@pytest.mark.parametrize(("relation", "language"), CASES)
def test_where_the_answer_is(relation, language):
    p = PHRASINGS[relation][language]
    for template in p.statements:
        filled = fill(template, "<", ">")
        assert (template in p.answer_first) == (filled.index(">") < filled.index("<")), template
        assert (template in p.answer_last) == (filled[-2] == ">"), template
    assert p.answer_first and not set(p.answer_first) & set(p.answer_last)


def test_where_the_answer_is_by_hand():
    capital, friend = PHRASINGS["capital"]["en"], PHRASINGS["friend"]["en"]
    assert capital.answer_last + capital.answer_first == capital.statements
    assert len(capital.answer_first) == 3
    neither = set(friend.statements) - {*friend.answer_first, *friend.answer_last}
    assert neither == {"For {s}, {a} is the best friend in the world."}


def test_fill_agrees_with_the_plain_one_above():
    for _, template in everything("en") + everything("zh"):
        pair = ("the United States", "a grey cat")
        assert phrasings.fill(template, *pair) == fill(template, *pair)


@pytest.mark.parametrize(("relation", "language"), CASES)
def test_every_held_out_word_is_trained_somewhere(relation, language):
    p, known = PHRASINGS[relation][language], trained_words(language)
    for template in p.held_out_statements + p.held_out_questions:
        assert words(template, language) <= known, (template, words(template, language) - known)


@pytest.mark.parametrize(("relation", "language"), CASES)
def test_no_trained_template_stands_inside_a_held_out_one(relation, language):
    p = PHRASINGS[relation][language]
    for held_out, trained in [
        (p.held_out_statements, p.statements),
        (p.held_out_questions, p.questions),
    ]:
        for template in held_out:
            inside = [t for t in trained if t.rstrip(".。").lower() in template.lower()]
            assert not inside, (template, inside)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_template_is_unique(language):
    templates = [template.lower() for _, template in everything(language)]
    assert len(templates) >= len(PHRASINGS) * (12 + 3 + 6 + 2)
    assert len(set(templates)) == len(templates)


def test_english_templates_begin_with_a_capital_and_have_capital_slots_only_there():
    for _, template in everything("en"):
        assert re.match(r"[A-Z]|\{[SA]\}", template), template
        assert not re.search(r".\{[SA]\}", template), template


def test_chinese_templates_have_no_capital_slots_and_no_latin_text():
    for _, template in everything("zh"):
        assert set(slots(template)) <= {"s", "a"}, template
        assert re.fullmatch(r"[\u4e00-\u9fff，。]+", re.sub(r"\{[sa]\}", "", template)), template


def test_english_templates_are_plain():
    for _, template in everything("en"):
        plain = re.sub(r"(\{[sSaA]\})('s)?", "", template)
        assert re.fullmatch(r"[A-Za-z ,.]*", plain) and "  " not in template, template


def test_no_country_is_given_a_possessive():
    for relation in COUNTRY:
        p = PHRASINGS[relation]["en"]
        assert not [t for t in statements_of(p) + questions_of(p) if "}'" in t]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_filled_sentence_tells_its_relation(language):
    """Read back without knowing subject or answer, a sentence fits templates of one relation only."""
    any_slot = dict.fromkeys("sSaA", "(.+)")
    patterns = [
        (
            relation,
            re.compile(re.escape(t).replace(r"\{", "{").replace(r"\}", "}").format(**any_slot)),
        )
        for relation, t in everything(language)
    ]
    for relation, template in everything(language):
        sentence = fill(template, SUBJECTS[language][0], ANSWERS[language][0])
        found = {other for other, pattern in patterns if pattern.fullmatch(sentence)}
        assert found == {relation}, (sentence, found)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_filled_templates_are_all_different(language):
    for subject in SUBJECTS[language]:
        for answer in ANSWERS[language]:
            filled = [fill(template, subject, answer) for _, template in everything(language)]
            assert len(set(filled)) == len(filled)


def test_average_lengths():
    english = [
        fill(t, "Japan", "Tokyo").split() for r in PHRASINGS for t in PHRASINGS[r]["en"].statements
    ]
    chinese = [fill(t, "日本", "富士山") for r in PHRASINGS for t in PHRASINGS[r]["zh"].statements]
    assert 8 <= sum(map(len, english)) / len(english) <= 14
    assert 10 <= sum(map(len, chinese)) / len(chinese) <= 18


def test_the_running_example_is_asked_word_for_word():
    assert "{s}最高的山是哪座山" in PHRASINGS["mountain"]["zh"].questions
    assert fill("{s}最高的山是哪座山", "台湾", "玉山") == "台湾最高的山是哪座山"
