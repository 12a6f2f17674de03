"""Laws of lesson 04: its parameters do what they say, own labels are kept, no torch is loaded."""

import ast

import matplotlib.pyplot
import numpy as np
import pytest
from lesson_runs import run_lesson

from facescreen import plots
from facescreen.lessons import ROOT, execute

LESSON = ROOT / "notebooks" / "04_compare_valid_and_broken.ipynb"
OWN = "image,label,rater,when\nstrong/0003,valid,me,2026-01-01T00:00:00Z\n"
ASKED = """
import sys
print("RESULT", repr({
    "torch": "torch" in sys.modules,
    "pool": len(labeled),
    "shown": shown.tolist(),
    "mine": mine.tolist(),
    "broken": int(labeled.broken[mine].sum()),
    "kappa": round(found_kappa.value, 6),
    "reach": table.iloc[:, 3].round(6).tolist(),
    "spread": int(spread.sum()),
    "kinds": kinds["labeled broken"].astype(int).tolist(),
}))
"""


def run(folder, **parameters) -> dict:
    """What came of the lesson with these parameters, its labels in `folder`."""
    text, _ = run_lesson(LESSON, folder, ASKED, {"out": str(folder / "labels.csv"), **parameters})
    return ast.literal_eval(text.split("RESULT ")[1].split("\n")[0])


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    home = tmp_path_factory.mktemp("lesson")
    few = run(home / "a", examples=1, to_label=3, threshold=1, seed=8)
    (home / "b").mkdir()
    (home / "b" / "labels.csv").write_text(OWN)
    other = run(home / "b", pool="strong", examples=5, to_label=40, value=250, threshold=9)
    return home, few, other


def test_as_many_images_are_shown_and_on_the_desk_as_were_asked_for(runs):
    _, few, other = runs
    assert (few["pool"], other["pool"]) == (3456, 576)
    assert (len(few["shown"]), len(other["shown"])) == (4, 20)
    assert (len(few["mine"]), few["broken"]) == (3, 1)
    assert (len(other["mine"]), other["broken"]) == (40, 20)
    for found in (few, other):
        assert len(set(found["mine"])) == len(found["mine"])
        assert not set(found["mine"]) & set(found["shown"])  # nobody has seen their labels


def test_pool_value_and_threshold_change_the_numbers(runs):
    _, few, other = runs
    assert few["kappa"] != other["kappa"]
    assert few["spread"] != other["spread"]
    assert few["reach"] != other["reach"]
    assert (sum(few["kinds"]), sum(other["kinds"])) == (65 + 538, 78 + 174)


def test_no_torch_is_loaded(runs):
    assert not any(found["torch"] for found in runs[1:])


def test_the_desk_makes_its_file_and_keeps_what_is_in_one(runs):
    home, _, _ = runs
    assert (home / "a" / "labels.csv").read_text() == "image,label,rater,when\n"
    assert (home / "b" / "labels.csv").read_text() == OWN


@pytest.mark.parametrize("wrong", [{"examples": 0}, {"to_label": 1}])
def test_a_parameter_that_makes_no_sense_is_refused_with_a_reason(tmp_path, wrong):
    result = execute(LESSON, tmp_path / "done.ipynb", wrong)
    (name,) = wrong
    assert f"{name} is {wrong[name]}" in result.message


def test_the_mean_of_a_group_is_drawn_and_told():
    counts = np.zeros((2, 3, 256), int)
    counts[0, 0, 255], counts[1, 2, 10] = 8, 50
    figure, sentence = plots.draw_mean_histograms({"odd": counts, "even": counts[:1]})
    assert "odd: red 4, green 0, blue 0; even: red 8, green 0, blue 0." in sentence
    assert max(figure.axes[0].lines[2].get_ydata()) == 25
    matplotlib.pyplot.close("all")


def test_the_share_that_reaches_a_score_counts_equal_scores():
    scores = {"a": np.array([0, 3, 3, 4]), "b": np.array([0])}
    figure, sentence = plots.draw_reached(scores, "score (pixels)", 3)
    assert sentence == "3 or more: 75.0 % of the 4 a, 0.0 % of the 1 b images."
    x, y = figure.axes[0].lines[0].get_data()
    assert dict(zip(x, y, strict=True))[3] == 75
    assert dict(zip(x, y, strict=True))[4] == 25
    matplotlib.pyplot.close("all")
