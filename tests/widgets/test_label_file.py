"""Laws of the file of labels: mended, followed through links, whole after a kill."""

import os
import stat
import subprocess
import sys
from datetime import datetime

import pytest
from label_rows import NAMES, written

from facescreen.images import InUseError
from facescreen.labels import REFERENCE
from facescreen.widgets import LabelDesk, label_file
from facescreen.widgets.label_file import COLUMNS, WHEN, LabelFile, LabelFileError

HEAD = ",".join(COLUMNS) + "\n"
WHOLE = "set/0.png,valid,me,2026-01-02T03:04:05Z\n"


def test_the_file_has_the_form_of_the_reference_labels(out):
    LabelDesk(NAMES, out)
    shipped = (REFERENCE / "labels.csv").read_text(encoding="utf-8")
    assert out.read_text(encoding="utf-8") == HEAD == shipped[: len(HEAD)]


# --- files that were cut off, or are something else -----------------------------------------------


@pytest.mark.parametrize("cut", range(1, len(WHOLE)))
def test_a_cut_off_last_line_is_mended_at_every_byte(out, cut):
    out.parent.mkdir()
    out.write_text(HEAD + "set/3.png,unsure,me,2026-01-02T03:04:05Z\n" + WHOLE[:cut])
    desk = LabelDesk(NAMES, out)
    kept = cut >= len("set/0.png,valid,me,")  # from there on only the time can be cut
    assert desk.done == 1 + kept and "cut off" in desk.file.notice
    assert list(desk.labels[[0, 3]]) == ["valid" if kept else "", "unsure"]
    assert all(datetime.strptime(row[3], WHEN) for row in written(out))
    before = written(out)
    desk.give("broken_other")
    assert written(out)[:-1] == before


@pytest.mark.parametrize("cut", range(len(HEAD)))
def test_a_cut_off_header_is_mended(out, cut):
    out.parent.mkdir()
    out.write_text(HEAD[:cut])
    desk = LabelDesk(NAMES, out)
    desk.give("valid")
    assert len(written(out)) == 1


def test_a_cut_inside_a_letter_of_several_bytes_is_mended(out):
    desk = LabelDesk(["얼굴.png"], out)
    desk.give("valid")
    raw = out.read_bytes()
    for cut in range(len(HEAD) + 1, len(raw)):
        out.write_bytes(raw[:cut])
        assert LabelDesk(["얼굴.png"], out).done in (0, 1)
        assert out.read_bytes().endswith(b"\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,verdict\na,valid\n", "begins with 'name,verdict'"),
        ("image,label,raterx", "begins with"),
        (HEAD + "a,good,me,now\n", "line 2 of .* is 'a,good,me,now'"),
        (HEAD + "a,valid\n", "line 2"),
    ],
)
def test_another_kind_of_file_is_refused_and_left_alone(out, text, said):
    out.parent.mkdir()
    out.write_text(text)
    with pytest.raises(LabelFileError, match=said):
        LabelDesk(NAMES, out)
    assert out.read_text() == text


def test_a_file_saved_by_a_spreadsheet_goes_on(out):
    out.parent.mkdir()
    out.write_bytes(b"\xef\xbb\xbf" + (HEAD + WHOLE).replace("\n", "\r\n").encode())
    desk = LabelDesk(NAMES, out)
    assert desk.index == 1 and not desk.file.notice
    desk.give("unsure")
    assert LabelDesk(NAMES, out).done == 2


def test_a_full_disk_leaves_no_half_row_and_the_image_stays(out, monkeypatch):
    desk = LabelDesk(NAMES, out)
    desk.give("valid")
    before = out.read_bytes()

    def half(file, data):
        file.write(data[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(label_file, "_write", half)
    with pytest.raises(OSError, match="No space"):
        desk.give("unsure")
    assert out.read_bytes() == before and desk.index == 1
    with pytest.raises(OSError, match="No space"):
        desk.undo()
    assert out.read_bytes() == before and not list(out.parent.glob("*.tmp"))


# --- where the file's name leads ------------------------------------------------------------------


@pytest.fixture
def link(out):
    """A link in another folder to the file, which has a mode of its own."""
    LabelDesk(NAMES, out).give("valid")
    out.chmod(0o640)
    link = out.parent.parent / "link.csv"
    link.symlink_to(out)
    return link


def test_undo_through_a_link_keeps_the_link_the_mode_and_later_labels(out, link):
    desk = LabelDesk(NAMES, link)
    desk.give("unsure")
    assert desk.undo() and desk.undo()
    desk.give("broken_other")
    assert link.is_symlink()
    assert [row[:2] for row in written(out)] == [[NAMES[0], "broken_other"]]
    assert stat.S_IMODE(out.stat().st_mode) == 0o640
    assert not list(link.parent.glob(".link.csv*")), "nothing lies beside the link"


def test_mending_through_a_link_keeps_it(out, link):
    with out.open("a") as file:
        file.write("set/1.png,val")
    assert "cut off" in LabelDesk(NAMES, link).file.notice
    assert link.is_symlink() and len(written(out)) == 1


def test_a_link_to_a_file_that_is_not_there_yet_makes_it_there(tmp_path):
    (tmp_path / "link.csv").symlink_to(tmp_path / "deep" / "real.csv")
    LabelDesk(NAMES, tmp_path / "link.csv").give("valid")
    assert (tmp_path / "link.csv").is_symlink() and len(
        written(tmp_path / "deep" / "real.csv")
    ) == 1


def test_two_names_of_one_file_share_its_lock(out, link, monkeypatch):
    monkeypatch.setattr(label_file, "PATIENCE", 0.1)
    one, other = LabelFile(out), LabelFile(link)
    with one._locked(), pytest.raises(InUseError, match="another process holds"):
        other.append("a.png", "valid", "me")


def test_labels_stay_in_the_file_when_the_notebook_changes_its_folder(tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    desk = LabelDesk(NAMES, "labels.csv")
    monkeypatch.chdir(tmp_path / "elsewhere")
    desk.give("valid")
    assert len(written(tmp_path / "labels.csv")) == 1
    assert not list((tmp_path / "elsewhere").iterdir())


def test_undo_does_not_replace_a_protected_file(out, monkeypatch):
    """Renaming over a file asks nobody for permission."""
    desk = LabelDesk(NAMES, out)
    desk.give("valid")
    before = out.read_bytes()
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may do everything
    with pytest.raises(PermissionError):
        desk.undo()
    assert out.read_bytes() == before and desk.done == 1


def test_two_processes_lose_none_of_each_others_labels(out):
    program = (
        "import sys\nfrom facescreen.widgets.label_desk import LabelDesk\n"
        "desk = LabelDesk([str(k) for k in range(40)], sys.argv[1], rater=sys.argv[2])\n"
        "for k in range(40):\n    desk.give('valid')\n    desk.undo()\n    desk.give('unsure')\n"
    )
    raters = [subprocess.Popen([sys.executable, "-c", program, out, r]) for r in ("a", "b")]
    assert [rater.wait() for rater in raters] == [0, 0]
    rows = written(out)
    for rater in ("a", "b"):
        assert [r[0] for r in rows if r[2] == rater] == [str(k) for k in range(40)]
    assert {row[1] for row in rows} == {"unsure"}
