"""Every screen on generators that it has not seen, at its own threshold and at the same price."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from facescreen.evaluation import auc, caught_at, multi_scores, percent
from facescreen.evaluation.peers import PEERS, random_drop
from facescreen.evidence.gathered import OTHERS_GANS, VALID_LOST, Evidence
from facescreen.evidence.learning_set import scored
from facescreen.evidence.travel import FEWEST
from facescreen.faces import portraits
from facescreen.labels import ReferencePool
from facescreen.screening import MultiColorRule, Rate, SignsRule, SingleColorRule, Verdicts
from facescreen.screening.measures import measure_signs

if TYPE_CHECKING:
    import pandas as pd

DRAWS, DRAWN_SEED = 1000, 9  # of repositories, and of valid images to calibrate on
CALIBRATED_ON = (16, 24, 50, 100)  # valid images
CLEAN_FACES, CLEAN_SEED = 1000, 108  # portraits on which the judge's threshold is set
SHARES = ("valid lost", "saturated caught", "caught")


def travel(evidence: Evidence) -> pd.DataFrame:
    """Every screen on images that it has not learned from: at its own threshold, and at 5 % lost.

    Of other people's GANs, the repository measured was left out. Beside Wilson's limits stand
    those of drawing whole repositories (``from``, ``to``, 95 %), whose tiles are alike. Screens
    without a threshold of their own are shown at 5 % alone.
    """
    import pandas as pd

    rows = {}
    for images, labels, runs, screens in _populations(evidence):
        for name, (scores, threshold) in screens.items():
            rows[images, name] = _row(scores, threshold, labels, runs)
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(["images", "screen"])


def travel_by_repository(evidence: Evidence) -> pd.DataFrame:
    """The screen of signs on each repository left out: valid images lost, broken ones caught."""
    import pandas as pd

    scores, thresholds = evidence.travel.left_out
    flagged, rows = scores >= thresholds, {}
    for name in evidence.travel.repositories:
        rows[name] = {}
        for label in ("valid", "broken_saturated", "broken_other"):
            own = evidence.travel.of(name, label)
            rows[name] |= {label: int(own.sum()), f"{label} flagged": int(flagged[own].sum())}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("repository")


def travel_calibrated(evidence: Evidence, shipped: bool = True) -> pd.DataFrame:
    """Calibrated on a few valid images of the generator at hand: what is lost of the others.

    Generators are the repositories left out, of which half calibrates where there are too few
    images, and the pools for testing. ``valid lost %`` is the mean over draws, ``from`` and ``to``
    hold nine draws in ten. The row ``mean`` is over repositories alone. shipped: False leaves the
    pools out, which the shipped profile judges.
    """
    return _lost_and_caught(evidence, shipped).copy()


TRAVEL = {
    function.__name__: function for function in (travel, travel_by_repository, travel_calibrated)
}


@cache
def _populations(evidence: Evidence) -> list[tuple]:
    """Name, labels, who made each image (None: one generator), and screens: score, threshold."""
    return list(_measured(evidence))


def _measured(evidence: Evidence) -> Iterator[tuple]:
    tiles, trip = evidence.travel.tiles, evidence.travel
    verdicts = [tiles.verdicts(rule) for rule in (SingleColorRule(), MultiColorRule())]
    peers = dict(zip((*PEERS, "portrait judge"), tiles.peers.T, strict=True))
    screens = _paper(*verdicts) | {"signs": trip.left_out} | _peers(evidence, peers)
    yield OTHERS_GANS, tiles.labels, tiles.repositories, screens
    for name, pool in _new_pools(evidence):
        verdicts = [rule(pool.images) for rule in (SingleColorRule(), MultiColorRule())]
        own = {"signs": (evidence.signs(pool.images).score, evidence.signs.threshold)}
        peers = {name: measure(pool.images) for name, measure in PEERS.items()}
        peers["portrait judge"] = evidence.judge(pool.images)
        yield name, pool.labels, None, _paper(*verdicts) | own | _peers(evidence, peers)


def _new_pools(evidence: Evidence) -> Iterator[tuple[str, ReferencePool]]:
    """The pools that nothing was learned from: of new trainings, or drawn anew."""
    yield "while learning, new", evidence.while_learning[2]
    yield "finished, new", evidence.test
    yield "finished, strong, new", evidence.test_strong


def _paper(single: Verdicts, multi: Verdicts) -> dict[str, tuple]:
    return {"single 40": (single.score, 40), "multi 40 / 1,000": (multi_scores(multi), 1)}


def _peers(evidence: Evidence, scores: Mapping[str, np.ndarray]) -> dict[str, tuple]:
    """With the thresholds that peers come with: any distance from natural color, cleanvision's own
    settings, what a twentieth of clean portraits reaches; none for over-exposure."""
    clean = evidence.judge(portraits(CLEAN_FACES, 64, CLEAN_SEED))
    thresholds = {
        "natural color": np.nextafter(0, 1),
        "cleanvision": 1,
        "portrait judge": float(np.quantile(clean, 1 - VALID_LOST)),
    }
    found = {name: (score, thresholds.get(name, np.nan)) for name, score in scores.items()}
    drop = random_drop(len(next(iter(scores.values()))), DRAWN_SEED)
    return found | {"random drop": (drop, 1 - VALID_LOST)}


def _row(
    scores: np.ndarray, threshold: float | np.ndarray, labels: np.ndarray, runs: np.ndarray | None
) -> dict[str, float]:
    flagged = scores >= threshold
    parts = _parts(labels)
    row = {"AUC": auc(scores, labels).value}
    if not np.isnan(threshold).any():
        for share, part in zip(SHARES, parts, strict=True):
            row |= percent(Rate.of(int(flagged[part].sum()), int(part.sum())), share)
        if runs is not None:
            row |= _drawn(flagged, labels, runs)
    at = caught_at(scores, labels, VALID_LOST)
    for share, rate in (("saturated caught", at.saturated), ("caught", at.broken)):
        row |= percent(rate, f"at 5 %: {share}")
    return row


def _parts(labels: np.ndarray) -> tuple[np.ndarray, ...]:
    """Which images are valid, saturated, broken in any way."""
    return labels == "valid", labels == "broken_saturated", np.char.startswith(labels, "broken")


def _drawn(flagged: np.ndarray, labels: np.ndarray, runs: np.ndarray) -> dict[str, float]:
    """Limits of the shares where whole runs are drawn anew, as often as there are runs."""
    names = np.unique(runs)
    counts = np.array([[[(f & p & (runs == name)).sum() for f in (flagged, ~flagged)]
                        for p in _parts(labels)] for name in names])  # fmt: skip
    rng = np.random.default_rng(DRAWN_SEED)
    drawn = counts[rng.integers(0, len(names), (DRAWS, len(names)))].sum(axis=1)
    ends = {}
    for share, of in zip(SHARES, drawn.swapaxes(0, 1), strict=True):
        some = of[of.sum(axis=1) > 0]
        ends[f"{share} from %"], ends[f"{share} to %"] = np.quantile(
            100 * some[:, 0] / some.sum(axis=1), (0.025, 0.975)
        )
    return ends


def _generators(
    evidence: Evidence, shipped: bool
) -> Iterator[tuple[str, SignsRule, np.ndarray, np.ndarray]]:
    """Name, a screen that has not seen it, and its images' signs and labels."""
    trip = evidence.travel
    for name in trip.repositories:
        if trip.of(name, "valid").sum() >= FEWEST:
            own = trip.of(name)
            yield name, trip.rules[name], trip.tiles.signs[own], trip.tiles.labels[own]
    for name, pool in _new_pools(evidence) if shipped else ():
        yield name, evidence.signs, measure_signs(pool.images), pool.labels


