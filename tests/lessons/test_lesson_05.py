"""Laws of lesson 05: its parameters do what they say, and it runs without torch."""

import ast

import matplotlib.pyplot
import numpy as np
import pytest
from lesson_runs import refusal, run_lesson

from facescreen import plots, portraits
from facescreen.labels import load_reference
from facescreen.lessons import ROOT
from facescreen.screening import SingleColorRule

LESSON = ROOT / "notebooks" / "05_screen_with_one_color.ipynb"
ASKED = """
import sys
print("RESULT", repr({
    "torch": "torch" in sys.modules,
    "saved": len(saved),
    "tried": tried,
    "rows": list(rules),
    "paper": paper["broken"].tolist(),
    "paper rows": list(paper.index),
    "strict": int(strict.sum()),
    "left": {name: table["broken"].tolist() for name, table in tables.items()},
    "lost": {name: table["valid lost %"].round(1).tolist() for name, table in tables.items()},
    "runs": bool(tables[ours]["lowest run %"].notna().all()),
    "missed": [int(these.sum()) for these in (white, short, missed)],
    "score": score.tolist(),
}))
"""


def run(folder, **parameters) -> tuple[dict, list[str]]:
    """What came of the lesson with these parameters, and the sentences under its figures."""
    text, said = run_lesson(LESSON, folder, ASKED, parameters)
    return ast.literal_eval(text.split("RESULT ")[1].split("\n")[0]), said


def recounted(pool: str, *thresholds: int) -> tuple[list[int], list[float]]:
    """Saturated images that pass, and valid ones lost in percent: counted by plain NumPy."""
    images, labels = load_reference(pool).images, load_reference(pool).labels
    at_255 = (images == 255).sum(axis=(1, 2))
    score = at_255.max(axis=1) - at_255.min(axis=1)
    flags = [np.zeros(len(labels), bool), *(score >= t for t in thresholds)]
    left = [int(((labels == "broken_saturated") & ~flag).sum()) for flag in flags]
    return left, [round(100 * float(flag[labels == "valid"].mean()), 1) for flag in flags]


def test_the_papers_thresholds_give_the_numbers_that_the_lesson_is_about(tmp_path):
    found, said = run(tmp_path, count=1, patch=0.01, seed=11)
    assert not found["torch"]
    assert (found["saved"], found["rows"]) == (1, ["none", "single 40", "single 20"])
    assert found["paper"] == [396, 69, 23]
    for name, pool in (("ours while learning", "learning"),
                       ("another generator, finished", "default")):  # fmt: skip
        assert (found["left"][name], found["lost"][name]) == recounted(pool, 40, 20)
    assert found["left"]["other people's GANs"] == [60, 7, 7]
    assert found["lost"]["other people's GANs"] == [0.0, 3.5, 5.5]
    assert found["runs"], "the spread between training seeds is shown"
    assert found["strict"] > 0
    assert found["missed"] == [1, 1, found["left"]["ours while learning"][1]]
    assert found["score"][2] >= 41 and found["score"][4] == 0  # a red patch counts, a window not
    shown = next(sentence for sentence in said if "by run" in sentence)
    assert "other people's gans: 16.2 % broken; left are 2.3 % by single 40" in shown.lower()


def test_other_parameters_change_what_comes_out(tmp_path):
    found, _ = run(
        tmp_path, count=9999, threshold=7, low_threshold=7, patch=0.2, pool="learning_plain",
        finished="strong",
    )  # fmt: skip
    assert found["rows"] == ["none", "here 7, paper 40", "here 7, paper 20"]
    assert found["paper rows"] == found["rows"], "the paper's numbers say whose thresholds they are"
    assert found["tried"] == 576 > found["saved"]  # the pool ends before so many are saved
    assert found["strict"] == 0  # one threshold twice
    assert found["left"]["ours while learning"] == recounted("learning_plain", 7, 7)[0]
    assert found["left"]["another generator, finished"] == recounted("strong", 7, 7)[0]
    assert found["score"][2] >= 819


@pytest.mark.parametrize(
    "wrong", [{"low_threshold": 41}, {"low_threshold": 0}, {"threshold": "64.0"}, {"patch": 0}]
)
def test_a_parameter_that_cannot_be_is_named(wrong):
    (name,), said = wrong, refusal(LESSON, wrong)
    assert f"{name} is " in said and f"such as {name} = " in said


def test_the_flowchart_names_its_threshold_and_leads_back_to_the_start():
    figure, sentence = plots.draw_single_color_flow(33)
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert "largest − smallest\n≥ 33?" in texts
    assert {"yes", "no"} <= set(texts)
    assert "33 pixels or more" in sentence and sentence.endswith(".")
    matplotlib.pyplot.close("all")


def test_white_and_color_short_of_255_add_nothing_to_rule_1():
    face = np.minimum(portraits(1, seed=3, setting="studio")[0], 200)
    _, sentence = plots.draw_growing(face, SingleColorRule(40), seed=3)
    assert "6 of 8 for color at 255, 0 of 8 for white, 0 of 8 for color at 240 to 254" in sentence
    matplotlib.pyplot.close("all")


def test_groups_are_counted_and_an_empty_one_is_no_error():
    images = np.arange(5, dtype=np.uint8).repeat(48).reshape(5, 4, 4, 3)
    groups = {"even": np.arange(5) % 2 == 0, "none": np.zeros(5, bool)}
    _, sentence = plots.draw_groups(images, groups, columns=2)
    assert sentence == "Even: 3; none: 0."
    matplotlib.pyplot.close("all")
