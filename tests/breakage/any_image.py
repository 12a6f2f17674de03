"""Images of any shape, shares and seeds, for the tests of planted breakage."""

import numpy as np
from hypothesis import strategies as st


@st.composite
def images(draw):
    """Images of any shape; dark, bright, flat or of all values."""
    shape = draw(st.tuples(st.integers(1, 24), st.integers(1, 24)))
    low = draw(st.integers(0, 255))
    high = draw(st.integers(low, 255))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    return rng.integers(low, high + 1, (*shape, 3)).astype(np.uint8)


SHARES = st.floats(0, 1)
SEEDS = st.integers(0, 2**70) | st.tuples(st.integers(0, 9), st.integers(0, 9))
