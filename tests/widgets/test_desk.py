"""Laws of the label desk: no label is lost, whatever is pressed and whenever the process dies."""

import csv
import os
import re
import signal
import stat
import subprocess
import sys
import time
import unicodedata
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facescreen.evaluation import kappa
from facescreen.images import InUseError
from facescreen.labels import REFERENCE
from facescreen.screening import LABELS
from facescreen.widgets import LabelDesk, label_desk, label_file
from facescreen.widgets.label_file import COLUMNS, WHEN, LabelFile, LabelFileError

NAMES = [f"set/{k}.png" for k in range(6)]
HEAD = ",".join(COLUMNS) + "\n"
WHOLE = "set/0.png,valid,me,2026-01-02T03:04:05Z\n"


def written(path):
    """The file's rows, read by the csv module alone."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == COLUMNS
    return rows


def pictures(count=6, size=8):
    return np.random.default_rng(0).integers(0, 256, (count, size, size, 3)).astype(np.uint8)


@pytest.fixture
def out(tmp_path):
    return tmp_path / "deep" / "labels.csv"


# --- the model ------------------------------------------------------------------------------------


def test_a_label_is_in_the_file_before_the_next_image(out):
    desk = LabelDesk(NAMES, out)
    assert written(out) == [] and desk.index == 0
    for k, label in enumerate([*LABELS, "valid", "unsure"]):
        desk.give(label)
        image, said, rater, when = written(out)[-1]
        assert (image, said, rater) == (NAMES[k], label, "me")
        assert datetime.strptime(when, WHEN)
    assert desk.index is None and desk.done == 6
    with pytest.raises(ValueError, match="every image is labeled"):
        desk.give("valid")


def test_the_bytes_are_synced_before_give_returns(out, monkeypatch):
    desk, seen = LabelDesk(NAMES, out), []
    sync = os.fsync
    monkeypatch.setattr(label_file.os, "fsync", lambda fd: (sync(fd), seen.append(out.read_text())))
    desk.give("valid")
    assert seen and seen[-1].endswith("Z\n") and "set/0.png,valid,me," in seen[-1]


def test_undo_goes_back_and_the_next_label_replaces(out):
    desk = LabelDesk(NAMES, out)
    assert not desk.undo() and not desk.redo()
    desk.give("valid")
    desk.give("unsure")
    assert desk.undo() and desk.index == 1 and len(written(out)) == 1
    desk.give("broken_other")
    assert [row[1] for row in written(out)] == ["valid", "broken_other"]
    assert not desk.redo(), "a new label ends what can be given again"


@settings(max_examples=40)
@given(st.lists(st.sampled_from([*LABELS, "undo", "redo", "restart"]), max_size=25))
def test_any_sequence_agrees_with_two_lists(tmp_path_factory, steps):
    out = tmp_path_factory.mktemp("desk") / "labels.csv"
    desk, given_, undone = LabelDesk(NAMES, out), [], []
    for step in steps:
        if step == "undo":
            assert desk.undo() == bool(given_)
            undone += [given_.pop()] if given_ else []
        elif step == "redo":
            assert desk.redo() == bool(undone)
            given_ += [undone.pop()] if undone else []
        elif step == "restart":
            desk, undone = LabelDesk(NAMES, out), []
        elif len(given_) < len(NAMES):
            desk.give(step)
            given_, undone = [*given_, step], []
        assert [row[:2] for row in written(out)] == [
            [name, label] for name, label in zip(NAMES, given_, strict=False)
        ]
        assert desk.index == (len(given_) if len(given_) < len(NAMES) else None)
        assert list(desk.labels) == given_ + [""] * (len(NAMES) - len(given_))


def test_two_raters_share_a_file_and_undo_only_their_own(out):
    mine, yours = LabelDesk(NAMES, out), LabelDesk(NAMES, out, rater='you, "B"')
    mine.give("valid")
    yours.give("unsure")
    assert mine.undo() and not mine.undo()
    assert [row[1:3] for row in written(out)] == [["unsure", 'you, "B"']]
    assert yours.done == 1 and mine.done == 0 and mine.index == 0


def test_labels_of_other_images_stay(out):
    LabelDesk(["other.png"], out).give("valid")
    desk = LabelDesk(NAMES, out)
    assert desk.done == 0 and not desk.undo()
    desk.give("unsure")
    assert [row[0] for row in written(out)] == ["other.png", NAMES[0]]


def test_a_second_desk_on_the_file_sees_what_the_first_did(out):
    first, second = LabelDesk(NAMES, out), LabelDesk(NAMES, out)
    first.give("valid")
    second.give("unsure")  # it still showed image 0: its label is the last word
    assert len(written(out)) == 2 and list(first.labels[:2]) == ["unsure", ""]


@pytest.mark.parametrize("names", [["a", "a"], ["a\nb"], ["a\rb"]])
def test_names_that_cannot_be_told_apart_are_refused(out, names):
    with pytest.raises(ValueError, match=r"name"):
        LabelDesk(names, out)


@settings(max_examples=20)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"),
                        max_size=8), min_size=1, max_size=4, unique=True))  # fmt: skip
def test_any_name_on_one_line_comes_back(tmp_path_factory, names):
    out = tmp_path_factory.mktemp("names") / "labels.csv"
    desk = LabelDesk(names, out)
    for _ in names:
        desk.give("valid")
    assert [row[0] for row in written(out)] == names
    assert LabelDesk(names, out).index is None


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


# --- a process killed in the middle ---------------------------------------------------------------

RATER = """
import itertools, sys
from facescreen.widgets.label_desk import LabelDesk
from facescreen.screening import LABELS
desk = LabelDesk([f"set/{k}.png" for k in range(100000)], sys.argv[1])
for k in itertools.count(desk.index):
    desk.give(LABELS[k % 4])
    print(k, flush=True)
