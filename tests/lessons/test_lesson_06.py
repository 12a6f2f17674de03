"""Laws of lesson 06: it runs without torch, and its parameters do what they say."""

import ast

from lesson_runs import run_lesson

from facescreen.lessons import ROOT

LESSON = ROOT / "notebooks" / "06_screen_with_many_colors.ipynb"


def printed(tmp_path, name: str, extra: str = "", **parameters) -> str:
    """All that the lesson prints, and a last cell of code `extra`, in the lesson's names."""
    return run_lesson(LESSON, tmp_path / name, extra, parameters)[0]


ASKED = """
import sys
print("RESULT", repr({
    "torch": "torch" in sys.modules,
    "saved": ours["saved"].tolist(),
    "names": list(ours.index),
    "flags": int(judged[two].broken.sum()),
    "planted": len(batch.images),
    "first": int(batch.images[0].sum()),
    "from": steps["value"].tolist(),
    "right": bool((judged[two].broken == (color | white)).all()),
}))
"""


def result(said: str) -> dict:
    return ast.literal_eval(said.partition("RESULT ")[2].splitlines()[0])


def test_parameters_change_what_comes_out_and_torch_stays_out(tmp_path):
    one = printed(tmp_path, "a", ASKED, pool="strong", count=120, images_per_kind=3, seed=4)
    two = printed(tmp_path, "b", ASKED, pool="strong", count=1, images_per_kind=1, seed=5,
                  color_threshold=60, low_threshold=30, sum_threshold=300, floor=250)  # fmt: skip
    first, second = result(one), result(two)
    assert not first["torch"] and not second["torch"]
    assert first["right"] and second["right"]
    assert first["saved"] == [120] * 4 and second["saved"] == [1] * 4
    assert first["names"] == ["none", "single 40", "single 20", "multi 40 / 1,000"]
    assert second["names"] == ["none", "single 60", "single 30", "multi 60 / 300"]
    assert (first["planted"], second["planted"]) == (12, 4)
    assert first["first"] != second["first"]
    assert min(second["from"]) >= 250
    for said, few in ((one, 334), (two, 100)):
        assert f"all three: rejected from {few} white pixels up" in said


def test_it_runs_where_everything_or_nothing_is_flagged(tmp_path):
    strict = {"color_threshold": 1, "low_threshold": 0, "sum_threshold": 0, "floor": 1}
    nothing = {"color_threshold": 9999, "low_threshold": 9998, "sum_threshold": 20000}
    few = {"pool": "strong", "images_per_kind": 1, "count": 600}
    every = result(printed(tmp_path, "all", ASKED, **strict, **few))
    none = result(printed(tmp_path, "none", ASKED, **nothing, **few))
    assert every["flags"] == 576 and every["saved"][-1] == 0
    assert none["flags"] == 0 and none["saved"][-1] == 576  # the whole pool: fewer than asked for
