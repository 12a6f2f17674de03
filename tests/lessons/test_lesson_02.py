"""Lesson 02, train a face GAN: its figures say what they show, and its parameters work."""

import re

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest

from facescreen import plots
from facescreen.lessons import ROOT, execute

LESSON = ROOT / "notebooks" / "02_train_a_face_gan.ipynb"


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def run(folder, name, **parameters) -> str:
    """The lesson with few images; everything that it printed or said under a figure."""
    small = {"images": 96, "faces": 40, "broken_images": 64, **parameters}
    done = folder / f"{name}.ipynb"
    result = execute(LESSON, done, small)
    assert result.ok, result.message
    cells = nbformat.read(done, as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    texts = [o.get("text", "") or o.get("data", {}).get("text/markdown", "") for o in outputs]
    return "\n".join(texts)


def test_the_lesson_shows_as_many_images_as_it_is_told_to(tmp_path):
    few = run(tmp_path, "few")
    more = run(tmp_path, "more", images=160, faces=50, seed=3, broken_images=1)
    assert "40 existing faces" in few and "50 existing faces" in more
    assert "96 images in " in few and "160 images in " in more
    assert re.search(r"learning rate times 16\..*after 32 images; .*after 64 images", few)
    assert re.search(r"learning rate times 16\..*after 32 images\.", more)
    assert few.count("Right: ") == more.count("Right: ") == 3
    seen = [re.findall(r"KID goes from [^.]+\.\d to [\d.]+", text) for text in (few, more)]
    assert all(seen) and seen[0] != seen[1]


def test_the_lesson_ends_on_time_and_where_training_breaks_down(tmp_path):
    said = run(tmp_path, "short", images=10_000, seconds=0.01, faces=40, too_fast=1e6)
    assert "32 images in " in said
    assert said.count("Right: ") == 3


def test_the_lesson_runs_on_a_folder_of_photographs(tmp_path):
    from PIL import Image

    from facescreen import portraits

    for k, face in enumerate(portraits(9, size=80, seed=4)):
        Image.fromarray(face).save(tmp_path / f"{k}.png")
    said = run(tmp_path, "folder", source=f"folder:{tmp_path}", images=1)
    assert f"9 existing faces from folder:{tmp_path}" in said


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
    table = {"images": [32, 64, 96], "KID": [9, 5, 4.0], "rule": [0.0, 30.0, 10.0]}
    figure, said = plots.draw_early(table, ("rule",))
    assert "rule 0.0 % at first, at most 30.0 % after 64 images, 10.0 % at the end" in said
    assert all(axis.get_xlabel() and axis.get_ylabel() for axis in figure.axes)
