"""Counts of bright pixels say what the images would: the paper's rules judge by them alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facescreen.screening import (
    MultiColorRule,
    NoRule,
    SignsRule,
    SingleColorRule,
    bright_counts,
    judge_counts,
)

FIELDS = ("reason", "score", "channel", "bin", "white_sum")
RULES = st.one_of(
    st.builds(SingleColorRule, st.integers(0, 400)),
    st.builds(SingleColorRule.scaled, st.floats(0, 0.1)),
    st.builds(
        MultiColorRule,
        st.integers(0, 400),
        st.integers(0, 12288),
        st.integers(240, 255),
        st.sampled_from(["all", "others"]),
    ),
    st.just(NoRule()),
)


def bright_images(seed, count, height, width):
    """Images in which many pixels are bright, in patches and alone, and many counts are equal."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, height, width, 3)).astype(np.uint8)
    bright = rng.random(images.shape) < rng.random((count, 1, 1, 3)) / 2
    images[bright] = rng.integers(238, 256, bright.sum())
    for image in images[::2]:
        image[: rng.integers(height), :, rng.integers(3)] = rng.integers(240, 256)
    return images


def same(one, other):
    for field in FIELDS:
        np.testing.assert_array_equal(getattr(one, field), getattr(other, field))


@given(st.integers(0, 2**32), st.integers(0, 4), st.integers(1, 70), st.integers(1, 70), RULES)
@settings(max_examples=60)
def test_counts_give_the_verdicts_of_the_images_themselves(seed, count, height, width, rule):
    images = bright_images(seed, count, height, width)
    pixels = np.full(count, height * width)
    for floor in (240, 200):
        same(judge_counts(rule, bright_counts(images, floor), pixels), rule(images))


def test_what_counts_cannot_tell_is_refused():
    counts, pixels = np.zeros((2, 3, 16), int), np.full(2, 4096)
    with pytest.raises(ValueError, match="looks from 239 up, and the counts begin at 240"):
        judge_counts(MultiColorRule(floor=239), counts, pixels)
    with pytest.raises(ValueError, match="only the paper's rules judge by counts"):
        judge_counts(SignsRule(), counts, pixels)
    with pytest.raises(ValueError, match=r"counts must be int64 \(N, 3, bins\), not float64"):
        judge_counts(SingleColorRule(), counts.astype(float), pixels)
    with pytest.raises(ValueError, match=r"pixels must be int64 \(2,\), not int64 of shape \(3,\)"):
        judge_counts(SingleColorRule(), counts, np.full(3, 4096))