"""


def test_a_killed_desk_goes_on_where_it_was(out):
    """Killed three times while labeling: all that it reported stands in the file, in order."""
    reported = -1
    for _ in range(3):
        rater = subprocess.Popen([sys.executable, "-c", RATER, out], stdout=subprocess.PIPE)
        started = int(rater.stdout.readline())
        assert reported < started <= reported + 2, "one label may be saved and not yet reported"
        time.sleep(0.2)
        rater.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        lines = rater.communicate()[0].split(b"\n")[:-1]
        reported = int(lines[-1]) if lines else started
        names = [f"set/{k}.png" for k in range(100000)]
        desk = LabelDesk(names, out)
        assert reported < desk.index <= reported + 2
        assert [row[:2] for row in written(out)] == [
            [names[k], LABELS[k % 4]] for k in range(desk.index)
        ]


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


# --- comparison -----------------------------------------------------------------------------------


def test_comparison_is_kappa_of_the_labeled_images(out):
    reference = ["valid", "valid", "broken_other", "broken_saturated", "unsure", "valid"]
    desk = LabelDesk(NAMES, out)
    own = ["valid", "broken_other", "broken_other", "broken_other", "valid"]
    for label in own:
        desk.give(label)
    found = desk.compare(reference)
    assert found.four == kappa(own, reference[:5])
    assert found.merged == kappa(own, reference[:5], merge=True)
    assert [k for k, _, _ in found.differing] == [1, 3, 4]
    assert found.differing[0] == (1, "broken_other", "valid")


def test_comparison_before_any_label_says_nothing(out):
    found = LabelDesk(NAMES, out).compare(["valid"] * 6)
    assert np.isnan(found.four.value) and found.differing == ()


# --- the view -------------------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands between presses as long as a look takes."""
    at = {"now": 100.0}
    module = sys.modules[LabelDesk.__module__]
    monkeypatch.setattr(module.time, "monotonic", lambda: at["now"])
    return at


def parts_of(box):
    buttons = {}

    def visit(widget):
        if type(widget).__name__ == "Button":
            buttons[widget.description] = widget
        for child in getattr(widget, "children", ()):
            visit(child)

    visit(box)
    keys = next(child for child in box.children if type(child).__name__ == "Text")
    _script, *panes = [child for child in box.children if type(child).__name__ == "Output"]
    said = next(child for child in box.children if type(child).__name__ == "HTML")
    return buttons, keys, panes, said


def press(clock, act):
    clock["now"] += 1
    act()


def shown(pane):
    return " ".join(str(o["data"].get("text/html", o["metadata"])) for o in pane.outputs)


def test_buttons_and_keys_do_the_same(out, clock):
    box = label_desk(pictures(), NAMES, out)
    buttons, keys, panes, said = parts_of(box)
    assert "Image 1 of 6" in shown(panes[0])
    press(clock, buttons["valid (v)"].click)
    assert "set/0.png is valid" in said.value
    for letter in "sSzo":
        press(clock, lambda letter=letter: setattr(keys, "value", keys.value + letter))
    assert "Image 4 of 6" in shown(panes[0])
    assert [row[1] for row in written(out)] == ["valid", "broken_saturated", "broken_other"]
    press(clock, buttons["undo (z)"].click)
    press(clock, buttons["redo (y)"].click)
    press(clock, buttons["unsure (u)"].click)
    press(clock, buttons["broken_saturated (s)"].click)
    press(clock, buttons["broken_other (o)"].click)
    assert box.desk.index is None and "<li>2 broken_other</li>" in shown(panes[0])
    assert buttons["valid (v)"].disabled and not buttons["undo (z)"].disabled
    press(clock, lambda: setattr(keys, "value", keys.value + "v"))
    assert "Not saved" in said.value and len(written(out)) == 6
    press(clock, buttons["undo (z)"].click)
    assert not buttons["valid (v)"].disabled


