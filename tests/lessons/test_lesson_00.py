"""Laws of lesson 00: its parameters decide what it shows, and it never loads torch."""

import re

import matplotlib.pyplot
import nbformat
import numpy as np
import pytest
from lesson_runs import run_lesson

from facescreen import plots
from facescreen.lessons import ROOT, execute

LESSON = ROOT / "notebooks" / "00_start_here.ipynb"


def run(folder, **parameters) -> tuple[str, list[str]]:
    """The lesson with these parameters: all that it printed, and the sentences of its figures."""
    return run_lesson(
        LESSON, folder, 'import sys\nprint("torch loaded:", "torch" in sys.modules)', parameters
    )


def test_the_threshold_the_pool_and_the_examples_decide_what_is_shown(tmp_path):
    said, figures = run(tmp_path / "a", threshold=7, examples=1, seed=2)
    assert figures[0].startswith("3 faces that a GAN made, of 3,456.")
    assert "1 valid, 1 broken by saturated color or white, 1 broken in other ways" in figures[1]
    assert "score 7 or more" in figures[2]
    assert "of 7 pixels" in figures[3] and "2,852 images labeled valid" in figures[3]
    assert "torch loaded: False" in said
    assert re.search(r"^12 checked, \d+ to mend$", said, re.MULTILINE)

    other, figures = run(tmp_path / "b", threshold=2000, examples=7, seed=3, pool="strong")
    assert figures[0].startswith("21 faces that a GAN made, of 576.")
    assert "of 2,000 pixels" in figures[3] and "322 images labeled valid" in figures[3]
    assert "'strong'" in other


def test_a_parameter_that_makes_no_sense_is_refused_with_a_reason(tmp_path):
    result = execute(LESSON, tmp_path / "done.ipynb", {"threshold": 0})
    assert "threshold is 0: a face with no bright pixel scores 0" in result.message


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


def test_the_faces_shown_warn_of_both_failures(shipped):
    """The default gallery holds a valid face that is flagged, and broken ones that are not."""
    figures = [
        o.metadata["image/png"]["alt"]
        for c in shipped.cells
        for o in c.get("outputs", [])
        if "image/png" in o.get("data", {})
    ]
    crosses, caught = map(int, re.search(r"marks the (\d+) .* (\d+) of them", figures[2]).groups())
    assert caught < crosses
    assert caught < 8
