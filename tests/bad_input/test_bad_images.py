"""A folder full of bad files: each is named with its reason, and every other one judged right."""

import csv
import os
import re

import numpy as np
import pytest
from bad_images import ODD, PHOTO, RED, UNREADABLE, make_odd, packed

from facescreen import MultiColorRule, SignsRule
from facescreen.commands import main as cli
from facescreen.images import ImageError, to_uint8

GOOD = {"a.png": PHOTO, "deep/" * 50 + "b.png": RED, "é'& .png": RED, "z.png": PHOTO}


@pytest.fixture(scope="module")
def screened(tmp_path_factory):
    """The exit code, the table's lines by file, and what the odd files show."""
    folder, out = tmp_path_factory.mktemp("photos"), tmp_path_factory.mktemp("out")
    for name, image in GOOD.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(packed(image))
    for name, (_, make, _) in UNREADABLE.items():
        make(folder / re.sub(r"(\.tar|\.npz)/.*", r"\1", name))
    shown = {name: make_odd(folder / name) for name in ODD}
    (folder / ".hidden.png").write_bytes(packed())
    code = cli.main(["screen", str(folder), "--rule", "single", "--out", str(out)])
    with open(out / "verdicts.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    lines = {row["file"]: row for row in rows}
    assert len(lines) == len(rows)
    return code, lines, shown


def counted(pixels: np.ndarray) -> int:
    """The score of the paper's rule 1: how far the channels' counts at 255 lie apart."""
    counts = (pixels == 255).sum(axis=(0, 1))
    return int(counts.max() - counts.min())


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_bad_file_is_named_with_its_reason(screened, told, name):
    what, _, words = UNREADABLE[name]
    line = screened[1][name]
    assert line["reason"].startswith("unreadable: ") and words in line["reason"]
    assert "\n" not in line["reason"]
    assert (line["broken"], line["score"], line["note"]) == ("", "", "")
    told[f"image: {what} ({name})"] = line["reason"]


@pytest.mark.parametrize("name", ODD)
def test_an_odd_file_is_judged_by_what_it_shows(screened, told, name):
    line, pixels, (what, _, note) = screened[1][name], screened[2][name], ODD[name]
    assert line["note"] == note
    if pixels is not None:
        assert float(line["score"]) == counted(pixels)
        assert line["broken"] == ("true" if counted(pixels) >= 40 else "false")
    told[f"image: {what} ({name})"] = f"judged; note: {note or 'none'}"


def test_every_other_image_is_judged_as_if_it_were_alone(screened):
    code, lines, _ = screened
    assert code == cli.SOME_UNREADABLE
    assert lines.keys() == {*GOOD, *UNREADABLE, *ODD}
    for name, image in GOOD.items():
        assert float(lines[name]["score"]) == counted(image)
        assert lines[name]["broken"] == ("true" if image is RED else "false")


# --- arrays in Python -----------------------------------------------------------------------------

ARRAYS = {
    "NaN in an array of floats": (to_uint8, np.full((1, 8, 8, 3), np.nan), "are NaN or infinite"),
    "infinity": (to_uint8, np.full((1, 8, 8, 3), np.inf), "are NaN or infinite"),
    "floats from 0 to 255": (to_uint8, np.linspace(0, 255, 64), "run from 0 to 255, expected -1"),
    "a float just over 1": (
        to_uint8,
        np.array([-1, np.nextafter(1, 2)]),
        "run from -1 to 1.0000000000000002, expected -1 to 1",
    ),
    "a float32 just under -1": (
        to_uint8,
        np.array([np.nextafter(np.float32(-1), np.float32(-2)), 1], np.float32),
        "run from -1.0000001192092896 to 1, expected -1 to 1",
    ),
    "whole numbers as floats": (to_uint8, np.zeros((1, 8, 8, 3), np.int16), "not int16"),
    "16-bit images": (MultiColorRule(), np.zeros((1, 8, 8, 3), np.uint16), "not uint16"),
    "truth values as images": (MultiColorRule(), np.zeros((1, 8, 8, 3), bool), "not bool"),
    "one image without its axis": (MultiColorRule(), PHOTO, "of shape (64, 64, 3)"),
    "channels first": (MultiColorRule(), np.zeros((1, 3, 8, 8), np.uint8), "shape (1, 3, 8, 8)"),
    "four channels": (MultiColorRule(), np.zeros((1, 8, 8, 4), np.uint8), "shape (1, 8, 8, 4)"),
    "objects": (MultiColorRule(), np.full((1, 8, 8, 3), None), "not object"),
    "too small for signs": (SignsRule(), np.zeros((1, 7, 9, 3), np.uint8), "not (7, 9)"),
}


@pytest.mark.parametrize("what", ARRAYS)
def test_a_wrong_array_is_refused_with_what_was_seen(told, what):
    call, array, words = ARRAYS[what]
    with pytest.raises((ValueError, ImageError)) as refused:
        call(array)
    said = str(refused.value)
    assert words in said and "\n" not in said
    assert "expected" in said or "must be" in said
    told[f"array: {what}"] = said


def test_a_file_that_must_not_be_read_is_named(tmp_path, capsys, told):
    if not hasattr(os, "geteuid") or os.geteuid() == 0:
        pytest.skip("root may read everything")
    (tmp_path / "secret.png").write_bytes(packed())
    (tmp_path / "secret.png").chmod(0)
    out = tmp_path / "out"
    assert cli.main(["screen", str(tmp_path), "--out", str(out)]) == cli.SOME_UNREADABLE
    assert "unreadable: Permission denied" in (out / "verdicts.csv").read_text()
    told["image: a file without permission"] = "unreadable: Permission denied"
