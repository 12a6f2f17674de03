"""Laws of lesson 00: its parameters decide what it shows, and it never loads torch."""

import re

import matplotlib.pyplot
import nbformat
import numpy as np
import pytest
from lesson_runs import refusal, run_lesson

from facescreen import plots
from facescreen.labels import load_reference
from facescreen.lessons import ROOT

LESSON = ROOT / "notebooks" / "00_start_here.ipynb"


def run(folder, **parameters) -> tuple[str, list[str]]:
    """The lesson with these parameters: all that it printed, and the sentences of its figures."""
    return run_lesson(
        LESSON, folder, 'import sys\nprint("torch loaded:", "torch" in sys.modules)', parameters
    )


def test_the_threshold_the_pool_and_the_examples_decide_what_is_shown(tmp_path):
    pool = load_reference("strong")
    valid, saturated = ((pool.labels == name).sum() for name in ("valid", "broken_saturated"))
    said, figures = run(tmp_path / "a", threshold=7, examples=1, seed=2, pool="strong")
    assert figures[0].startswith(f"3 faces that a GAN made, of {len(pool.images)}.")
    assert "1 valid, 1 broken by saturated color or white, 1 broken in other ways" in figures[1]
    assert "of 1 that the rule flags" in figures[2] and f"all {saturated} images" in figures[2]
    assert "of 7 pixels" in figures[7] and f"{valid} images labeled valid" in figures[7]
    assert "from 7 down to 3 the rule flags" in said and "'strong'" in said
    assert "torch loaded: False" in said
    assert re.search(r"^13 checked, \d+ to mend$", said, re.MULTILINE)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"threshold": 0}, "threshold is 0, expected a whole number, 1 or more"),
        ({"examples": 21, "pool": "test"}, "examples is 21, .*; pool is 'test', expected one of"),
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused_with_a_reason(given, said):
    assert re.search(said, refusal(LESSON, given))


def test_the_two_kinds_of_broken_images_are_drawn_apart():
    scores = np.array([50.0, 0, 60, 0, 0, 0, 99])
    kinds = [
        "broken_saturated",
        "broken_saturated",
        *["broken_other"] * 2,
        *["valid"] * 2,
        "unsure",
    ]
    figure, sentence = plots.draw_flagged(scores, np.array(kinds), 55)
    assert "0.0 % of the 2 images labeled broken by color, 50.0 % of the 2" in sentence
    assert sentence.endswith("labeled broken otherwise and 0.0 % of the 2 images labeled valid.")
    lines = figure.axes[0].lines[:6:2]
    assert [line.get_ydata()[48] for line in lines] == [50, 50, 0]
    matplotlib.pyplot.close(figure)


def test_the_sentence_of_the_curve_counts_at_the_threshold():
    scores, broken = np.array([0.0, 9, 10, 50, 60]), np.array([False, False, False, True, True])
    figure, sentence = plots.draw_flagged(scores, broken, 10)
    assert "100.0 % of the 2 images labeled broken" in sentence
    assert "33.3 % of the 3 images labeled valid" in sentence
    lines = figure.axes[0].lines
    assert [line.get_ydata()[9] for line in (lines[0], lines[2])] == pytest.approx([100, 100 / 3])
    figure, sentence = plots.draw_flagged(scores[:3], broken[:3], 5000)
    assert "0.0 % of the 0 images labeled broken" in sentence
    matplotlib.pyplot.close("all")


@pytest.fixture(scope="module")
def shipped():
    return nbformat.read(LESSON, as_version=4)


def test_the_page_tells_nothing_of_the_machine_that_made_it(shipped):
    text = "".join(o.get("text", "") for c in shipped.cells for o in c.get("outputs", []))
    assert str(ROOT) not in text
    assert "/bin/python" not in text


def test_the_faces_shown_tell_the_story_in_its_order(shipped):
    """A success, then its price, then what is missed: among the faces shown and in the pool."""
    figures = [
        o.metadata["image/png"]["alt"]
        for c in shipped.cells
        for o in c.get("outputs", [])
        if "image/png" in o.get("data", {})
    ]
    rows = [re.search(r"'(\w+)' .* (\d+) of 4 .* or ([\d.]+) %", text) for text in figures]
    (caught, price, missed) = [(row[1], int(row[2]), float(row[3])) for row in rows if row]
    assert [caught[0], price[0], missed[0]] == ["color", "valid", "other"]
    assert caught[1] >= 2 and price[1] == 1 and missed[1] == 0
    assert caught[2] > 10 * price[2] > 0
    assert missed[2] < price[2], "of other breakage the rule finds less than it loses"
