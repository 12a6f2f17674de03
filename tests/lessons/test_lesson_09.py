"""Laws of lesson 09: parameters do what they say; its numbers are those of the tables."""

import ast

import pytest
from lesson_runs import refusal, run_lesson

from facescreen.evaluation import kept_table
from facescreen.evidence.critic_scores import judged_pool
from facescreen.lessons import ROOT

LESSON = ROOT / "notebooks" / "09_screen_with_a_critic.ipynb"
ASKED = """
print("RESULT", repr({
    "drawn": len(found["digits"]),
    "inside": float(found["inside"].mean()),
    "kept": float(kept["finished"]["signs"].mean()),
    "left": {name: float(its.loc["signs", f"{reading} %"]) for name, its in tables.items()},
    "equal": [float(its["kept %"].max() - its["kept %"].min()) for its in tables.values()],
}))
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    small = {"steps": 5, "drawn": 60, "band": 2.0, "accept": 0.5, "reading": "broken"}
    said, sentences = run_lesson(LESSON, tmp_path_factory.mktemp("run"), ASKED, small)
    return ast.literal_eval(said.partition("RESULT ")[2].splitlines()[0]), said, sentences


def test_parameters_change_what_comes_out(ran):
    result, _, sentences = ran
    assert result["drawn"] == 60 and result["inside"] > 0.85 and result["kept"] == 0.5
    assert any(s.startswith("Between mean − 2 and") for s in sentences)
    assert any(s.startswith("Left broken where all keep as many") for s in sentences)


def test_its_table_is_counted_from_the_shipped_scores(ran):
    assert max(ran[0]["equal"]) < 1e-9
    for name, of in (("while learning", "learning_test"), ("finished", "test")):
        pool = judged_pool(of)
        signs = pool.keeping(0.5)["signs"]
        assert ran[0]["left"][name] == pytest.approx(
            kept_table({"signs": signs}, pool.labels).loc["signs", "broken %"]
        )


def test_wrong_parameters_are_a_sentence_each():
    said = refusal(LESSON, {"accept": 1.5, "steps": 0, "reading": "odd"})
    assert "accept is 1.5, expected a number from 0.2 to 1" in said
    assert "steps is 0, expected a whole number, 1 or more" in said
    assert "reading is 'odd', expected one of 'broken', 'unusable'" in said