@cache
def _lost_and_caught(evidence: Evidence, shipped: bool) -> pd.DataFrame:
    import pandas as pd

    rows, several = {}, list(_generators(evidence, shipped))
    for images in CALIBRATED_ON:
        kept = []
        for name, rule, values, labels in several:
            rows[images, name] = _calibrated(rule, values, labels, images)
            kept += [rows[images, name]] if name in evidence.travel.repositories else []
        rows[images, "mean"] = pd.DataFrame(kept).mean().to_dict()
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(["calibrated on", "images"])


def _calibrated(
    rule: SignsRule, values: np.ndarray, labels: np.ndarray, images: int, draws: int = 200
) -> dict[str, float]:
    """What a rule, calibrated on so many valid images drawn at random, does to the others."""
    scores = scored(rule, values)
    valid, saturated, broken = (scores[part] for part in _parts(labels))
    few = images if len(valid) >= images + 8 else max(8, len(valid) // 2)
    rng, lost, hits = np.random.default_rng(DRAWN_SEED), [], []
    for _ in range(draws):
        order = rng.permutation(len(valid))
        at = rule.threshold_for(valid[order[:few]], VALID_LOST)
        lost.append((valid[order[few:]] >= at).mean())
        hits.append([(part >= at).mean() if len(part) else np.nan for part in (saturated, broken)])
    low, high = np.quantile(lost, (0.05, 0.95))
    shares = dict(zip(("saturated caught %", "caught %"), np.mean(hits, axis=0), strict=True))
    found = {"valid lost %": np.mean(lost), "from %": low, "to %": high} | shares
    return {name: 100 * float(value) for name, value in found.items()}


def expected(table: pd.DataFrame) -> dict[int, tuple[float, float, float]]:
    """`Profile.expected` from `travel_calibrated`: means over repositories, as shares."""
    means = table.xs("mean", level="images")[["valid lost %", "from %", "to %"]] / 100
    return {int(images): tuple(row) for images, row in means.round(4).iterrows()}
