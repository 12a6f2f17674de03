"""What a translation shares with its English, to the letter."""

from __future__ import annotations

import re
from collections import Counter

from facescreen.language.paragraphs import LABELS

_CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_SHARED = {
    "formula": re.compile(r"\$\$.+?\$\$|(?<![\\$])\$(?!\s)[^$\n]+?(?<!\s)\$", re.DOTALL),
    "placeholder": re.compile(r"\{\w+\}"),
    "link": re.compile(r"\]\(([^)]*)\)"),
    "tag": re.compile(r"</?[A-Za-z][^>]*>"),
    "number": re.compile(r"\d+(?:[.,]\d+)*"),
    "line": re.compile(r"^(?:> ?)*(?:#{1,6} |[-*+] |\d+\. )?", re.MULTILINE),
    "bar": re.compile(r"(?<!\\)\|"),
    "bold": re.compile(r"\*\*"),
}
# A mark of emphasis between punctuation and a letter opens and closes nothing (CommonMark 6.2).
_EMPHASIS = re.compile(r"(\*{1,2})(?=[^\s*])(.+?)(?<=[^\s*])\1(?!\*)", re.DOTALL)


def differences(english: str, said: str, language: str = "ko") -> list[str]:
    """Sentences about what differs and must not; none for a translation that keeps all of it."""
    found = []
    one, other = _counted(english), _counted(said)
    for what in one:
        if less := one[what] - other[what]:
            found.append(f"{what} {_listed(less)} is missing")
        if more := other[what] - one[what]:
            found.append(f"{what} {_listed(more)} is not in the English")
    for label, fixed in LABELS[language].items():
        if english.count(label) != said.count(fixed):
            found.append(f"{label!r} has to be {fixed!r}")
    return found + [f"{dead!r}: the mark closes nothing there" for dead in dead_emphasis(said)]


def dead_emphasis(text: str) -> list[str]:
    """Closing marks that stand between punctuation and a letter, where they close nothing."""
    bare = _CODE.sub("`x`", text)
    return [
        found[0]
        for found in _EMPHASIS.finditer(bare)
        if re.search(r"[^\w\s]$", found[2]) and re.match(r"\w", bare[found.end() :])
    ]


def _counted(text: str) -> dict[str, Counter]:
    counted = {"code": Counter(code for _, code in _CODE.findall(text))}
    bare = _CODE.sub("", text)
    for what, pattern in _SHARED.items():
        counted[what] = Counter(pattern.findall(bare))
        if what == "formula":
            bare = pattern.sub("", bare)
    return counted


def _listed(counts: Counter) -> str:
    return ", ".join(repr(text) for text in counts)
