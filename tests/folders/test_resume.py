"""Laws of a run that was stopped: the same command goes on, and ends in the same table."""

import os
import time

import pytest
from mixed_folder import MID, lines, save, with_red_patch

from facescreen.folders import resume, screen_folder
from facescreen.folders.chunks import Chunks
from facescreen.images import InUseError
from facescreen.images.writing import NotOursError
from facescreen.screening import MultiColorRule, NoRule, SignsRule, SingleColorRule

NAMES = ["a.png", "b.txt", "c\n,d.png", "e.png", "f", "g.jpg", "h.png"]
PART, NOTE = ".verdicts.csv.part", ".verdicts.csv.asked.json"


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for n, name in enumerate(NAMES):
        kind = {"g.jpg": "JPEG"}.get(name, "PNG")
        save(folder / name, with_red_patch(20 * n), format=kind)
    (folder / "b.txt").write_text("no picture")
    (folder / "e.png").write_text("no picture either")
    return folder


class Stopped(Exception):
    """What ends a run in these tests."""


def stop_after(monkeypatch, chunks: int) -> None:
    """Let a run stop when it has written so many chunks, each of a file."""
    append, written = resume.Part.append, 0

    def counted(part, *arguments):
        nonlocal written
        if written == chunks:
            raise Stopped
        written += 1
        append(part, *arguments)

    monkeypatch.setattr(Chunks, "of", lambda _, items: ([item] for item in items))
    monkeypatch.setattr(resume.Part, "append", counted)


def stopped(folder, table, monkeypatch, chunks=4, rule=None):
    with monkeypatch.context() as patched:
        stop_after(patched, chunks)
        with pytest.raises(Stopped):
            screen_folder(folder, rule or MultiColorRule(), table, workers=1)


def raising(*_):
    raise Stopped


