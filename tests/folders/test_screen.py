"""Laws of a screened folder: every image file has its line, and nothing there stops the run."""

import csv
import os
import re
import zlib
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from PIL import Image

from facescreen.commands import main as cli
from facescreen.folders import COLUMNS, screen_folder
from facescreen.folders import screen as report
from facescreen.screening import MultiColorRule, NoRule, SingleColorRule

MID = np.full((64, 64, 3), 120, np.uint8)


def with_red_patch(pixels: int) -> np.ndarray:
    """A mid-gray image in which so many pixels are pure red: rule 1 scores exactly that."""
    image = MID.copy()
    image.reshape(-1, 3)[:pixels] = (255, 0, 0)
    return image


def with_white_patch(pixels: int) -> np.ndarray:
    image = MID.copy()
    image.reshape(-1, 3)[:pixels] = 255
    return image


def save(path: Path, image: np.ndarray, mode: str = "RGB", **options) -> Path:
    Image.fromarray(image).convert(mode).save(path, **options)
    return path


def lines(table: Path) -> dict[str, dict[str, str]]:
    with open(table, newline="", encoding="utf-8", errors="surrogateescape") as file:
        rows = list(csv.DictReader(file))
    assert len({row["file"] for row in rows}) == len(rows)
    return {row["file"]: row for row in rows}


