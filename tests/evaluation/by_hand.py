"""Shares and intervals by their formulas, and labels to draw, for the tests of this room."""

from math import nan

from hypothesis import strategies as st

from facescreen.screening import LABELS

labels_of = st.sampled_from(LABELS)


def wilson(count, total, z=1.959963984540054):
    """The interval in percent by its textbook formula; of nothing, all that can be."""
    if not total:
        return 0, 100
    p, d = count / total, 1 + z * z / total
    middle, half = (
        (p + z * z / (2 * total)) / d,
        z / d * (p * (1 - p) / total + (z / (2 * total)) ** 2) ** 0.5,
    )
    return 100 * (middle - half), 100 * (middle + half)


def percent(count, total):
    return 100 * count / total if total else nan
