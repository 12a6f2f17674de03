"""Laws of planted breakage: what it may change, how much, where, alone and in batches."""

import subprocess
import sys

import numpy as np
import pytest
from any_image import SEEDS, SHARES, images
from hypothesis import given, settings
from hypothesis import strategies as st

from facescreen.breakage import COLORED, KINDS, plant, plant_all

every_kind = pytest.mark.parametrize("kind", KINDS)
PIXELWISE = sorted(KINDS.keys() - {"wrap", "banding", "warp"})  # each pixel's change only grows
AREAS = st.floats(0, 1, exclude_min=True)
SETTINGS = {"strength": SHARES, "area": AREAS, "seed": SEEDS}


@settings(max_examples=200)
@given(images(), st.sampled_from(list(KINDS)), st.fixed_dictionaries(SETTINGS))
def test_outside_the_mask_no_pixel_changes_and_the_input_never_does(image, kind, chosen):
    before = image.copy()
    damaged, mask, named, strength = plant(image, kind, **chosen)
    assert damaged.dtype == np.uint8 and damaged.shape == image.shape
    assert mask.dtype == bool and mask.shape == image.shape[:2]
    np.testing.assert_array_equal(damaged[~mask], image[~mask])
    np.testing.assert_array_equal(image, before)
    assert not np.shares_memory(damaged, image)
    assert (named, strength) == (kind, chosen["strength"])


@settings(max_examples=100)
@given(images(), st.sampled_from(list(KINDS)), AREAS, SEEDS)
def test_strength_0_is_the_identity(image, kind, area, seed):
    np.testing.assert_array_equal(plant(image, kind, 0, area, seed=seed).image, image)


@settings(max_examples=100)
@given(images(), st.sampled_from(PIXELWISE), st.lists(SHARES, min_size=2, max_size=2), SEEDS)
def test_a_stronger_damage_changes_no_pixel_less(image, kind, strengths, seed):
    weak, strong = (
        np.abs(plant(image, kind, strength, 0.5, seed=seed).image - image.astype(int))
        for strength in sorted(strengths)
    )
    assert (weak <= strong).all()


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"wrap"}))  # it comes around
def test_a_stronger_damage_changes_faces_more(faces, kind):
    changes = [
        np.abs(plant_all(faces, [kind], strength, 0.3).images - faces.astype(int)).mean()
        for strength in (0, 0.25, 0.5, 0.75, 1)
    ]
    assert changes[0] == 0 and (np.diff(changes) > 0).all()


@settings(max_examples=60)
@given(st.integers(1, 120), st.integers(1, 120), AREAS, st.tuples(SHARES, SHARES), SEEDS)
def test_the_mask_has_the_area_asked_for_and_holds_its_place(height, width, area, place, seed):
    image = np.zeros((height, width, 3), np.uint8)
    mask = plant(image, "noise", 1, area, place=place, seed=seed).mask
    assert mask.sum() == max(1, round(area * height * width))
    row, column = (
        np.rint(share * (side - 1)) for share, side in zip(place, mask.shape, strict=True)
    )
    assert mask[int(row), int(column)]


@pytest.mark.parametrize("place", [(0.3, 0.3), (0.3, 0.7), (0.7, 0.3), (0.7, 0.7)])
def test_the_mask_lies_around_its_place(place):
    image = np.zeros((64, 96, 3), np.uint8)
    masks = [plant(image, "noise", area=0.05, place=place, seed=seed).mask for seed in range(20)]
    middle = np.mean([np.argwhere(mask).mean(axis=0) for mask in masks], axis=0)
    np.testing.assert_allclose(middle / (63, 95), place, atol=0.05)


def test_an_area_of_1_is_the_whole_image(faces):
    for kind in KINDS:
        assert plant(faces[0], kind, area=1).mask.all()


def test_without_a_place_the_middle_of_the_image_is_hit_most():
    image = np.zeros((48, 48, 3), np.uint8)
    hits = np.mean([plant(image, "noise", seed=seed).mask for seed in range(200)], axis=0)
    assert hits[16:32, 16:32].mean() > 2 * hits.mean()


