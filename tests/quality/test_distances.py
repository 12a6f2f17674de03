"""Laws of the measures of quality: distance, density, coverage, precision and recall of points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facescreen.quality.measure import (
    Quality,
    density_coverage,
    kernel_distance,
    precision_recall,
    squared_mmd,
)


def points(count: int, seed: int, width: int = 6, shift: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(shift, 1, (count, width))


# --- KID ------------------------------------------------------------------------------------------


def test_squared_mmd_is_the_double_sum_of_its_definition():
    real, made = points(7, 0), points(5, 1, shift=0.5)

    def kernel(x, y):
        return (sum(a * b for a, b in zip(x, y, strict=True)) / 6 + 1) ** 3

    def within(xs):
        pairs = [kernel(x, y) for i, x in enumerate(xs) for j, y in enumerate(xs) if i != j]
        return sum(pairs) / len(pairs)

    between = [kernel(x, y) for x in real for y in made]
    wanted = within(real) + within(made) - 2 * sum(between) / len(between)
    assert squared_mmd(real, made) == pytest.approx(wanted, rel=1e-12)
    assert kernel_distance(real, made, subsets=1)[0] == pytest.approx(wanted, rel=1e-12)


def test_two_draws_of_one_distribution_are_at_distance_0_within_the_error():
    draws = [kernel_distance(points(400, 2 * s), points(400, 2 * s + 1)) for s in range(40)]
    distances, errors = np.array(draws).T
    assert abs(distances.mean()) < 4 * distances.std() / 40**0.5  # no bias
    assert (np.abs(distances) < 4 * errors).mean() > 0.9
    # The error that one draw states is the spread that many draws have.
    assert 0.7 < errors.mean() / distances.std() < 1.4


def test_the_distance_grows_with_a_shift_and_with_lost_variety():
    real = points(600, 0)
    shifted = [kernel_distance(real, points(600, 1, shift=s))[0] for s in (0, 0.2, 0.5, 1)]
    narrow = [kernel_distance(real, points(600, 1) * w)[0] for w in (1, 0.7, 0.3, 0)]
    assert shifted == sorted(shifted)
    assert narrow == sorted(narrow)
    assert min(shifted[-1], narrow[-1]) > 0.1


def test_the_distance_is_the_same_either_way_round_and_for_a_seed():
    real, made = points(100, 0), points(100, 1, shift=0.3)
    assert kernel_distance(real, made, seed=5) == kernel_distance(real, made, seed=5)
    one, other = kernel_distance(real, made, subsets=1), kernel_distance(made, real, subsets=1)
    assert one[0] == pytest.approx(other[0])


# --- density and coverage -------------------------------------------------------------------------


def test_density_and_coverage_of_points_on_a_line():
    real = np.array([[0.0], [1], [2], [10]])  # with k = 1 the balls reach 1, 1, 1 and 8 far
    assert density_coverage(real, np.array([[0.5], [20]]), k=1) == (2 / 2, 2 / 4)
    assert density_coverage(real, np.array([[1.0]]), k=1) == (3.0, 3 / 4)  # borders belong
    assert density_coverage(real, np.array([[100.0]]), k=1) == (0, 0)
    assert density_coverage(real, np.array([[2.0], [3], [100]]), k=2) == (6 / 6, 1.0)


@given(st.integers(6, 20), st.integers(1, 20), st.integers(1, 5), st.integers(0, 1000))
def test_density_and_coverage_are_what_a_loop_over_balls_counts(n, m, k, seed):
    random = np.random.default_rng(seed)
    real, made = (random.integers(0, 4, (size, 3)).astype(float) for size in (n, m))
    hits = []
    for i, center in enumerate(real):
        others = np.delete(real, i, axis=0)
        radius = sorted(((others - center) ** 2).sum(1))[k - 1]  # squared: whole numbers, exact
        hits.append((((made - center) ** 2).sum(1) <= radius).sum())
    density, coverage = density_coverage(real, made, k)
    assert density == pytest.approx(sum(hits) / (k * m))
    assert coverage == pytest.approx(np.mean(np.array(hits) > 0))


def test_a_set_covers_itself():
    real = points(200, 0)
    assert density_coverage(real, real)[1] == 1
    assert density_coverage(real.repeat(7, axis=0), real)[1] == 1


def test_features_that_cannot_be_compared_are_refused():
    with pytest.raises(ValueError, match="features"):
        squared_mmd(points(5, 0, width=3), points(5, 0, width=4))
    with pytest.raises(ValueError, match="20 or more images a side, got 19, 30"):
        kernel_distance(points(19, 0), points(30, 0))
    with pytest.raises(ValueError, match="more than k = 5 real points, got 5"):
        density_coverage(points(5, 0), points(9, 0))


def test_a_quality_prints_itself_in_one_line():
    text = str(Quality(0.01234, 0.002, 0.98, 0.955, 2500))
    assert text == "KID 0.012 ± 0.002, density 0.98, coverage 0.95 (2,500 images)"


# --- precision and recall -------------------------------------------------------------------------


def test_precision_and_recall_are_the_loops_of_their_definition():
    random = np.random.default_rng(6)
    real, made = random.normal(size=(25, 3)), random.normal(size=(30, 3)) * 0.6 + 0.4

    def share(points, centers):
        hit = 0
        for x in points:
            for i, c in enumerate(centers):
                others = sorted(np.linalg.norm(c - o) for j, o in enumerate(centers) if j != i)
                if np.linalg.norm(x - c) <= others[2]:
                    hit += 1
                    break
        return hit / len(points)

    found = precision_recall(real, made)
    assert found == pytest.approx((share(made, real), share(real, made)))
    assert 0 < found[1] < found[0] <= 1
    assert precision_recall(real, real) == (1, 1)
