"""Laws of what the report draws: the bars of its histograms, the marks in its pictures."""

import numpy as np
import pytest
from read_page import decoded

from facescreen.folders.report.pictures import LARGEST, MOST_BYTES, pictures
from facescreen.folders.report.places import places
from facescreen.folders.report.scale import scale_of
from facescreen.images.sheet import MARK
from facescreen.screening import SIGNS, SignsRule, SingleColorRule
from facescreen.screening.measures import Signs


@pytest.mark.parametrize("threshold", [0, 1, 2, 40, 1000, 99_999])
def test_no_bar_of_pixels_lies_on_both_sides_of_any_threshold(threshold):
    scale = scale_of(SingleColorRule(threshold))
    for score in (*range(120), threshold - 1, threshold, threshold + 1, 64_000_000):
        bar = scale.bar(max(score, 0))
        assert scale.edges[bar] <= max(score, 0) < scale.edges[bar + 1]
        assert (bar >= scale.over) == (max(score, 0) >= threshold)


def test_bars_of_log_odds_are_few_and_split_at_the_threshold():
    scale = scale_of(SignsRule(threshold=0.3))
    scores = np.random.default_rng(0).normal(3, 40, 2000)
    bars = np.array([scale.bar(score) for score in scores])
    assert ((bars >= 0) == (scores >= 0.3)).all()
    joined = scale.joined(bars.min(), bars.max())
    assert len(np.unique(bars // joined)) <= 33
    assert ((bars // joined >= 0) == (scores >= 0.3)).all()


def test_a_sign_is_marked_where_it_is_strongest():
    image = np.full((64, 64, 3), (180, 130, 110), np.uint8)
    image[24:32, 22:30] = (40, 200, 60)  # green leads, within the face; cells are 4 x 4
    rule = SignsRule()
    values = rule.profile.vector("means").copy()
    values[[*SIGNS].index("hue")] += 5
    verdict = rule.judge(Signs(values[np.newaxis], np.ones(1, bool)))
    marked, words = places(image, verdict)
    green = np.zeros((16, 16), bool)
    for row in range(16):
        for column in range(16):
            cell = image[4 * row : 4 * row + 4, 4 * column : 4 * column + 4]
            face = 5 <= row < 12 and 5 <= column < 11
            green[row, column] = face and (cell[..., 1] > cell[..., 0]).mean() >= 0.5
    assert green.any()
    assert np.array_equal(marked, np.kron(green, np.ones((4, 4), bool)))
    assert words.startswith("Marked: ")


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (129, 200), (300, 300)])
def test_large_images_are_shrunk_and_no_mark_is_lost(shape):
    rng = np.random.default_rng(2)
    image = rng.integers(0, 256, (*shape, 3), np.uint8)
    marked = np.zeros(shape, bool)
    marked[shape[0] // 2, shape[1] // 3] = marked[-1, -1] = True
    addresses = pictures(image, marked)
    picture, copy = (decoded(one) for one in addresses)
    assert picture.shape == copy.shape
    assert max(picture.shape) <= LARGEST
    assert max(len(one) for one in addresses) <= MOST_BYTES * 4 / 3 + 100
    places_marked = np.argwhere((copy == MARK).all(axis=2))
    down, right = (-(-side // small) for side, small in zip(shape, copy.shape, strict=False))
    assert {tuple(place) for place in places_marked.tolist()} == {
        (row // down, column // right) for row, column in np.argwhere(marked).tolist()
    }
