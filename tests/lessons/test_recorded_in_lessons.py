"""The law of the values that lessons record: they are the numbers that the lesson shows."""

import json
import re

import pytest

from facescreen.exercises.recorded import outputs_of, recorded
from facescreen.lessons import ROOT


def read(number: str) -> tuple[dict, str]:
    """What a stored lesson has recorded, and its figures' sentences and prints."""
    (path,) = (ROOT / "notebooks").glob(f"{number}_*.ipynb")
    notebook = json.loads(path.read_text("utf-8"))
    said = []
    for output in outputs_of(notebook):
        said.append("".join(output.get("text", "")))
        said.append(output.get("metadata", {}).get("image/png", {}).get("alt", ""))
        said.append("".join(output.get("data", {}).get("text/plain", "")))
    return recorded(notebook), "\n".join(said)


@pytest.mark.parametrize(("number", "rule"), [("05", "single 40"), ("06", "multi 40 / 1,000")])
def test_lessons_05_and_06_record_what_their_rule_leaves_and_loses(number, rule):
    values, said = read(number)
    (ours,) = set(re.findall(r"Ours while learning: (.*?)\. (?:The paper|Another)", said))
    found = re.search(rf"([\d.]+) % \([^)]*\) by {rule}, which loses ([\d.]+) %", ours)
    shown = {name: f"{value:.1f}" for name, value in values.items()}
    assert shown == {"rate %": found[1], "valid lost %": found[2]}


def test_lesson_07_records_what_its_run_folder_counts():
    values, said = read("07")
    saved, made = re.search(r"([\d,]+) images saved of ([\d,]+) made", said).groups()
    count, tried = (int(number.replace(",", "")) for number in (saved, made))
    assert values["tries_per_image"] == tried / count
    assert 0 < values["percent_flagged"] < 100 * (tried - count) / count
    assert set(values) == {"tries_per_image", "percent_flagged"}


def test_lesson_08_records_what_is_caught_at_its_price():
    values, said = read("08")
    found = re.search(
        r"while learning: single color [^,]*, multi color (\d+) % for ([\d.]+) %; finished: "
        r"single color 16 %",
        said,
    )
    assert found[1] == f"{values['caught %']:.0f}"
    assert found[2] == f"{values['valid lost %']:.1f}"
    bill = said[said.index("cost on the others") :]
    assert re.search(r"while learning +single color +([\d.]+)", bill)[1] == f"{values['cost']:.1f}"
