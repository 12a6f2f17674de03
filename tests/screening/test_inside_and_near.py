"""Laws of neighbors, of what lies inside the generator, and of discriminant analysis."""

import numpy as np
import pytest
import scipy.linalg
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from facescreen.screening import inside, lda, neighbors


def test_realism_is_the_loop_of_its_definition():
    random = np.random.default_rng(0)
    real, made = random.normal(size=(30, 4)), random.normal(size=(12, 4)) * 1.5
    reach = []
    for i, x in enumerate(real):
        near = sorted(np.linalg.norm(x - y) for j, y in enumerate(real) if j != i)
        reach.append(near[2])
    middle = np.median(reach)
    wanted = [
        max(r / np.linalg.norm(y - x) for x, r in zip(real, reach, strict=True) if r <= middle)
        for y in made
    ]
    np.testing.assert_allclose(neighbors.realism(real, made), wanted)
    assert np.isinf(neighbors.realism(real, real[np.argmin(reach)][None]))[0]


def test_a_made_image_inside_a_ball_is_one_whose_realism_reaches_1():
    random = np.random.default_rng(2)
    real, made = random.normal(size=(60, 3)), random.normal(size=(40, 3)) * 2
    reach = neighbors.radii(real)
    dense = reach <= np.median(reach)
    inside_ball = neighbors.inside_any(made, real[dense], reach[dense])
    assert 0 < inside_ball.sum() < 40
    np.testing.assert_array_equal(neighbors.realism(real, made) >= 1, inside_ball)


def test_distances_refuse_other_features():
    with pytest.raises(ValueError, match="expected features"):
        neighbors.distances(np.zeros((3, 2)), np.zeros((3, 4)))
    with pytest.raises(ValueError, match="more than k = 3"):
        neighbors.radii(np.zeros((3, 2)))


def test_rare_units_are_counted_one_by_one():
    random = np.random.default_rng(1)
    frequency = np.array([0, 0.05, 0.3, 0.31, 0.9])
    active = random.random((20, 5)) < 0.5
    wanted = [sum(row[u] for u in range(5) if 0 < frequency[u] <= 0.3) for row in active]
    np.testing.assert_array_equal(inside.rare_activity(active, frequency), wanted)
    with pytest.raises(ValueError, match="expected units"):
        inside.rare_activity(active, frequency[:4])


def test_styles_are_measured_from_the_mean_of_others():
    random = np.random.default_rng(4)
    styles, others = random.normal(size=(5, 4, 8)), random.normal(size=(50, 4, 8))
    mean = others.mean(axis=0)
    wanted = [np.linalg.norm(s - mean) for s in styles]
    np.testing.assert_allclose(inside.style_distance(styles, others), wanted)


# --- discriminant analysis ------------------------------------------------------------------------


def scatters(x, y):
    mean = x.mean(axis=0)
    between = within = 0
    for name in np.unique(y):
        own = x[y == name]
        between = between + len(own) * np.outer(own.mean(0) - mean, own.mean(0) - mean)
        within = within + (own - own.mean(0)).T @ (own - own.mean(0))
    return between, within


@pytest.fixture(scope="module")
def three():
    random = np.random.default_rng(7)
    y = np.repeat([0, 1, 2], 40)
    x = random.normal(size=(120, 5)) @ random.normal(size=(5, 5))
    return x + y[:, None] * [1, 0, 2, 0, 1], y


def test_with_many_samples_it_is_scikit_learns_lda(three):
    x, y = three
    ours = lda.GsvdLda.fit(x, y)(x)
    theirs = LinearDiscriminantAnalysis(solver="svd").fit(x, y).transform(x)
    for k in range(2):
        assert abs(np.corrcoef(ours[:, k], theirs[:, k])[0, 1]) == pytest.approx(1, abs=1e-9)


def test_its_directions_solve_the_generalized_eigenproblem(three):
    x, y = three
    between, within = scatters(x, y)
    values = scipy.linalg.eigh(between, within, eigvals_only=True)[::-1][:2]
    directions = lda.GsvdLda.fit(x, y).directions
    ratio = np.diag(directions.T @ between @ directions) / np.diag(
        directions.T @ within @ directions
    )
    np.testing.assert_allclose(ratio, values, rtol=1e-9)
    np.testing.assert_allclose(directions.T @ (between + within) @ directions, np.eye(2), atol=1e-9)


def test_with_fewer_samples_than_dimensions_classes_fall_onto_points():
    """The scatter within is singular: along the direction found it is 0, and classes are apart."""
    random = np.random.default_rng(9)
    x, y = random.normal(size=(24, 200)), np.repeat(["broken", "valid"], 12)
    found = lda.GsvdLda.fit(x, y)
    between, within = scatters(x, y)
    g = found.directions[:, 0]
    assert g @ within @ g == pytest.approx(0, abs=1e-9) and g @ between @ g == pytest.approx(1)
    assert found(x[y == "valid"]).min() > found(x[y == "broken"]).max()
    # What little the definition allows where it is made regular agrees in the limit.
    last = scipy.linalg.eigh(between, within + 1e-6 * np.eye(200))[1][:, -1]
    cosine = abs(last @ g) / np.linalg.norm(last) / np.linalg.norm(g)
    assert cosine == pytest.approx(1, abs=1e-4)


def test_two_classes_point_from_the_first_to_the_second(three):
    x, y = three
    found = lda.GsvdLda.fit(x[:80], y[:80])(x[:80])[:, 0]
    assert found[y[:80] == 1].mean() > found[y[:80] == 0].mean()
    with pytest.raises(ValueError, match="two classes or more"):
        lda.GsvdLda.fit(x, np.zeros(120))
