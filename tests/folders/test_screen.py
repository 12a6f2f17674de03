"""Laws of a screened folder: every image file has its line, and nothing there stops the run."""

import os
import re
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from mixed_folder import MID, NOTES, UNREADABLE, lines, save, with_white_patch

from facescreen.folders import COLUMNS, screen_folder
from facescreen.screening import MultiColorRule, NoRule, SingleColorRule


def test_every_image_file_has_one_line_in_sorted_order(mixed, screened):
    summary, found = screened
    expected = [*UNREADABLE, *NOTES, "inner/good.png", "white.png", "larger.png"]
    assert sorted(found) == sorted([*expected, "no_ending", "whole.png"])
    assert list(found) == sorted(found)
    assert list(next(iter(found.values()))) == list(COLUMNS)
    assert summary.judged + summary.unreadable == len(found)
    assert summary.other_files == 1  # notes.txt


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_listed_with_its_reason(screened, name):
    line = screened[1][name]
    assert line["reason"].startswith("unreadable: ")
    assert UNREADABLE[name] in line["reason"]
    assert [line[column] for column in ("broken", "score", "channel", "bin")] == [""] * 4


@pytest.mark.parametrize("name", NOTES)
def test_what_can_be_read_is_judged_and_its_conversion_noted(screened, name):
    line = screened[1][name]
    assert line["broken"] in ("true", "false")
    assert NOTES[name] in line["note"].split("; ")


def test_images_of_one_color_are_noted_and_cautioned_of(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for name, value in (("black", 0), ("white", 255), ("mid", 120)):
        save(folder / f"{name}.png", np.full_like(MID, value))
    almost = MID.copy()
    almost[-1, -1, 2] += 1
    save(folder / "almost.png", almost)
    summary = screen_folder(folder, NoRule(), tmp_path / "verdicts.csv")
    notes = {name: line["note"] for name, line in lines(summary.table).items()}
    assert notes == {"almost.png": ""} | dict.fromkeys(
        ("black.png", "mid.png", "white.png"), "constant"
    )
    assert [said.split(" of the images")[0] for said in summary.cautions()] == ["3"]
    assert "of one color alone (note: constant)" in summary.cautions()[0]


def test_no_damaged_png_is_judged(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    folder = tmp_path / "photos"
    folder.mkdir()
    whole = save(tmp_path / "whole.png", noise).read_bytes()
    for at in range(len(whole)):
        flipped = bytearray(whole)
        flipped[at] ^= 1
        (folder / f"{at:04d}.png").write_bytes(flipped)
    summary = screen_folder(folder, NoRule(), tmp_path / "verdicts.csv")
    assert (summary.judged, summary.unreadable) == (0, len(whole))


def test_lines_say_what_the_rule_says(screened):
    _, found = screened
    red, white, good = found["red.png"], found["white.png"], found["good.png"]
    judged = ("broken", "reason", "score", "channel", "bin")
    assert [red[column] for column in judged] == ["true", "color", "100", "R", "255"]
    assert [white[column] for column in judged[:2]] == ["true", "white"]
    assert [good[column] for column in judged[:3]] == ["false", "", "0"]


def test_the_summary_counts_the_lines(screened):
    summary, found = screened
    flagged = [line for line in found.values() if line["broken"] == "true"]
    assert summary.broken == len(flagged)
    assert summary.unreadable == len(UNREADABLE)
    assert re.match(
        rf"{summary.judged} images judged: {len(flagged)} flagged .*; {len(UNREADABLE)} unreadable",
        str(summary),
    )
    assert "\n" not in str(summary)


@contextmanager
def without_privileges():
    """Root may read everything: step down while the test reads."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_files_and_folders_without_permission_are_listed():
    with TemporaryDirectory() as home:
        folder, out = Path(home, "photos"), Path(home, "out")
        for made in (Path(home), folder, folder / "closed", out):
            made.mkdir(exist_ok=True)
            made.chmod(0o777)
        save(folder / "good.png", MID)
        save(folder / "secret.png", MID).chmod(0)
        (folder / "closed").chmod(0)
        screen_folder(folder, NoRule(), out / "first.csv")  # imports what reading needs
        with without_privileges():
            summary = screen_folder(folder, NoRule(), out / "verdicts.csv")
        (folder / "closed").chmod(0o777)
        found = lines(summary.table)
    assert list(found) == ["closed", "good.png", "secret.png"]
    assert found["good.png"]["broken"] == "false"
    assert "ermission denied" in found["secret.png"]["reason"]
    assert "ermission denied" in found["closed"]["reason"]


def test_two_links_to_each_others_folder_end(tmp_path):
    for one, other in (("a", "b"), ("b", "a")):
        (tmp_path / one).mkdir()
        save(tmp_path / one / "good.png", MID)
        (tmp_path / one / other).symlink_to(tmp_path / other)
    summary = screen_folder(tmp_path, NoRule(), tmp_path / "verdicts.csv")
    found = lines(summary.table)
    assert {"a/good.png", "b/good.png", "a/b/good.png"} <= found.keys()
    assert "link leads back" in found["a/b/a"]["reason"]


def test_the_rule_decides(tmp_path):
    save(tmp_path / "white.png", with_white_patch(1200))
    for rule, broken in ((SingleColorRule(40), "false"), (MultiColorRule(), "true")):
        summary = screen_folder(tmp_path, rule, tmp_path / "out.csv")
        assert lines(summary.table)["white.png"]["broken"] == broken