def huge_png(path: Path, side: int) -> Path:
    """A PNG whose header promises side × side pixels; its data would decode to black."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + checksum

    header = side.to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    packer, row = zlib.compressobj(1), bytes(1 + 3 * side)
    data = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    png = chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + png)
    return path


@pytest.fixture(scope="module")
def mixed(tmp_path_factory) -> Path:
    """Good photographs among every kind of file that a folder of photographs holds in practice."""
    folder = tmp_path_factory.mktemp("photos")
    (folder / "inner").mkdir()
    save(folder / "good.png", MID)
    save(folder / "inner" / "good.png", MID)
    save(folder / "red.png", with_red_patch(100))
    save(folder / "white.png", with_white_patch(1200))
    save(folder / "larger.png", np.full((128, 96, 3), 90, np.uint8))
    save(folder / "lossy.jpg", MID, quality=95)
    save(folder / "gray.png", MID, "L")
    save(folder / "palette.png", with_red_patch(100), "P")
    save(folder / "alpha.png", MID, "RGBA")
    save(folder / "cmyk.jpg", MID, "CMYK")
    Image.fromarray(np.full((64, 64), 30000, np.uint16)).save(folder / "deep.png")
    save(folder / "no_ending", MID, format="PNG")
    noise = np.random.default_rng(0).integers(0, 256, MID.shape, np.uint8)
    whole = save(folder / "whole.png", noise).read_bytes()
    (folder / "truncated.png").write_bytes(whole[: len(whole) // 2])
    (folder / "text.png").write_text("no picture at all")
    (folder / "empty.png").write_bytes(b"")
    huge_png(folder / "huge.png", 20_000)
    (folder / "nowhere.png").symlink_to(folder / "absent.png")
    os.mkfifo(folder / "pipe.png")
    (folder / "inner" / "loop").symlink_to(folder)
    (folder / "notes.txt").write_text("taken in May")
    return folder


UNREADABLE = {
    "truncated.png": "longer than the file",
    "text.png": "not an image",
    "empty.png": "not an image",
    "huge.png": "400,000,000 pixels",
    "nowhere.png": "link leads to nothing",
    "pipe.png": "no plain file",
    "inner/loop": "link leads back",
}
NOTES = {
    "gray.png": "gray",
    "palette.png": "palette",
    "alpha.png": "alpha",
    "cmyk.jpg": "cmyk",
    "deep.png": "16-bit",
    "lossy.jpg": "lossy",
    "good.png": "constant",
    "red.png": "",
}


@pytest.fixture(scope="module")
def screened(mixed, tmp_path_factory):
    table = tmp_path_factory.mktemp("out") / "verdicts.csv"
    return screen_folder(mixed, MultiColorRule(), table), lines(table)


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


@pytest.mark.parametrize(("images", "size"), [(1, 1), (2, 10**9), (7, 30_000), (512, 2**26)])
def test_lines_do_not_depend_on_how_files_are_batched(
    mixed, screened, tmp_path, monkeypatch, images, size
):
    monkeypatch.setattr(report, "BATCH_IMAGES", images)
    monkeypatch.setattr(report, "BATCH_BYTES", size)
    summary = screen_folder(mixed, MultiColorRule(), tmp_path / "verdicts.csv")
    assert lines(summary.table) == screened[1]


def test_batches_hold_a_bounded_number_of_bytes(tmp_path, monkeypatch):
    for i in range(20):
        save(tmp_path / f"{i:02d}.png", MID)
    monkeypatch.setattr(report, "BATCH_BYTES", 3 * MID.nbytes)
    sizes = []

    def rule(images):
        sizes.append(images.nbytes)
        return NoRule()(images)

    screen_folder(tmp_path, rule, tmp_path / "out.csv")
    assert sum(sizes) == 20 * MID.nbytes
    assert max(sizes) == 3 * MID.nbytes


def test_a_table_inside_the_folder_is_no_part_of_it(tmp_path):
    save(tmp_path / "good.png", MID)
    for _ in range(2):
        summary = screen_folder(tmp_path, NoRule(), tmp_path / "verdicts.csv")
        assert (summary.judged, summary.unreadable, summary.other_files) == (1, 0, 0)
    assert sorted(os.listdir(tmp_path)) == ["good.png", "verdicts.csv"]


def test_a_run_that_ends_early_leaves_the_earlier_table_whole(tmp_path):
    save(tmp_path / "good.png", MID)
    table = tmp_path / "verdicts.csv"
    screen_folder(tmp_path, NoRule(), table)
    before = table.read_bytes()

    def interrupted(images):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        screen_folder(tmp_path, interrupted, table)
    assert table.read_bytes() == before
    assert sorted(os.listdir(tmp_path)) == ["good.png", "verdicts.csv"]


@pytest.mark.parametrize(
    "name", ['comma, quote".png', "얼굴.png", "two\nlines.png", os.fsdecode(b"\xff.png")]
)
def test_any_file_name_comes_back_from_the_table(tmp_path, name):
    save(tmp_path / "photos.png", MID).rename(tmp_path / name)
    summary = screen_folder(tmp_path, NoRule(), tmp_path / "out" / "verdicts.csv")
    assert list(lines(summary.table)) == [name]


def test_an_empty_folder_gives_an_empty_table(tmp_path):
    summary = screen_folder(tmp_path, NoRule(), tmp_path / "verdicts.csv")
    assert summary.table.read_text() == ",".join(COLUMNS) + "\n"
    assert str(summary).startswith("0 images judged: 0 flagged;")


def test_two_links_to_each_others_folder_end(tmp_path):
    for one, other in (("a", "b"), ("b", "a")):
        (tmp_path / one).mkdir()
        save(tmp_path / one / "good.png", MID)
        (tmp_path / one / other).symlink_to(tmp_path / other)
    summary = screen_folder(tmp_path, NoRule(), tmp_path / "verdicts.csv")
    found = lines(summary.table)
    assert {"a/good.png", "b/good.png", "a/b/good.png"} <= found.keys()
    assert "link leads back" in found["a/b/a"]["reason"]


# --- the command ---------------------------------------------------------------------------------


def test_the_command_ends_with_3_when_files_were_unreadable(mixed, tmp_path, capsys):
    code = cli.main(["screen", str(mixed), "--rule", "single", "--out", str(tmp_path)])
    assert code == cli.SOME_UNREADABLE
    printed = capsys.readouterr()
    assert printed.out.count("\n") == 1
    assert f"{len(UNREADABLE)} unreadable" in printed.out
    assert "lossy files" in printed.err
    assert "pixels" in printed.err
    assert (tmp_path / "verdicts.csv").exists()


def test_the_command_ends_with_0_when_all_were_judged(tmp_path, capsys):
    photos = tmp_path / "photos"
    photos.mkdir()
    save(photos / "red.png", with_red_patch(30))
    table = tmp_path / "new" / "mine.csv"
    for threshold, broken in (("40", "false"), ("20", "true")):
        line = ["screen", str(photos), "--rule", "single", "--threshold", threshold]
        assert cli.main([*line, "--out", str(table)]) == cli.SUCCESS
        assert lines(table)["red.png"]["broken"] == broken
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("folder", ["absent", "file.png"])
def test_a_folder_that_is_none_ends_with_1_and_one_sentence(tmp_path, capsys, folder):
    save(tmp_path / "file.png", MID)
    code = cli.main(["screen", str(tmp_path / folder), "--out", str(tmp_path)])
    assert code == cli.ERROR
    assert capsys.readouterr().err.count("\n") == 1


def test_the_rule_decides(tmp_path):
    save(tmp_path / "white.png", with_white_patch(1200))
    for rule, broken in ((SingleColorRule(40), "false"), (MultiColorRule(), "true")):
        summary = screen_folder(tmp_path, rule, tmp_path / "out.csv")
        assert lines(summary.table)["white.png"]["broken"] == broken
