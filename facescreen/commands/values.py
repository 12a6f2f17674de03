"""What a value on the command line must be, and the sentence for one that is not."""

import argparse
import math
from collections.abc import Callable
from pathlib import Path

LARGEST_SEED = 2**32 - 1
THREADS, PROCESSES = 256, 256  # more only wait for each other, and some systems end the process
PIXELS = 4096  # a side


def whole(low: int, high: int) -> Callable[[str], int]:
    """The type of a whole number from low to high."""

    def value(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = None
        if number is None or not low <= number <= high:
            raise argparse.ArgumentTypeError(
                f"{text!r} given, expected a whole number from {low:,} to {high:,}"
            )
        return number

    return value


count = whole(0, 10**9)
seed = whole(0, LARGEST_SEED)
threads, workers = whole(1, THREADS), whole(1, PROCESSES)
pixels = whole(1, PIXELS)


def number(text: str) -> float:
    """A finite number, a whole one if it is."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text!r} given, expected a finite number")
    return int(value) if value.is_integer() else value


def minutes(text: str) -> float:
    """A time, above 0."""
    value = number(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} given, expected minutes, more than 0")
    return value


def share(text: str) -> float:
    """A share, 0 to 1."""
    value = number(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} given, expected a share from 0 to 1")
    return value


def page(text: str) -> Path:
    """A name for a page; what follows --report may have been meant as the folder."""
    if not text.lower().endswith((".html", ".htm")):
        raise argparse.ArgumentTypeError(f"{text} does not end in .html (name FOLDER first)")
    return Path(text)


def check_texts(options: argparse.Namespace) -> None:
    """Raise ValueError for an empty path or name: it would mean the folder that one stands in."""
    for option, value in vars(options).items():
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and (not text.strip() or "\0" in text):
                raise ValueError(f"{option} is {text!r}, expected a path or a name")
