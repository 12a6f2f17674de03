"""Laws of the screens that ask a critic: densities known, budgets met, chains in balance."""

import itertools

import numpy as np
import pytest
from scipy import optimize
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from facescreen.screening import rejection


@pytest.fixture(scope="module")
def gaussians():
    """200,000 draws of N(0, 1.5) and their exact log density ratio to N(1, 1)."""
    drawn = np.random.default_rng(0).normal(0, 1.5, 200_000)
    log_ratio = -((drawn - 1) ** 2) / 2 + drawn**2 / (2 * 1.5**2) + np.log(1.5)
    return drawn, log_ratio


def test_plain_rejection_by_the_exact_ratio_draws_from_the_target(gaussians):
    drawn, logits = gaussians
    keep = rejection.drs_acceptance(logits, logits.max(), gamma=0)
    np.testing.assert_allclose(keep, np.exp(logits - logits.max()), rtol=1e-4)
    mean = (keep * drawn).sum() / keep.sum()
    spread = np.sqrt((keep * (drawn - mean) ** 2).sum() / keep.sum())
    assert mean == pytest.approx(1, abs=0.02) and spread == pytest.approx(1, abs=0.02)


def test_drs_is_the_formula_of_the_paper():
    logits = np.array([-3.0, 0.5, 2.0])
    for k, d in enumerate(logits):
        below = d - 2.5
        f = below - np.log(1 - np.exp(below - 1e-8)) - 0.7
        assert rejection.drs_acceptance(logits, 2.5, 0.7)[k] == pytest.approx(expit(f))
    with pytest.raises(ValueError, match="above the largest"):
        rejection.drs_acceptance(logits, 1.9, 0)


@pytest.mark.parametrize("accept", [0.05, 0.3, 0.8, 0.99])
def test_every_screen_keeps_the_share_that_was_asked_for(gaussians, accept):
    logits = gaussians[1][:400]
    for keep in (
        rejection.drs_keeping(logits, accept),
        rejection.obrs_acceptance(np.exp(logits), accept),
        rejection.mh_keeping(logits, accept),
    ):
        assert keep.mean() == pytest.approx(accept, abs=1e-9)
        assert keep.min() >= 0
    assert rejection.drs_keeping(logits, accept).max() <= 1


@pytest.mark.parametrize("accept", [0.1, 0.45, 0.8, 0.97, 1.0])
def test_the_budget_solved_by_sorting_is_the_one_found_by_root_search(gaussians, accept):
    ratios = np.exp(gaussians[1][:300])
    found = optimize.brentq(lambda log_c: np.minimum(np.exp(log_c) * ratios, 1).mean() - accept,
                            -30, 30) if accept < 1 else 30  # fmt: skip
    wanted = np.minimum(np.exp(found) * ratios, 1)
    np.testing.assert_allclose(rejection.obrs_acceptance(ratios, accept), wanted, atol=1e-9)


def test_no_other_way_to_keep_so_many_comes_closer_to_the_target():
    """On four points, against a search over all ways to keep half: Kullback–Leibler divergence."""
    made, real = np.array([0.4, 0.3, 0.2, 0.1]), np.array([0.1, 0.2, 0.3, 0.4])
    drawn = np.repeat(np.arange(4), (made * 10).astype(int))  # equal weights, as of images
    keep = rejection.obrs_acceptance((real / made)[drawn], 0.5)
    ours = np.array([keep[drawn == k][0] for k in range(4)])
    assert (ours * made).sum() == pytest.approx(0.5)

    def divergence(acceptance):
        kept = acceptance * made / (acceptance * made).sum()
        return (real * np.log(real / np.maximum(kept, 1e-12))).sum()

    grid = np.linspace(0.02, 1, 50)
    others = [
        (a, b, c, rest)
        for a, b, c in itertools.product(grid, repeat=3)
        if 0 < (rest := (0.5 - 0.4 * a - 0.3 * b - 0.2 * c) / 0.1) <= 1
    ]
    assert len(others) > 1000
    assert divergence(ours) <= min(divergence(np.array(one)) for one in others) + 1e-9


