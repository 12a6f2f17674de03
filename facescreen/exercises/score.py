"""How far a learner got in a lesson: n of m right, and a line to copy to the teacher."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from facescreen.exercises.core import Verdict


@dataclass
class _Record:
    """What became of one exercise since the kernel started."""

    right: bool = False  # of the latest answer
    attempted: bool = False
    hints: int = 0


class Score(NamedTuple):
    """The numbers of one line of `score`."""

    lesson: str
    right: int
    exercises: int
    attempted: int
    hints: int

    def __str__(self) -> str:
        return (
            f"facescreen score: lesson {self.lesson}, right {self.right} of {self.exercises}, "
            f"attempted {self.attempted}, hints {self.hints}"
        )


_records: dict[str, dict[str, _Record]] = {}  # by lesson, then by exercise, in their order
LINE = re.compile(
    r"facescreen\s+score:\s*lesson\s+(\w+),\s*right\s+(\d+)\s+of\s+(\d+),"
    r"\s*attempted\s+(\d+),\s*hints\s+(\d+)"
)


def exercise(check: Callable[[Any], Verdict]) -> Callable[[Any], bool]:
    """A check as learners call it: says its verdict, keeps it for `score`, tells if it was right.

    The check is of the lesson whose file it stands in: `lesson_05.py` holds those of lesson 05.
    """
    lesson = check.__module__.rpartition("lesson_")[2].upper()
    name = check.__name__.removeprefix("check_")
    enroll(lesson, name)

    @functools.wraps(check)
    def checked(function: Any) -> bool:
        return keep(lesson, name, check(function))

    return checked


def enroll(lesson: str, name: str) -> None:
    """Count an exercise among those of a lesson, as not attempted yet."""
    _records.setdefault(lesson, {})[name] = _Record()


def keep(lesson: str, name: str, verdict: Verdict) -> bool:
    """Print what became of an enrolled exercise, keep it for `score`, and tell if it was right."""
    record = _records[lesson][name]
    record.right = verdict.right
    record.attempted |= verdict.attempted
    record.hints += verdict.attempted and not verdict.right
    print(verdict.text)
    return verdict.right


def exercises_of(lesson: str) -> int | None:
    """How many exercises a lesson has; None for one that has not enrolled any."""
    return len(_records[lesson]) if lesson in _records else None


def score(lesson: str) -> None:
    """Print how many of a lesson's exercises are right, then one line to copy to the teacher.

    Right is an exercise whose latest answer was right. Attempted is one whose function returned
    something other than None, or stopped with an error, at least once; the hints are the answers
    to attempted exercises that were not right yet. All this is since the kernel started, and
    whoever wrote the function: in the edition with solutions, a solution cell that was run counts
    as an answer. The line is plain text, which anybody can type.
    """
    key = str(lesson).upper().zfill(2)
    if key not in _records:
        raise ValueError(f"no exercises of lesson {lesson!r}; there are {', '.join(_records)}")
    kept = _records[key]
    made = Score(
        key,
        sum(record.right for record in kept.values()),
        len(kept),
        sum(record.attempted for record in kept.values()),
        sum(record.hints for record in kept.values()),
    )
    still = [name for name, record in kept.items() if not record.right]
    rest = f" Still open: {', '.join(still)}." if still else ""
    print(f"Lesson {key}: {made.right} of {made.exercises} exercises right.{rest}\n{made}")


def read_score(line: str) -> Score:
    """The numbers of a line that `score` printed, from whatever text it was copied into.

    Raises ValueError for a text without such a line, and for one whose numbers cannot be.
    """
    found = LINE.search(line)
    if not found:
        raise ValueError(f"no line of a facescreen score in {line[:80]!r}")
    read = Score(found[1].upper(), *map(int, found.groups()[1:]))
    if not read.right <= read.attempted <= read.exercises:
        raise ValueError(f"no score has these numbers: {read}")
    return read
