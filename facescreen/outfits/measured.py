"""How well lower parts go with upper ones, seen in pixels, beside what needs no GAN."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from facescreen.evaluation import auc, percent
from facescreen.outfits.designer import OutfitGan
from facescreen.outfits.garments import Pictures
from facescreen.outfits.harmony import clash, harmony, lower_cloth, upper_cloth
from facescreen.screening import Rate

if TYPE_CHECKING:
    import pandas as pd


def matches(uppers: np.ndarray, lowers: np.ndarray) -> np.ndarray:
    """Whether parts go together by the colors seen in them: bool (n,), of uint8 (n, 64, 64, 3)."""
    return harmony(upper_cloth(uppers), lower_cloth(lowers))


def of_others(parts: np.ndarray, steps: int = 1) -> np.ndarray:
    """Each outfit gets the part of the one `steps` before it: pairs not drawn as one."""
    return np.roll(parts, steps, axis=0)


def nearest(uppers: np.ndarray, others: np.ndarray, by: str) -> np.ndarray:
    """Which of `others` is most like each upper part, int (n,): by "pixels", or by "color".

    "pixels" adds up squared differences of all values; "color" compares the more frequent color
    in OKLab and asks first for the same answer to whether there is a pattern.
    """
    if by == "color":
        ours, theirs = upper_cloth(uppers), upper_cloth(others)
        away = np.linalg.norm(ours.base[:, None] - theirs.base, axis=2)
        return (away + (ours.patterned[:, None] != theirs.patterned)).argmin(axis=1)
    ours, theirs = (parts.reshape(len(parts), -1).astype(np.float32) for parts in (uppers, others))
    return ((theirs**2).sum(axis=1) - 2 * ours @ theirs.T).argmin(axis=1)


def lowers_from(
    gan: OutfitGan, held_out: Pictures, learned: Pictures, rolls: Iterable[int]
) -> dict[str, np.ndarray]:
    """Lower parts for held-out upper ones, uint8 (n, 64, 64, 3), by where they come from.

    learned: outfits of which the nearest lend their lower parts. rolls: seeds of the designer's
    noise; the last but one is the roll that the critic likes best.
    """
    uppers, lowers = held_out
    drawn = {f"designed, roll {roll}": gan.design(uppers, roll) for roll in rolls}
    neighbors = {
        f"of the nearest by {by}": learned.lowers[nearest(uppers, learned.uppers, by)]
        for by in ("pixels", "color")
    }
    drawn[f"critic's choice of {len(drawn)}"] = best_of(gan, uppers, list(drawn.values()))
    return {"of another outfit": of_others(lowers), **neighbors, **drawn, "its own": lowers}


def match_table(uppers: np.ndarray, sources: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Share of upper parts that the lower ones of each source go with, seen in pixels.

    A row for each source; columns: how many go together, with Wilson's limits, in percent, and how
    many fail each clause of the rule.
    """
    import pandas as pd

    seen, rows = upper_cloth(uppers), {}
    for name, parts in sources.items():
        why = clash(seen, lower_cloth(parts))
        rows[name] = percent(Rate.of(int((why == "").sum()), len(why)), "match")
        for word in ("pattern", "hue", "tone"):
            rows[name][f"{word} clashes %"] = 100 * float((why == word).mean())
    return pd.DataFrame.from_dict(rows, orient="index")


def best_of(gan: OutfitGan, uppers: np.ndarray, designs: list[np.ndarray]) -> np.ndarray:
    """For each upper part the design that the critic scores highest."""
    best = np.argmax([gan.scores(uppers, parts) for parts in designs], axis=0)
    return np.stack(designs)[best, np.arange(len(uppers))]


def variety(designs: Sequence[np.ndarray], lowers: np.ndarray) -> dict[str, float]:
    """How far designs of one upper part lie apart, as a share of how far true lower parts do.

    "color": distance in OKLab of the more frequent colors; "pixels": mean absolute difference.
    Both over all two rolls, divided by the same over each two neighbors of `lowers`.
    """
    pairs = [(a, b) for k, a in enumerate(designs) for b in designs[:k]]

    def color(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.linalg.norm(lower_cloth(a).base - lower_cloth(b).base, axis=1).mean())

    def pixels(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.abs(a.astype(float) - b).mean())

    return {
        away.__name__: np.mean([away(a, b) for a, b in pairs]) / away(lowers, of_others(lowers))
        for away in (color, pixels)
    }


def judged_pairs(gan: OutfitGan, held_out: Pictures, design: np.ndarray) -> pd.DataFrame:
    """How often the critic scores a true lower part above another one, a row for each sort of it.

    Sorts: parts of another outfit; those of them that clash, those that go by accident; designs.
    `won`: of upper parts, those beside which the true part scores higher, in percent with Wilson's
    limits. `AUC`: the same over all pairs, whatever the upper part, with the interval of DeLong. A
    relativistic critic learned to compare beside one upper part, so the first is what it promises.
    """
    import pandas as pd

    uppers, lowers = held_out
    others, true = of_others(lowers), gan.scores(uppers, lowers)
    good, scores = matches(uppers, others), gan.scores(uppers, others)
    every = np.ones(len(true), bool)
    groups = {"of another outfit": (scores, every), "… that clashes": (scores, ~good)}
    groups |= {"… that goes": (scores, good), "designed": (gan.scores(uppers, design), every)}
    rows = {}
    for name, (its, chosen) in groups.items():
        pair = true[chosen], its[chosen]
        won = Rate.of(int((pair[0] > pair[1]).sum()), int(chosen.sum()))
        # `auc` asks how often one sort scores above the other, and calls the upper one broken.
        sorts = np.repeat(["broken_other", "valid"], [len(part) for part in pair])
        area = auc(np.concatenate(pair), sorts)
        rows[name] = {"pairs": won.total} | percent(won, "won")
        rows[name] |= {"AUC": area.value, "AUC low": area.low, "AUC high": area.high}
    return pd.DataFrame.from_dict(rows, orient="index")
