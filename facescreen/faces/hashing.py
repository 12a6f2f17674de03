"""Random numbers that are addressed, not drawn in turn: the same for (seed, i) in any order.

NumPy's generators count their draws, so image i would depend on the images before it, and one
generator per image is slow to set up. A hash of the numbers that name a draw has neither fault, is
vectorized, and is integer arithmetic alone: the same on every machine.
"""

from __future__ import annotations

import numpy as np

GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # 2^64 divided by the golden ratio: SplitMix64's step


def mixed(numbers: np.ndarray) -> np.ndarray:
    """uint64 to uint64, a bijection that scatters bits; 0 stays 0.

    The finalizer of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
    generators", 2014).
    """
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


def scrambled(numbers: np.ndarray) -> np.ndarray:
    """uint64 to uint64: `mixed` after one step of SplitMix64, so that 0 is scattered too."""
    return mixed(numbers + GOLDEN)
