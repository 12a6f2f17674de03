"""Laws of planted breakage: what it may change, how much, where, and what the rules make of it."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facescreen import portraits
from facescreen.breakage import COLORED, COLORS, KINDS, plant, plant_all
from facescreen.screening import MultiColorRule, SingleColorRule

every_kind = pytest.mark.parametrize("kind", KINDS)
PIXELWISE = sorted(KINDS.keys() - {"wrap", "banding", "warp"})  # each pixel's change only grows


@pytest.fixture(scope="module")
def faces():
    images = portraits(12, size=48, seed=1, setting="studio")
    images.flags.writeable = False
    return images


@st.composite
def images(draw):
    """Images of any shape; dark, bright, flat or of all values."""
    shape = draw(st.tuples(st.integers(1, 24), st.integers(1, 24)))
    low = draw(st.integers(0, 255))
    high = draw(st.integers(low, 255))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    return rng.integers(low, high + 1, (*shape, 3)).astype(np.uint8)


SHARES = st.floats(0, 1)
AREAS = st.floats(0, 1, exclude_min=True)
SEEDS = st.integers(0, 2**70) | st.tuples(st.integers(0, 9), st.integers(0, 9))
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


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"wrap"}))  # it comes around: see below
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


# --- what each kind promises at strength 1 --------------------------------------------------------


@given(images(), st.sampled_from(list(COLORS)), SEEDS)
def test_a_blob_is_255_in_its_colors_channels_and_low_in_the_others(image, color, seed):
    damaged = plant(image, "blob", area=0.3, color=color, seed=seed)
    inside = damaged.image[damaged.mask]
    assert (inside == 255).all(axis=0).tolist() == [c in COLORS[color] for c in range(3)]
    assert (np.delete(inside, COLORS[color], axis=1) <= 51).all()


def test_without_a_color_a_blob_has_one_channel_and_each_gets_its_turn(faces):
    lit = [
        (d.image[d.mask] == 255).all(0)
        for d in (plant(faces[0], "blob", seed=s) for s in range(30))
    ]
    assert {tuple(channels) for channels in np.array(lit).tolist()} == {
        (True, False, False),
        (False, True, False),
        (False, False, True),
    }


@given(images(), st.sampled_from(list(COLORS)), SEEDS)
def test_a_near_blob_lies_from_240_to_254(image, color, seed):
    damaged = plant(image, "near_blob", area=0.3, color=color, seed=seed)
    inside = damaged.image[damaged.mask][:, COLORS[color]]
    assert inside.min() >= 240 and inside.max() <= 254
    assert np.ptp(inside) <= 4


@given(
    images(), st.sampled_from(["near_blob", "wash_out", "black_crush", "dropped_channel"]), SHARES
)
def test_kinds_that_do_not_saturate_make_no_255_at_any_strength(image, kind, strength):
    damaged = plant(image, kind, strength, area=0.5).image
    assert (image[damaged == 255] == 255).all()


@given(images(), SEEDS)
def test_a_white_out_is_255_in_all_channels(image, seed):
    damaged = plant(image, "white_out", area=0.3, seed=seed)
    assert (damaged.image[damaged.mask] == 255).all()


@given(images(), SEEDS)
def test_a_wash_out_is_pale_and_stays_under_240(image, seed):
    damaged = plant(image, "wash_out", area=0.3, seed=seed)
    assert damaged.image[damaged.mask].min() >= 174
    assert damaged.image[damaged.mask].max() < 240


@given(images(), SHARES)
def test_a_wrap_is_arithmetic_modulo_256(image, strength):
    pushed = np.rint(128 + (1 + 2 * strength) * (image.astype(float) - 128)).astype(int)
    np.testing.assert_array_equal(plant(image, "wrap", strength, area=1).image, pushed % 256)
    tripled = image.astype(int) * 3 % 256
    np.testing.assert_array_equal(plant(image, "wrap", 1, area=1).image, tripled)


def test_a_stronger_wrap_turns_around_more_of_the_values():
    ramp = np.arange(1, 256, dtype=np.uint8)[:, np.newaxis, np.newaxis].repeat(3, axis=2)
    before, shares = False, []
    for strength in np.linspace(0, 1, 41):
        values = plant(ramp, "wrap", strength, area=1).image
        turned = np.where(ramp < 128, values > ramp, values < ramp)  # against the push
        assert (turned >= before).all()
        before = turned
        shares.append(turned.mean())
    assert shares[0] == 0 and shares[-1] > 0.6


def test_a_wrap_turns_white_dark_and_black_bright():
    image = np.array([[[250, 250, 250], [5, 5, 5]]], np.uint8)
    assert plant(image, "wrap", 0.1, area=1).image.tolist() == [[[18] * 3, [236] * 3]]


@given(images())
def test_a_black_crush_takes_the_dark_tail_to_0(image):
    damaged = plant(image, "black_crush", area=1).image
    np.testing.assert_array_equal(damaged == 0, image <= 110)
    assert (damaged[image == 255] == 255).all()


@given(images())
def test_banding_leaves_four_levels_and_keeps_their_order(image):
    damaged = plant(image, "banding", area=1).image
    assert set(np.unique(damaged)) <= {32, 96, 160, 224}
    assert (np.diff(damaged.ravel()[np.argsort(image, axis=None)].astype(int)) >= 0).all()


def test_a_checkerboard_repeats_every_2_or_4_pixels():
    gray = np.full((16, 24, 3), 128, np.uint8)
    periods = set()
    for seed in range(12):
        board = plant(gray, "checkerboard", area=1, seed=seed).image
        np.testing.assert_array_equal(board[4:], board[:-4])
        np.testing.assert_array_equal(board[:, 4:], board[:, :-4])
        assert len(np.unique(board[..., 0])) == 3  # 1, 2 or 4 contributions
        periods.add(2 if (board[2:] == board[:-2]).all() else 4)
    assert periods == {2, 4}


def test_noise_is_colored():
    gray = np.full((64, 64, 3), 128, np.uint8)
    values = plant(gray, "noise", 0.25, area=1).image.reshape(-1, 3)
    np.testing.assert_allclose(values.std(axis=0), 20, rtol=0.1)
    assert np.abs(np.corrcoef(values.T) - np.eye(3)).max() < 0.1


@given(images(), SEEDS)
def test_a_warp_only_mixes_values_that_the_image_has(image, seed):
    damaged = plant(image, "warp", area=0.5, seed=seed).image
    for channel in range(3):
        assert damaged[..., channel].min() >= image[..., channel].min()
        assert damaged[..., channel].max() <= image[..., channel].max()


@given(images(), st.sampled_from(list(COLORS)))
def test_a_dropped_channel_is_0_and_the_others_stay(image, color):
    damaged = plant(image, "dropped_channel", area=1, color=color).image
    for channel in range(3):
        expected = 0 if channel in COLORS[color] else image[..., channel]
        assert (damaged[..., channel] == expected).all()


# --- what the rules see ---------------------------------------------------------------------------


def test_the_rules_see_what_the_paper_says_that_they_see(faces):
    single, multi = SingleColorRule.scaled(0.02), MultiColorRule.scaled(0.02, 0.25)
    caught = {
        kind: (
            single(plant_all(faces, [kind], area=0.15).images).broken.mean(),
            multi(plant_all(faces, [kind], area=0.15).images).broken.mean(),
        )
        for kind in ("blob", "near_blob", "white_out", "wash_out", "warp", "black_crush")
    }
    assert not single(faces).broken.any() and not multi(faces).broken.any()
    assert caught["blob"] == (1, 1)
    assert caught["near_blob"] == (0, 1)  # section 3.3, Fig. 5
    assert caught["white_out"] == (0, 1)  # section 3.3, Fig. 4
    assert caught["wash_out"] == caught["warp"] == caught["black_crush"] == (0, 0)  # section 3.5


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