def test_a_long_chain_ends_where_the_real_density_is():
    """On a discrete generator: 8 equal atoms of which the real distribution has other shares."""
    real = np.array([1, 1, 2, 3, 5, 8, 2, 2]) / 24
    logits = np.log(real / (1 / 8)) - 0.4  # a constant cancels
    np.testing.assert_allclose(rejection.mh_ends(logits, 200), real, atol=1e-9)
    move = rejection.mh_acceptance(logits[:, None], logits[None])
    np.testing.assert_allclose(real[:, None] * move, (real[:, None] * move).T, atol=1e-12)
    np.testing.assert_allclose(rejection.mh_ends(logits, 1), 1 / 8)


def test_acceptance_is_turners_formula_in_discriminators():
    now, offered = expit(np.array([0.3, 2.0, -1.0])), expit(np.array([1.0, 0.2, -1.0]))
    formula = np.minimum(1, (1 / now - 1) / (1 / offered - 1))
    ours = rejection.mh_acceptance(np.log(now / (1 - now)), np.log(offered / (1 - offered)))
    np.testing.assert_allclose(ours, formula)


def test_expected_ends_are_those_of_chains_that_were_run():
    logits, random = np.array([-2.0, -0.5, 0.0, 1.0, 2.5]), np.random.default_rng(3)
    ends = np.zeros(5)
    for _ in range(20_000):
        chain = random.integers(0, 5, 3)
        ends[chain[rejection.mh_chain(logits[chain], random)]] += 1
    np.testing.assert_allclose(ends / ends.sum(), rejection.mh_ends(logits, 3), atol=0.012)


def test_half_kept_means_chains_of_two():
    logits = np.array([-1.0, 0.0, 2.0, 0.5])
    ends = np.zeros(4)
    for i, j in itertools.product(range(4), repeat=2):
        moved = min(1, np.exp(logits[j] - logits[i]))
        ends[j] += moved / 16
        ends[i] += (1 - moved) / 16
    np.testing.assert_allclose(rejection.mh_keeping(logits, 0.5), 0.5 * 4 * ends)


def test_a_band_counts_standard_deviations_from_the_mean():
    reference = np.random.default_rng(1).normal(5, 2, 40)
    found = rejection.band_distance(np.array([5.0, -1.0, 9.0]), reference)
    mean = sum(reference) / 40
    deviation = (sum((x - mean) ** 2 for x in reference) / 40) ** 0.5
    np.testing.assert_allclose(found, [abs(x - mean) / deviation for x in (5, -1, 9)])
    with pytest.raises(ValueError, match="all of these are equal"):
        rejection.band_distance(np.zeros(3), np.ones(3))


def test_calibration_is_logistic_regression_on_platts_targets():
    random = np.random.default_rng(5)
    logits = random.normal(0, 3, 400)
    real = random.random(400) < expit(0.4 * logits + 0.8)
    high, low = (real.sum() + 1) / (real.sum() + 2), 1 / ((~real).sum() + 2)
    target = np.where(real, high, low)
    both, sides = np.tile(logits, 2)[:, None], np.repeat([True, False], 400)
    weight = np.concatenate([target, 1 - target])
    theirs = LogisticRegression(C=1e9, tol=1e-10).fit(both, sides, weight)
    slope, shift = rejection.calibrated(logits, real)
    assert slope == pytest.approx(theirs.coef_[0, 0], rel=1e-4)
    assert shift == pytest.approx(theirs.intercept_[0], rel=1e-4)


def test_kinds_that_a_threshold_parts_get_a_finite_calibration():
    slope, shift = rejection.calibrated(np.array([-2.0, -1.0, 1.0, 3.0]), np.array([0, 0, 1, 1]))
    assert 0 < slope < 10 and abs(shift) < 10


@pytest.mark.parametrize("accept", [0, 1.2, float("nan"), -0.1])
def test_another_share_is_refused(accept):
    for keep in (rejection.drs_keeping, rejection.mh_keeping):
        with pytest.raises(ValueError, match="share above 0"):
            keep(np.arange(4.0), accept)
