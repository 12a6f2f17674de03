"""How an answer of the quiz is judged, and kept for the score."""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from facescreen.exercises import Verdict, enroll, keep
from facescreen.language.kernel import in_language

LESSON = "Q1"  # of the score's line
LETTERS = "ABCD"
WIDTH = 92  # characters of a printed line

Found = float | Mapping[str, bool]  # a number, or which of the choices is true


@dataclass(frozen=True)
class Question:
    """A question: where it was met, its choices as numbers where they are, and what slips mean."""

    lesson: str
    heading: str
    work_out: Callable[[], tuple[Found, str]]  # what was found, and the reason in words
    numbers: Mapping[str, float]  # of the choices; empty where they are claims
    slips: Mapping[str, str]  # by letter: what an answer overlooks


QUESTIONS: list[Question] = []  # question 1 is the first


def question(
    lesson: str, heading: str, numbers: Sequence[float] = (), **slips: str
) -> Callable[[Callable[[], tuple[Found, str]]], Callable[[], tuple[Found, str]]]:
    """Add a question. Decorates what works it out: a number to compare with `numbers`, which are
    those of A to D in this order, or a bool for each letter; and the reason.
    """

    def add(work_out: Callable[[], tuple[Found, str]]) -> Callable[[], tuple[Found, str]]:
        choices = dict(zip(LETTERS, numbers, strict=True)) if numbers else {}
        QUESTIONS.append(Question(lesson, heading, work_out, choices, slips))
        enroll(LESSON, str(len(QUESTIONS)))
        return work_out

    return add


@functools.cache
def worked_out(number: int) -> tuple[str, str]:
    """The right letter of a question, and the reason. The first call may load images.

    Raises RuntimeError where not exactly one claim is true of the shipped data.
    """
    asked = QUESTIONS[number - 1]
    found, reason = asked.work_out()
    if isinstance(found, Mapping):
        true = [letter for letter in LETTERS if found[letter]]
    else:
        true = [min(asked.numbers, key=lambda letter: abs(asked.numbers[letter] - found))]
    if len(true) != 1:
        raise RuntimeError(f"question {number}: {len(true)} of its claims are true, expected 1")
    return true[0], reason


def right_letter(number: int) -> str:
    """The right answer of a question, 1 to 20, worked out from the shipped data."""
    return worked_out(number)[0]


def check(number: int, answer: str) -> bool:
    """Say whether a letter answers a question, with the reason; keep it for `exercises.score`.

    number: 1 to 20. answer: "A" to "D"; "" is no answer yet. Prints, and never raises for an
    answer; raises ValueError for a number that no question has.
    """
    if number not in range(1, len(QUESTIONS) + 1):
        raise ValueError(f"there is no question {number!r}; there are 1 to {len(QUESTIONS)}")
    return keep(LESSON, str(number), _judged(number, answer))


def _judged(number: int, answer: str) -> Verdict:
    asked, letter = QUESTIONS[number - 1], str(answer).strip().upper()
    if not letter:
        return Verdict(False, False, f"Question {number}: no answer yet.")
    if letter not in LETTERS or len(letter) != 1:
        said = f"Question {number}: {str(answer)[:40]!r} is not one of A, B, C and D."
        return Verdict(False, False, said)
    right, reason = worked_out(number)
    place = f"Met in {name_of(asked.lesson)}, “{asked.heading}”."
    if letter == right:
        return Verdict(True, True, _lines(f"Right, {letter}. {reason} {place}"))
    slip = asked.slips.get(letter, "")
    return Verdict(False, True, _lines(f"Not {letter}. {slip} {place}"))


def name_of(lesson: str) -> str:
    """How a lesson is called in a sentence: "lesson 05", "appendix A1"."""
    return f"{'lesson' if lesson.isdigit() else 'appendix'} {lesson}"


def _lines(text: str) -> str:
    return textwrap.fill(in_language(" ".join(text.split())), WIDTH)
