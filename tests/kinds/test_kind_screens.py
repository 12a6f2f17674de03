"""Laws of screens per kind, of the classifier that adds up signs, and of what tables count."""

import json

import numpy as np
import pytest

from facescreen.evaluation import caught_at
from facescreen.kinds.linear import FEATURES, KindLine, KindsError, features_of, fit_line
from facescreen.kinds.planted_tables import found_at
from facescreen.kinds.pools_tables import UNNAMED, in_raters_words, recalls, shares
from facescreen.kinds.screens import KindScreens, log_odds

KINDS = ("valid", "tint", "dark", "melted")


def drawn(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet([4, 1, 1, 1], count)


def lost(screens: KindScreens, pools: list[np.ndarray]) -> float:
    return float(np.mean([screens(own).broken.mean() for own in pools]))


@pytest.mark.parametrize("share", [0, 0.01, 0.05, 0.3, 1])
def test_thresholds_keep_the_agreed_share_and_use_it(share):
    pools = [drawn(300, 1), drawn(77, 2)]
    screens = KindScreens.set_on(KINDS, pools, share)
    assert lost(screens, pools) <= share + 1e-9
    weights = np.concatenate([np.full(len(p), 1 / len(p) / 2) for p in pools])
    odds = np.concatenate([log_odds(p) for p in pools])
    for k in range(3):  # no kind's screen loses more than each may
        assert weights[odds[:, k] >= screens.thresholds[k]].sum() <= screens.each + 1e-9
    if share < 1:  # and one more image for each would be too many
        more = [np.sort(odds[:, k][odds[:, k] < screens.thresholds[k]])[-1] for k in range(3)]
        assert (weights[(odds >= np.array(more)).any(axis=1)]).sum() > share


def test_one_kind_alone_is_an_ordinary_threshold():
    valid = drawn(200, 3)[:, :2]
    valid /= valid.sum(axis=1, keepdims=True)
    screens = KindScreens.set_on(KINDS[:2], [valid], 0.05)
    scores = log_odds(valid)[:, 0]
    at = caught_at(scores, np.zeros(200, bool), 0.05)
    np.testing.assert_array_equal(screens(valid).broken, scores >= at.threshold)


def test_the_reason_is_the_kind_exceeded_most():
    screens = KindScreens(KINDS, np.array([0.0, 2.0, -1.0]), 0.02)
    odds = np.array([[0.5, 2.1, -1.5], [0.5, 4.0, -9.0], [-0.1, 1.9, -1.1], [-9, -9, -1.0]])
    raised = np.exp(np.column_stack([np.zeros(4), odds]))
    said = screens(raised / raised.sum(axis=1, keepdims=True))
    assert said.reason.tolist() == ["tint", "dark", "", "melted"]
    assert said.broken.tolist() == [True, True, False, True]
    np.testing.assert_allclose(said.score, [0.5, 2.0, -0.1, 0.0], atol=1e-12)


def test_shares_and_images_that_cannot_be_are_refused():
    for pools, share in (([], 0.05), ([drawn(3, 1)[:0]], 0.05), ([drawn(3, 1)], 1.2)):
        with pytest.raises(ValueError, match="expected valid images"):
            KindScreens.set_on(KINDS, pools, share)


# --- the sum of signs -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def line():
    random = np.random.default_rng(4)
    kinds = np.array(["valid", "tint", "dark"])[random.integers(0, 3, 200)]
    features = random.normal(size=(200, len(FEATURES)))
    features[:, 0] += 2 * (kinds == "tint")
    return fit_line(features, kinds, KINDS, {"images": 200}), features, kinds


def test_probabilities_are_those_of_scikit_learn(line):
    from sklearn.linear_model import LogisticRegression

    fitted, features, kinds = line
    counts = {kind: (kinds == kind).sum() for kind in set(kinds)}
    weights = np.sqrt([len(kinds) / counts[kind] for kind in kinds])
    standard = (features - features.mean(axis=0)) / features.std(axis=0)
    peer = LogisticRegression(C=0.1, max_iter=2000).fit(standard, kinds, weights)
    wanted = dict(zip(peer.classes_, peer.predict_proba(standard).T, strict=True))
    said = fitted.of_features(features)
    for k, kind in enumerate(KINDS):
        np.testing.assert_allclose(said[:, k], wanted.get(kind, 0), atol=2e-3)
    assert next(iter(fitted.weights_of("tint"))) == FEATURES[0]


def test_a_line_is_the_same_after_it_was_saved(line, tmp_path):
    fitted, features, _ = line
    fitted.save(tmp_path / "one.json")
    again = KindLine.load(tmp_path / "one.json")
    np.testing.assert_array_equal(again.of_features(features), fitted.of_features(features))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[: len(text) // 2],
        lambda text: json.dumps(json.loads(text) | {"what": "another"}),
        lambda text: json.dumps(json.loads(text) | {"means": [1.0]}),
        lambda text: json.dumps(json.loads(text) | {"intercepts": [float("nan")] * len(KINDS)}),
        lambda text: json.dumps(json.loads(text) | {"sds": [0.0] * len(FEATURES)}),
        lambda text: json.dumps({k: v for k, v in json.loads(text).items() if k != "sds"}),
        lambda text: "[]",
    ],
)
def test_a_damaged_file_is_a_sentence(line, tmp_path, spoil):
    line[0].save(tmp_path / "one.json")
    text = (tmp_path / "one.json").read_text("utf-8")
    (tmp_path / "one.json").write_text(spoil(text), "utf-8")
    with pytest.raises(KindsError, match=r"one\.json is not a file of weights"):
        KindLine.load(tmp_path / "one.json")


