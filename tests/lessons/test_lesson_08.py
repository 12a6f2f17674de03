"""Laws of lesson 08: its parameters do what they say, also at their ends."""

import ast

import pytest
from lesson_runs import run_lesson

from facescreen.lessons import ROOT

LESSON = ROOT / "notebooks" / "08_choose_thresholds.ipynb"
ASKED = """
print("RESULT", repr({
    "sizes": [int(side) for side in by_size.index],
    "audited": int(audited["images"].iloc[0]),
    "saved": [float(n) for n in saved["saved"]],
    "lost": {name: float(row["valid lost %"]) for name, row in equal.iterrows()},
    "costs": {name: float(row["saving everything"]) for name, row in bill.items()},
    "chosen": {name: float(row["cost, design half"]) for name, row in bill.items()},
}))
"""


def result(tmp_path, name: str, **parameters) -> dict:
    said, _ = run_lesson(LESSON, tmp_path / name, ASKED, parameters)
    return ast.literal_eval(said.partition("RESULT ")[2].splitlines()[0].replace("nan", "None"))


def test_parameters_change_what_comes_out(tmp_path):
    few = {"pool": "strong", "seed": 3}
    one = result(tmp_path, "a", **few, faces=4, sizes=[32, 48], audit_images=5, accept=0.5)
    two = result(tmp_path, "b", **few, faces=1, sizes=[40], audit_images=1, accept=0.8,
                 max_valid_loss=0.2, cost_broken=1.0, cost_valid=4.0)  # fmt: skip
    assert (one["sizes"], two["sizes"]) == ([32, 48], [40])
    assert (one["audited"], two["audited"]) == (5, 1)
    half, most = one["saved"][0], two["saved"][0]
    assert half < most and set(one["saved"]) == {half} and set(two["saved"]) == {most}
    assert all(lost <= 5 for lost in one["lost"].values())
    assert all(lost <= 20 for lost in two["lost"].values())
    assert max(two["lost"].values()) > 5
    first, second = one["costs"]["four signs"], two["costs"]["four signs"]
    assert first == pytest.approx(
        5 * second
    )  # a broken image costs 5 there and 1 here, and all are saved
    assert one["chosen"]["four signs"] < first


def test_it_runs_at_the_ends_of_its_parameters(tmp_path):
    ends = {"pool": "strong", "faces": 1, "sizes": [32], "audit_images": 1}
    free = result(tmp_path, "none", **ends, max_valid_loss=0.0, accept=0.0, cost_broken=0.0)
    full = result(tmp_path, "all", **ends, max_valid_loss=1.0, accept=1.0, cost_valid=0.0)
    assert set(free["lost"].values()) == {0} and set(free["saved"]) == {0}
    assert set(full["lost"].values()) == {100}
    assert set(free["chosen"].values()) == {0} and set(full["chosen"].values()) == {0}
