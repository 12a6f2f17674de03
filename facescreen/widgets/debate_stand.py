"""How both rules do at one setting against labels: numbers, and their tables as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from facescreen.screening import Rate, Verdicts

if TYPE_CHECKING:
    import pandas as pd

_CELL = "padding:4px 10px;text-align:left;border:1px solid currentColor;font-size:1.15em"
_BOX = "display:flex;flex-wrap:wrap;gap:8px 40px;align-items:flex-start"


@dataclass(frozen=True, eq=False)
class Standing:
    """How one rule does at its thresholds, against the labels; unsure images are left out.

    caught, missed: broken images flagged and passed; lost, kept: valid images flagged and passed.
    """

    verdicts: Verdicts
    caught: int
    missed: int
    lost: int
    kept: int

    @classmethod
    def of(cls, verdicts: Verdicts, broken: np.ndarray, sure: np.ndarray) -> Standing:
        flagged, valid = verdicts.broken, sure & ~broken
        counted = (broken & flagged, broken & ~flagged, valid & flagged, valid & ~flagged)
        return cls(verdicts, *(int(images.sum()) for images in counted))

    @property
    def valid_lost(self) -> Rate:
        """Of the valid images, the share flagged."""
        return Rate.of(self.lost, self.lost + self.kept)

    @property
    def broken_missed(self) -> Rate:
        """Of the broken images, the share passed."""
        return Rate.of(self.missed, self.missed + self.caught)

    @property
    def passed_broken(self) -> Rate:
        """Of the images passed, the share broken: the rate that the paper reports."""
        return Rate.of(self.missed, self.missed + self.kept)


@dataclass(frozen=True, eq=False)
class Stand:
    """Both rules at one setting. settings: as PAPER. duels: `compare_rules` by its `on`."""

    settings: dict[str, int]
    single: Standing
    multi: Standing
    duels: dict[str, pd.Series]

    @property
    def flags(self) -> dict[str, np.ndarray]:
        """Bool (N,) by rule: True for the images flagged."""
        return {"single": self.single.verdicts.broken, "multi": self.multi.verdicts.broken}


def debate_html(stand: Stand, pixels: int, unsure: int) -> str:
    """Both confusion matrices with their rates, and the tests between the two rules.

    pixels: of an image. unsure: images left out.
    """
    single, color, total = stand.settings.values()
    names = (
        f"<b>Single color</b><br>threshold {_pixels(single, pixels)}<br>&nbsp;",
        f"<b>Multi color</b><br>color threshold {_pixels(color, pixels)}<br>"
        # The sum counts a pixel once in each channel, so a white image has three times its pixels.
        f"sum threshold <b>{total:,}</b> ({total / (3 * pixels):.1%} of 3 × {pixels:,} pixels)",
    )
    matrices = [_matrix(n, s) for n, s in zip(names, (stand.single, stand.multi), strict=True)]
    left_out = f" Left out, as unsure: {unsure:,}." if unsure else ""
    duel = (
        f"<p style='margin-top:14px'><b>Who is right where the other is wrong</b></p>{_duel(stand)}"
    )
    return f'<div style="{_BOX}">{"".join(matrices)}</div>{duel}<p>{_NOTE}{left_out}</p>'


_NOTE = (
    "Shares with Wilson 95 % intervals. p is McNemar's exact test: of the images that only one "
    "rule judges right, is it a fair coin which one? It holds for thresholds chosen before "
    "looking; found by moving sliders until it is small, it proves nothing."
)


def _pixels(threshold: int, pixels: int) -> str:
    return f"<b>{threshold:,}</b> pixels ({threshold / pixels:.1%})"


def _matrix(name: str, of: Standing) -> str:
    rows = (
        ("", "labeled broken", "labeled valid"),
        ("✗ flagged", f"✓ <b>{of.caught:,}</b> caught", f"✗ <b>{of.lost:,}</b> lost"),
        ("✓ passed", f"✗ <b>{of.missed:,}</b> missed", f"✓ <b>{of.kept:,}</b> kept"),
    )
    rates = (
        ("Valid images lost", of.valid_lost),
        ("Broken images missed", of.broken_missed),
        ("Broken among the passed", of.passed_broken),
    )
    said = "".join(f"<div>{what}: {rate_words(rate)}</div>" for what, rate in rates)
    return f"<div style='flex:1 1 26em'><p>{name}</p>{table_html(rows)}<div>{said}</div></div>"


def _duel(stand: Stand) -> str:
    rows = [("judged right by", "only single color", "only multi color", "p")]
    names = {"all": "all images", "broken": "labeled broken", "valid": "labeled valid"}
    for on, name in names.items():
        duel = stand.duels[on]
        counts = (f"{int(duel['only first']):,}", f"{int(duel['only second']):,}")
        rows.append((f"{name} ({int(duel['images']):,})", *counts, _p(float(duel["p"]))))
    return table_html(rows)


def _p(p: float) -> str:
    return "< 0.0001" if p < 0.0001 else f"{p:.4f}"


def rate_words(rate: Rate) -> str:
    """A rate with its interval and its counts, as HTML."""
    if not rate.total:
        return "there are none"
    span = f"{rate.low:.1%} to {rate.high:.1%}"
    return f"<b>{rate.value:.1%}</b> ({span}; {rate.count:,} of {rate.total:,})"


def table_html(rows: Sequence[tuple[str, ...]]) -> str:
    """The first row and the first column are headings."""
    lines = []
    for number, cells in enumerate(rows):
        tags = ["th" if not number or not place else "td" for place in range(len(cells))]
        parts = (f'<{t} style="{_CELL}">{c}</{t}>' for t, c in zip(tags, cells, strict=True))
        lines.append(f"<tr>{''.join(parts)}</tr>")
    return f'<table style="margin:4px 0;border-collapse:collapse">{"".join(lines)}</table>'