def files(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def whole(photos, tmp_path):
    """What an uninterrupted run says and writes."""
    summary = screen_folder(photos, MultiColorRule(), tmp_path / "whole.csv", workers=1)
    return summary, summary.table.read_bytes()


@pytest.mark.parametrize("chunks", range(1, 8))
def test_stopped_anywhere_it_goes_on_and_ends_in_the_same_table(
    photos, tmp_path, monkeypatch, whole, chunks
):
    table = tmp_path / "out" / "verdicts.csv"
    table.parent.mkdir()
    if chunks == 7:
        with monkeypatch.context() as patched, pytest.raises(Stopped):
            patched.setattr(resume.Part, "finish", raising)
            screen_folder(photos, MultiColorRule(), table, workers=1)
    else:
        stopped(photos, table, monkeypatch, chunks)
    assert files(table.parent) == sorted([PART, NOTE])
    summary = screen_folder(photos, MultiColorRule(), table, workers=1)
    assert table.read_bytes() == whole[1]
    assert files(table.parent) == ["verdicts.csv"]
    assert summary.resumed == min(chunks, 7) - (chunks > 1)  # b.txt has no row
    expected = whole[0]
    assert (summary.counts, summary.passed) == (expected.counts, expected.passed)
    assert str(summary).replace(str(table), str(expected.table)) == str(expected)


def test_wherever_the_lines_are_cut_the_whole_ones_are_kept(photos, tmp_path, monkeypatch, whole):
    table = tmp_path / "out" / "verdicts.csv"
    stopped(photos, table, monkeypatch, 6)
    part, note = (table.with_name(name) for name in (PART, NOTE))
    content, said = part.read_bytes(), note.read_bytes()
    kept = set()
    for length in (*range(0, len(content), 3), len(content)):
        part.write_bytes(content[:length])
        note.write_bytes(said)
        summary = screen_folder(photos, MultiColorRule(), table, workers=1)
        assert table.read_bytes() == whole[1], length
        assert summary.counts == whole[0].counts, length
        kept.add(summary.resumed)
    assert kept == {0, 1, 2, 3, 4, 5}


def test_stopped_again_before_it_has_gone_on_nothing_is_lost(photos, tmp_path, monkeypatch, whole):
    table = tmp_path / "out" / "verdicts.csv"
    stopped(photos, table, monkeypatch, 5)
    with monkeypatch.context() as patched, pytest.raises(Stopped):
        patched.setattr(resume, "changed_since", raising)
        screen_folder(photos, MultiColorRule(), table, workers=1)
    assert screen_folder(photos, MultiColorRule(), table, workers=1).resumed == 4
    assert table.read_bytes() == whole[1]


def test_a_date_in_the_future_is_no_change(photos, tmp_path, monkeypatch):
    table = tmp_path / "out" / "verdicts.csv"
    os.utime(photos / "a.png", (time.time() + 1e6,) * 2)
    stopped(photos, table, monkeypatch, 5)
    assert screen_folder(photos, MultiColorRule(), table, workers=1).resumed == 4


def test_what_fills_the_end_after_a_power_cut_is_not_kept(photos, tmp_path, monkeypatch, whole):
    table = tmp_path / "out" / "verdicts.csv"
    stopped(photos, table, monkeypatch, 3)
    part = table.with_name(PART)
    for rest in (bytes(300), b"x" * 40 + b"\n", b'"' + b"\n" * 9, b"e.png,true,,,\n"):
        before = part.read_bytes()
        part.write_bytes(before + rest)
        note = table.with_name(NOTE).read_bytes()
        assert screen_folder(photos, MultiColorRule(), table, workers=1).resumed == 2
        assert table.read_bytes() == whole[1]
        part.write_bytes(before)
        table.with_name(NOTE).write_bytes(note)


@pytest.mark.parametrize(
    "rule", [SingleColorRule(), MultiColorRule(color_threshold=41), SignsRule(), NoRule()]
)
def test_another_question_starts_afresh(photos, tmp_path, monkeypatch, rule):
    table = tmp_path / "out" / "verdicts.csv"
    stopped(photos, table, monkeypatch)
    summary = screen_folder(photos, rule, table, workers=1)
    assert summary.resumed == 0
    alone = screen_folder(photos, rule, tmp_path / "alone.csv", workers=1)
    assert table.read_bytes() == alone.table.read_bytes()


def test_a_profile_with_other_numbers_is_another_question(photos, tmp_path, monkeypatch):
    table, rule = tmp_path / "out" / "verdicts.csv", SignsRule()
    other = rule.calibrated_profile()
    changed = SignsRule(type(other)(**{**vars(other), "name": rule.profile.name, "spread": 9.0}))
    assert repr(changed) == repr(rule)
    stopped(photos, table, monkeypatch, rule=rule)
    with monkeypatch.context() as patched:
        stop_after(patched, 1)
        with pytest.raises(Stopped):
            screen_folder(photos, changed, table, workers=1)
    assert screen_folder(photos, changed, table, workers=1).resumed == 1


def test_another_folder_of_the_same_files_is_another_question(photos, tmp_path, monkeypatch):
    table = tmp_path / "out" / "verdicts.csv"
    stopped(photos, table, monkeypatch)
    photos.rename(tmp_path / "moved")
    assert screen_folder(tmp_path / "moved", MultiColorRule(), table, workers=1).resumed == 0


def test_files_that_came_went_or_changed_are_judged_anew(photos, tmp_path, monkeypatch):
    table = tmp_path / "out" / "verdicts.csv"
    changes = {  # and how many rows stand before the first file that they touch
        "came": (lambda: save(photos / "b.png", MID), 1),
        "went": (lambda: (photos / "c\n,d.png").unlink(), 2),
        "changed": (lambda: save(photos / "f", with_red_patch(99), format="PNG"), 3),
        "is a picture now": (lambda: save(photos / "b.txt", MID, format="PNG"), 2),
    }
    for what, (change, kept) in changes.items():
        stopped(photos, table, monkeypatch, len(list(photos.iterdir())) - 1)
        time.sleep(0.02)  # a file's time is a few milliseconds old
        change()
        summary = screen_folder(photos, MultiColorRule(), table, workers=1)
        alone = screen_folder(photos, MultiColorRule(), tmp_path / "alone.csv", workers=1)
        assert table.read_bytes() == alone.table.read_bytes(), what
        assert summary.resumed == kept, what


# --- whose files they are -------------------------------------------------------------------------


def test_a_second_run_into_the_same_table_is_refused_while_the_first_writes(photos, tmp_path):
    table = tmp_path / "verdicts.csv"
    refused = []

    class Second(MultiColorRule):
        def __call__(self, images, finite=None):
            with pytest.raises(InUseError, match="another process holds"):
                screen_folder(photos, MultiColorRule(), table)
            refused.append(True)
            return super().__call__(images, finite)

    screen_folder(photos, Second(), table, workers=1)
    assert refused and len(lines(table)) == 6
    assert files(tmp_path) == ["photos", "verdicts.csv"]


@pytest.mark.parametrize("name", [PART, NOTE])
@pytest.mark.parametrize("content", ["precious\n", '{"what": "mine"}', "file,broken,other\n"])
def test_files_of_others_stay(photos, tmp_path, name, content):
    (tmp_path / name).write_text(content)
    with pytest.raises(NotOursError, match="there already and none of this command's files"):
        screen_folder(photos, MultiColorRule(), tmp_path / "verdicts.csv")
    assert (tmp_path / name).read_text() == content
    assert files(tmp_path) == sorted(["photos", name])


def test_a_link_stays_a_link_and_a_file_keeps_its_mode(photos, tmp_path):
    real, link = tmp_path / "real.csv", tmp_path / "verdicts.csv"
    screen_folder(photos, NoRule(), real, workers=1)
    real.chmod(0o600)
    link.symlink_to(real)
    screen_folder(photos, MultiColorRule(), link, workers=1)
    assert link.is_symlink() and real.stat().st_mode & 0o777 == 0o600
    assert "color" in real.read_text()
    assert files(tmp_path) == ["photos", "real.csv", "verdicts.csv"]


def test_lines_of_an_unfinished_run_are_no_part_of_the_folder(photos, monkeypatch):
    table = photos / "verdicts.csv"
    stopped(photos, table, monkeypatch)
    summary = screen_folder(photos, MultiColorRule(), table, workers=1)
    assert (summary.resumed, summary.passed.hidden, len(lines(table))) == (3, [], 6)
    assert files(photos) == sorted([*NAMES, "verdicts.csv"])
