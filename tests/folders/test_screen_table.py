"""Laws of a screened folder's table and command: whole, and the same however files are batched."""

import os
import re
import sys
import threading
from functools import partial
from types import SimpleNamespace

import pytest
from mixed_folder import MID, UNREADABLE, lines, save, with_red_patch
from tqdm import tqdm

from facescreen.commands import main as cli
from facescreen.folders import COLUMNS, judging, screen_folder
from facescreen.folders import screen as run
from facescreen.folders import table as table_of_rows
from facescreen.folders.chunks import Chunks
from facescreen.images.writing import NotOursError
from facescreen.screening import MultiColorRule, NoRule, SignsRule


@pytest.mark.parametrize(("images", "size"), [(1, 1), (2, 10**9), (7, 30_000), (512, 2**26)])
def test_lines_do_not_depend_on_how_files_are_batched(
    mixed, screened, tmp_path, monkeypatch, images, size
):
    monkeypatch.setattr(judging, "BATCH_IMAGES", images)
    monkeypatch.setattr(judging, "BATCH_BYTES", size)
    summary = screen_folder(mixed, MultiColorRule(), tmp_path / "verdicts.csv")
    assert lines(summary.table) == screened[1]


def test_batches_hold_a_bounded_number_of_bytes(tmp_path, monkeypatch):
    for i in range(20):
        save(tmp_path / f"{i:02d}.png", MID)
    monkeypatch.setattr(judging, "BATCH_BYTES", 3 * MID.nbytes)
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
    "name",
    [
        *('comma, quote".png', "얼굴.png", "two\nlines.png", "return\r.png", "\r\n.png", " a .png"),
        os.fsdecode(b"\xff.png"),
    ],
)
def test_any_file_name_comes_back_from_the_table(tmp_path, name):
    save(tmp_path / "photos.png", MID).rename(tmp_path / name)
    summary = screen_folder(tmp_path, NoRule(), tmp_path / "out" / "verdicts.csv")
    assert list(lines(summary.table)) == [name]


def test_images_too_small_for_a_rule_are_named_and_stop_nothing(tmp_path):
    save(tmp_path / "a.png", MID)
    save(tmp_path / "tiny.png", MID[:5, :5])
    found = lines(screen_folder(tmp_path, SignsRule(), tmp_path / "out" / "verdicts.csv").table)
    assert found["a.png"]["broken"]
    assert found["tiny.png"]["reason"].startswith("unreadable: expected images of 8 x 8 pixels")


def test_an_empty_folder_gives_an_empty_table(tmp_path):
    summary = screen_folder(tmp_path, NoRule(), tmp_path / "verdicts.csv")
    assert summary.table.read_text() == ",".join(COLUMNS) + "\n"
    assert str(summary).startswith("0 images judged: 0 flagged;")


# --- the command ----------------------------------------------------------------------------------


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


class AtOnce(threading.Thread):
    """Does its work before it returns from its start."""

    def start(self):
        self.run()


def test_a_terminal_shows_images_a_second_and_the_time_left(mixed, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(run, "tqdm", partial(tqdm, mininterval=0, ncols=99))
    monkeypatch.setattr(Chunks, "of", lambda _, items: ([item] for item in items))
    files = sum(len(inside) for _, _, inside in os.walk(mixed)) + 1  # a link to a folder
    monkeypatch.setattr(run, "threading", SimpleNamespace(Thread=AtOnce))
    screen_folder(mixed, NoRule(), tmp_path / "out.csv", workers=1)
    said = capsys.readouterr().err
    assert re.search(rf"{files // 2}/{files} \[\d\d:\d\d<\d\d:\d\d, *[\d.]+ ?images/s\]", said), (
        said
    )


@pytest.mark.parametrize("folder", ["absent", "file.png"])
def test_a_folder_that_is_none_ends_with_1_and_one_sentence(tmp_path, capsys, folder):
    save(tmp_path / "file.png", MID)
    code = cli.main(["screen", str(tmp_path / folder), "--out", str(tmp_path)])
    assert code == cli.ERROR
    assert capsys.readouterr().err.count("\n") == 1


# --- Parquet --------------------------------------------------------------------------------------


def test_without_pyarrow_parquet_is_refused_in_one_sentence_before_any_work(
    mixed, tmp_path, monkeypatch, capsys
):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert cli.main(["screen", str(mixed), "--out", str(tmp_path / "a.parquet")]) == cli.ERROR
    said = capsys.readouterr().err
    assert "needs the package pyarrow (pip install 'facescreen[parquet]')" in said
    assert said.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_parquet_table_holds_what_the_csv_holds(mixed, screened, tmp_path, monkeypatch):
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(table_of_rows, "ROWS_AT_ONCE", 7)
    path = tmp_path / "a.parquet"
    odd = os.fsdecode(b"\xff.png")
    for _ in range(2):  # its own table is replaced
        summary = screen_folder(mixed, MultiColorRule(), path)
    assert sorted(os.listdir(tmp_path)) == ["a.parquet"]
    assert summary.counts == screened[0].counts
    for row, line in zip(parquet.read_table(path).to_pylist(), screened[1].values(), strict=True):
        assert [row[c] for c in ("file", "reason", "note")] == [
            line[c] for c in ("file", "reason", "note")
        ]
        assert row["broken"] is {"true": True, "false": False, "": None}[line["broken"]]
        assert row["score"] == (float(line["score"]) if line["score"] else None)
        assert row["bin"] == (int(line["bin"]) if line["bin"] else None)
        assert row["channel"] == (line["channel"] or None)
    (tmp_path / "photos").mkdir()
    save(tmp_path / "a.png", MID).rename(tmp_path / "photos" / odd)
    screen_folder(tmp_path / "photos", MultiColorRule(), path)
    assert parquet.read_table(path).column("file").to_pylist() == [r"\xff.png"]


def test_a_parquet_file_of_others_stays(mixed, tmp_path):
    pytest.importorskip("pyarrow")
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1 precious PAR1")
    with pytest.raises(NotOursError, match="is there already and no table of this command"):
        screen_folder(mixed, MultiColorRule(), path)
    assert path.read_bytes() == b"PAR1 precious PAR1"
