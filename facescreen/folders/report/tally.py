"""One pass over a table: counts, bars of the histogram, and the rows of the galleries."""

from __future__ import annotations

import zlib
from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from facescreen.folders.report.rows import Row
from facescreen.folders.report.scale import LogOdds, Pixels, scale_of
from facescreen.folders.table import UNREADABLE, Counts
from facescreen.screening import AnyRule, MultiColorRule

WORST, WHITE, SIDE = 16, 8, 12  # images of the galleries; of borderline ones, on either side
LISTED = 100  # unreadable files that are named
NEAR_FACTOR, NEAR_ODDS = 2, 1.0  # what counts as near the threshold
ROUNDED = 1e-5  # of a score: six digits are in the table
PASSED = ""


@dataclass
class Best:
    """The few rows with the smallest keys; of equal keys, those that come first in the table."""

    most: int
    kept: list[tuple[Any, int, Row]] = field(default_factory=list)
    offered: int = 0
    near: int = 0  # of those offered, how many lie near the threshold

    def offer(self, key: Any, row: Row) -> None:
        self.offered += 1
        if len(self.kept) < self.most or key < self.kept[-1][0]:
            insort(self.kept, (key, row.number, row))
            del self.kept[self.most :]

    @property
    def rows(self) -> list[Row]:
        return [row for _, _, row in self.kept]


@dataclass
class Tally:
    """What a table says, in bounded memory.

    bars: by reason ("" for passed), how many scores each bar of the scale holds. values: by reason
    other than "", how many images were measured at each value (bin). scored: rows with a
    score. above, below: the flagged and the passed images nearest to the threshold, without those
    of 0 pixels.
    """

    scale: Pixels | LogOdds | None
    counts: Counts = field(default_factory=Counts)
    bars: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    values: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    scored: int = 0
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    worst: Best = field(default_factory=lambda: Best(WORST))
    white: Best = field(default_factory=lambda: Best(WHITE))
    above: Best = field(default_factory=lambda: Best(SIDE))
    below: Best = field(default_factory=lambda: Best(SIDE))

    @property
    def judged(self) -> int:
        return self.counts.reasons.total()

    @property
    def flagged(self) -> int:
        return self.judged - self.counts.reasons[PASSED]

    @property
    def chosen(self) -> list[Row]:
        """The rows of all galleries."""
        return [*self.worst.rows, *self.white.rows, *self.just_flagged, *self.below.rows]

    @property
    def all_flagged_are_worst(self) -> bool:
        """Whether the gallery of the worst has room for all."""
        return self.worst.offered <= WORST

    @property
    def just_flagged(self) -> list[Row]:
        """Those nearest to the threshold, unless all flagged images are shown as the worst."""
        return [] if self.all_flagged_are_worst else self.above.rows


def tally(rows: Iterable[Row], rule: Any) -> Tally:
    """Count a table's rows. Raises ValueError where a rule of another threshold has judged them."""
    found, by_sum, near = Tally(scale_of(rule)), judges_by_sum(rule), band(rule)
    for row in rows:
        found.counts.add_row((row.file, row.broken is not None, row.reason, "", "", "", row.note))
        if row.broken is None:
            if len(found.unreadable) < LISTED:
                found.unreadable.append((row.file, row.reason.removeprefix(UNREADABLE)))
        elif row.score is not None:
            _measured(found, row, by_sum and row.reason == "white", near)
    return found


def _measured(found: Tally, row: Row, white: bool, near: tuple[float, float]) -> None:
    score = row.score
    found.scored += 1
    if found.scale is not None:
        found.bars[row.reason][_bar(found.scale, row, white)] += 1
    if row.broken and row.bin >= 0:
        found.values[row.reason][row.bin] += 1
    if white:
        name = row.file.encode("utf-8", "surrogateescape")
        found.white.offer(zlib.crc32(name), row)  # by chance, and the same ones each time
        return
    if row.broken:
        found.worst.offer(-score, row)
    if not row.broken and not score and isinstance(found.scale, Pixels):
        return  # nothing was counted: as far from the threshold as can be
    side = found.above if row.broken else found.below
    side.offer(score if row.broken else -score, row)
    side.near += near[0] <= score <= near[1]


def _bar(scale: Pixels | LogOdds, row: Row, white: bool) -> int:
    """The bar of a row's score, on the side of the threshold that its verdict says.

    A table's scores are rounded, its verdicts are not. Raises ValueError where they cannot both be
    of this threshold.
    """
    bar, over = scale.bar(row.score), row.broken and not white
    if scale.over is None or over == (bar >= scale.over):
        return bar
    if abs(row.score - scale.threshold) > ROUNDED * max(1, abs(row.score)):
        did = "was flagged" if row.broken else "passed"
        raise ValueError(
            f"row {row.number + 1:,} of the table {did} with a score of {row.score:g}, which does "
            f"not go with a threshold of {scale.threshold:g}: name the rule that made the table"
        )
    return scale.over if over else scale.over - 1


def judges_by_sum(rule: Any) -> bool:
    """Whether "white" means a sum of counts, which the table does not hold."""
    if isinstance(rule, AnyRule):
        return any(judges_by_sum(one) for one in rule.rules)
    return isinstance(rule, MultiColorRule)


def band(rule: Any) -> tuple[float, float]:
    """From which to which score is near the threshold; without bounds where nothing says so."""
    scale = scale_of(rule)
    if isinstance(scale, LogOdds):
        return scale.threshold - NEAR_ODDS, scale.threshold + NEAR_ODDS
    if scale is None or not scale.threshold:
        return float("-inf"), float("inf")
    return scale.threshold / NEAR_FACTOR, scale.threshold * NEAR_FACTOR
