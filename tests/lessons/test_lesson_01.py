"""Laws of lesson 01: its parameters decide what is counted, and it never loads torch."""

import re

import matplotlib.pyplot
import numpy as np
import pytest
from lesson_runs import refusal, run_lesson
from PIL import Image

from facescreen import plots, portraits
from facescreen.lessons import ROOT

LESSON = ROOT / "notebooks" / "01_read_faces_as_numbers.ipynb"
REPORT = """\
import sys
print("torch loaded:", "torch" in sys.modules)
print("pixels:", int(counts[0, 0].sum()), "faces:", len(portraits), "album:", len(album))
print("spreads:", *map(int, at_255.max(axis=1) - at_255.min(axis=1)))"""


def run(folder, **parameters) -> tuple[str, list[str]]:
    """The lesson with these parameters: all that it printed, and the sentences of its figures."""
    return run_lesson(LESSON, folder, REPORT, parameters)


def test_faces_light_and_patch_decide_what_is_counted(tmp_path):
    said, figures = run(tmp_path / "a", faces=[3], gain=2.5, patch=0.01, size=32, seed=4)
    assert "pixels: 1024 faces: 1 album: 8" in said
    assert "torch loaded: False" in said
    assert "1.75 × the light" in figures[4] and "2.5 × the light" in figures[4]
    patch, white, warm = map(int, re.search(r"spreads: (\d+) (\d+) (\d+)", said).groups())
    assert 8 <= patch <= 10 + white  # a hundredth of 1,024 pixels
    assert warm == white + 32 * 8


def test_photographs_from_a_folder_can_be_read(tmp_path):
    folder = tmp_path / "photographs"
    folder.mkdir()
    for k, face in enumerate(portraits(3, size=80, seed=12)):
        Image.fromarray(face).save(folder / f"{k}.png")
    given = {"faces": [0, 7], "patch": 1.0, "size": 96, "seed": 9}
    said, _ = run(tmp_path / "run", source=f"folder:{folder}", **given)
    assert f"2 faces of 96 × 96 pixels from folder:{folder}" in said  # 7 is face 1, of three
    assert "pixels: 9216 faces: 2 album: 9" in said
    assert "spreads: 9216 " in said  # the patch covers everything


def test_wrong_parameters_are_refused_with_reasons():
    wrong = {"faces": [], "size": "64.0", "patch": True, "gain": 1.0}
    said = refusal(LESSON, wrong)
    assert "faces is [], expected a list of 1 to 10 entries, each a whole number" in said
    assert "size is '64.0', expected a whole number from 32 to 256" in said
    assert "patch is True, expected a number above 0" in said
    assert "gain is 1.0, expected a number above 1, such as gain = 1.6" in said  # no brighter


@pytest.mark.parametrize("count", [1, 5, 7])
def test_every_pixel_is_drawn_once_or_told_at_255(count):
    images = np.full((count, 8, 8, 3), 17, np.uint8)
    images[:, 0, :3, 0] = 255
    figure, sentence = plots.draw_histograms(images, [f"picture {k}" for k in range(count)])
    charts = [axis for axis in figure.axes if axis.lines]
    assert len(charts) == count
    for axis in charts:
        drawn = [line.get_ydata().sum() for line in axis.lines]
        assert drawn == [61, 64, 64]
        assert axis.get_title() == "pixels at 255\nR 3 · G 0 · B 0"
    assert sentence.count("3 / 0 / 0 pixels at 255") == count
    assert sentence.endswith(".")
    matplotlib.pyplot.close(figure)


def test_every_value_stands_in_its_pixel():
    image = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    figure, sentence = plots.draw_pixels(image)
    assert [t.get_text() for t in figure.axes[0].texts][3] == "R 9\nG 10\nB 11"
    assert "4 pixels, 12 values" in sentence
    matplotlib.pyplot.close(figure)
