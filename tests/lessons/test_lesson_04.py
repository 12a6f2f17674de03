"""Laws of lesson 04: its parameters do what they say, own labels are kept, no torch is loaded."""

import ast

import matplotlib.pyplot
import numpy as np
import pytest
from lesson_runs import refusal, run_lesson

from facescreen import load_reference, plots
from facescreen.lessons import ROOT
from facescreen.screening import Rate

LESSON = ROOT / "notebooks" / "04_compare_valid_and_broken.ipynb"
OWN = "image,label,rater,when\nlearning_plain/0003,valid,me,2026-01-01T00:00:00Z\n"
ASKED = """
import sys
print("RESULT", repr({
    "torch": "torch" in sys.modules,
    "pools": (len(labeled), len(after)),
    "shown": shown.tolist(),
    "mine": mine.tolist(),
    "broken": int(labeled.broken[mine].sum()),
    "kappa": round(found_kappa.value, 6),
    "reach": table.iloc[:, 3].round(6).tolist(),
    "beside": beside.iloc[:, 3].round(6).tolist(),
    "spread": int(spread.sum()),
    "kinds": [int(these.sum()) for these in kinds.values()],
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
    much = {"examples": 4, "to_label": 40, "value": 250, "threshold": 9}
    other = run(home / "b", pool="learning_plain", finished="strong", **much)
    return home, few, other


def test_as_many_images_are_shown_and_on_the_desk_as_were_asked_for(runs):
    _, few, other = runs
    assert (few["pools"], other["pools"]) == ((3072, 3456), (576, 576))
    assert (len(few["shown"]), len(other["shown"])) == (4, 16)
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
    assert (sum(few["kinds"]), sum(other["kinds"])) == (363 + 1088, 85 + 349)


def reaching(pool: str, value: int, threshold: int, **groups: str) -> list[float]:
    """Counted without the package's histograms: of each group, the share that reaches it, in %."""
    labeled = load_reference(pool)
    at = (labeled.images == value).sum(axis=(1, 2))
    reached = at.max(axis=1) - at.min(axis=1) >= threshold
    known = {"label": labeled.labels, "kind": labeled.kinds}
    shares = [100 * reached[known[by] == name].mean() for name, by in groups.items()]
    return [round(float(share), 6) for share in shares]


def test_shares_are_those_of_an_independent_count(runs):
    _, few, other = runs
    assert few["reach"] == reaching("learning", 255, 1, valid="label", clipped_patch="kind")
    both = {"valid": "label", "broken_saturated": "label", "broken_other": "label"}
    for pool, rows in (("learning_plain", slice(3)), ("strong", slice(3, 6))):
        assert other["beside"][rows] == reaching(pool, 250, 9, **both)


def test_the_pattern_is_there_while_gans_learn_and_hardly_in_the_finished_one():
    valid, clipped = reaching("learning", 255, 40, valid="label", clipped_patch="kind")
    assert valid < 10 and clipped > 60  # what the lesson's words rest on
    valid, broken = reaching("default", 255, 40, valid="label", broken_saturated="label")
    assert valid > 10 and broken < 50


def test_no_torch_is_loaded(runs):
    assert not any(found["torch"] for found in runs[1:])


def test_the_desk_makes_its_file_and_keeps_what_is_in_one(runs):
    home, _, _ = runs
    assert (home / "a" / "labels.csv").read_text() == "image,label,rater,when\n"
    assert (home / "b" / "labels.csv").read_text() == OWN


@pytest.mark.parametrize("wrong", [{"examples": 0}, {"to_label": 1}, {"value": 239}])
def test_a_parameter_that_makes_no_sense_is_refused_with_a_reason(wrong):
    (name,) = wrong
    assert f"{name} is {wrong[name]}" in refusal(LESSON, wrong)


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


def test_shares_are_said_group_by_group_and_none_where_there_are_no_images():
    shares = {"valid": Rate.of(1, 4), "weave": Rate.of(0, 0)}
    figure, sentence = plots.draw_shares(shares, "differ")
    assert "valid: 25.0 % of 4; weave: no images." in sentence
    assert [text.get_text() for text in figure.axes[0].get_yticklabels()] == [
        "valid (4)",
        "weave (0)",
    ]
    assert figure.axes[0].lines[0].get_xdata() == pytest.approx([25])
    matplotlib.pyplot.close("all")
