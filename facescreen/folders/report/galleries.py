"""The galleries of a page: which images, and what stands beside each."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any, NamedTuple

from facescreen.folders.report.pictures import Seen
from facescreen.folders.report.rows import Row
from facescreen.folders.report.scale import LogOdds, number, scale_of
from facescreen.folders.report.tally import NEAR_FACTOR, Best, Tally, band, judges_by_sum
from facescreen.folders.report.words import shown


class Card(NamedTuple):
    """An image of a gallery."""

    name: str
    broken: bool
    reason: str
    score: str
    note: str
    seen: Seen


class Gallery(NamedTuple):
    """Some images, and which ones they are, in words."""

    title: str
    words: str
    cards: list[Card]


def galleries(found: Tally, rule: Any, seen: Mapping[int, Seen]) -> list[Gallery]:
    """What the page shows of a table's images; seen: each image shown, by its row's number."""
    by_sum = judges_by_sum(rule)
    kind = "images flagged as color" if by_sum else "flagged images"
    made = [
        ("Worst", _which(found.worst, kind, "with the highest scores"), found.worst),
        (
            "White",
            _which(found.white, "images flagged as white", "drawn by chance")
            + " Their sums are not in the table, so that they have no order.",
            found.white,
        ),
        ("Borderline: just flagged", _nearest(found.above, kind, rule), found.above),
        (
            "Borderline: just passed",
            _nearest(found.below, "images that passed", rule)
            + (" How near they come to the sum threshold is not in the table." if by_sum else ""),
            found.below,
        ),
    ]
    return [
        Gallery(title, words, [_card(row, seen[row.number]) for row in best.rows])
        for title, words, best in made
        if best is not found.white or by_sum
    ]


def _which(best: Best, kind: str, how: str) -> str:
    count = len(best.rows)
    if not count:
        return f"There are no {kind}."
    return f"{count:,} of {best.offered:,} {kind}, {how}."


def _nearest(best: Best, kind: str, rule: Any) -> str:
    """Which images are shown, and how many lie near the threshold."""
    words, (low, high) = _which(best, kind, "nearest to the threshold"), band(rule)
    if not best.rows or low == -inf:
        return words
    how = "1 in log odds" if isinstance(scale_of(rule), LogOdds) else f"a factor of {NEAR_FACTOR}"
    return (
        f"{words} Within {how} of it ({number(low)} to {number(high)}) "
        f"{'lies' if best.near == 1 else 'lie'} {best.near:,}."
    )


def _card(row: Row, seen: Seen) -> Card:
    score = "" if row.score is None else number(row.score)
    return Card(shown(row.file), bool(row.broken), shown(row.reason), score, shown(row.note), seen)
