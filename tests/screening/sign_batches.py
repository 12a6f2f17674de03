"""Batches and thresholds for the tests of the four signs."""

import numpy as np
from hypothesis import strategies as st

from facescreen.screening import SignsRule

GRAY = np.full((1, 8, 8, 3), 120, np.uint8)


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


AMOUNTS = st.sampled_from([0.01, 0.1, 0.25, 0.5, 1])
RULE = st.builds(SignsRule, AMOUNTS, AMOUNTS, AMOUNTS, st.sampled_from([0.5, 3, 10, 40.0]))
