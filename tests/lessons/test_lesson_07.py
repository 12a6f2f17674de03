"""Laws of lesson 07: it saves what is asked for, and says whose images a rate is of."""

import json
from pathlib import Path

import nbformat
import numpy as np
import pytest
from lesson_runs import refusal, run_lesson
from PIL import Image

from facescreen import portraits
from facescreen.evaluation import paper_table
from facescreen.gan.combine import pick_faces
from facescreen.lessons import ROOT

LESSON = ROOT / "notebooks" / "07_build_a_screened_dataset.ipynb"
NOBODY = "Nobody has labeled the images of these settings: there is no rate of your run."
ASKED = """
print("SOURCES", json.dumps(list(judged)))
print("ROWS", json.dumps(list(paper.index)))
"""


def asked(said: str, word: str) -> list[str]:
    return json.loads(said.partition(f"{word} ")[2].splitlines()[0])


def lines_of(folder: Path) -> dict[int, dict]:
    """The manifest's lines, by image."""
    lines = map(json.loads, (folder / "multi" / "manifest.jsonl").read_text().splitlines())
    return {line["index"]: line for line in lines}


def run(tmp_path: Path, **given) -> tuple[dict[int, dict], str, list[str]]:
    """What a run in a folder of its own saved, all that it said, and its figures' sentences."""
    tmp_path.mkdir(exist_ok=True)
    out = tmp_path / "out"
    said, figures = run_lesson(LESSON, tmp_path / "run", ASKED, {**given, "out": str(out)})
    return lines_of(out), said, figures


@pytest.fixture
def photographs(tmp_path):
    """Twenty-four "photographs": rendered faces, saved at another size and shape, some as JPEG."""
    folder = tmp_path / "photographs" / "inside"
    folder.mkdir(parents=True)
    for k, face in enumerate(portraits(24, size=96, seed=11)):
        suffix = "jpg" if k % 3 == 0 else "png"
        Image.fromarray(face[:, : 96 - k % 5]).save(folder / f"face {k:02d}.{suffix}", quality=95)
    return folder.parent


def test_photographs_get_no_rate_and_other_thresholds_no_number_of_the_papers(
    tmp_path, photographs
):
    given = {"source": f"folder:{photographs}", "color_threshold": 20, "low_threshold": 20}
    lines, said, figures = run(tmp_path, count=20, seed=3, scheme="two_faces", **given)
    saved = [line for line in lines.values() if line["file"] is not None]
    assert len(saved) == 20 and all(line["score"] < 20 for line in saved)
    picked = pick_faces(3, np.arange(len(lines)), 2, 24)
    assert [lines[k]["sources"] for k in range(len(lines))] == picked.tolist()
    assert asked(said, "SOURCES") == ["while learning", "other people's GANs"]
    assert said.count(NOBODY) == 1
    assert not [text for text in figures if "finished" in text.lower() or "are labeled" in text]
    rows = ["none", "single 20 (paper: single 40)", "single 20"]
    assert asked(said, "ROWS") == [*rows, "multi 20 / 1,000 (paper: multi 40 / 1,000)"]
    assert [text for text in figures if "single 20 (paper: single 40) 2.76 %" in text]


def test_labeled_images_get_their_rate_as_the_lesson_ships():
    """By its own parameters; that it still says so is nbval's to see."""
    shipped = nbformat.read(LESSON, as_version=4)
    outputs = [output for cell in shipped.cells for output in cell.get("outputs", [])]
    said = "".join(output.get("text", "") for output in outputs)
    figures = [o.metadata["image/png"]["alt"] for o in outputs if "image/png" in o.get("data", {})]
    assert said and NOBODY not in said
    assert [text for text in figures if "Finished: " in text and "% broken" in text]
    tables = "".join(output.get("data", {}).get("text/html", "") for output in outputs)
    assert [name for name in paper_table().index if name not in tables] == []


def test_wrong_parameters_are_a_sentence_each():
    said = refusal(LESSON, {"count": 0, "low_threshold": 50, "scheme": "five_faces"})
    assert "count is 0, expected a whole number, 1 or more" in said
    assert "low_threshold is 50, expected a whole number from 1 to color_" in said
    assert "scheme is 'five_faces', expected one of 'default'" in said
