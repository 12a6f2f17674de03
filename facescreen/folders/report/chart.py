"""A histogram as numbers for the page's SVG: a panel for each series, one axis under them all.

Panels are not stacked, because counts span decades and the axis is logarithmic where they do.
Widths are percent of the drawing's, heights pixels: so it fits a phone with its letters as large.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil, log10
from typing import ClassVar, NamedTuple

LEFT, RIGHT = 9.0, 99.0  # percent: where bars begin and end
TOP, PANEL, GAP = 40, 64, 34  # pixels: above, of a panel, between them
LABELS = 7
DECADES = 50  # a largest count from which on the axis is logarithmic


class Mark(NamedTuple):
    """A label, or a line with one, at a place: percent across, pixels down."""

    place: float
    text: str


class Bar(NamedTuple):
    x: float
    width: float
    y: float
    height: float
    title: str


class Panel(NamedTuple):
    """A series: its bars, the y of its upper end and of its base, and its axis' marks."""

    name: str
    total: int
    top: float
    base: float
    bars: list[Bar]
    grid: list[Mark]


@dataclass(frozen=True)
class Chart:
    """What the page draws.

    series: by name, how many images each bar holds, in the order of the panels. words: a bar, and
    how many it is joined of, as text; label: what stands under a bar's left end, or under its
    middle if `centered`. joined: so many bars make one. line: the bar at whose left end a line
    stands, and its words.
    """

    series: Mapping[str, Counter[int]]
    words: Callable[[int, int], str]
    label: Callable[[int], str]
    axis: str
    joined: int = 1
    line_at: tuple[int, str] | None = None
    centered: bool = False
    left: ClassVar[float] = LEFT
    right: ClassVar[float] = RIGHT

    @cached_property
    def counts(self) -> dict[str, Counter[int]]:
        """The series, their bars joined."""
        found = {}
        for name, counter in self.series.items():
            found[name] = Counter()
            for bar, count in counter.items():
                found[name][bar // self.joined] += count
        return found

    @cached_property
    def _ends(self) -> tuple[int, int]:
        """The first and the last bar."""
        bars = {bar for counter in self.counts.values() for bar in counter}
        if self.line_at is not None:
            at = self.line_at[0] // self.joined
            bars |= {at, at - 1} if at > 0 else {at}
        return min(bars), max(bars)

    @property
    def _step(self) -> float:
        return (RIGHT - LEFT) / (self._ends[1] - self._ends[0] + 1)

    def _x(self, bar: float) -> float:
        return round(LEFT + (bar - self._ends[0]) * self._step, 3)

    @cached_property
    def _most(self) -> int:
        return max(count for counter in self.counts.values() for count in counter.values())

    @property
    def logarithmic(self) -> bool:
        return self._most >= DECADES

    def _height(self, count: float) -> float:
        """Pixels; a logarithmic axis begins at a half, so that a single image can be seen."""
        if self.logarithmic:
            return round(PANEL * log10(2 * count) / log10(2.2 * self._most), 2)
        return round(PANEL * count / (1.05 * self._most), 2)

    @property
    def _ticks(self) -> list[int]:
        if self.logarithmic:
            powers = [10**k for k in range(len(str(self._most)))]
            return powers[:: ceil(len(powers) / 4)]
        step = max(n for n in (1, 2, 5, 10, 20) if n <= max(1, self._most // 2))
        return list(range(step, self._most + 1, step))

    @property
    def panels(self) -> list[Panel]:
        found = []
        for number, (name, counter) in enumerate(self.counts.items()):
            top = TOP + number * (PANEL + GAP)
            base = top + PANEL
            bars = [
                Bar(
                    self._x(bar + 0.08),
                    round(0.84 * self._step, 3),
                    round(base - self._height(count), 2),
                    self._height(count),
                    f"{self.words(bar * self.joined, self.joined)}: {count:,}",
                )
                for bar, count in sorted(counter.items())
            ]
            grid = [Mark(round(base - self._height(n), 2), _short(n)) for n in self._ticks]
            found.append(Panel(name, counter.total(), top, base, bars, grid))
        return found

    @property
    def bottom(self) -> float:
        return TOP + len(self.series) * (PANEL + GAP) - GAP

    @property
    def line(self) -> Mark | None:
        if self.line_at is None:
            return None
        return Mark(self._x(self.line_at[0] // self.joined), self.line_at[1])

    @property
    def labels(self) -> list[Mark]:
        """Under the axis, few enough for a phone, one of them at the line."""
        (low, high), at = self._ends, 0 if self.line_at is None else self.line_at[0] // self.joined
        every = ceil((high - low + 2) / LABELS)
        last = high if self.centered else high + 1
        shift = 0.5 if self.centered else 0
        bars = [bar for bar in range(low, last + 1) if (bar - at) % every == 0]
        return [Mark(self._x(bar + shift), self.label(bar * self.joined)) for bar in bars]

    @property
    def rows(self) -> list[tuple[str, list[int]]]:
        """The bars that are not empty, as a table: words, and the count in each series."""
        low, high = self._ends
        counts = [[c[bar] for c in self.counts.values()] for bar in range(low, high + 1)]
        words = [self.words(bar * self.joined, self.joined) for bar in range(low, high + 1)]
        return [(text, row) for text, row in zip(words, counts, strict=True) if any(row)]


def _short(count: int) -> str:
    """A count in few letters: 10k, 2M."""
    for size, letter in ((10**6, "M"), (10**3, "k")):
        if count >= size:
            return f"{count / size:.3g}{letter}"
    return str(count)
