"""A lesson's parameters, checked in one call: what is wrong is said in one sentence each."""

from __future__ import annotations

import difflib
import math
import numbers
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_MISSING = object()


class ParameterError(ValueError):
    """One sentence for each wrong parameter: its name, what it is, and what was expected."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the sentences, not the lines of code that found them."""
        return [str(self)]


@dataclass(frozen=True)
class Expected:
    """What a parameter may be: `says` in words, `like` by an example, `holds` by asking."""

    says: Callable[[Mapping[str, Any]], str]
    like: Any
    holds: Callable[[Any, Mapping[str, Any]], bool]
    limits: tuple[Any, ...] = ()

    def example(self, given: Mapping[str, Any]) -> Any:
        """`like`, or the nearest limit that is allowed where another parameter rules `like` out."""
        if self.holds(self.like, given):
            return self.like
        allowed = [x for x in (_value(one, given) for one in self.limits) if self.holds(x, given)]
        return min(allowed, key=lambda x: abs(x - self.like), default=self.like)


def whole(least: int | str | None = None, most: int | str | None = None, *, like: int) -> Expected:
    """A whole number from `least` to `most`; a text as a limit names another parameter."""

    def holds(value: Any, given: Mapping[str, Any]) -> bool:
        kind = isinstance(value, numbers.Integral) and not isinstance(value, bool)
        return kind and _within(value, least, most, given)

    return Expected(
        lambda given: "a whole number" + _limits(least, most, given), like, holds, (least, most)
    )


def number(
    least: float | str | None = None,
    most: float | str | None = None,
    *,
    above: float | None = None,
    like: float,
) -> Expected:
    """A finite number from `least` to `most`, or one that is larger than `above`."""

    def holds(value: Any, given: Mapping[str, Any]) -> bool:
        kind = isinstance(value, numbers.Real) and not isinstance(value, bool)
        if not kind or not math.isfinite(value) or (above is not None and value <= above):
            return False
        return _within(value, least, most, given)

    def says(given: Mapping[str, Any]) -> str:
        return "a number" + ("" if above is None else f" above {above}") + _limits(
            least, most, given
        )  # fmt: skip

    return Expected(says, like, holds, (least, most))


def switch(*, like: bool) -> Expected:
    """True or False, and nothing that only counts as one of them."""
    return Expected(lambda _: "True or False", like, lambda value, _: isinstance(value, bool))


def text(*, like: str, empty: bool = False) -> Expected:
    """Any text; one that is empty only where `empty` allows it."""
    return Expected(
        lambda _: "a text" + (", or an empty one" if empty else ""),
        like,
        lambda value, _: isinstance(value, str) and (empty or bool(value.strip())),
    )


def one_of(*words: Any) -> Expected:
    """One of `words`."""
    return Expected(
        lambda _: "one of " + ", ".join(map(repr, words)),
        words[0],
        lambda value, _: any(type(value) is type(word) and value == word for word in words),
    )


def several(
    each: Expected, least: int = 1, most: int | None = None, *, distinct: bool = False
) -> Expected:
    """A list or tuple of `least` to `most` entries, each as `each` expects it."""

    def holds(value: Any, given: Mapping[str, Any]) -> bool:
        if not isinstance(value, (list, tuple)) or not _within(len(value), least, most, given):
            return False
        repeated = distinct and len({repr(entry) for entry in value}) < len(value)
        return not repeated and all(each.holds(entry, given) for entry in value)

    def says(given: Mapping[str, Any]) -> str:
        count = f"{least} or more" if most is None else f"{least} to {most}"
        different = " different" if distinct else ""
        return f"a list of {count}{different} entries, each {each.says(given)}"

    return Expected(says, [each.like], holds)


def check_parameters(given: Mapping[str, Any], **expected: Expected) -> None:
    """Raise `ParameterError` unless each parameter in `given` is what is expected of it.

    given: the notebook's `globals()`. A typed name of its first cell that is no parameter, but
    nearly spelled like one, is an error too: the value that was meant to change would not.
    """
    wrong = []
    for name, what in expected.items():
        value, example = given.get(name, _MISSING), f"such as {name} = {what.example(given)!r}"
        if value is _MISSING:
            wrong.append(f"{name} is not set, expected {what.says(given)}, {example}")
        elif not what.holds(value, given):
            wrong.append(f"{name} is {_short(value)}, expected {what.says(given)}, {example}")
    # A later cell may set names as it likes; those of the first cell say their types.
    typed = dict.get(given, "__annotations__", {}) if isinstance(given, dict) else {}
    for name in typed:
        near = difflib.get_close_matches(name, expected, 1, cutoff=0.75)
        if name not in expected and near:
            wrong.append(f"{name} is no parameter of this lesson: did you mean {near[0]}?")
    if wrong:
        raise ParameterError("; ".join(wrong))


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."


def _value(limit: Any, given: Mapping[str, Any]) -> Any:
    """A limit's number; None where it is none, or names a parameter that is itself wrong."""
    value = given.get(limit) if isinstance(limit, str) else limit
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    return value if real and not math.isnan(value) else None


def _within(value: Any, least: Any, most: Any, given: Mapping[str, Any]) -> bool:
    low, high = _value(least, given), _value(most, given)
    return (low is None or value >= low) and (high is None or value <= high)


def _limits(least: Any, most: Any, given: Mapping[str, Any]) -> str:
    def shown(limit: Any) -> str:
        return f"{limit} (which is {_short(given.get(limit))})" if isinstance(limit, str) else (
            f"{limit:,}"
        )  # fmt: skip

    if least is None and most is None:
        return ""
    if most is None:
        return f", {shown(least)} or more"
    if least is None:
        return f", at most {shown(most)}"
    return f" from {shown(least)} to {shown(most)}"
