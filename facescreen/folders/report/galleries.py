"""The galleries of a page: which images, and what stands beside each."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any, NamedTuple

from facescreen.folders.report.pictures import Seen
from facescreen.folders.report.rows import Row
from facescreen.folders.report.scale import LogOdds, Pixels, number, scale_of
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
    """What the page shows of a table's images, nothing where none has a score.

    seen: each image shown, by its row's number.
    """
    if not found.scored:
        return []
    by_sum = judges_by_sum(rule)
    kind = "image flagged as color" if by_sum else "flagged image"
    above = _nearest(found.above, kind, rule)
    if found.all_flagged_are_worst:
        above += " Shown above."
    below = _nearest(found.below, _passed(found), rule)
    if by_sum and found.below.rows:
        below += " How near they come to the sum threshold is not in the table."
    made = [
        (
            "Worst images",
            _which(found.worst, kind, "those with the highest scores"),
            found.worst.rows,
        )
    ]
    white = found.white.rows
    if white:
        words = _which(found.white, "image flagged as white", "picked by chance")
        words += " Their sums are not in the table, so they stand in no order."
        made.append(("White images", words, white))
    if found.above.rows:
        made.append(("Borderline: just flagged", above, found.just_flagged))
    made.append(("Borderline: just passed", below, found.below.rows))
    return [
        Gallery(title, words, [_card(row, rows is white, seen[row.number]) for row in rows])
        for title, words, rows in made
    ]


def _passed(found: Tally) -> str:
    kind = "image that passed"
    return f"{kind} with a score above 0" if isinstance(found.scale, Pixels) else kind


def _which(best: Best, kind: str, how: str) -> str:
    count, several = len(best.rows), kind.replace("image", "images")
    if count == best.offered:
        return {0: f"There is no {kind}.", 1: f"One {kind}."}.get(count, f"All {count} {several}.")
    return f"{count:,} of {best.offered:,} {several}, {how}."


def _nearest(best: Best, kind: str, rule: Any) -> str:
    """Which images are shown, and how many lie near the threshold."""
    words, (low, high) = _which(best, kind, "those nearest to the threshold"), band(rule)
    if not best.rows or low == -inf:
        return words
    how = "1 in log odds" if isinstance(scale_of(rule), LogOdds) else f"a factor of {NEAR_FACTOR}"
    near = {0: "None lies", 1: "One lies"}.get(best.near, f"{best.near:,} lie")
    return f"{words} {near} within {how} of it ({number(low)} to {number(high)})."


def _card(row: Row, white: bool, seen: Seen) -> Card:
    score = "" if row.score is None or white else f"score {number(row.score)}"
    return Card(shown(row.file), bool(row.broken), shown(row.reason), score, shown(row.note), seen)
