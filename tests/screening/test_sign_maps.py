"""Each sign is moved by its own fault alone, and its map shows where that was planted."""

import numpy as np
import pytest

from facescreen.screening.measures import SIGNS, measure_signs
from facescreen.screening.measures_maps import sign_map

FACE = (slice(20, 48), slice(20, 44))
LEFT_HALF = (slice(20, 48), slice(20, 32))
WALL = (slice(0, 16), slice(0, 64))  # above the face
MIDDLE = (slice(12, 56), slice(12, 52))
PATCH = (slice(28, 36), slice(24, 32))  # 2 x 2 cells in the left half of the face
CELLS = (slice(7, 9), slice(6, 8))
EVERYWHERE = (slice(0, 64), slice(0, 64))
SPIKES = np.zeros((4, 4))
SPIKES[1, 2], SPIKES[3, 0] = 30, -30


def mean_of(image, sign):
    return measure_signs(image[np.newaxis])[0, list(SIGNS).index(sign)]


# --- faults: float (H, W, 3) in, the same out, 0 to 255 -------------------------------------------


def paint(color):
    return lambda part: np.broadcast_to(np.array(color, float), part.shape)


def tint(*color):
    return lambda part: part + np.array(color)


def noise(scale, channels):
    def add(part):
        rng = np.random.default_rng(5)
        return part + rng.uniform(-scale, scale, (*part.shape[:2], channels)).round()

    return add


