"""Laws of painted outfits: each by its number alone, in harmony as drawn and as seen."""

import colorsys
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facescreen import outfits
from facescreen.outfits import colors
from facescreen.outfits.draws import LOWERS, PATTERNS, UPPERS, draw_outfits
from facescreen.outfits.harmony import FAR, NEAR, SAME, TONE, Cloth, seen_cloth
from facescreen.screening import SingleColorRule

COUNT = 160


@pytest.fixture(scope="module")
def drawn():
    return draw_outfits(801, np.arange(COUNT))


@pytest.fixture(scope="module")
def pictures(drawn):
    return outfits.painted(drawn)


# --- colors ---------------------------------------------------------------------------------------


def oklab_by_hand(rgb):
    """Ottosson's published example code, number by number."""
    r, g, b = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in rgb)
    long = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)
    middle = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    short = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_a_color_is_where_the_published_formula_has_it_and_comes_back(rgb):
    lab = colors.lab_of(np.uint8(rgb))
    assert lab == pytest.approx(oklab_by_hand([v / 255 for v in rgb]), abs=1e-9)
    assert np.rint(255 * colors.encoded(colors.light_of(lab))).tolist() == list(rgb)


@given(st.floats(0.1, 1), st.floats(0, 359))
@settings(max_examples=40)
def test_a_shadow_changes_no_hue(share, hue):
    lab = colors.lab(np.float64(0.6), np.float64(0.1), np.float64(hue))
    shaded = colors.light_of(lab) * share
    scaled = colors.light_of(lab * share ** (1 / 3))
    assert shaded == pytest.approx(scaled, abs=1e-9)


@given(st.floats(0, 720), st.floats(0, 720))
def test_hues_lie_apart_as_points_on_a_circle_do(one, other):
    a, b = math.radians(one), math.radians(other)
    across = math.hypot(math.cos(a) - math.cos(b), math.sin(a) - math.sin(b))  # a chord
    angle = math.degrees(2 * math.asin(min(1, across / 2)))
    assert colors.hue_difference(one, other) == pytest.approx(angle, abs=1e-4)


@pytest.mark.parametrize("rgb", [(1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 1, 1), (0, 0, 1), (1, 0, 1)])
def test_the_fullest_color_of_a_screens_own_hues_is_about_that_corner(rgb):
    corner = colors.lab_of(np.uint8([255 * v for v in rgb]))
    found = colors.fullest(float(colors.hue_of(corner)))
    light = colors.light_of(found)
    assert colors.hue_of(found) == pytest.approx(colors.hue_of(corner), abs=0.01)
    assert light.min() >= -1e-9 and light.max() <= 1 + 1e-9
    # Blue's corner is so sharp that steps of lightness miss it by a little.
    share = colors.chroma_of(found) / colors.chroma_of(corner)
    assert 0.9 < share <= 1.002 and colorsys.rgb_to_hsv(*colors.encoded(light))[1] > 0.8


# --- harmony --------------------------------------------------------------------------------------


def goes(one, other):
    """The rule on two parts, one at a time: (base, accent, patterned) as (L, a, b) twice."""
    if one[2] and other[2]:
        return False
    if one[2] or other[2]:
        pattern, plain = (one, other) if one[2] else (other, one)
        return min(math.dist(plain[0], color) for color in pattern[:2]) <= SAME
    grays = [math.hypot(*part[0][1:]) < outfits.GRAY for part in (one, other)]
    hues = [math.degrees(math.atan2(part[0][2], part[0][1])) for part in (one, other)]
    turn = abs(hues[0] - hues[1]) % 360
    turn = min(turn, 360 - turn)
    return (any(grays) or not NEAR < turn < FAR) and abs(one[0][0] - other[0][0]) >= TONE