def test_other_keys_and_taking_letters_away_do_nothing(out, clock):
    box = label_desk(pictures(), NAMES, out)
    keys = parts_of(box)[1]
    for typed in ("v", "v?", "v? 1x", "v", "", "v? "):
        press(clock, lambda typed=typed: setattr(keys, "value", typed))
    assert len(written(out)) == 2, "v, and v typed again after the box was emptied"


def test_what_comes_before_the_image_can_be_seen_is_not_counted(out, clock):
    box = label_desk(pictures(), NAMES, out)
    buttons, keys, _, said = parts_of(box)
    press(clock, lambda: setattr(keys, "value", "vvv"))
    assert len(written(out)) == 1 and "not counted" in said.value
    buttons["valid (v)"].click()
    assert len(written(out)) == 1
    keys.value = "vvvz"  # but a mistake can be taken back at once
    assert written(out) == []


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_keys_work_while_a_korean_input_method_is_on(out, clock, form):
    module = sys.modules[LabelDesk.__module__]
    assert module.read_keys("ㅍㄴㅐㅕㅋㅛ") == "vsouzy"
    box = label_desk(pictures(), NAMES, out)
    keys = parts_of(box)[1]
    for typed in ("ㅍ", "패", "팬", "패녀"):  # how v, o, s, u compose
        text = unicodedata.normalize(form, typed)
        press(clock, lambda text=text: setattr(keys, "value", text))
    expected = ["valid", "broken_other", "broken_saturated", "unsure"]
    assert [row[1] for row in written(out)] == expected


def test_a_desk_opened_again_says_where_it_goes_on(out, clock):
    first = label_desk(pictures(), NAMES, out)
    press(clock, parts_of(first)[0]["valid (v)"].click)
    again = label_desk(pictures(), NAMES, out)
    assert "Went on after 1 labels" in parts_of(again)[3].value
    assert "Image 2 of 6" in shown(parts_of(again)[2][0])


def test_names_are_escaped(out, clock):
    names = [f"<script>alert({k})</script>&" for k in range(6)]
    box = label_desk(pictures(), names, out, ["broken_other"] * 6)
    buttons, _, panes, said = parts_of(box)
    everything = [box.children[1].children[1].value]
    for _ in names:
        press(clock, buttons["valid (v)"].click)
        everything += [said.value, box.children[1].children[1].value]
    everything += [shown(pane) for pane in panes]
    assert "<script>" not in " ".join(everything)
    assert "&lt;script&gt;alert(5)&lt;/script&gt;&amp;" in shown(panes[1])
    assert written(out)[0][0] == names[0]


def test_the_comparison_shows_kappa_and_the_differing_images(out, clock):
    box = label_desk(pictures(), NAMES, out, ["valid"] * 3 + ["broken_other"] * 3)
    buttons, _, panes, _ = parts_of(box)
    buttons["Compare with the reference"].click()
    assert "nothing to compare yet" in shown(panes[1])
    for key in ("valid (v)", "valid (v)", "unsure (u)", "broken_other (o)"):
        press(clock, buttons[key].click)
    buttons["Compare with the reference"].click()
    text = shown(panes[1])
    assert f"kappa {box.desk.compare(['valid'] * 3 + ['broken_other'] * 3).four.value:.2f}" in text
    assert re.findall(r"<td[^>]*>(.*?)</td>", text) == ["set/2.png", "unsure", "valid"]
    assert "1 labeled otherwise than in the reference." in text, "the gallery's alt text"


def test_wrong_input_is_told_at_once(out):
    with pytest.raises(ValueError, match="5 names for 6 images"):
        label_desk(pictures(), NAMES[:5], out)
    with pytest.raises(ValueError, match="one or more"):
        label_desk(pictures(0), [], out)
    with pytest.raises(ValueError, match="good"):
        label_desk(pictures(), NAMES, out, ["good"] * 6)


def test_a_folder_that_cannot_be_written_is_told_and_the_image_stays(out, clock, monkeypatch):
    box = label_desk(pictures(), NAMES, out)
    buttons, _, panes, said = parts_of(box)

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(LabelFile, "append", refuse)
    press(clock, buttons["valid (v)"].click)
    assert "Not saved" in said.value and "Permission denied" in said.value
    assert "Image 1 of 6" in shown(panes[0])


def test_the_file_has_the_form_of_the_reference_labels(out):
    LabelDesk(NAMES, out)
    shipped = (REFERENCE / "labels.csv").read_text(encoding="utf-8")
    assert out.read_text(encoding="utf-8") == HEAD == shipped[: len(HEAD)]
