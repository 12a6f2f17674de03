"""Laws of the signs of kinds: what each counts, and that a kind moves its own and no other."""

import numpy as np
import pytest

from facescreen.breakage import plant
from facescreen.evaluation import percent
from facescreen.faces import portraits
from facescreen.kinds import COUNTED, PLANTED, measure_kinds, plant_kinds, sign_marks
from facescreen.kinds.planted_tables import HELD_OUT, OTHERS, OWN, RISE, not_as_asked, sign_moves
from facescreen.kinds.planting import planted_once
from facescreen.kinds.tables import kinds_tables
from facescreen.screening import Rate

FAILS = {("warp", "warp")}  # what the signs do not do, as the lesson says


@pytest.fixture(scope="module")
def drawn():
    """Two of each kind, and what they were."""
    clean = portraits(24, 64, 77)
    return clean, plant_kinds(clean, seed=77)


def plainly(image: np.ndarray) -> dict[str, np.ndarray]:
    """Some of the marks, pixel by pixel: those that no other sign takes anything from."""
    x = np.pad(image.astype(int), ((4, 4), (4, 4), (0, 0)), mode="edge")

    def around(i, j):
        return [x[i + d, j + r] for d, r in ((1, 0), (-1, 0), (0, 1), (0, -1))]

    def solid(holds, i, j):
        """Beyond the edge of the picture, its last pixels are seen again, as in a mirror."""
        places = [(min(max(i + d, 4), 67), min(max(j + r, 4), 67)) for d in (-1, 0, 1)
                  for r in (-1, 0, 1)]  # fmt: skip
        return all(holds(x[place]) for place in places)

    def detail(i, j):
        return sum(w * (4 * x[i, j, c] - sum(n[c] for n in around(i, j)))
                   for c, w in enumerate((0.3, 0.59, 0.11)))  # fmt: skip

    found = {name: np.zeros((64, 64), bool) for name in ("blob", "white_out", "banding")}
    for i, j in np.ndindex(64, 64):
        at = (i + 4, j + 4)
        p = x[at]
        found["blob"][i, j] = solid(lambda q: q.max() == 255 and q.max() - q.min() >= 128, *at)
        found["white_out"][i, j] = solid(lambda q: q.min() == 255, *at)
        pale = p.min() >= 150 and p.max() <= 242 and p.max() - p.min() <= 25
        alike = sum((n == p).all() for n in around(*at)) >= 3
        found["banding"][i, j] = alike and p.min() > 4 and p.max() < 255 and not pale
    return found


@pytest.mark.parametrize("kind", ["blob", "white_out", "banding"])
def test_marks_are_those_found_pixel_by_pixel(drawn, kind):
    image = planted_once(drawn[0][3], kind, 1.0, 0.3, 5).image
    marked = sign_marks(image[np.newaxis])
    for name, wanted in plainly(image).items():
        np.testing.assert_array_equal(marked[name][0], wanted, err_msg=name)
    assert marked[kind].any()


def test_a_sign_is_the_share_of_its_marks_and_warp_is_silent_where_another_speaks(drawn):
    images = drawn[1].images
    values, marks = measure_kinds(images), sign_marks(images)
    for k, kind in enumerate(PLANTED):
        if kind != "warp":
            np.testing.assert_allclose(values[:, k], 100 * marks[kind].mean(axis=(1, 2)))
    loud = (np.delete(values, PLANTED.index("warp"), axis=1) > 1).any(axis=1)
    assert loud.any() and not loud.all()
    np.testing.assert_array_equal(values[:, PLANTED.index("warp")] > 0, ~loud)


def test_an_image_has_the_same_signs_alone_and_among_others(drawn):
    images = np.concatenate([drawn[1].images] * 3)  # more than one batch
    values = measure_kinds(images)
    np.testing.assert_allclose(values[:24], values[48:], rtol=1e-4)  # float32 sums of light
    np.testing.assert_allclose(values[5:6], measure_kinds(images[5:6]), rtol=1e-4)
    assert measure_kinds(images[:0]).shape == (0, len(PLANTED)) and set(COUNTED) == set(PLANTED)
    with pytest.raises(ValueError, match="uint8"):
        measure_kinds(images.astype(float))


def test_blur_is_planted_where_a_warp_would_be_and_all_else_as_before(drawn):
    clean, batch = drawn
    assert batch.kinds.tolist() == [*PLANTED, *PLANTED]
    for i, kind in enumerate(batch.kinds):
        name = "warp" if kind == "blur" else kind
        alike = plant(clean[i], name, batch.strengths[i], batch.masks[i].mean(), seed=(77, i))
        np.testing.assert_array_equal(alike.mask, batch.masks[i])
        if kind != "blur":
            np.testing.assert_array_equal(alike.image, batch.images[i])
        assert (batch.images[i] == clean[i])[~batch.masks[i]].all()
        assert (batch.images[i] != clean[i])[batch.masks[i]].any()


def test_every_kind_moves_its_own_sign_and_no_other_as_shipped():
    moves = kinds_tables("signs")
    assert moves.loc["clean", "moved %"].max() <= OTHERS
    said = not_as_asked(moves)
    assert len(said) == len(FAILS), said
    for (kind, sign), row in moves.iterrows():
        if kind != "clean" and (kind, sign) not in FAILS:
            if kind == sign:
                assert row["moved %"] >= OWN and row["rise"] > 1
            else:
                assert row["moved %"] <= OTHERS and row["rise"] <= RISE


def test_so_it_does_on_portraits_that_no_table_has_seen():
    """The shipped shares, as far as so few images can tell: within what 99.9 % of draws show."""
    assert 2099 not in HELD_OUT
    shipped, few = kinds_tables("signs"), sign_moves(kinds_tables("limits"), 8, (2099,))
    for (kind, sign), row in few.iterrows():
        if kind == "clean":
            continue
        wanted = shipped.loc[(kind, sign), "moved %"]
        count = round(row["moved %"] / 100 * 8)
        if kind == sign and (kind, sign) not in FAILS:
            assert count >= 4, (kind, wanted)  # at 80 %, 1 draw in 100 has fewer
        elif kind != sign:
            assert count <= 4, (kind, sign, wanted)  # at 10 %, 1 in 20,000 has more


def test_the_criterion_can_fail():
    moves = kinds_tables("signs").copy()
    moves.loc[("blob", "noise"), "rise"] = 3.0
    assert any("blob moves the sign of noise" in said for said in not_as_asked(moves))
    moves.loc[("blob", "blob"), list(percent(Rate.of(1, 10), "moved"))] = 10.0
    assert any("blob moves its own sign in 10 %" in said for said in not_as_asked(moves))
