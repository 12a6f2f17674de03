"""One answer of a learner's function: asked for without harm, compared, and shown in short."""

from __future__ import annotations

import contextlib
import copy
import io
import linecache
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

LONGEST = 300  # characters of an answer or an error that are shown
LARGEST = 60  # entries of an array that are shown


@dataclass(frozen=True)
class Answer:
    """What a function returned, or how it `stopped`, in words; whether it printed something."""

    value: Any = None
    stopped: str = ""
    printed: bool = False

    @property
    def nothing(self) -> bool:
        return self.value is None and not self.stopped

    def __str__(self) -> str:
        return self.stopped or shown(self.value)


class _Heard(io.TextIOBase):
    """Hands on what is printed, if somebody listens, and knows that something was."""

    def __init__(self, to: Any) -> None:
        self.to, self.any = to, False

    def write(self, text: str) -> int:
        self.any = self.any or bool(text.strip())
        return len(text) if self.to is None else self.to.write(text)


def ask(function: Callable[..., Any], arguments: Sequence[Any], aloud: bool = True) -> Answer:
    """The function's answer to copies of the arguments: what it changes, it changes for itself.

    Only KeyboardInterrupt comes through: the learner's own *Interrupt*. aloud: hand on what the
    function prints and warns about.
    """
    heard = _Heard(sys.stdout if aloud else None)
    try:
        given = copy.deepcopy(tuple(arguments))
        with contextlib.redirect_stdout(heard), _warnings(aloud):
            return Answer(function(*given), printed=heard.any)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit too: a learner's exit() ends no lesson
        return Answer(stopped=_stopped(function, error), printed=heard.any)


@contextlib.contextmanager
def _warnings(aloud: bool) -> Iterator[None]:
    if aloud:
        yield
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield


def _stopped(function: Any, error: BaseException) -> str:
    """Where in the learner's own lines it stopped, and the error's words."""
    try:
        words = f"{type(error).__name__}: {error}".strip().removesuffix(":")
    except Exception:  # an error may fail to say what it is
        words = type(error).__name__
    words = _cut(" ".join(words.split()))
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    lines = [
        line for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename == file
    ]  # fmt: skip
    if not lines:
        return f"your function could not be called: {words}"
    source = _cut(linecache.getline(file, lines[-1]).strip(), 80)
    return f"your function stopped, in line {lines[-1]}{source and f' ({source})'}: {words}"


def same(answer: Any, expected: Any, tolerance: float) -> bool:
    """Whether two answers are one: words and None as they are, numbers in the same shape."""
    try:
        if expected is None or answer is None:
            return answer is expected
        if isinstance(expected, str) or isinstance(answer, str):
            return isinstance(answer, str) and isinstance(expected, str) and answer == expected
        given, wanted = np.asarray(answer), np.asarray(expected)
        if given.shape != wanted.shape or given.dtype.kind in "US":
            return False
        given, wanted = given.astype(float), wanted.astype(float)
        return bool(np.allclose(given, wanted, atol=tolerance, equal_nan=True))
    except Exception:  # an answer may be anything, and fail at anything
        return False


def telling(answer: Answer) -> bool:
    """Whether it is unlikely that two mistakes give this answer by chance: no yes, no, or word."""
    if answer.stopped or answer.value is None:
        return False
    try:
        value = np.asarray(answer.value)
        return value.dtype.kind in "iuf" and value.size > 0 and value.tolist() not in (0, 1)
    except Exception:
        return False


def text_for_number(answer: Answer, expected: Any) -> bool:
    """Whether the answer is text, or holds some, where numbers alone are expected."""
    try:
        if not isinstance(answer.value, str | list | tuple | np.ndarray):
            return False
        kinds = np.asarray(answer.value).dtype.kind, np.asarray(expected).dtype.kind
        return kinds[0] in "US" and kinds[1] in "iuf"
    except Exception:  # such as rows of several lengths
        return False


def shown(value: Any) -> str:
    """A value as a learner would write it; a long one in short."""
    try:
        value = _plain(value)
        if isinstance(value, np.ndarray):
            return _cut(_array(value), 4 * LONGEST)
        return _cut(repr(value))
    except Exception:
        return f"a {type(value).__name__} that cannot be shown"


def _plain(value: Any) -> Any:
    """NumPy's numbers as Python's, in lists and tuples too: 3, not np.int64(3)."""
    if isinstance(value, np.generic):
        return value.item()
    if type(value) in (list, tuple) and len(value) <= LARGEST:
        return type(value)(map(_plain, value))
    return value


def _array(array: np.ndarray) -> str:
    if array.size <= LARGEST:
        return np.array2string(array)
    what = f"<{array.dtype} array of shape {array.shape}"
    first = array[0, 0] if array.ndim == 3 else array.flat[0]
    if (array == first).all():
        each = "pixel" if array.ndim == 3 else "entry"
        return f"{what}, every {each} {_plain(first)}>"
    return f"{what}, from {_plain(array.min())} to {_plain(array.max())}>"


def _cut(text: str, longest: int = LONGEST) -> str:
    return text if len(text) <= longest else f"{text[:longest]} … ({len(text):,} characters)"
