"""Verdicts compared column by column."""

import numpy as np


def columns(verdicts):
    names = ("reason", "score", "channel", "bin", "white_sum")
    return [getattr(verdicts, name) for name in names]


def assert_same(some, others):
    for one, other in zip(columns(some), columns(others), strict=True):
        np.testing.assert_array_equal(one, other)
