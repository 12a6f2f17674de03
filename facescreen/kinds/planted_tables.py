"""Planted damage of held-out portraits: which signs move, and whether its place is found.

An image moves a sign if it passes the sign's limit and did not while clean. The criterion, written
before the portraits of `HELD_OUT` were looked at: of each planted kind, at least 80 % of the images
move the kind's own sign, at most 10 % any other, and no other sign's median rise is more than half
a spread. The signs were designed on seed 2010. A first criterion, on seeds 2011 and 2012, counted
whatever passes a limit, though some had passed it while clean: four pairs came to 11 to 13 %.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from facescreen.evaluation import percent
from facescreen.faces import portraits
from facescreen.kinds.planting import PLANTED, plant_kinds
from facescreen.kinds.signs import LEAST, from_marks, measure_kinds, sign_marks
from facescreen.screening import Rate

if TYPE_CHECKING:
    import pandas as pd

LIMITS_SEED, LIMITS_FACES = 2010, 1_440  # of clean portraits, those that the signs were designed on
HELD_OUT, PER_KIND = (2013, 2014), 60  # seeds, and images of each kind and seed
OWN, OTHERS, RISE = 80, 10, 0.5  # the criterion: percent, percent, spreads
SMALLEST = 0.5  # percent of the pixels: no spread is smaller


def sign_limits(faces: int = LIMITS_FACES, seed: int = LIMITS_SEED) -> pd.DataFrame:
    """By sign: ``limit``, which 5 % of clean portraits pass or 1 % of the pixels; ``spread``."""
    import pandas as pd

    values = measure_kinds(portraits(faces, 64, seed))
    limits = np.maximum(np.quantile(values, 0.95, axis=0), LEAST)
    spreads = np.maximum(values.std(axis=0), SMALLEST)
    index = pd.Index(PLANTED, name="sign")
    return pd.DataFrame({"limit": limits, "spread": spreads}, index).round(4)


def sign_moves(limits: pd.DataFrame, each: int, seeds: Sequence[int]) -> pd.DataFrame:
    """Which signs a kind moves: rows (kind, sign), the kind "clean" first.

    each: images of each kind and seed. Columns: ``images``; ``moved %``, the share of them that
    pass the sign's limit and did not while clean, with Wilson's limits (of "clean": that pass it);
    ``rise``, the median of the damaged image's value less that of the clean one, in spreads.
    """
    import pandas as pd

    before, after, kinds = [], [], []
    for seed in seeds:
        clean = portraits(each * len(PLANTED), 64, seed)
        batch = plant_kinds(clean, seed=seed)
        before.append(measure_kinds(clean))
        after.append(measure_kinds(batch.images))
        kinds.append(batch.kinds)
    before, after, kinds = (np.concatenate(parts) for parts in (before, after, kinds))
    rows = {}
    for kind in ("clean", *PLANTED):
        own = kinds == kind if kind != "clean" else np.ones(len(kinds), bool)
        for k, sign in enumerate(PLANTED):
            was, now = (x[own, k] > limits["limit"][sign] for x in (before, after))
            moved = Rate.of(int((was if kind == "clean" else now & ~was).sum()), int(own.sum()))
            change = np.zeros(1) if kind == "clean" else (after - before)[own, k]
            rise = float(np.median(change)) / limits["spread"][sign]
            rows[kind, sign] = {"images": moved.total, **percent(moved, "moved"), "rise": rise}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(["kind", "sign"])


def not_as_asked(moves: pd.DataFrame) -> list[str]:
    """Where the criterion does not hold, a sentence each."""
    found = []
    for (kind, sign), row in moves.iterrows():
        if kind == sign and row["moved %"] < OWN:
            found.append(f"{kind} moves its own sign in {row['moved %']:.0f} % only")
        elif kind not in ("clean", sign) and (row["moved %"] > OTHERS or row["rise"] > RISE):
            found.append(
                f"{kind} moves the sign of {sign} in {row['moved %']:.0f} %, "
                f"by {row['rise']:.1f} spreads"
            )
    return found


# --- where ----------------------------------------------------------------------------------------


def places(judge, each: int, seeds: Sequence[int]) -> pd.DataFrame:
    """How well maps find where damage was planted, by kind; the kind itself is told to neither.

    judge: a `KindJudge` with maps. Columns: ``images``; for the network, the signs, and chance:
    ``… hits %``, how often the cell that stands out most lies in the mask (chance: the mask's
    share); ``… overlap``, the mean of intersection over union of the mask with as many cells as it
    has, those that stand out most (chance: as many cells drawn blindly).
    """
    import pandas as pd

    rows = {}
    for seed in seeds:
        clean = portraits(each * len(PLANTED), 64, seed)
        batch = plant_kinds(clean, seed=seed)
        cells = batch.masks.reshape(-1, 16, 4, 16, 4).mean(axis=(2, 4)) >= 0.5
        maps = {"network": broken_maps(judge, batch.images), "signs": signs_maps(batch.images)}
        for i, kind in enumerate(batch.kinds):
            if cells[i].any():
                found = {name: found_at(own[i], cells[i]) for name, own in maps.items()}
                share = cells[i].mean()
                found["chance"] = share, share / (2 - share)
                rows.setdefault(str(kind), []).append(found)
    table = {kind: _place_row(rows[kind]) for kind in PLANTED}
    return pd.DataFrame.from_dict(table, orient="index").rename_axis("kind")


def broken_maps(judge, images: np.ndarray) -> np.ndarray:
    """Float (N, 16, 16): how surely each part is not valid."""
    return 1 - judge.maps(images)[:, 0]


def signs_maps(images: np.ndarray) -> np.ndarray:
    """Float (N, 16, 16): the share of each part's pixels that any sign marks.

    The warp's sign counts only where no other speaks: values of 255 by which light differs.
    """
    marks = sign_marks(images)
    speaks = from_marks(marks)[:, PLANTED.index("warp")] > 0
    pixels = np.any([own for kind, own in marks.items() if kind != "warp"], axis=0)
    cells = pixels.reshape(-1, 16, 4, 16, 4).mean(axis=(2, 4))
    return cells + speaks[:, np.newaxis, np.newaxis] * marks["warp"] / 255


def found_at(where: np.ndarray, cells: np.ndarray) -> tuple[float, float]:
    """Whether the strongest cell lies in the mask, and the overlap of as many cells as it has.

    where: float (16, 16). cells: bool (16, 16), with a cell or more. Of equal cells none comes
    first: each counts for the share of its kin that lies in the mask.
    """
    flat, inside = where.ravel(), cells.ravel()
    hit = float(inside[flat == flat.max()].mean())
    count = int(inside.sum())
    last = np.sort(flat)[::-1][count - 1]
    above, tied = flat > last, flat == last
    both = inside[above].sum() + (count - above.sum()) * inside[tied].mean()
    return hit, float(both / (2 * count - both))


def _place_row(found: list[dict[str, tuple[float, float]]]) -> dict[str, float]:
    row: dict[str, float] = {"images": len(found)}
    for name in ("network", "signs", "chance"):
        hits, overlap = np.mean([one[name] for one in found], axis=0)
        row |= {f"{name} hits %": 100 * hits, f"{name} overlap": overlap}
    return row


# --- in words -------------------------------------------------------------------------------------


def both_maps(teacher: str, images: np.ndarray) -> dict[str, np.ndarray]:
    """The maps of a shipped network and of the signs, 0 to 1: float (N, 16, 16) each."""
    from facescreen.kinds.network import load_kinds

    maps = {"network": broken_maps(load_kinds(teacher), images), "signs": signs_maps(images)}
    return {name: np.clip(own, 0, 1) for name, own in maps.items()}


def hits_words(maps: Mapping[str, np.ndarray], masks: np.ndarray) -> str:
    """How often each map's strongest part lies in the mask. masks: bool (N, 64, 64)."""
    cells = masks.reshape(-1, 16, 4, 16, 4).mean(axis=(2, 4)) >= 0.5
    said = []
    for name, own in maps.items():
        hits = sum(found_at(where, inside)[0] for where, inside in zip(own, cells, strict=True))
        said.append(f"{name} {hits:.2g} of {len(cells)}")
    return f"Strongest part in the mask: {', '.join(said)}."


def places_words(table: pd.DataFrame) -> str:
    """What `places` found, over all kinds and at its ends, in a few sentences."""
    said = []
    for name in ("network", "signs", "chance"):
        hits, overlap = table[f"{name} hits %"], table[f"{name} overlap"]
        said.append(f"{name}: {hits.mean():.0f} % hits, overlap {overlap.mean():.2f}")
    ahead = table["network hits %"] - table["signs hits %"]
    names = [str(kind).replace("_", " ") for kind in (ahead.idxmax(), ahead.idxmin())]
    return (
        f"{'; '.join(said)} (means over {len(table)} kinds, {table['images'].sum():,} images).\n"
        f"The network is furthest ahead on {names[0]} ({ahead.max():+.0f} points of hits), "
        f"furthest behind on {names[1]} ({ahead.min():+.0f})."
    )
