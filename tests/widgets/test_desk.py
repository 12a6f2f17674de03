"""Laws of the label desk: every label is saved, can be undone, and is compared."""

import os
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from label_rows import NAMES, written

from facescreen.evaluation import kappa
from facescreen.screening import LABELS
from facescreen.widgets import LabelDesk, label_file
from facescreen.widgets.label_file import WHEN

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