@every_kind
def test_the_same_seed_repeats_and_another_seed_hits_another_place(faces, kind):
    once, again, other = (plant(faces[0], kind, seed=seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(once.image, again.image)
    np.testing.assert_array_equal(once.mask, again.mask)
    assert (once.mask != other.mask).any()


def test_a_seed_has_one_outline_whatever_the_kind_strength_and_color(faces):
    outline = plant(faces[0], "blob", seed=3).mask
    for kind in KINDS:
        np.testing.assert_array_equal(plant(faces[0], kind, 0.4, seed=3).mask, outline)
    np.testing.assert_array_equal(plant(faces[0], "blob", color="cyan", seed=3).mask, outline)


def test_an_outline_has_the_same_shape_at_every_size():
    small, big = (
        plant(np.zeros((side, side, 3), np.uint8), "blob", place=(0.5, 0.5)).mask
        for side in (63, 189)
    )
    assert (big[1::3, 1::3] == small).mean() > 0.97


# --- batches --------------------------------------------------------------------------------------


def test_image_i_of_a_batch_can_be_made_again_alone(faces):
    batch = plant_all(faces, strength=(0.3, 1), area=(0.02, 0.3), seed=8)
    for i, face in enumerate(faces):
        kind, strength, area = batch.kinds[i], batch.strengths[i], batch.masks[i].mean()
        alone = plant(face, kind, strength, area, seed=(8, i))
        np.testing.assert_array_equal(alone.image, batch.images[i])
        np.testing.assert_array_equal(alone.mask, batch.masks[i])
    first = plant_all(faces[:3], strength=(0.3, 1), area=(0.02, 0.3), seed=8)
    np.testing.assert_array_equal(first.images, batch.images[:3])


def test_a_batch_takes_the_kinds_in_turn_and_draws_from_the_ranges(faces):
    batch = plant_all(faces, ["wrap", "blob"], strength=(0.2, 0.6), area=(0.1, 0.5))
    assert batch.kinds.tolist() == ["wrap", "blob"] * 6
    assert ((batch.strengths >= 0.2) & (batch.strengths <= 0.6)).all()
    assert len(set(batch.strengths.tolist())) == 12
    areas = batch.masks.mean(axis=(1, 2))
    assert areas.min() > 0.099 and areas.max() < 0.501 and np.ptp(areas) > 0.1
    assert set(plant_all(faces).kinds) == set(KINDS)


def test_an_empty_batch_stays_empty():
    batch = plant_all(np.zeros((0, 8, 9, 3), np.uint8))
    assert [len(field) for field in batch] == [0, 0, 0, 0]
    assert batch.masks.shape == (0, 8, 9)


# --- what is refused ------------------------------------------------------------------------------

FACE = np.zeros((8, 8, 3), np.uint8)


@pytest.mark.parametrize(
    "image", [np.zeros((8, 8, 3)), FACE[..., 0], FACE[..., :2], FACE[np.newaxis], "face", None]
)
def test_anything_but_a_uint8_rgb_image_is_refused(image):
    with pytest.raises(ValueError, match=r"image must be uint8 of shape \(H, W, 3\), not"):
        plant(image, "blob")
    with pytest.raises(ValueError, match=r"images must be uint8 of shape \(N, H, W, 3\), not"):
        plant_all(FACE if image is None or np.ndim(image) == 4 else image)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"kind": "blot"}, "kind must be one of blob, .*, not 'blot'"),
        ({"kind": ["blob"]}, "kind must be one of blob"),
        ({"strength": 1.01}, "strength must be from 0 to 1, not 1.01"),
        ({"strength": float("nan")}, "strength must be from 0 to 1, not nan"),
        ({"strength": "1"}, "strength must be from 0 to 1, not '1'"),
        ({"strength": True}, "strength must be from 0 to 1, not True"),
        ({"area": 0}, "area must be a share of the pixels, above 0 to 1, not 0"),
        ({"area": 40}, "area must be a share of the pixels, above 0 to 1, not 40"),
        ({"color": "white"}, "color must be one of red, .*, not 'white' with 'blob'"),
        ({"color": [255, 0, 0]}, "color must be one of red"),
        ({"kind": "noise", "color": "red"}, "goes with blob, near_blob, .* not 'red' with 'noise'"),
        ({"place": (0.5, 1.2)}, r"place must be \(row, column\), each a share from 0 to 1, not"),
        ({"place": 0.5}, "place must be"),
        ({"place": "up"}, "place must be"),
        ({"place": (0.1, None)}, "place must be"),
        ({"place": (float("nan"), 0)}, "place must be"),
        ({"seed": -1}, "seed must be a whole number >= 0 or a tuple of them, not -1"),
        ({"seed": 1.5}, "seed must be"),
        ({"seed": (1, "a")}, "seed must be"),
    ],
)
def test_a_wrong_setting_is_named_in_one_sentence(wrong, message):
    with pytest.raises(ValueError, match=message):
        plant(FACE, **{"kind": "blob", **wrong})


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"kinds": []}, "kinds is empty"),
        ({"kinds": ["blob", "blot"]}, "kind must be one of"),
        ({"strength": (0.5, 0.2)}, "strength must run from low to high"),
        ({"strength": (0, 2)}, "strength must be from 0 to 1, not 2"),
        ({"area": (0, 0.5)}, "area must be a share"),
        ({"area": (0.1, 0.2, 0.3)}, "area must be a share"),
        ({"seed": -2}, "seed must be"),
        ({"seed": (1, 2)}, "seed must be"),
    ],
)
def test_a_wrong_setting_of_a_batch_is_refused_even_where_no_image_needs_it(wrong, message):
    with pytest.raises(ValueError, match=message):
        plant_all(np.zeros((0, 8, 8, 3), np.uint8), **wrong)


def test_an_image_without_pixels_is_refused():
    with pytest.raises(ValueError, match=r"image must have pixels, not the shape \(0, 8, 3\)"):
        plant(FACE[:0], "blob")


def test_every_kind_says_what_it_does_and_colored_ones_are_kinds():
    assert all(function.__doc__ for function in KINDS.values())
    assert set(COLORED) < set(KINDS)


def test_importing_the_room_loads_no_scipy():
    program = "import sys, facescreen.breakage; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
