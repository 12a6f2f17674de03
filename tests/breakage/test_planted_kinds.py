"""Laws of each kind of planted breakage: what it promises, and what the rules see of it."""

import numpy as np
from any_image import SEEDS, SHARES, images
from hypothesis import given
from hypothesis import strategies as st

from facescreen.breakage import COLORS, plant, plant_all
from facescreen.screening import MultiColorRule, SingleColorRule

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
