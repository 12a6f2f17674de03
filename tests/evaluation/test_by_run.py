"""The spread between runs: shares of single runs, by hand; runs of few images say nothing."""

import math

import numpy as np
import pytest

from facescreen.evaluation import run_spread, screening_by_run, screening_table
from facescreen.screening import PoolWalk

RUNS = np.repeat([7, 8, 9], [20, 10, 9])


def test_the_ends_are_those_of_single_runs():
    part = np.zeros(39, bool)
    part[:5], part[20:29], part[30:] = True, True, True  # 5 of 20, 9 of 10, 9 of 9
    assert run_spread(part, np.ones(39, bool), RUNS) == (25.0, 90.0), "nine images say nothing"
    of = np.arange(39) >= 5
    assert run_spread(part, of, RUNS) == (0.0, 90.0), "only what is asked of is counted"
    one = run_spread(part, np.ones(39, bool), np.zeros(39))
    assert all(map(math.isnan, one)), "one run has no spread"


@pytest.mark.parametrize("reading", ["broken", "unusable"])
@pytest.mark.parametrize("count", [None, 12])
def test_the_table_is_the_walks_with_the_ends_of_its_runs(reading, count):
    random = np.random.default_rng(3)
    words = np.array(["valid", "broken_saturated", "broken_other", "unsure"])
    labels, runs = words[random.integers(0, 4, 300)], random.integers(0, 3, 300)
    flags = {"none": np.zeros(300, bool), "rule": random.random(300) < 0.3}
    made = screening_by_run(flags, labels, reading, runs, count)
    plain = screening_table(PoolWalk(count or 300, flags), labels, reading)
    assert made[list(plain)].equals(plain)
    assert screening_by_run(flags, labels, reading, None, count).equals(plain)
    bad = {"broken": ["broken_saturated"], "unusable": ["broken_saturated", "broken_other"]}
    left, lost = [], []
    for run in range(3):
        own = [(label, flag) for label, flag, r in zip(labels, flags["rule"], runs, strict=True)
               if r == run]  # fmt: skip
        passed = [label for label, flag in own if not flag]
        broken = sum(label in bad[reading] for label in passed)
        left.append(100 * broken / (broken + passed.count("valid")))
        valid = [flag for label, flag in own if label == "valid"]
        lost.append(100 * sum(valid) / len(valid))
    row = made.loc["rule"]
    assert (row["lowest run %"], row["highest run %"]) == pytest.approx((min(left), max(left)))
    ends = row["lowest run lost %"], row["highest run lost %"]
    assert ends == pytest.approx((min(lost), max(lost)))
