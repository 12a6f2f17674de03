"""Lesson 03 does what its parameters say, with rendered faces and with photographs."""

import numpy as np
import pytest
from lesson_runs import refusal, run_lesson

from facescreen import SingleColorRule, plots
from facescreen.lessons import ROOT

LESSON = ROOT / "notebooks" / "03_combine_faces.ipynb"


def run(folder, **parameters) -> str:
    """What stands under the figures and what cells printed."""
    said, figures = run_lesson(LESSON, folder, "", parameters)
    return "\n".join([*figures, said])


@pytest.fixture(scope="module")
def photographs(tmp_path_factory):
    """Five "photographs": rendered faces at another size and shape, some as JPEG."""
    from PIL import Image

    from facescreen import portraits

    folder = tmp_path_factory.mktemp("photographs")
    for k, face in enumerate(portraits(5, size=96, seed=11)):
        suffix = "jpg" if k % 2 else "png"
        Image.fromarray(face[: 96 - k]).save(folder / f"face {k}.{suffix}", quality=95)
    return folder


@pytest.fixture(scope="module")
def rendered(tmp_path_factory) -> str:
    small = {"faces": 3, "images": 5, "existing": 64, "seed": 8, "alpha": 0.9}
    return run(tmp_path_factory.mktemp("rendered"), **small)


@pytest.fixture(scope="module")
def photographed(tmp_path_factory, photographs) -> str:
    least = {"faces": 1, "images": 1, "alpha": 0.3, "source": f"folder:{photographs}"}
    return run(tmp_path_factory.mktemp("photographed"), **least)


def test_it_shows_as_many_faces_as_asked_for(rendered):
    from facescreen.gan.combine import pick_faces

    first = pick_faces(8, [0], 2, 64)[0]
    assert "64 existing faces from portraits;" in rendered
    assert "in pairs, 3 of them" in rendered
    assert f"The first combines faces {first[0]} and {first[1]}." in rendered
    assert "alpha 0 to 0.9, faces: 2." in rendered
    assert "of these 3 it is one of the two" in rendered


def test_it_runs_on_a_handful_of_photographs(photographed):
    assert "5 existing faces from folder:" in photographed
    assert "in pairs, 1 of them" in photographed
    assert "alpha 0 to 0.3, faces: 1." in photographed


def test_what_depends_on_neither_stays_the_same(rendered, photographed):
    for said in (rendered, photographed):
        assert "12,288 bytes become 128 numbers" in said
        assert "alpha 1.2: labeled broken 43.8% (252 of 576" in said
        assert "StyleGAN2, 256², 25,000 kimg: 32 d 13 h" in said
        assert said.count("Right: ") == 3 and said.count("Not yet. ") == 3


def test_parameters_that_make_no_sense_are_refused_with_reasons():
    wrong = {"faces": 11, "alpha": 0.0, "images": 5, "existing": "512", "source": ""}
    said = refusal(LESSON, wrong)
    for name, value in wrong.items():
        assert f"{name} is {value!r}, expected" in said


def test_the_way_between_two_ends_is_a_share():
    start, end = np.zeros((4, 2)), np.full((4, 2), 8.0)
    assert plots.way_between(start, start, end) == 0
    assert plots.way_between(end, start, end) == 1
    moved = np.array([0.0, 2, 2, 8])[:, np.newaxis] * np.ones(2)
    assert plots.way_between(moved, start, end) == pytest.approx(0.25)


def test_breakage_counts_values_that_no_byte_can_hold():
    floats = np.zeros((2, 8, 8, 3), np.float32)
    floats[0, :4, :, 0] = 1.5  # 32 of the 384 values; 32 pixels of pure red
    found = plots.breakage_of(floats, SingleColorRule(32))
    assert found["outside %"] == pytest.approx(100 * 32 / 384)
    assert found["flagged %"] == 50 and 0 < found["low %"] < 50 < found["high %"] < 100
    assert plots.breakage_of(floats, SingleColorRule(33))["flagged %"] == 0


def test_costs_follow_from_days_images_and_sides():
    card = {"images": 36_000, "minutes": 60, "machine": {"threads": 1}}
    costs = plots.training_costs({(256, 10_000): (13, 0)}, card, 64, per_second=20)
    assert costs["hours"].tolist() == pytest.approx([13 * 24, 1, 0.5])
    assert costs["images per second"].tolist() == pytest.approx([1e7 / (13 * 86400), 10, 20])
    assert costs["megapixels per second"].iloc[2] == pytest.approx(20 * 64 * 64 / 1e6)


def test_the_study_of_alpha_has_what_the_chart_draws():
    study = plots.study_of_alpha()
    assert study.index.is_monotonic_increasing and len(study) >= 3
    assert study[["flagged %", "outside %"]].notna().all(axis=None)
    assert study["flagged %"].is_monotonic_increasing
