"""Laws of the tables: arithmetic against an independent calculation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facescreen.evaluation import flag_rates, paper_table, pool_table
from facescreen.generation import PoolWalk


def wilson(count, total, z=1.959963984540054):
    """The interval by its textbook formula."""
    p, d = count / total, 1 + z * z / total
    middle, half = (
        (p + z * z / (2 * total)) / d,
        z / d * (p * (1 - p) / total + (z / (2 * total)) ** 2) ** 0.5,
    )
    return 100 * (middle - half), 100 * (middle + half)


def test_the_papers_rates_are_those_it_prints():
    table = paper_table()
    assert table["rate %"].round(2).tolist() == [15.84, 2.76, 0.92, 0.48]  # Tables 2 and 3
    assert (table["saved"] == 2500).all()


def test_what_follows_from_the_papers_counts():
    table = paper_table()
    assert table["reduction %"].round(1).tolist() == [0, 82.6, 94.2, 97.0]
    assert table["times fewer"].iloc[-1] == pytest.approx(33.0)
    for _, row in table.iterrows():
        assert (row["low %"], row["high %"]) == pytest.approx(wilson(row["broken"], 2500))


@given(st.integers(1, 12), st.lists(st.tuples(st.booleans(), st.booleans()), max_size=60))
def test_a_pools_table_is_what_a_loop_over_images_counts(count, says):
    names = ["none", "a", "b"]
    flags = {"none": [False] * len(says), "a": [x for x, _ in says], "b": [y for _, y in says]}
    walk = PoolWalk(count, {name: np.array(flags[name], bool) for name in names})
    table, rates = pool_table(walk), flag_rates(walk, "a")
    for name in names:
        tried, saved = 0, []
        for image in range(len(says)):
            if len(saved) == count:
                break
            tried += 1
            if not flags[name][image]:
                saved.append(image)
        row = table.loc[name]
        assert (row["tried"], row["saved"], row["rejected"]) == (
            tried,
            len(saved),
            tried - len(saved),
        )
        flagged = sum(flags["a"][image] for image in saved)
        assert row["flagged by a"] == flagged
        assert row["flagged by b"] == sum(flags["b"][image] for image in saved)
        if saved:
            assert rates.loc[name, "rate %"] == pytest.approx(100 * flagged / len(saved))
            assert row["tries per image"] == pytest.approx(tried / len(saved))
