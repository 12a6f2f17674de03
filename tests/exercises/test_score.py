"""Laws of the score: it counts the latest answers of a lesson, and its line can be read back."""

import pytest

from facescreen import exercises
from facescreen.exercises import Score, read_score
from facescreen.exercises.score import _records as records


@pytest.fixture(autouse=True)
def fresh():
    for kept in records.values():
        for name, record in kept.items():
            kept[name] = type(record)()


def printed(lesson, capsys) -> list[str]:
    capsys.readouterr()
    assert exercises.score(lesson) is None
    return capsys.readouterr().out.splitlines()


def right_reduction(before, after):
    return 100 * (before - after) / before


def test_before_any_answer_nothing_is_right_and_nothing_attempted(capsys):
    assert printed("05", capsys) == [
        "Lesson 05: 0 of 3 exercises right. Still open: single_color, screen, reduction.",
        "facescreen score: lesson 05, right 0 of 3, attempted 0, hints 0",
    ]


def test_the_latest_answer_counts(capsys):
    exercises.check_reduction(lambda b, a: b - a)
    assert "right 0 of 3, attempted 1, hints 1" in printed("05", capsys)[1]
    exercises.check_reduction(right_reduction)
    assert "right 1 of 3, attempted 1, hints 1" in printed("05", capsys)[1]
    exercises.check_reduction(lambda b, a: 1 / 0)
    assert "right 0 of 3, attempted 1, hints 2" in printed("05", capsys)[1]
    assert "right 0 of 3, attempted 0" in printed("06", capsys)[1]


def test_a_stub_is_no_attempt_and_its_message_no_hint(capsys):
    exercises.check_reduction(lambda b, a: None)
    exercises.check_tries_needed(lambda broken, count: None)  # None is expected in one case
    assert "attempted 0, hints 0" in printed("05", capsys)[1]
    assert "attempted 0, hints 0" in printed("07", capsys)[1]


def test_a_function_that_answers_some_cases_is_an_attempt(capsys):
    exercises.check_tries_needed(lambda broken, count: 2 if len(broken) == 12 else None)
    assert "right 0 of 2, attempted 1, hints 1" in printed("07", capsys)[1]


def test_all_right_leaves_nothing_open(capsys):
    exercises.check_valid_lost(lambda f, labels: f[labels == "valid"].mean())
    z = 1.96

    def wilson(k, n):
        p, d = k / n, 1 + z * z / n
        half = (p * (1 - p) / n + (z / (2 * n)) ** 2) ** 0.5
        return [(p + z * z / (2 * n) + side * z * half) / d for side in (-1, 1)]

    exercises.check_wilson(wilson)
    assert printed("A1", capsys)[0] == "Lesson A1: 2 of 2 exercises right."


def test_every_check_belongs_to_a_lesson_in_the_order_of_its_file(capsys):
    checks = {n for n in exercises.__all__ if n.startswith("check_")} - {"check_parameters"}
    lessons = {number: kept for number, kept in records.items() if number != "Q1"}  # the quiz
    assert {f"check_{name}" for kept in lessons.values() for name in kept} == checks
    assert list(records["01"]) == ["histogram", "count_at", "spread"]


@pytest.mark.parametrize("written", ["5", "05", 5])
def test_a_lesson_may_be_written_in_short(written, capsys):
    assert printed(written, capsys)[0].startswith("Lesson 05")
    assert printed("a1", capsys)[0].startswith("Lesson A1")


def test_an_unknown_lesson_is_named_with_the_known_ones():
    with pytest.raises(ValueError, match="no exercises of lesson '77'; there are 00, 01, 02"):
        exercises.score("77")


@pytest.mark.parametrize("around", ["{}", "hello,\n> {}\nKim", "  {}. Bye"])
def test_the_line_is_read_from_whatever_it_was_copied_into(around, capsys):
    exercises.check_reduction(right_reduction)
    line = printed("05", capsys)[1]
    assert read_score(around.format(line)) == Score("05", 1, 3, 1, 0)
    assert str(read_score(line)) == line


@pytest.mark.parametrize(
    "line",
    [
        "",
        "lesson 05: all right",
        "facescreen score: lesson 05, right 2 of 3",
        "facescreen score: lesson 05, right 4 of 3, attempted 3, hints 0",
        "facescreen score: lesson 05, right 2 of 3, attempted 1, hints 0",
    ],
)
def test_what_is_no_score_is_refused(line):
    with pytest.raises(ValueError, match="score"):
        read_score(line)
