"""A class file: what it means, and one line for what is wrong with it."""

import datetime

import pytest

from gptlab.blanks.registry import blanks, find
from gptlab.teaching import class_file
from gptlab.teaching.class_file import BadClassFile, from_values, read


def test_the_template_is_a_class(tmp_path):
    path = tmp_path / "class.toml"
    path.write_text(class_file.TEMPLATE, encoding="utf-8")
    found = read(path)
    assert found.name == "Language models" and found.lessons == tuple(range(7))
    assert found.pass_mark == 60 and not found.given
    assert {entry.lesson for entry in found.counted()} == set(range(7))


def test_points_days_and_what_is_given():
    found = from_values(
        {
            "lessons": ["1-2", 5],
            "given": [1],
            "points": {"default": 2, "attention.look": 7, "bpe": {"encode": 3}},
            "due": {"2": datetime.date(2027, 3, 1), "5": datetime.datetime(2027, 3, 8, 12)},
        }
    )
    assert {entry.lesson for entry in found.counted()} == {2, 5}
    worth = {key: found.worth(find(key)) for key in ("attention.look", "bpe.encode", "bpe.decode")}
    assert worth == {"attention.look": 7, "bpe.encode": 3, "bpe.decode": 2}
    assert found.due == {2: datetime.date(2027, 3, 1), 5: datetime.date(2027, 3, 8)}


def test_without_a_word_everything_counts_by_its_minutes():
    found = from_values({})
    assert found.counted() == blanks()
    assert all(found.worth(entry) == entry.minutes for entry in blanks())


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"lesson": [1]}, "there is no 'lesson'"),
        ({"lessons": "1-3"}, "lessons is a list"),
        ({"lessons": [99]}, "there is no lesson 99"),
        ({"lessons": ["3-1"]}, "runs backwards"),
        ({"lessons": [True]}, "there is no lesson True"),
        ({"given": ["one"]}, "there is no lesson 'one'"),
        ({"name": 3}, "name is a text"),
        ({"pass_mark": 101}, "pass_mark is a number from 0 to 100"),
        ({"pass_mark": True}, "pass_mark is a number"),
        ({"points": 5}, "points is a table"),
        ({"points": {"default": "hours"}}, "points.default is a number"),
        ({"points": {"attention.lok": 5}}, "there is no function 'attention.lok'"),
        ({"points": {"attention.look": -1}}, "points.attention.look is a number from 0"),
        ({"due": {"1": "tomorrow"}}, 'due."1" is a day'),
        ({"due": {"77": datetime.date(2027, 1, 1)}}, "there is no lesson '77'"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(values, said):
    with pytest.raises(BadClassFile) as caught:
        from_values(values)
    assert said in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"name = ", b"\xff\xfe", None])
def test_a_file_that_cannot_be_read(tmp_path, content):
    path = tmp_path / "class.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadClassFile, match=r"class\.toml"):
        read(path)
