"""Batches of images, and made-up profiles, for the tests of the rule that adds up signs."""

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from facescreen.screening import SIGNS, Profile, SignsRule
from facescreen.screening.signs import Signs

GRAY = np.full((1, 8, 8, 3), 120, np.uint8)
SHIPPED = Profile.load("generated")


@st.composite
def batches(draw, smallest=0, largest=6):
    """Batches of small images whose pixels are vivid, white, black or gray in changing shares."""
    height, width = draw(st.integers(8, 16)), draw(st.integers(8, 16))
    count = draw(st.integers(smallest, largest))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    kinds = rng.choice(5, (count, height, width), p=rng.dirichlet(np.ones(5) / 2))
    colors = [rng.integers(0, 256, (count, height, width, 3)) for _ in range(5)]
    colors[1] = 232 + colors[1] // 11
    colors[2] //= 10
    colors[3] = np.repeat(colors[3][..., :1], 3, axis=3)
    colors[4] = np.broadcast_to(colors[4][:, :1, :1], colors[4].shape)
    return np.choose(kinds[..., np.newaxis], colors).astype(np.uint8)


def made_profile(seed=0, **changes):
    """A profile of made-up numbers, of the size that signs have."""
    rng = np.random.default_rng(seed)
    columns = rng.normal(-1, 2, 12), rng.uniform(0.2, 2, 12), rng.uniform(0, 0.5, 12)
    names = ("means", "sds", "weights")
    by_sign = {
        n: dict(zip(SIGNS, c.tolist(), strict=True)) for n, c in zip(names, columns, strict=True)
    }
    numbers = {"intercept": rng.normal(), "threshold": rng.normal(), "spread": 0.5}
    made = Profile("made", **by_sign, **numbers, shape=SHIPPED.shape, expected=SHIPPED.expected)
    return replace(made, **changes)


def measured(values):
    """What images with these signs, float (N, 12), measure."""
    return Signs(np.asarray(values, float), np.ones(len(values), bool))


THRESHOLDS = st.floats(-4, 4).map(lambda x: round(x, 3))
PROFILES = st.builds(made_profile, st.integers(0, 2**32))
RULE = st.builds(SignsRule, PROFILES, st.none() | THRESHOLDS)