def weave(part):
    height, width = part.shape[:2]
    return part + np.tile(SPIKES, (height // 4, width // 4))[..., np.newaxis]


def red_up(part):
    return np.concatenate([np.full_like(part[..., :1], 255), part[..., 1:]], axis=2)


def swap(part):  # red and green
    return part[..., [1, 0, 2]]


def gray(part):
    return part.mean(axis=2, keepdims=True).repeat(3, axis=2).round()


def checkered(side, *color):
    """Squares of so many pixels, in turn with the color added and taken away."""

    def add(part):
        rows, columns = (np.arange(n) // side for n in part.shape[:2])
        ways = np.where((rows[:, np.newaxis] + columns) % 2, 1, -1)
        return part + ways[..., np.newaxis] * np.array(color)

    return add


def speckle(part):
    """Two colors of nearly one lightness in turn."""
    return checkered(1, 40, -20, 0)(paint((150, 120, 110))(part))


# sign: what moves it, and where; what does not raise it, and where
MOVED = {
    "clipped": ((red_up, PATCH), (paint((255, 255, 255)), WALL)),
    "steps": ((noise(25, 3), EVERYWHERE), (noise(25, 1), EVERYWHERE)),
    "steps_face": ((noise(25, 3), FACE), (noise(25, 3), WALL)),
    "blobs": ((checkered(4, 30, -30, 0), EVERYWHERE), (tint(30, -30, 0), EVERYWHERE)),
    "mirror": ((tint(30, -20, 0), LEFT_HALF), (tint(30, -20, 0), FACE)),
    "mirror_rel": ((tint(30, -20, 0), LEFT_HALF), (tint(30, -20, 0), FACE)),
    "even": ((noise(30, 1), MIDDLE), (tint(20, 20, 20), EVERYWHERE)),
    "weave": ((weave, MIDDLE), (noise(25, 1), MIDDLE)),
    "pale": ((gray, FACE), (gray, WALL)),
    "unred": ((swap, FACE), (swap, WALL)),
    "hue": ((paint((60, 160, 70)), PATCH), (paint((60, 160, 70)), WALL)),
    "white": ((paint((250, 250, 250)), PATCH), (paint((250, 250, 250)), WALL)),
}


def damaged(images, fault, where):
    images = images.astype(float)
    for image in images:
        image[where] = fault(image[where])
    return np.clip(images, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def middling(faces):
    """Portraits of middle tones, to which faults add and from which they take without clipping."""
    return (50 + faces[:30] * 0.6).astype(np.uint8)


def test_every_sign_has_a_fault():
    assert list(MOVED) == list(SIGNS)


@pytest.mark.parametrize("sign", SIGNS)
def test_a_sign_is_moved_by_its_own_fault_and_not_by_another(middling, sign):
    def moved(fault, where):
        after = measure_signs(damaged(middling, fault, where))
        return (after - measure_signs(middling))[:, list(SIGNS).index(sign)]

    own, other = (moved(*how) for how in MOVED[sign])
    spread = measure_signs(middling).std(axis=0)[list(SIGNS).index(sign)]
    assert (own > max(spread, 0.05)).all(), "the fault shows in every image"
    if sign == "weave":  # any noise repeats a little by chance
        assert (other < own - 0.5).all()
    else:
        assert (other < 0.01).all(), "and what is no fault of this kind in none"


# --- maps -----------------------------------------------------------------------------------------

PATCHES = {
    "clipped": red_up,
    "steps": speckle,
    "steps_face": speckle,
    "blobs": checkered(4, 50, -50, 0),
    "mirror": tint(70, -40, 0),
    "mirror_rel": tint(70, -40, 0),
    "even": noise(70, 1),
    "weave": lambda part: weave(weave(part)),
    "pale": gray,
    "unred": paint((60, 160, 70)),
    "hue": paint((60, 160, 70)),
    "white": paint((250, 250, 250)),
}


@pytest.mark.parametrize("sign", SIGNS)
def test_the_cells_of_a_planted_patch_are_the_largest(middling, sign):
    for image in damaged(middling[:10], PATCHES[sign], PATCH):
        cells = sign_map(image, sign)
        inside, outside = cells[CELLS].copy(), cells.copy()
        outside[CELLS] = -1
        if sign in ("mirror", "mirror_rel"):  # two cells differ from each other alike
            np.testing.assert_array_equal(outside[CELLS[0], 8:10], inside[:, ::-1])
            outside[CELLS[0], 8:10] = -1
        assert inside.min() > outside.max()


@pytest.mark.parametrize("sign", SIGNS)
def test_a_map_is_finite_of_one_shape_and_never_below_0(clean, sign):
    rng = np.random.default_rng(0)
    noisy = rng.integers(0, 256, (64, 64, 3)).astype(np.uint8)
    for image in (clean[0], noisy, noisy * 0, noisy | 255, noisy[:, :40], noisy[:8, :8]):
        cells = sign_map(image, sign)
        assert cells.shape == (16, 16) and cells.dtype == np.float64
        assert np.isfinite(cells).all() and (cells >= 0).all()


@pytest.mark.parametrize(
    "sign", ["steps_face", "mirror", "mirror_rel", "pale", "unred", "hue", "white"]
)
def test_signs_of_the_face_show_nothing_outside_it(sign):
    noisy = np.random.default_rng(1).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    noisy[::2] = (20, 200, 30)
    cells = sign_map(noisy, sign)
    cells[5:12, 5:11] = 0
    assert (cells == 0).all()


@pytest.mark.parametrize("sign", sorted(set(SIGNS) - {"pale", "unred"}))
def test_one_gray_shows_nothing(sign):
    assert (sign_map(np.full((64, 64, 3), 90, np.uint8), sign) == 0).all()


def test_gray_is_pale_and_no_redder_than_green():
    image = np.full((64, 64, 3), 90, np.uint8)
    for sign in ("pale", "unred"):
        assert (sign_map(image, sign)[5:12, 5:11] == 1).all()


def test_a_sign_is_what_its_map_adds_up_to(middling):
    for image in damaged(middling[:5], noise(90, 3), EVERYWHERE):
        for sign, added in (("hue", 0.02), ("white", 0.01), ("mirror", 2)):
            np.testing.assert_allclose(
                np.exp(mean_of(image, sign)), sign_map(image, sign)[5:12, 5:11].mean() + added
            )
        np.testing.assert_allclose(
            mean_of(image, "mirror_rel"), sign_map(image, "mirror_rel")[5:12, 5:11].mean()
        )
        np.testing.assert_allclose(
            np.exp(mean_of(image, "blobs")), sign_map(image, "blobs").sum() / 480 + 0.3
        )
        strength = sign_map(image, "even")[3:14, 3:13]
        np.testing.assert_allclose(
            mean_of(image, "even"), -strength.std() / (strength.mean() + 1), rtol=1e-6
        )


def test_a_map_of_a_larger_image_is_that_of_the_smaller(middling):
    large = middling[0].repeat(3, axis=0).repeat(2, axis=1)
    for sign in SIGNS:
        np.testing.assert_array_equal(sign_map(large, sign), sign_map(middling[0], sign))


def test_what_has_no_map_is_refused(clean):
    with pytest.raises(ValueError, match=r"sign must be one of clipped, steps, .*, not 'grain'"):
        sign_map(clean[0], "grain")
    with pytest.raises(ValueError, match=r"image must be uint8 of shape \(H, W, 3\), not"):
        sign_map(clean[:1], "hue")
    with pytest.raises(ValueError, match=r"image must be uint8 of shape \(H, W, 3\), not float64"):
        sign_map(clean[0] / 255, "hue")
    with pytest.raises(ValueError, match="8 x 8 pixels or more"):
        sign_map(clean[0, :5], "hue")
