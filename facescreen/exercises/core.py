"""How every check compares a learner's function with what was expected; it never raises."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from facescreen.exercises.answers import Answer, ask, same, shown, telling, text_for_number

Mistake = tuple[str, Callable[..., Any]]  # a hint, and a function that makes the mistake


@dataclass(frozen=True)
class Verdict:
    """What a check found: `attempted` is False for a function that returned nothing but None."""

    right: bool
    attempted: bool
    text: str


def compare(
    function: Callable[..., Any],
    cases: Sequence[tuple[Sequence[Any], Any]],
    hint: str,
    mistakes: Sequence[Mistake] = (),
    tolerance: float = 1e-8,
) -> Verdict:
    """Call ``function(*arguments)`` for each case, (arguments, expected); say what differs.

    mistakes: the hint of the one that gives the same answers stands in for `hint`; of several,
    the first. tolerance: by how much a number may differ, beside a hundred-thousandth of itself.
    """
    name = str(getattr(function, "__name__", "your function"))
    answers, failed = [], None
    for number, (arguments, expected) in enumerate(cases):
        # After the first difference the other answers are only asked for to tell mistakes apart.
        answer = ask(function, arguments, aloud=failed is None)
        answers.append(answer)
        if failed is None and (answer.stopped or not same(answer.value, expected, tolerance)):
            failed = number
    attempted = not all(answer.nothing for answer in answers)
    if failed is None:
        return Verdict(True, True, f"Right: {name} agrees on all {len(cases)} cases.")
    answer, (arguments, expected) = answers[failed], cases[failed]
    said = "" if attempted and callable(function) else _about_the_call(function, answer)
    if not said and text_for_number(answer, expected):
        said = "this is text, not a number: return it without quotes or str()"
    named = None if said else _named(answers, failed, cases, mistakes, tolerance)
    return Verdict(
        False,
        attempted,
        f"Not yet. {name}({', '.join(map(shown, arguments))})\n"
        f"  expected: {shown(expected)}\n  yours:    {answer}\n"
        f"  hint:     {named or '; '.join(filter(None, [said, hint]))}",
    )


def _about_the_call(function: Any, answer: Answer) -> str:
    """What is wrong before any number is: no function, or nothing returned."""
    if not callable(function):
        return "give the check the function's name alone, without brackets"
    if answer.printed:
        return "the function prints, but returns nothing: write return before the result"
    return "the function returns nothing so far"


def _named(
    answers: Sequence[Answer],
    failed: int,
    cases: Sequence[tuple[Sequence[Any], Any]],
    mistakes: Sequence[Mistake],
    tolerance: float,
) -> str | None:
    """The hint of the mistake that explains the answers: all of them, or the first wrong one.

    One answer alone tells only if it is `telling` and no other mistake gives it.
    """
    alike: list[str] = []
    for hint, mistake in mistakes:
        made = [ask(mistake, arguments, aloud=False) for arguments, _ in cases]
        agree = [
            bool(a.stopped) == bool(m.stopped) and same(a.value, m.value, tolerance)
            for a, m in zip(answers, made, strict=True)
        ]
        if not made[failed].stopped and same(made[failed].value, cases[failed][1], tolerance):
            continue
        if all(agree) and not all(one.stopped for one in made):
            return hint
        if agree[failed] and hint not in alike:
            alike.append(hint)
    return alike[0] if len(alike) == 1 and telling(answers[failed]) else None
