"""Batches and rules for the tests of the paper's rules.

Made-up images are small and hold many bright pixels, so that thresholds of a few pixels divide
them; nothing here depends on which images they are.
"""

import numpy as np
from hypothesis import strategies as st

from facescreen.screening import MultiColorRule, NoRule, SingleColorRule

BLACK = np.zeros((1, 8, 8, 3), np.uint8)


@st.composite
def batches(draw, smallest=0, largest=6):
    """Batches of 8 x 8 images whose channels are bright in different numbers of pixels."""
    count = draw(st.integers(smallest, largest))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    images = rng.integers(0, 240, (count, 8, 8, 3)).astype(np.uint8)
    for image in images:
        levels = rng.integers(236, 256, (3, 2))
        share = rng.choice([0, 0.1, 0.5, 1], 3)
        for channel in range(3):
            bright = rng.random((8, 8)) < share[channel]
            image[bright, channel] = rng.choice(levels[channel if rng.random() < 0.5 else 0], 64)[
                bright.ravel()
            ]
    return images


def thresholds(largest):
    return st.integers(0, largest)


SINGLE = st.builds(SingleColorRule, thresholds(65))
MULTI = st.builds(
    MultiColorRule,
    thresholds(65),
    thresholds(193),
    st.sampled_from([1, 200, 240, 255]),
    st.sampled_from(["all", "others"]),
)
FRACTIONS = st.floats(0, 1, exclude_min=True)
SCALED = st.one_of(
    st.builds(SingleColorRule.scaled, FRACTIONS),
    st.builds(MultiColorRule.scaled, FRACTIONS, FRACTIONS),
)
RULE = st.one_of(SINGLE, MULTI, SCALED)
ANY_RULE = st.one_of(RULE, st.just(NoRule()), st.builds(lambda a, b: a | b, RULE, RULE))


def painted(red=0, green=0, blue=0, value=255):
    """One 8 x 8 black image with so many pixels of each channel at a value."""
    flat = np.zeros((3, 64), np.uint8)
    for channel, count in enumerate((red, green, blue)):
        flat[channel, :count] = value
    return flat.T.reshape(1, 8, 8, 3)
