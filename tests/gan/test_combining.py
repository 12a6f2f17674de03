"""Laws of combining: schemes do what they say; picks and noise depend on seed and index alone."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tiny_networks import some_styles

from facescreen.gan.combine import SCHEMES, noise_for, pick_faces, scheme_named

pytestmark = pytest.mark.usefixtures("one_thread")

FROM_FACES = [name for name, scheme in SCHEMES.items() if scheme.faces]


@pytest.mark.parametrize("name", FROM_FACES)
@pytest.mark.parametrize("layers", [2, 3, 4, 5])
def test_combining_a_face_with_itself_gives_that_face(name, layers):
    scheme = SCHEMES[name]
    face = some_styles(1)
    combined = scheme.combine(face.expand(-1, scheme.faces, -1), layers, 1.3)
    assert torch.allclose(combined, face.expand(-1, layers, -1), atol=1e-6)


@pytest.mark.parametrize("name", [name for name in FROM_FACES if name != "self"])
def test_every_face_picked_matters(name):
    scheme = SCHEMES[name]
    styles = some_styles(scheme.faces)
    before = scheme.combine(styles, 4, 0.7)
    for face in range(scheme.faces):
        changed = styles.clone()
        changed[:, face] = some_styles(1, seed=3)[:, 0]
        assert not torch.allclose(scheme.combine(changed, 4, 0.7), before), face


def test_schemes_do_what_their_names_say():
    a, b, c, d = some_styles(4).unbind(1)
    picked = some_styles(4)
    two = scheme_named("two_faces").combine(picked[:, :2], 4, 0.0)
    assert torch.equal(two, torch.stack([a, a, b, b], 1))
    assert torch.equal(scheme_named("four_faces").combine(picked, 4, 0.0), picked)
    beyond = scheme_named("extrapolate").combine(picked[:, :3], 4, 0.7)
    assert torch.allclose(beyond, torch.stack([a + 0.7 * (b - c)] * 4, 1))
    mixed = scheme_named("mix_and_extrapolate").combine(picked, 4, 2.0)
    assert torch.allclose(mixed, torch.stack([a, a, *[b + 2 * (c - d)] * 2], 1))
    assert torch.allclose(
        scheme_named("mean_two").combine(picked[:, :2], 4, 0.0).norm(dim=2),
        (torch.tensor(8.0).sqrt()),
    )


def test_unknown_scheme_lists_the_known_ones():
    with pytest.raises(ValueError, match="'three'; there are noise, self"):
        scheme_named("three")


@given(
    st.integers(-(2**63), 2**64),
    st.lists(st.integers(0, 2**40), min_size=1, max_size=20),
    st.integers(1, 4),
    st.integers(0, 50),
)
def test_picks_are_different_faces_and_depend_on_seed_and_index_alone(seed, images, faces, spare):
    available = faces + spare
    picks = pick_faces(seed, np.array(images), faces, available)
    assert picks.shape == (len(images), faces)
    assert picks.min() >= 0 and picks.max() < available
    assert all(len(set(row)) == faces for row in picks.tolist())
    for row, image in enumerate(images):
        assert (pick_faces(seed, np.array([image]), faces, available) == picks[row]).all()


def test_picks_are_even_and_change_with_the_seed():
    picks = pick_faces(1, np.arange(30_000), 3, 10)
    for column in picks.T:  # 3,000 expected in each of 10 bins, standard deviation 52
        assert np.abs(np.bincount(column, minlength=10) - 3000).max() < 300
    pairs = np.bincount(picks[:, 0] * 10 + picks[:, 1], minlength=100).reshape(10, 10)
    off = pairs[~np.eye(10, dtype=bool)]  # 333 expected in each, standard deviation 18
    assert np.abs(off - 30_000 / 90).max() < 110
    assert (pick_faces(2, np.arange(1000), 3, 10) != picks[:1000]).any(axis=1).mean() > 0.95


def test_picks_never_change_from_one_version_to_the_next():
    assert pick_faces(1, np.arange(3), 4, 8000).tolist() == [
        [432, 6602, 649, 1229],
        [4297, 6504, 6007, 2979],
        [4971, 5624, 5343, 5422],
    ]


@given(st.integers(-(2**63), 2**64), st.lists(st.integers(0, 2**40), min_size=1, max_size=9))
def test_noise_depends_on_seed_and_index_alone(seed, images):
    noise = noise_for(seed, np.array(images), 7)
    for row, image in enumerate(images):
        assert (noise_for(seed, np.array([image]), 7) == noise[row]).all()


def test_noise_is_normal_and_unrelated():
    noise = noise_for(3, np.arange(4000), 50).astype(np.float64)
    assert abs(noise.mean()) < 0.01 and abs(noise.std() - 1) < 0.01
    assert abs((noise**4).mean() - 3) < 0.1  # a normal's fourth moment
    related = np.corrcoef(noise.T) - np.eye(50)
    assert np.abs(related).max() < 0.08  # 4,000 draws: standard deviation 0.016
    assert np.abs(np.corrcoef(noise[:50]) - np.eye(50)).max() < 0.7


def test_too_few_faces_to_pick_from():
    with pytest.raises(ValueError, match="combines 4 different faces; the source has 3"):
        pick_faces(0, np.arange(2), 4, 3)
