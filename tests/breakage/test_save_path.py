"""Save paths: each does what its name says, and flips are counted as a plain loop counts them."""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib import pyplot as plt
from PIL import Image, JpegImagePlugin

from facescreen.breakage import save_path
from facescreen.breakage.save_path import (
    PATHS,
    RULES,
    audit,
    clip_and_round,
    in_fractions,
    one_blob_table,
    side_by_side,
)
from facescreen.images import ImageError, read_image, save_png, to_uint8
from facescreen.plots import draw_save_paths
from facescreen.quality import measure as quality
from facescreen.screening import MultiColorRule, NoRule, Rate, SingleColorRule, reference_verdict

BASELINE = next(iter(PATHS))
RESIZED = {"half size": (8, 8), "double size": (32, 32)}
SMALL = {  # for images of 16×16: a mixed bag of verdicts
    "single": SingleColorRule(20),
    "multi": MultiColorRule(20, 300),
    "either": SingleColorRule(20) | MultiColorRule(20, 300),
}


@pytest.fixture(scope="module")
def floats() -> np.ndarray:
    """Smooth images of 16×16 whose bright ends go past 1: float32 (100, 16, 16, 3)."""
    random = np.random.default_rng(7)
    coarse = random.normal(0.2, 0.7, (100, 4, 4, 3))
    return coarse.repeat(4, axis=1).repeat(4, axis=2).astype(np.float32)


some_floats = arrays(
    np.float32,
    st.tuples(st.integers(0, 3), st.integers(1, 5), st.integers(1, 5), st.just(3)),
    elements=st.floats(-4, 4, width=32),
)


# --- the ways -------------------------------------------------------------------------------------


@given(some_floats)
def test_every_way_gives_as_many_images_and_touches_no_input(x):
    kept = x.copy()
    for save in PATHS.values():
        made = save(x)
        assert made.dtype == np.uint8 and made.ndim == 4
        assert len(made) == len(x) and made.shape[3] == 3
    assert np.array_equal(x, kept)


@given(some_floats)
def test_clip_and_round_is_the_one_way_and_png_keeps_it(tmp_path_factory, x):
    made = PATHS[BASELINE](x)
    assert np.array_equal(made, to_uint8(x, clip=True))
    for image in made[:1]:
        file = tmp_path_factory.getbasetemp() / "one.png"
        save_png(file, image)
        assert np.array_equal(read_image(file), image)


@given(some_floats)
def test_wrap_around_is_arithmetic_modulo_256(x):
    made = PATHS["no clamp (wraps around)"](x)
    expected = [round((float(value) + 1) * 127.5) % 256 for value in x.flat]
    assert made.flatten().tolist() == expected


@given(some_floats)
def test_without_the_mapping_all_below_0_is_black(x):
    made = PATHS["not mapped to [0, 1]"](x)
    assert (made[x <= 0] == 0).all() and (made[x >= 1] == 255).all()
    expected = [min(255, max(0, math.floor(float(value) * 255 + 0.5))) for value in x.flat]
    assert np.abs(made.flatten().astype(int) - expected).max(initial=0) <= 1, "but for rounding"


@given(some_floats)
def test_the_ceiling_leaves_nothing_at_either_end(x):
    made = PATHS["tanh ceiling"](x)
    assert made.size == 0 or (made.min() >= 2 and made.max() <= 253)
    within = np.abs(x) <= save_path.CEILING
    assert np.array_equal(made[within], clip_and_round(x)[within])


@given(some_floats)
def test_min_max_fills_the_range_of_each_image(x):
    for image, made in zip(x, PATHS["min-max per image"](x), strict=True):
        if np.ptp(image) > 1e-3:
            assert made.min() == 0 and made.max() == 255
            assert made.flat[image.argmax()] == 255 and made.flat[image.argmin()] == 0


@pytest.mark.parametrize("count", [1, 64, 100])
def test_min_max_is_torchvision_s(floats, count):
    torch = pytest.importorskip("torch")
    from torchvision.utils import make_grid

    def grid(images):
        tensor = torch.from_numpy(images.transpose(0, 3, 1, 2).copy())
        made = make_grid(tensor, normalize=True, nrow=len(images), padding=0)
        made = made.mul(255).add_(0.5).clamp_(0, 255).to(torch.uint8).numpy()  # as save_image does
        return made.reshape(3, 16, -1, 16).transpose(2, 1, 3, 0)

    images = floats[:count]
    each = np.concatenate([grid(images[i : i + 1]) for i in range(count)])
    sheets = [grid(images[i : i + save_path.BATCH]) for i in range(0, count, save_path.BATCH)]
    for path, theirs in (
        ("min-max per image", each),
        ("min-max over the batch", np.concatenate(sheets)),
    ):
        apart = np.abs(PATHS[path](images).astype(int) - theirs)
        assert apart.max() <= 1 and (apart > 0).mean() < 0.001, "halves may be rounded otherwise"


