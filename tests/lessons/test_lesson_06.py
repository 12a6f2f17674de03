"""Laws of lesson 06: it runs without torch, and its parameters do what they say."""

import ast

import matplotlib.pyplot
import numpy as np
import pandas as pd
import pytest
from lesson_runs import refusal, run_lesson

from facescreen import evaluation, plots
from facescreen.lessons import ROOT

LESSON = ROOT / "notebooks" / "06_screen_with_many_colors.ipynb"


def printed(tmp_path, name: str, extra: str = "", **parameters) -> str:
    """All that the lesson prints, and a last cell of code `extra`, in the lesson's names."""
    return run_lesson(LESSON, tmp_path / name, extra, parameters)[0]


ASKED = """
import sys
print("RESULT", repr({
    "torch": "torch" in sys.modules,
    "names": list(rules),
    "paper": list(paper.index),
    "left": {name: its["broken"].tolist() for name, its in tables.items()},
    "lost": {name: its["valid lost %"].round(1).tolist() for name, its in tables.items()},
    "flags": int(judged[two].sum()),
    "planted": len(batch.images),
    "first": int(batch.images[0].sum()),
    "steps": steps["verdict"].tolist(),
    "from": steps["value"].tolist(),
    "right": bool((judged[two] == (color | white)).all()),
}))
"""


def result(said: str) -> dict:
    return ast.literal_eval(said.partition("RESULT ")[2].splitlines()[0])


def test_the_papers_thresholds_give_the_numbers_that_the_lesson_is_about(tmp_path):
    said = printed(tmp_path, "a", ASKED, images_per_kind=3, seed=4)
    found = result(said)
    assert found["right"] and not found["torch"]
    assert found["names"] == found["paper"]
    assert found["names"] == ["none", "single 40", "single 20", "multi 40 / 1,000"]
    assert found["left"]["other people's GANs"] == [60, 7, 7, 7]
    assert found["lost"]["other people's GANs"] == [0.0, 3.5, 5.5, 17.1]
    assert found["left"]["ours while learning"] == [363, 184, 167, 183]
    assert found["lost"]["ours while learning"] == [0.0, 4.0, 6.3, 4.3]
    assert found["steps"] == ["valid", "broken: white", "broken: color"]
    assert found["planted"] == 9
    assert "all three: rejected from 334 white pixels up" in said
    assert "other people's GANs, 310 valid: 42 kept by single 40 alone, 0 by multi" in said


def test_it_runs_where_everything_or_nothing_is_flagged(tmp_path):
    strict = {"color_threshold": 1, "low_threshold": 0, "sum_threshold": 0}
    nothing = {"color_threshold": 9999, "low_threshold": 9999, "sum_threshold": 20000}
    few = {"pool": "learning_plain", "finished": "strong", "images_per_kind": 1, "seed": 5}
    every = result(printed(tmp_path, "all", ASKED, **strict, **few))
    none = result(printed(tmp_path, "none", ASKED, **nothing, **few, floor=250))
    assert every["flags"] == 576 and every["left"]["ours while learning"][-1] == 0
    assert none["flags"] == 0 and none["left"]["ours while learning"] == [85] * 4
    assert none["right"] and every["right"] and min(every["from"]) < 250 <= min(none["from"])
    # Numbers of other thresholds are not called the paper's.
    assert none["names"] == none["paper"]
    assert none["names"][1:3] == ["single: here 9999, paper 40", "single: here 9999, paper 20"]
    assert none["names"][3] == "multi: here 9999 / 20,000 from 250, paper 40 / 1,000"


@pytest.mark.parametrize("wrong", [{"low_threshold": 41}, {"floor": 239}, {"images_per_kind": 0}])
def test_a_parameter_that_cannot_be_is_named(wrong):
    (name,), said = wrong, refusal(LESSON, wrong)
    assert f"{name} is " in said and f"such as {name} = " in said


# --- its figures ----------------------------------------------------------------------------------


def table(*flagged: int) -> pd.DataFrame:
    """Of ten valid and ten saturated images of each run, a rule flags so many of each."""
    labels = np.array((["valid"] * 10 + ["broken_saturated"] * 10) * len(flagged))
    rule = np.concatenate([np.tile(np.arange(10) < count, 2) for count in flagged])
    flags = {"none": np.zeros(len(rule), bool), "rule": rule}
    runs = np.repeat(np.arange(len(flagged)), 20)
    return evaluation.screening_by_run(flags, labels, "broken", runs)


def test_both_errors_are_written_with_the_spread_of_their_runs():
    paper = pd.DataFrame({"rate %": [15.8, 2.8], "low %": [14.0, 2.0], "high %": [17.0, 4.0]},
                         index=["none", "rule"])  # fmt: skip
    figure, sentence = plots.draw_both_errors({"here": table(0, 5)}, paper)
    assert sentence == (
        "Here: 50.0 % broken (50 to 50 by run); left are 50.0 % (50 to 50 by run) by rule, which "
        "loses 25.0 % (0 to 50 by run) of the valid images. "
        "The paper: none 15.80 %, rule 2.80 % broken."
    )
    left, right = ([text.get_text() for text in axis.texts] for axis in figure.axes)
    assert left == ["15.8 %", "2.8 %", "50.0 %", "50.0 %"]
    assert right == ["0.0 %", "25.0 %"], "the paper did not count valid images"
    matplotlib.pyplot.close(figure)


def test_both_errors_can_be_drawn_where_all_is_flagged():
    figure, sentence = plots.draw_both_errors({"here": table(10)})
    assert "left are no image by rule, which loses 100.0 %" in sentence
    matplotlib.pyplot.close(figure)


def test_a_source_looks_alike_in_every_figure():
    def colors(*names):
        figure, _ = plots.draw_both_errors({name: table(0, 5) for name in names})
        drawn = [list(marks.lines[0].get_color()) for marks in figure.axes[0].containers]
        matplotlib.pyplot.close(figure)
        return dict(zip(names, drawn, strict=True))

    one = colors("other people's GANs", "ours while learning", "another generator, finished")
    two = colors("while learning", "finished", "other people's GANs", "here", "there")
    assert list(one.values()) == [
        two[k] for k in ("other people's GANs", "while learning", "finished")
    ]
    assert len({str(color) for color in two.values()}) == 5


def test_half_a_percent_is_rounded_up_in_every_cell():
    flags = {"r": np.arange(40) < 1, "s": np.arange(40) < 3}  # 2.5 and 7.5 %
    figure, sentence = plots.draw_kinds(evaluation.kinds_table(flags, ["blob"] * 40))
    assert [text.get_text() for text in figure.axes[0].texts][::2] == ["3 %", "8 %"]
    assert "r 3 % of blob; s 8 % of blob" in sentence
    matplotlib.pyplot.close(figure)


def test_a_cell_of_kinds_tells_how_many_were_caught():
    flags = {"one": np.array([True, True, False, False])}
    kinds = evaluation.kinds_table(flags, ["blob", "blob", "stripe", "blob"])
    figure, _ = plots.draw_kinds(kinds, counted=True)
    written = [text.get_text() for text in figure.axes[0].texts]
    assert written == ["67 %", "2 of 3", "0 %", "0 of 1"]
    matplotlib.pyplot.close(figure)
