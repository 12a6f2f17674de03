"""Laws of lesson 08: parameters do what they say; nothing is measured where it was chosen."""

import ast

import pytest
from lesson_runs import refusal, run_lesson

from facescreen.lessons import ROOT

LESSON = ROOT / "notebooks" / "08_choose_thresholds.ipynb"
ASKED = """
print("RESULT", repr({
    "sizes": [int(side) for side in by_size.index],
    "audited": int(audited["images"].iloc[0]),
    "lost": {key: float(row["valid lost %"]) for key, row in equal.iterrows()},
    "lost on the others": {
        (name, screen): 100 * float((own[~first[name] & (truth[name] == "valid")]
                                     >= calibrated(name, screen)).mean())
        for name in sources for screen, own in scores[name].items()
    },
    "costs": {key: float(row["saving everything"]) for key, row in bill.items()},
    "chosen": {key: float(row["cost where chosen"]) for key, row in bill.items()},
    "counted": {name: int((its != "unsure").sum()) for name, its in truth.items()},
    "runs in both halves": {
        name: len(set(its.runs[first[name]]) & set(its.runs[~first[name]]))
        for name, its in sources.items()
    },
    "paid where chosen": {
        (name, screen): float((own[first[name] & (truth[name] == "valid")]
                               >= calibrated(name, screen)).mean())
        for name in sources for screen, own in scores[name].items()
    },
}))
"""
SIGNS = ("finished", "four signs")


def result(tmp_path, name: str, **parameters) -> dict:
    said, _ = run_lesson(LESSON, tmp_path / name, ASKED, parameters)
    return ast.literal_eval(said.partition("RESULT ")[2].splitlines()[0].replace("nan", "None"))


def test_parameters_change_what_comes_out(tmp_path):
    few = {"finished": "strong", "seed": 3}
    one = result(tmp_path, "a", **few, faces=4, sizes=[32, 48], audit_images=5)
    other = {"pool": "learning_plain", "reading": "unusable", "cost_broken": 1, "cost_valid": 4.0}
    two = result(tmp_path, "b", **few, **other, faces=1, sizes=[40], audit_images=1,
                 max_valid_loss=0.2)  # fmt: skip
    assert (one["sizes"], two["sizes"]) == ([32, 48], [40])
    assert (one["audited"], two["audited"]) == (5, 1)
    assert one["counted"]["finished"] < two["counted"]["finished"]  # also those broken otherwise
    assert two["counted"]["while learning"] < 576 < one["counted"]["while learning"]
    for ran, most in ((one, 0.05), (two, 0.2)):
        assert max(ran["paid where chosen"].values()) <= most  # not so on images that it never saw
        assert ran["lost"] == pytest.approx(ran["lost on the others"])
    assert max(two["lost"].values()) > 5
    assert one["chosen"][SIGNS] < one["costs"][SIGNS]


def test_no_image_is_measured_by_a_threshold_that_its_own_run_chose(tmp_path):
    ran = result(tmp_path, "a", faces=1, sizes=[32], audit_images=1, finished="test")
    shared = ran["runs in both halves"]
    assert shared.pop("finished") == 1  # of one run: every other image
    assert set(shared.values()) == {0}


def test_it_runs_at_the_ends_of_its_parameters(tmp_path):
    ends = {"finished": "strong", "faces": 1, "sizes": [32], "audit_images": 1}
    free = result(tmp_path, "none", **ends, max_valid_loss=0, cost_broken=0)
    full = result(tmp_path, "all", **ends, max_valid_loss=1, cost_valid=0)
    assert set(free["paid where chosen"].values()) == {0}
    assert set(full["paid where chosen"].values()) == {1}
    assert set(free["chosen"].values()) == {0} and set(full["chosen"].values()) == {0}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"max_valid_loss": 1.5}, "max_valid_loss is 1.5, expected a number from 0 to 1"),
        ({"finished": "learning"}, "finished is 'learning', expected one of 'default'"),
        ({"sizes": [16]}, "sizes is [16], expected a list"),
    ],
)
def test_a_wrong_parameter_is_one_sentence(tmp_path, wrong, said):
    assert said in refusal(LESSON, tmp_path, wrong)
