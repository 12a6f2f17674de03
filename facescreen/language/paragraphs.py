"""Markdown as paragraphs: what a catalog has one entry for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

# Words that the pages and the student edition look for, in every language by one fixed word.
LABELS = {
    "ko": {
        "**What you'll do.**": "**할 일.**",
        "**Predict.**": "**예측.**",
        "**Check.**": "**확인.**",
        "## Exercises": "## 연습 문제",
    }
}

LONG_TABLE = 30  # lines from which on each row of a table is an entry of its own
_OPENS = (("```", "```"), ("~~~", "~~~"), ("$$", "$$"), ("<details", "</details>"))
_MEASURED = re.compile(r"\brun ([\d.]+) minutes on (\d+) cores")
_TIMED = "run {minutes} minutes on {cores} cores"


def blocks(source: str) -> Iterator[str]:
    """The parts of a text between blank lines; fences, formulas and answers are not cut."""
    held: list[str] = []
    close = ""
    for line in source.split("\n"):
        if not line.strip() and not close:
            if held:
                yield "\n".join(held)
            held = []
            continue
        held.append(line)
        bare = line.lstrip("> ")
        if close:
            close = "" if close in bare else close
            continue
        for opening, closing in _OPENS:
            if bare.startswith(opening) and closing not in bare[len(opening) :]:
                close = closing
    if held:
        yield "\n".join(held)


def has_words(block: str) -> bool:
    """Whether there is something to translate: code and formulas standing alone are not."""
    bare = block.lstrip("> ")
    if bare.startswith(("```", "~~~", "$$")) and bare.rstrip().endswith(("```", "~~~", "$$")):
        return False
    bare = re.sub(r"<[^>]*>|\]\([^)]*\)", "", bare)
    return any(letter.isalpha() for letter in bare)


def paragraphs(source: str) -> list[str]:
    """The msgids of a text, in order. What a run measures anew each time is a placeholder."""
    rows = (row for block in blocks(source) for row in _rows(block))
    return [_MEASURED.sub(_TIMED, row) for row in rows if has_words(row)]


def translated(source: str, known: Callable[[str], str]) -> str:
    """The text with each paragraph as ``known(msgid)``, which is "" where English has to do."""
    return "\n\n".join(
        "\n".join(_one(row, known) for row in _rows(block)) for block in blocks(source)
    )


def _rows(block: str) -> list[str]:
    lines = block.split("\n")
    table = len(lines) > LONG_TABLE and all(line.startswith("|") for line in lines)
    return lines if table else [block]


def _one(block: str, known: Callable[[str], str]) -> str:
    if not has_words(block):
        return block
    said = known(_MEASURED.sub(_TIMED, block))
    if (measured := _MEASURED.search(block)) and said:
        return said.replace("{minutes}", measured[1]).replace("{cores}", measured[2])
    return said or block
