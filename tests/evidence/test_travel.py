"""Laws of the screen that travels: what it has not seen has no say, and its tables are recounts."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from recount import wilson

from facescreen.evidence import TABLES
from facescreen.evidence.learning_set import LearningSet, learned, scored
from facescreen.evidence.screens import photograph_like
from facescreen.evidence.travel import Travel, threshold_for
from facescreen.lessons import ROOT
from facescreen.screening import SIGNS, SignsRule
from facescreen.screening.profiles import SCREENS, Profile

LEFT_OUT = "carpedm20/DCGAN-tensorflow"


@pytest.fixture(scope="module")
def trip(proof) -> Travel:
    return proof.travel


@pytest.fixture(scope="module")
def shipped() -> pd.DataFrame:
    return pd.read_csv(SCREENS / "travel.csv", index_col=[0, 1])


def test_the_shipped_profile_is_learned_again_from_what_ships(trip):
    again, kept = trip.profile, Profile.load("generated")
    for name in ("means", "sds", "weights"):
        np.testing.assert_allclose(again.vector(name), kept.vector(name), atol=2e-3)
    for name in ("intercept", "threshold", "spread"):
        assert getattr(again, name) == pytest.approx(getattr(kept, name), abs=5e-3)
    np.testing.assert_allclose(again.shape, kept.shape, atol=0.02)
    counted = Counter(trip.images.population.tolist())
    assert kept.card["learned from"] == dict(sorted(counted.items()))


def test_the_profile_for_photographs_differs_by_its_threshold_alone():
    made, kept = Profile.load("generated"), Profile.load("photographs")
    assert (kept.means, kept.sds, kept.weights) == (made.means, made.sds, made.weights)
    assert kept.threshold > made.threshold
    judged = SignsRule("photographs")(photograph_like())
    assert threshold_for([judged.score], 0.05) == pytest.approx(kept.threshold, abs=5e-3)
    assert 0.04 < judged.broken.mean() <= 0.05


def test_the_pools_for_testing_are_no_part_of_what_is_learned(trip):
    names = set(trip.images.population)
    assert not names & {"test", "test_strong", "learning_test"}
    assert {"default", "strong", "learning", "learning_plain", LEFT_OUT} <= names


def test_what_is_left_out_has_no_say(trip):
    """Its values may be anything: neither weights nor threshold change."""
    own = trip.images.population == LEFT_OUT
    assert own.any()
    values = np.where(own[:, np.newaxis], 7.0, trip.images.values)
    other = LearningSet(values, trip.images.broken, trip.images.population)
    rule, again = learned(trip.images, {LEFT_OUT}), learned(other, {LEFT_OUT})
    assert rule.profile == again.profile != learned(other).profile
    tiles = trip.tiles
    shuffled = Travel(tiles, other)
    assert shuffled.rule_without(LEFT_OUT).threshold == trip.rules[LEFT_OUT].threshold


def test_large_populations_weigh_little_more_than_small_ones(trip):
    weights, images = trip.images.weights, trip.images
    for broken in (True, False):
        assert weights[images.broken == broken].sum() == pytest.approx(1)
    large, small = (
        weights[(images.population == name) & ~images.broken].sum()
        for name in ("default", "taki0112/Self-Attention-GAN-Tensorflow")
    )
    assert 1 < large / small == pytest.approx((500 / 12) ** 0.25)


def test_a_threshold_loses_no_more_than_it_is_told_to():
    rng = np.random.default_rng(3)
    parts = [rng.normal(size=40), rng.normal(1, 1, 10), rng.normal(size=200)]
    for share in (0.0, 0.04, 0.2):
        at = threshold_for(parts, share)
        by_image = np.mean(np.concatenate(parts) >= at)
        by_part = np.mean([np.mean(part >= at) for part in parts])
        assert (by_image + by_part) / 2 <= share + 1e-12
    assert threshold_for([np.array([1.0, 2, 3])], 0) > 3


def test_the_shares_of_other_peoples_gans_are_recounted_tile_by_tile(trip, shipped):
    scores, thresholds = trip.left_out
    labels = trip.tiles.labels
    row = shipped.loc["other people's GANs", "signs"]
    for share, chosen in (
        ("valid lost", labels == "valid"),
        ("saturated caught", labels == "broken_saturated"),
        ("caught", (labels == "broken_saturated") | (labels == "broken_other")),
    ):
        count = sum(score >= t for score, t in zip(scores[chosen], thresholds[chosen], strict=True))
        assert row[f"{share} %"] == pytest.approx(100 * count / chosen.sum(), abs=0.4)
        low, high = wilson(count, chosen.sum())
        assert (row[f"{share} low %"], row[f"{share} high %"]) == pytest.approx(
            (low, high), abs=0.5
        )
    valid = np.sort(scores[labels == "valid"])[::-1]
    cut = valid[int(0.05 * len(valid))]  # so many may lie above
    ill = scores[np.char.startswith(labels, "broken")]
    assert row["at 5 %: caught %"] == pytest.approx(100 * np.mean(ill > cut), abs=1)


def test_a_table_of_a_rule_that_learns_nothing_is_a_plain_count(trip, shipped):
    """Rule 1 on the tiles, from the counts of pixels in the table alone."""
    at_255 = trip.tiles.counts[:, :, 15]
    flagged = at_255.max(axis=1) - at_255.min(axis=1) >= 40
    valid = trip.tiles.labels == "valid"
    row = shipped.loc["other people's GANs", "single 40"]
    assert row["valid lost %"] == pytest.approx(100 * flagged[valid].mean(), abs=1e-3)


def test_shipped_tables_are_those_that_are_made_today(proof):
    for name in ("travel", "travel_by_repository", "travel_calibrated"):
        table = TABLES[name](proof)
        kept = pd.read_csv(SCREENS / f"{name}.csv", index_col=list(range(table.index.nlevels)))
        assert kept.index.tolist() == table.index.tolist() and list(kept) == list(table)
        np.testing.assert_allclose(kept, table.astype(float), atol=1.5)  # a tile more or less


def test_the_table_of_the_readme_is_the_shipped_one(shipped):
    calibrated = pd.read_csv(SCREENS / "travel_calibrated.csv", index_col=[0, 1]).loc[24]
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if "| si" in line]
    rows = [row for row in rows if row[0] in shipped.index.unique("images")]
    assert len(rows) == 3 * shipped.index.unique("images").size
    for images, screen, lost, saturated, caught, _ in rows:
        known = images if images in calibrated.index else "mean"
        row = calibrated.loc[known] if "24" in screen else shipped.loc[images, screen]
        assert lost == f"{row['valid lost %']:.1f} %"
        assert saturated == f"{row['saturated caught %']:.0f} %"
        assert caught == f"{row['caught %']:.0f} %"


def test_a_screen_scores_what_its_signs_add_up_to(trip):
    rule, values = learned(trip.images), trip.images.values[:50]
    p = rule.profile
    by_hand = [
        p.intercept
        + sum(
            p.weights[s] * min(5, max(-5, (v - p.means[s]) / p.sds[s]))
            for s, v in zip(SIGNS, row, strict=True)
        )
        for row in values
    ]
    np.testing.assert_allclose(scored(rule, values), by_hand)
