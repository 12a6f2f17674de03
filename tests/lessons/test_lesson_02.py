"""Lesson 02, train a face GAN: its figures say what they show, and its parameters work."""

import io
import re

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from lesson_runs import refusal, run_lesson
from PIL import Image

from facescreen import SingleColorRule, plots
from facescreen.exercises import ParameterError
from facescreen.lessons import ROOT

SMALL = {"images": 96, "faces": 40, "broken_images": 64}
LESSON = ROOT / "notebooks" / "02_train_a_face_gan.ipynb"


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def run(folder, name, **parameters) -> str:
    """The lesson with few images; everything that it printed or said under a figure."""
    said, figures = run_lesson(LESSON, folder / name, "", SMALL | parameters)
    return "\n".join([said, *figures])


def test_the_lesson_shows_as_many_images_as_it_is_told_to(tmp_path):
    said = run(tmp_path, "few")
    assert "40 existing faces" in said and "96 images in " in said
    assert re.search(r"learning rate times 16\..*after 8 images; .*after 64 images", said)
    assert said.count("Right: ") == 3
    assert re.search(r"KID goes: raw from [\d.]+ to [\d.]+", said)
    looks = list(
        map(int, re.findall(r" s  After (\d+) images rule 1 flags: raw [\d.]+ %, av", said))
    )
    assert looks == sorted(set(looks)) and (looks[0], looks[-1]) == (8, 96)
    assert f"of {len(looks)} looks" in said
    assert said.count("right 3 of 3") == 1


def test_it_ends_on_time_where_training_breaks_down_and_measures_against_other_photographs(
    tmp_path,
):
    folder = photographs(tmp_path, 84)
    short = {"images": 10_000, "seconds": 0.01, "too_fast": 1e6, "broken_images": 1, "seed": 3}
    said = run(tmp_path, "folder", source=f"folder:{folder}", faces=84, **short)
    assert "8 images in " in said
    assert re.search(r"learning rate times 1e\+06\..*after 8 images\.", said)
    assert said.count("Right: ") == 3
    assert f"63 existing faces from folder:{folder}, 21 kept to measure with" in said
    assert "KID: distance to 21 existing faces that neither GAN was trained on" in said


@pytest.mark.parametrize("source", ["portraits", "portraits:studio", "folder"])
def test_no_face_to_measure_with_is_trained_on(tmp_path, source):
    if source == "folder":
        source = f"folder:{photographs(tmp_path, 84)}"
    names = {"source": source, "faces": 84}
    exec("".join(cell("import HELD_OUT_SEED") + cell("unseen = ")), names)
    learned = names["existing"].load(range(len(names["existing"])))
    pixels = {face.tobytes() for face in learned}
    assert len(pixels) == len(learned) >= 63 and len(names["unseen"]) >= 21
    assert not pixels & {face.tobytes() for face in names["unseen"]}
    studio = source.endswith("studio")  # measured against faces of its own kind
    assert abs(float(learned.mean()) - float(names["unseen"].mean())) < 12
    assert not studio or names["existing"].name == "portraits:studio"


def test_too_few_photographs_are_one_sentence(tmp_path):
    names = {"source": f"folder:{photographs(tmp_path, 9)}", "faces": 40}
    with pytest.raises(
        ParameterError, match=r"source gives 9 faces \(faces = 40\), expected 80 or more: a quarter"
    ):
        exec("".join(cell("import HELD_OUT_SEED") + cell("unseen = ")), names)


def test_a_wrong_parameter_is_one_sentence():
    assert "seed is -1, expected a whole number from 0" in refusal(LESSON, {"seed": -1})


def test_one_training_draws_both_ways_from_the_same_noise():
    watching = cell("def watch(trainer, losses)")
    assert watching.count("draw_from_noise(noise)") == 1
    assert '("raw", trainer.model), ("averaged", trainer.averaged)' in watching
    trained = [text for text in cells() if "training.train(" in text and "settings" in text]
    assert len(trained) == 1


def photographs(folder, count):
    """A folder with so many files of faces."""
    from facescreen import portraits

    place = folder / "photographs"
    place.mkdir()
    for k, face in enumerate(portraits(count, size=80, seed=4)):
        Image.fromarray(face).save(place / f"{k:02d}.png")
    return place


def cells() -> list[str]:
    code = nbformat.read(LESSON, as_version=4).cells
    return [one.source + "\n" for one in code if one.cell_type == "code"]


def cell(part: str) -> str:
    (found,) = [text for text in cells() if part in text]
    return found


# --- its figures ----------------------------------------------------------------------------------


def test_the_strip_has_a_picture_for_each_snapshot_and_says_each():
    grid = np.linspace(-5, 5, 21)
    game = {step: (np.full(50, step / 10.0), grid * 0 + 0.5) for step in (0, 10, 20)}
    figure, sentence = plots.draw_game(
        {"one": game, "two": game}, np.zeros(40), grid, lambda x: f"at {x.mean():.1f}"
    )
    assert len(figure.axes) == 6
    assert sentence.count("step 20: at 2.0") == 2 and sentence.startswith("Real points: at 0.0.")