def test_without_the_mapping_it_is_torchvision_s(floats, tmp_path):
    torch = pytest.importorskip("torch")
    from torchvision.utils import save_image

    for image, made in zip(floats[:3], PATHS["not mapped to [0, 1]"](floats[:3]), strict=True):
        save_image(torch.from_numpy(image.transpose(2, 0, 1).copy()), tmp_path / "one.png")
        assert np.array_equal(read_image(tmp_path / "one.png"), made)


@pytest.mark.parametrize("quality_", [75, 95])
def test_jpeg_in_memory_is_that_of_a_file(floats, tmp_path, quality_):
    made = PATHS[f"JPEG {quality_}"](floats[:3])
    for image, read in zip(clip_and_round(floats[:3]), made, strict=True):
        Image.fromarray(image).save(tmp_path / "one.jpg", quality=quality_)
        assert np.array_equal(read_image(tmp_path / "one.jpg"), read)
        with Image.open(tmp_path / "one.jpg") as file:
            assert JpegImagePlugin.get_sampling(file) == 2, "4:2:0, as the docstring says"


def test_sizes_are_halved_as_files_are_read_and_doubled(floats, tmp_path):
    for path, side in RESIZED.items():
        assert PATHS[path](floats).shape[1:3] == side
    save_png(tmp_path / "one.png", clip_and_round(floats)[0])
    assert np.array_equal(PATHS["half size"](floats)[0], read_image(tmp_path / "one.png", 8))


BAD = [
    np.zeros((1, 4, 4, 3), np.uint8),
    np.zeros((4, 4, 3)),
    np.zeros((1, 3, 4, 4)),
    np.full((2, 4, 4, 3), np.nan),
]


@pytest.mark.parametrize("bad", BAD, ids=["bytes", "one image", "channels first", "NaN"])
def test_what_are_no_finite_float_images_is_refused(bad):
    ways = (PATHS[path] for path in ("min-max per image", "not mapped to [0, 1]", "JPEG 75"))
    for refuse in (clip_and_round, *ways, audit):
        with pytest.raises(ImageError, match=r"expected float images|NaN"):
            refuse(bad)


# --- verdicts -------------------------------------------------------------------------------------


def test_the_baseline_flips_nothing_and_its_flags_are_the_rules(floats):
    table = audit(floats, SMALL)
    assert (table.loc[BASELINE, ["to broken", "to valid", "flipped"]] == 0).all(axis=None)
    for name, rule in SMALL.items():
        flagged = rule(to_uint8(floats, clip=True)).broken.sum()
        assert table.loc[(BASELINE, name), "flagged"] == flagged
        assert 0 < flagged < len(floats), "or there would be nothing to flip"


def test_flips_are_those_that_a_plain_loop_counts(floats):
    rules = {"single": SMALL["single"], "multi": SMALL["multi"]}
    table = audit(floats, rules)
    for path, save in PATHS.items():
        images = save(floats)
        for name, rule in rules.items():
            flagged = to_broken = to_valid = 0
            for before, now in zip(clip_and_round(floats), images, strict=True):
                was, is_now = (bool(reference_verdict(i, rule)[0]) for i in (before, now))
                flagged += is_now
                to_broken += is_now and not was
                to_valid += was and not is_now
            row = table.loc[(path, name)]
            assert row[["flagged", "to broken", "to valid"]].tolist() == [
                flagged,
                to_broken,
                to_valid,
            ]
            broken = int(table.loc[(BASELINE, name), "flagged"])
            for column, of in (("to valid", broken), ("to broken", 100 - broken), ("flipped", 100)):
                rate = Rate.of(int(row[column]), of)
                assert row[f"{column} %"] == pytest.approx(100 * rate.value, nan_ok=True)
                assert row[f"{column} low %"] == pytest.approx(100 * rate.low)
                assert row[f"{column} high %"] == pytest.approx(100 * rate.high)