def random_cloth(seed: int, count: int = 400) -> Cloth:
    """Colors of which many are near one another, so that every clause is tried."""
    draw = np.random.default_rng(seed)
    base, accent = (
        np.column_stack([draw.uniform(0.3, 0.9, count), *draw.normal(0, 0.08, (2, count))])
        for _ in range(2)
    )
    near = draw.random(count) < 0.3
    accent[near] = base[near] + 0.05
    return Cloth(base, accent, draw.random(count) < 0.4)


def test_harmony_is_the_rule_asked_of_one_pair_at_a_time_and_knows_no_order():
    upper, lower = random_cloth(0), random_cloth(1)
    lower.base[::4] = upper.accent[::4] + 0.02
    both = zip(zip(*upper, strict=True), zip(*lower, strict=True), strict=True)
    wanted = [goes(one, other) for one, other in both]
    found = outfits.harmony(upper, lower)
    assert 40 < sum(wanted) < 360
    assert found.tolist() == wanted == outfits.harmony(lower, upper).tolist()
    assert set(outfits.clash(upper, lower)) == {"", "pattern", "hue", "tone"}


def test_every_outfit_is_in_harmony_as_drawn_and_the_measure_agrees_with_the_rule(drawn, pictures):
    upper, lower = drawn.upper.cloth, drawn.lower.cloth
    assert outfits.harmony(upper, lower).all()
    agreed = [outfits.matches(*pictures)]
    for steps in (1, 2, 3):
        seen = outfits.matches(pictures.uppers, outfits.of_others(pictures.lowers, steps))
        agreed.append(seen == outfits.harmony(upper, lower.at(np.arange(COUNT) - steps)))
    assert min(share.mean() for share in agreed) >= 0.95
    assert 0.2 < seen.mean() < 0.5  # thrown together, most clash


def test_the_colors_seen_in_a_window_are_those_it_was_filled_with():
    window = np.full((2, 14, 16, 3), (200, 40, 30), np.uint8)
    window[1, :, ::3] = (20, 60, 200)  # every third column, the rarer color
    seen = seen_cloth(window)
    assert seen.patterned.tolist() == [False, True]
    assert seen.base == pytest.approx(colors.lab_of(window[:, 0, 1]))
    assert seen.accent[1] == pytest.approx(colors.lab_of(window[1, 0, 0]))


# --- pictures -------------------------------------------------------------------------------------


def test_an_outfit_depends_on_its_seed_and_number_alone(pictures):
    some = outfits.outfit_pictures(9, 801, start=7)
    for parts, all_parts in zip(some, pictures, strict=True):
        assert parts.dtype == np.uint8 and parts.shape == (9, 64, 64, 3)
        assert np.array_equal(parts, all_parts[7:16])
    other = outfits.outfit_pictures(9, 802, start=7)
    assert not np.array_equal(other.uppers, some.uppers)
    assert len(outfits.outfit_pictures(0, 801).uppers) == 0


def test_all_cuts_and_patterns_are_drawn(drawn):
    assert set(drawn.upper.kind) == set(UPPERS) and set(drawn.lower.kind) == set(LOWERS)
    assert set(drawn.upper.pattern) == set(PATTERNS)
    for part in (drawn.upper, drawn.lower):
        assert np.array_equal(part.pattern != "plain", part.cloth.patterned)


def test_a_full_color_is_flagged_and_left_alone_once_what_is_meant_is_gone(drawn):
    full = outfits.in_full_color(outfits.draw_outfits(801, np.arange(8)), (29, 264))
    for hue, parts in full.items():
        cloth = outfits.lower_cloth(parts)
        assert outfits.hue_difference(outfits.hue_of(cloth.base), hue).max() < 12
        assert SingleColorRule(40)(parts).broken.mean() > 0.5
        assert not SingleColorRule(40)(outfits.without_meant(parts)).broken.any()
    blue = full[29].copy()
    blue[:, 40:50, 26:36] = (0, 0, 255)  # outside the window, in another color than the cloth
    assert SingleColorRule(40)(outfits.without_meant(blue)).broken.all()
