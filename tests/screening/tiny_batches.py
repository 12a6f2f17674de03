"""Batches of noise for the tests of this room."""

import numpy as np


def tiny_batch(count=40, side=8, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, side, side, 3)).astype(np.uint8)