@pytest.mark.parametrize("name", ["portraits", "generated", "real"])
def test_the_shipped_lines_read_images(name):
    images = np.random.default_rng(5).integers(0, 256, (3, 64, 64, 3), np.uint8)
    said = KindLine.load(name)(images)
    np.testing.assert_allclose(said.sum(axis=1), 1)
    assert features_of(images).shape == (3, len(FEATURES))


# --- what tables count ----------------------------------------------------------------------------


def test_places_are_found_as_by_counting():
    random = np.random.default_rng(6)
    for _ in range(20):
        where = random.permutation(256).reshape(16, 16).astype(float)  # no ties
        cells = random.random((16, 16)) < 0.2
        top = set(np.argsort(-where.ravel())[: cells.sum()])
        mask = set(np.flatnonzero(cells))
        hit, overlap = found_at(where, cells)
        assert hit == (int(where.argmax()) in mask)
        assert overlap == pytest.approx(len(top & mask) / len(top | mask))
    blind = found_at(np.zeros((16, 16)), cells)  # all tied: as good as chance
    share = cells.mean()
    assert blind == pytest.approx((share, share / (2 - share)))


def test_shares_of_a_screen_by_hand():
    labels = np.array(["valid"] * 4 + ["broken_saturated"] * 2 + ["broken_other"] * 3 + ["unsure"])
    flagged = np.array([1, 0, 0, 0, 1, 0, 1, 1, 0, 1], bool)
    said = shares(flagged, labels)
    assert said["valid lost %"] == 25 and said["saturated caught %"] == 50
    assert said["caught %"] == 60
    assert said["left, broken %"] == 25  # 1 of 3 + 1
    assert said["left, unusable %"] == 40  # 2 of 3 + 2


def test_recall_and_precision_are_those_of_scikit_learn():
    import pandas as pd
    from sklearn.metrics import precision_recall_fscore_support

    random = np.random.default_rng(7)
    names = ["valid", "tint", "dark"]
    by_eye, said = (np.array(names)[random.integers(0, 3, 90)] for _ in range(2))
    rows = {
        ("one", "pool", a): {b: int(((by_eye == a) & (said == b)).sum()) for b in names}
        for a in names
    }
    counts = pd.DataFrame.from_dict(rows, orient="index")
    counts.index.names = ["classifier", "images", "by eye"]
    table = recalls(counts).loc[("one", "pool")]
    precision, recall, _, total = precision_recall_fscore_support(by_eye, said, labels=names)
    np.testing.assert_allclose(table["recall %"], 100 * recall)
    np.testing.assert_allclose(table["precision %"], 100 * precision)
    np.testing.assert_array_equal(table["n"], total)


def test_planted_kinds_get_the_raters_words():
    columns = ("valid", "near_blob", "banding", "blur")
    said = in_raters_words(np.eye(4), columns)
    assert said.tolist() == ["valid", "clipped_patch", UNNAMED, "unfinished"]
