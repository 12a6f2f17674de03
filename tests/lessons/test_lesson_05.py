"""Laws of lesson 05: its parameters do what they say, and it runs without torch."""

import ast

import matplotlib.pyplot
import pytest
from lesson_runs import run_lesson

from facescreen import plots
from facescreen.lessons import ROOT, execute

LESSON = ROOT / "notebooks" / "05_screen_with_one_color.ipynb"
ASKED = """
import sys
print("RESULT", repr({
    "torch": "torch" in sys.modules,
    "saved": ours["saved"].tolist(),
    "tried": ours["tried"].tolist(),
    "rows": list(ours.index),
    "paper": paper["broken"].tolist(),
    "between": int(between.sum()),
    "red": int(score[2]),
    "patches": [int(one.mask.sum()) for one in three],
    "scores": scores.tolist(),
    "planted": len(batch.images),
}))
"""


def run(folder, **parameters) -> dict:
    """What came of the lesson with these parameters."""
    text, _ = run_lesson(LESSON, folder, ASKED, parameters)
    return ast.literal_eval(text.split("RESULT ")[1].split("\n")[0])


def test_counts_thresholds_and_patches_are_those_asked_for(tmp_path):
    few = run(tmp_path / "a", count=1, images_per_kind=1, patch=0.01, seed=11)
    assert few["saved"] == [1, 1, 1]
    assert few["rows"] == ["none", "single 40", "single 20"]
    assert few["planted"] == 3
    assert few["patches"] == [41, 41, 41]
    other = run(
        tmp_path / "b", count=9999, threshold=100, low_threshold=7, patch=0.2, pool="strong",
        images_per_kind=5,
    )  # fmt: skip
    assert other["tried"] == [576, 576, 576]  # the pool ends before so many are saved
    assert other["saved"][0] == 576 > other["saved"][1] > other["saved"][2]
    assert other["rows"] == ["none", "here 100, paper 40", "here 7, paper 20"]
    assert other["saved"][1] - other["saved"][2] == other["between"] > 0
    assert other["planted"] == 15
    assert other["patches"] == [819, 819, 819]
    for found in (few, other):
        assert not found["torch"]
        assert found["paper"] == [396, 69, 23]
        assert found["red"] >= found["patches"][0]  # a red patch counts in red alone ...
        assert found["scores"][0] >= found["patches"][0] > max(found["scores"][1:])  # ... not these


@pytest.mark.parametrize("wrong", [{"low_threshold": 40}, {"low_threshold": 0}])
def test_a_second_threshold_that_is_not_lower_is_refused(tmp_path, wrong):
    result = execute(LESSON, tmp_path / "done.ipynb", wrong)
    assert "low_threshold is the stricter one" in result.message


def test_the_flowchart_names_its_threshold_and_leads_back_to_the_start():
    figure, sentence = plots.draw_single_color_flow(33)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert "largest − smallest\n≥ 33?" in texts
    assert {"yes", "no"} <= set(texts)
    assert "33 pixels or more" in sentence and sentence.endswith(".")
    matplotlib.pyplot.close("all")
