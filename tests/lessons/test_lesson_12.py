"""Laws of lesson 12: all ways count alike, a stopped run loses nothing, bills are products.

Nothing here asks how long anything took: the laws hold on a busy machine.
"""

import ast
import itertools

import nbformat
import numpy as np
import pytest
from lesson_runs import refusal, run_lesson

from facescreen.faces import portraits
from facescreen.lessons import ROOT
from facescreen.screening import MultiColorRule, reference_verdict

LESSON = ROOT / "notebooks" / "12_screen_a_million_images.ipynb"
WITHOUT_DASK = 'import sys\n\nsys.modules["distributed"] = None  # as if it were not installed'
SMALL = {"faces": 24, "copies": 2, "few": 5, "rounds": 1, "files": 60, "drawn": 8, "price": 0.36,
         "machines": 4, "workers": 1}  # fmt: skip
ASKED = """
print("RESULT", repr({
    "counts": {name: count(people).tolist() for name, count in steps.items()},
    "timed": [*raced, *by_sort], "images": len(images),
    "judged": [first.judged, again.judged], "flagged": [first.broken, again.broken],
    "lines": lines, "resumed": again.resumed,
    "measured": grown.index.tolist(), "far": far.to_numpy().tolist(), "paper": paper.tolist(),
    "ends": grown.to_numpy().tolist(),
    "dollars": bill["dollars for 10⁹"].tolist(), "columns": list(bill),
    "parts": {name: parts.dropna().to_dict() for name, parts in work.iterrows()},
    "left": room.exists(),
}))
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> tuple[dict, str, list[str]]:
    """The lesson with small parameters, where Dask cannot be imported."""
    folder = tmp_path_factory.mktemp("lesson")
    notebook = nbformat.read(LESSON, as_version=4)
    notebook.cells.insert(1, nbformat.v4.new_code_cell(WITHOUT_DASK))
    nbformat.write(notebook, folder / LESSON.name)
    said, figures = run_lesson(folder / LESSON.name, folder / "run", ASKED, SMALL)
    result = said.partition("RESULT ")[2].splitlines()[0]
    return ast.literal_eval(result), said, figures


def test_every_way_counts_as_one_would_by_hand(run):
    people = portraits(24, size=64, seed=12)
    wanted = [
        [[int((image[..., c] == v).sum()) for v in range(240, 256)] for c in range(3)]
        for image in people
    ]
    counts = run[0]["counts"]
    assert len(counts) == 5 and all(own == wanted for own in counts.values())
    assert run[0]["timed"] == [*counts, "reading the bytes", "dark", "portraits", "speckled"]
    assert run[0]["images"] == 48


def test_folders_hold_what_was_asked_and_are_judged_as_by_the_reference(run):
    people = portraits(24, size=64, seed=12)
    broken = [reference_verdict(image, MultiColorRule())[0] != "" for image in people]
    wanted = [sum(itertools.islice(itertools.cycle(broken), n)) for n in (60, 600)]
    assert run[0]["judged"] == run[0]["measured"] == [60, 600]
    assert run[0]["flagged"] == wanted


def test_a_run_that_was_killed_goes_on_from_its_lines_and_leaves_nothing(run):
    assert 0 <= run[0]["resumed"] <= run[0]["lines"] <= 600
    assert "the same table of 600 images" in run[1]
    assert not run[0]["left"]


def test_without_dask_the_lesson_says_how_to_get_it(run):
    assert (
        "many machines need the package distributed (pip install 'facescreen[cluster]')" in (run[1])
    )


def test_bills_are_products_of_what_was_measured_and_assumed(run):
    result = run[0]
    ends, (million, billion) = np.array(result["ends"]), result["far"]
    for small, large, far in zip(*ends, million, strict=True):
        pace = (large - small) / 540 if large > small else large / 600
        assert far == pytest.approx(large + pace * (10**6 - 600))
    assert result["dollars"] == pytest.approx(np.array(billion) / 3600 * 0.36, abs=0.01)
    assert "10⁹ images on 4 machines" in result["columns"]
    assert result["paper"] == pytest.approx(ends[1])  # no more than 600 were measured
    assert set(result["parts"]["make and save"]) == {"draw", "judge", "save"}
    assert "judge" in result["parts"]["screen PNG files"]


def test_wrong_parameters_are_a_sentence_each():
    said = refusal(LESSON, {"few": 1000, "cluster": "tcp", "price": 0, "files": 5})
    assert "few is 1000, expected a whole number from 1 to faces (which is 400)" in said
    assert "cluster is 'tcp', expected one of 'local', ''" in said
    assert "price is 0, expected a number above 0" in said
    assert "files is 5, expected a whole number from 50 to 100,000" in said
