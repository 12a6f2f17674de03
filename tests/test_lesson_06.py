"""Laws of lesson 06: it runs without torch, and its parameters do what they say."""

import ast

import nbformat

from facescreen.lessons import ROOT, execute

LESSON = ROOT / "notebooks" / "06_screen_with_many_colors.ipynb"


def printed(tmp_path, name: str, extra: str = "", **parameters) -> str:
    """All that the lesson prints; `extra` is code run in its last cell, in the lesson's names."""
    lesson = nbformat.read(LESSON, as_version=4)
    lesson.cells[-1].source += f"\n{extra}"
    copy = tmp_path / f"{name}.ipynb"
    nbformat.write(lesson, copy)
    result = execute(copy, tmp_path / f"{name} done.ipynb", parameters)
    assert result.ok, result.message
    done = nbformat.read(tmp_path / f"{name} done.ipynb", as_version=4)
    return "".join(o.get("text", "") for cell in done.cells for o in cell.get("outputs", []))


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