def test_points_outside_the_picture_stand_at_its_edge():
    grid = np.linspace(-5, 5, 21)
    game = {0: (np.full(50, 99.0), grid * 0)}
    figure, _ = plots.draw_game({"one": game}, np.zeros(40), grid, lambda x: "")
    (outline,) = [p for p in figure.axes[0].patches if not p.get_fill()]
    assert outline.get_xy()[:, 1].max() > 0


def test_the_slopes_of_the_two_losses_add_up_to_one():
    figure, sentence = plots.draw_generator_losses({"early": 0.01, "late": 0.5})
    eq1, other = figure.axes[1].lines[:2]
    assert np.allclose(eq1.get_ydata() + other.get_ydata(), 1)
    losses = [line.get_ydata() for line in figure.axes[0].lines[:2]]
    d = figure.axes[0].lines[0].get_xdata()
    for loss, slope in zip(losses, (eq1, other), strict=True):  # by the score, d = D (1 − D) ds
        by_score = np.abs(np.gradient(loss, d)) * d * (1 - d)
        assert np.allclose(by_score[5:-5], slope.get_ydata()[5:-5], atol=0.01)
    assert "−0.0100 for log(1 − D) and −0.9900 for −log D" in sentence


def test_paths_and_early_shares_are_said_as_they_are():
    _, said = plots.draw_paths({"a": np.array([0, 0, 1.0, 3.0]), "b": np.zeros(4)}, 2.0)
    assert "a from 1.00 to 3.00, b from 0.00 to 0.00" in said
    shares = {"raw": {32: 0.0, 64: 30.0, 96: 10.0}, "averaged": {32: 0.0, 64: 2.0, 96: 4.0}}
    figure, said = plots.draw_early(shares, {"raw": {32: 9, 64: 5, 96: 4.0}})
    assert "raw 0.0 % at first, at most 30.0 % after 64 images, 10.0 % at the end" in said
    assert "averaged 0.0 % at first, at most 4.0 % after 96 images" in said
    assert "KID goes: raw from 9.0 to 4.0." in said
    _, said = plots.draw_early(shares, {"raw": {32: 9, 64: 5, 96: 7, 128: 4, 160: 4.05}})
    assert "KID goes: raw from 9.0 to 4.0, its largest rise on the way from 5.0 to 7.0." in said
    assert all(axis.get_xlabel() and axis.get_ylabel() for axis in figure.axes)


def test_looks_show_what_is_flagged_and_say_how_many():
    red = np.full((3, 64, 64, 3), 90, np.uint8)
    red[1, :20, :20] = 255, 0, 0  # only input 1 is flagged
    calm = np.full((3, 64, 64, 3), 90, np.uint8)
    looks = {"raw": {32: calm, 64: red, 96: red}, "averaged": {32: calm, 64: calm, 96: red}}
    figure, said = plots.draw_looks(looks, SingleColorRule(40), inputs=1)
    assert "1 of 3 inputs, the one that the rule flags" in said and "at 3 of 3 looks" in said
    assert "2 of 3 inputs, those that" in plots.draw_looks(looks, SingleColorRule(40), inputs=2)[1]
    assert "2 of the 3 raw ones, 1 of the 3 averaged ones" in said
    framed = [any(s.get_visible() for s in axis.spines.values()) for axis in figure.axes]
    assert framed == [False, True, True, False, False, True]
    assert (np.asarray(figure.axes[1].images[0].get_array()) == red[1]).all()


def test_trainings_are_told_apart_by_stage():
    seeds, when = np.repeat([7, 8], 20), np.tile(np.repeat([1000, 30_000], 10), 2)
    marked = np.zeros(40, bool)
    marked[:10] = marked[20:25] = True  # early: all of seed 7, half of seed 8; late: none
    figure, said = plots.draw_trainings(seeds, when, {"broken": marked})
    assert said.startswith("broken: from seed to seed 50 to 100 % at first, always 0 % in the last")
    assert "stands for 10 images: where it shows 50 %, its 95 % interval goes from 24 to 76" in said
    assert [list(line.get_ydata()) for line in figure.axes[0].lines] == [[100, 0], [50, 0]]


def test_a_sheet_holds_each_group_twice_as_large():
    faces = np.random.default_rng(0).integers(0, 256, (9, 64, 64, 3), np.uint8)
    sheet = Image.open(io.BytesIO(plots.watching.sheet({"raw": faces, "averaged": faces[1:]})))
    pixels = np.asarray(sheet)
    assert (pixels[24 + 3 : 24 + 3 + 128 : 2, 3 : 3 + 128 : 2] == faces[0]).all()
    below = 24 + 134 + 24 + 3
    assert (pixels[below : below + 128 : 2, 3 : 3 + 128 : 2] == faces[1]).all()


def test_samples_of_a_training_are_large():
    faces = np.zeros((32, 64, 64, 3), np.uint8)
    history = [{"images": 512, "critic": 1.2, "model": 0.8}]
    figure, said = plots.draw_training(history, faces, 512)
    figure.canvas.draw()
    width = figure.axes[1].images[0].get_window_extent().width / figure.dpi * 96
    assert width / 8 >= 96
    assert "32 samples after 512 images, 16 of them shown, from the same inputs" in said
    figure, said = plots.draw_training(history, faces[:24], 512, rows=("a", "b", "c"))
    assert "24 samples after 512 images, from" in said
    assert "a, b, c" in figure.axes[1].get_xlabel()
