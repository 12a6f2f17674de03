"""How fast, beside what limit: images a second, where the time goes, how it grows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from facescreen.plots.base import DASHES, INK, MARKS, PAGE, PAPER, SCREENS, presented

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

UNITS = ((86_400 * 365, "years"), (86_400, "days"), (3600, "h"), (60, "min"), (1, "s"))
HATCHES = ("", "//", "..", "xx", "\\\\", "oo")
# A part looks the same in every figure; what is not among these comes after them.
PARTS = ("draw", "read", "check and decode", "judge", "save", "list, write the table")
NARROW = 0.06  # of the longest bar: a part as narrow has no room for its share


def duration(seconds: float) -> str:
    """A time in the unit that suits it: 0.0123 is "12.3 ms", 5400 "1.5 h"."""
    for size, unit in UNITS:
        if seconds >= size:
            number = f"{seconds / size:.3g}"
            return f"{number} {unit.rstrip('s') if number == '1' and len(unit) > 1 else unit}"
    return f"{1000 * seconds:.3g} ms"


def draw_speeds(tables: Mapping[str, pd.DataFrame], limit: str) -> tuple[Figure, str]:
    """Images a second of several methods: the median of the rounds, and the slowest and fastest.

    tables: by the kind of images, seconds an image, a row a round and a column a method. limit:
    the column that the others are held against, which stands last. The ratios in the sentence are
    medians of ratios within a round.
    """
    import matplotlib.pyplot as plt

    names = list(next(iter(tables.values())))
    figure, axis = plt.subplots(figsize=(PAGE, (0.36 + 0.2 * len(tables)) * len(names) + 1.1))
    for k, (kind, table) in enumerate(tables.items()):
        rows = np.arange(len(names)) + 0.24 * (k - (len(tables) - 1) / 2)
        middle, low, high = 1 / table.median(), 1 / table.max(), 1 / table.min()
        axis.errorbar(middle, rows, xerr=[middle - low, high - middle], fmt=MARKS[k], markersize=8,
                      color=SCREENS[k], capsize=3, label=kind)  # fmt: skip
        for row, speed, end in zip(rows, middle, high, strict=True):
            axis.annotate(_short(speed), (end, row), (7, 0), textcoords="offset points",
                          va="center", fontsize=11, color=INK,
                          bbox={"color": "white", "pad": 0.3})  # fmt: skip
    if len(tables) == 1:
        axis.axvline(middle[limit], color=PAPER, linestyle="--", linewidth=1.5, zorder=0)
    axis.set_xscale("log")
    left, right = axis.get_xlim()
    axis.set_xlim(left, right * (right / left) ** 0.12)
    axis.set_yticks(range(len(names)), names)
    axis.set_ylim(len(names) - 0.4, -0.6)
    _finish(axis, "images a second (median; the line spans slowest to fastest round)")
    if len(tables) > 1:
        axis.legend(frameon=False, fontsize=12, loc="lower left")
    figure.tight_layout()
    return figure, _speeds_said(tables, limit)


plot_speeds = presented(draw_speeds)


def _speeds_said(tables: Mapping[str, pd.DataFrame], limit: str) -> str:
    said = []
    for kind, table in tables.items():
        own = []
        for name in table.columns.drop(limit):
            share = 100 * (table[limit] / table[name]).median()
            own.append(f"{name} {1 / table[name].median():,.0f} ({_short(share)} %)")
        said.append(f"{kind}: {', '.join(own)}; {limit} {1 / table[limit].median():,.0f}")
    return f"Images a second, and the share of what {limit} alone reaches. {'. '.join(said)}."


def draw_batches(table: pd.DataFrame, bytes_each: int) -> tuple[Figure, str]:
    """Images a second by how many of them are handed over at once, a line for each method.

    table: rows by images in a batch, ascending, columns by method. bytes_each: of an image.
    """
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(figsize=(8.5, 4.4))
    said = []
    for k, name in enumerate(table):
        axis.plot(table.index, table[name], color=SCREENS[k], marker=MARKS[k], markersize=8,
                  linestyle=DASHES[k], linewidth=2, label=name)  # fmt: skip
        best, most = table[name].idxmax(), int(table.index[-1])
        own = f"{name}: fastest {best:,} at a time ({table[name].max():,.0f} a second)"
        if best != most:
            own += f", {table[name][most]:,.0f} with {most:,} at a time"
        said.append(own)
    axis.set_xscale("log")
    axis.set_yscale("log")
    ticks = [f"{n:,}\n{_short(bytes_each * n / 1e6)} MB" for n in table.index]
    axis.set_xticks(table.index, ticks)
    axis.minorticks_off()
    _finish(axis, "images handed over at once, and their bytes", "images a second")
    axis.legend(frameon=False, fontsize=12)
    figure.tight_layout()
    return figure, f"By batch. {'; '.join(said)}."


plot_batches = presented(draw_batches)


def _short(value: float) -> str:
    return f"{value:.2g}" if value < 99.5 else f"{value:,.0f}"


def draw_parts(table: pd.DataFrame, what: str = "an image") -> tuple[Figure, str]:
    """Where the time goes: a bar for each row, cut into its parts.

    table: seconds of `what`, rows by way and columns by part, in the order in which they happen.
    The share of a narrow part stands in the sentence alone.
    """
    import matplotlib.pyplot as plt

    whole = table.sum(axis=1)
    figure, axis = plt.subplots(figsize=(PAGE, 0.75 * len(table) + 1.5))
    left = np.zeros(len(table))
    looks = [*PARTS, *(part for part in table if part not in PARTS)]
    for part in table:
        k = looks.index(part)
        width = table[part].to_numpy()
        axis.barh(range(len(table)), width, left=left, color=SCREENS[k % len(SCREENS)], label=part,
                  edgecolor="white", hatch=HATCHES[k % len(HATCHES)])  # fmt: skip
        for row, (start, own) in enumerate(zip(left, width, strict=True)):
            if own >= NARROW * whole.max():
                text = f"{100 * own / whole.iloc[row]:.0f} %"
                axis.text(start + own / 2, row, text, ha="center", va="center", fontsize=11,
                          color=INK, bbox={"color": "white", "pad": 1.5})  # fmt: skip
        left += width
    for row, total in enumerate(whole):
        axis.annotate(duration(total), (total, row), (7, 0), textcoords="offset points",
                      va="center", fontsize=12, color=INK)  # fmt: skip
    axis.set_yticks(range(len(table)), table.index)
    axis.set_ylim(len(table) - 0.4, -0.6)
    axis.set_xlim(0, 1.14 * whole.max())
    axis.xaxis.set_major_formatter(lambda value, _: duration(value) if value else "0")
    _finish(axis, f"time for {what}")
    figure.tight_layout()
    figure.legend(frameon=False, fontsize=12, ncols=len(table.columns), loc="upper center",
                  bbox_to_anchor=(0.5, 0.01))  # fmt: skip
    return figure, f"Time for {what}: {_parts_said(table)}."


plot_parts = presented(draw_parts)


def _parts_said(table: pd.DataFrame) -> str:
    said = []
    for name, own in table.iterrows():
        shares = [f"{part} {100 * s / own.sum():.1f} %" for part, s in own.items() if s > 0]
        said.append(f"{name} {duration(own.sum())}, of it {', '.join(shares)}")
    return "; ".join(said)


def carried(table: pd.DataFrame, counts: Sequence[int]) -> pd.DataFrame:
    """Seconds of other numbers of images: what starting takes, once, and then a pace.

    table: seconds, two rows or more by images, ascending, columns by way. Start and pace are those
    of the line through the last two rows; where it falls, by chance, the last row's pace alone.
    """
    import pandas as pd

    (few, many), (before, last) = table.index[-2:], table.to_numpy()[-2:]
    pace = (last - before) / (many - few)
    pace = np.where(pace > 0, pace, last / many)
    far = last + pace * (np.array(counts, float)[:, np.newaxis] - many)
    return pd.DataFrame(far, index=list(counts), columns=table.columns)


def draw_growth(table: pd.DataFrame, asked: Sequence[int]) -> tuple[Figure, str]:
    """Time by number of images: filled marks were measured, open ones are extrapolated.

    table: as `carried` takes it. asked: numbers of images, ascending, to which it is carried.
    """
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(figsize=(PAGE, 4.8))
    between = np.geomspace(table.index[-1], asked[-1], 40)
    line, far, said = carried(table, between), carried(table, asked), []
    slowest = far.iloc[-1].idxmax()
    for k, way in enumerate(table):
        look = {"color": SCREENS[k], "marker": MARKS[k], "markersize": 9}
        axis.plot(table.index, table[way], linewidth=2, label=way, **look)
        axis.plot(between, line[way], linestyle="--", linewidth=1.5, color=SCREENS[k], zorder=1)
        axis.plot(asked, far[way], linestyle="", markerfacecolor="white", **look)
        place, side = ((-10, 9), "right") if way == slowest else ((11, -15), "left")
        for n, seconds in far[way].items():
            axis.annotate(duration(seconds), (n, seconds), place, textcoords="offset points",
                          fontsize=12, color=INK, ha=side)  # fmt: skip
        own = ", ".join(f"{duration(t)} for {n:,}" for n, t in table[way].items())
        more = ", ".join(f"{duration(t)} for {_many(n)}" for n, t in far[way].items())
        said.append(f"{way}: measured {own}; extrapolated {more}")
    axis.set_xscale("log")
    axis.set_yscale("log")
    axis.set_xlim(right=axis.get_xlim()[1] * 3)
    places = [0.01, 1, 60, 3600, 86_400, 86_400 * 30]
    bottom, top = axis.get_ylim()
    axis.set_yticks([p for p in places if bottom <= p <= top])
    axis.minorticks_off()
    axis.yaxis.set_major_formatter(lambda value, _: duration(value))
    _finish(axis, "images", "time")
    axis.legend(frameon=False, fontsize=12)
    figure.tight_layout()
    return figure, f"{'. '.join(said)}."


plot_growth = presented(draw_growth)


def _many(count: int) -> str:
    """A count in words where there are any."""
    return {10**6: "a million", 10**9: "a billion"}.get(count, f"{count:,}")


def _finish(axis: Axes, across: str, up: str = "") -> None:
    axis.set_xlabel(across, fontsize=12, color=INK)
    axis.set_ylabel(up, fontsize=12, color=INK)
    axis.tick_params(labelsize=11)
    axis.tick_params(axis="y", labelsize=12)
    axis.grid(axis="both" if up else "x", alpha=0.3, color=PAPER)
    axis.spines[["top", "right"]].set_visible(False)
