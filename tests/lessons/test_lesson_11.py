"""Laws of lesson 11: parameters do what they say; a study that is whole is not run again."""

import ast
import shutil

import pytest
from lesson_runs import refusal, run_lesson

from facescreen.benefit.results import SHIPPED
from facescreen.lessons import ROOT

LESSON = ROOT / "notebooks" / "11_ask_whether_screening_helps.ipynb"
ASKED = """
print("RESULT", repr({
    "seeds": sorted({*map(int, held.downstream["seed"])}),
    "amounts": sorted({*map(int, held.downstream["real"])}),
    "gans": sorted({*map(int, held.second_gan["seed"])}),
    "questions": len(both),
    "pairs": sorted({*map(int, both["pairs"])}),
    "live": accuracy.round(4).to_dict(),
    "trained on": {arm: [len(labels) for _, labels in live.arm(arm)] for arm in arms},
    "means": [float(x) for x in gained["mean"].round(6)],
}))
"""


def result(folder, **parameters) -> dict:
    said, _ = run_lesson(LESSON, folder, ASKED, parameters)
    return ast.literal_eval(said.partition("RESULT ")[2].splitlines()[0])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A full study's folder that lacks nothing."""
    place = tmp_path_factory.mktemp("study") / "whole"
    shutil.copytree(SHIPPED, place)
    return place


@pytest.fixture(scope="module")
def ran(folder, tmp_path_factory) -> dict:
    small = {"live_real": 16, "live_added": 32, "live_seed": 9, "live_screen": "signs"}
    return result(tmp_path_factory.mktemp("run"), study="full", out=str(folder), seeds=[0, 2],
                  amounts=[40, 200], gan_seeds=[0, 1], **small)  # fmt: skip


def test_parameters_choose_what_is_compared(ran):
    assert (ran["seeds"], ran["amounts"], ran["gans"]) == ([0, 2], [40, 200], [0, 1])
    assert ran["pairs"] == [2] and ran["questions"] == 2 * 3 * 2 * 2
    assert list(ran["live"]) == ["real only", "unscreened", "signs"]
    assert ran["trained on"] == {"real only": [16], "unscreened": [16, 32], "signs": [16, 32]}


def test_a_study_that_is_whole_is_read_and_not_trained_again(ran, folder):
    import pandas as pd

    for name in ("downstream", "doses", "second_gan"):
        assert (folder / f"{name}.csv").read_bytes() == (SHIPPED / f"{name}.csv").read_bytes()
    table = pd.read_csv(SHIPPED / "downstream.csv")
    own = table[table["seed"].isin([0, 2]) & (table["source"] == "finished")]
    own = own[own["real"] == 40].set_index(["arm", "seed"])["accuracy"]
    wanted = 100 * (own["single color"] - own["unscreened"]).mean()
    assert min(abs(x - wanted) for x in ran["means"]) < 1e-5


def test_wrong_parameters_are_a_sentence_each():
    wrong = {"study": "all", "seeds": [1], "amounts": [41], "live_screen": "critic"}
    said = refusal(LESSON, wrong)
    assert "study is 'all', expected one of 'shipped', 'full'" in said
    assert "seeds is [1], expected a list of 2 or more different entries" in said
    assert "amounts is [41], expected a list" in said
    assert "live_screen is 'critic', expected one of 'single color'" in said