def test_side_by_side_each_number_stands_under_its_rule_and_beside_its_path(floats):
    table = audit(floats)
    wide = side_by_side(table, ["flagged %", "images"])
    assert {rule for rule, _ in wide} == set(RULES)
    assert list(wide.index) == list(PATHS)
    for path in PATHS:
        for rule, name in wide:
            assert wide.loc[path, (rule, name)] == table.loc[(path, rule), name]
    figure, sentence = draw_save_paths(table)
    drawn = {line.get_label(): line.get_xdata() for line in figure.axes[0].get_lines()}
    for rule in RULES:
        np.testing.assert_array_equal(drawn[rule], wide[rule, "flagged %"])
    first = next(iter(RULES))
    for path in PATHS:
        assert f"{path} {table.loc[(path, first), 'flagged %']:.1f} %" in sentence
    plt.close(figure)


def test_only_resized_images_have_scaled_rules_that_keep_the_share_of_pixels(floats):
    table = audit(floats, SMALL)
    scaled = table[table.index.get_level_values("rule").str.endswith(" scaled")]
    assert list(scaled.index.unique("path")) == list(RESIZED)
    assert len(scaled) == len(RESIZED) * len(SMALL)
    # Each pixel made into four: nothing changes for a rule in fractions of the pixels.
    paths = {"repeated": lambda x: clip_and_round(x).repeat(2, axis=1).repeat(2, axis=2)}
    repeated = audit(floats, SMALL, paths)
    for name in SMALL:
        assert repeated.loc[("repeated", f"{name} scaled"), "flipped"] == 0
    assert repeated.loc[("repeated", "single"), "to broken"] > 0


@given(st.integers(0, 300), st.integers(0, 1200), st.integers(1, 300))
def test_a_rule_in_fractions_is_the_same_at_its_size(color, white, seed):
    random = np.random.default_rng(seed)
    images = random.integers(250, 256, (3, 16, 16, 3)).astype(np.uint8)
    rules = (SingleColorRule(color), MultiColorRule(color, white))
    for rule in (*rules, rules[0] | rules[1], NoRule()):
        scaled = in_fractions(rule, 256)
        assert np.array_equal(scaled(images).reason, rule(images).reason)
        assert in_fractions(scaled, 256) == scaled


def test_rules_are_those_of_all_measurements():
    assert RULES == quality.RULES


def test_no_images_make_a_table_of_nothing():
    table = audit(np.zeros((0, 8, 8, 3), np.float32))
    assert (table["images"] == 0).all() and table["flagged %"].isna().all()


# --- one blob -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def blob_table():
    return one_blob_table()


def test_the_blob_is_red_past_the_end_on_a_face_without_bright_pixels():
    blob = save_path.one_blob()
    past = blob > 1
    assert blob.shape == (1, 64, 64, 3) and blob.dtype == np.float32
    assert past[..., 0].sum() == 110 and not past[..., 1:].any()
    assert blob.max() == pytest.approx(1 + save_path.OVERSHOOT)
    assert clip_and_round(blob)[~past].max() < 240


def test_one_blob_goes_from_caught_to_unseen(blob_table):
    assert list(blob_table.index) == list(PATHS)
    first = blob_table.loc[BASELINE]
    assert (first["single score"], first["multi score"], first["multi bin"]) == (110, 110, 255)
    ceiling = blob_table.loc["tanh ceiling"]
    assert (ceiling["single score"], ceiling["multi score"], ceiling["multi bin"]) == (0, 110, 253)
    for path in ("min-max per image", "no clamp (wraps around)", "JPEG 95", "JPEG 75", "half size"):
        assert blob_table.loc[path, "single score"] < 40
    assert blob_table.loc["double size", "single score"] > 110
    assert blob_table.loc["not mapped to [0, 1]", "single score"] == 110, "past 1 stays past 1"
    assert blob_table.loc["half size", "side"] == 32


def test_scores_are_the_reference_s(blob_table):
    for path, save in PATHS.items():
        image = save(save_path.one_blob())[0]
        for name, rule in (("single", SingleColorRule()), ("multi", MultiColorRule())):
            reason, score, *_ = reference_verdict(image, rule)
            assert blob_table.loc[path, f"{name} score"] == score
            assert blob_table.loc[path, f"{name} broken"] == bool(reason)


def test_one_blob_is_one_image(floats):
    assert len(one_blob_table(floats[:1])) == len(PATHS)
    with pytest.raises(ImageError, match="expected one image"):
        one_blob_table(floats[:2])


def test_the_room_is_light():
    program = (
        "import facescreen.breakage.save_path, facescreen.evaluation.false_alarms, sys\n"
        "print(*[m for m in ('torch', 'numba', 'scipy', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.split() == [], done.stderr
