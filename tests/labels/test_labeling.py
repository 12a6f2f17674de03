"""Laws of labeling: what raters wrote becomes the labels of the images that they saw."""

import csv
import json
from datetime import datetime

import pytest
from made_up_reference import write_reference

from facescreen.labels import KINDS, REFERENCE, ReferenceSetError, labeling, load_reference
from facescreen.labels.labeling import (
    COLUMNS,
    LETTERS,
    ON_A_SHEET,
    add_kinds,
    add_ratings,
    gather,
    gather_kinds,
    main,
    sheets,
)


def label_of(name):
    """What a rater says of an image whose name alone decides it."""
    return list(LETTERS)[int(name[-4:]) % 4]


def write_texts(folder):
    """Label every sheet as a rater would: rows of letters in a text beside it."""
    order = json.loads((folder / "order.json").read_text())
    for number, start in enumerate(range(0, len(order), ON_A_SHEET)):
        letters = [label_of(name) for name in order[start : start + ON_A_SHEET]]
        rows = ["".join(letters[k : k + COLUMNS]) for k in range(0, len(letters), COLUMNS)]
        (folder / f"sheet_{number:02d}.txt").write_text("\n".join(rows) + "\n")


@pytest.mark.parametrize("seed", [None, 2])
def test_what_was_written_beside_a_sheet_comes_back_for_the_image_that_it_shows(
    reference, names, tmp_path, seed
):
    sheets(names, reference, tmp_path, seed)
    write_texts(tmp_path)
    rows = gather(tmp_path, 2)
    assert [row[0] for row in rows] == names
    assert [row[1] for row in rows] == [LETTERS[label_of(name)] for name in names]
    assert {row[2] for row in rows} == {"look 2"}
    for when in {row[3] for row in rows}:
        age = datetime.now().astimezone() - datetime.fromisoformat(when)
        assert -1 < age.total_seconds() < 3600


def test_letters_may_be_laid_out_in_any_lines(reference, names, tmp_path):
    sheets(names[:9], reference, tmp_path)
    for text in ("vsouvsouv", "v s o u\n\nv s o u v\n", "\tvsou\r\nvsouv "):
        (tmp_path / "sheet_00.txt").write_text(text, newline="")
        assert [row[1] for row in gather(tmp_path, 1)] == [LETTERS[c] for c in "vsouvsouv"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, ("is missing: the sheet was not labeled",)),
        ("", ("holds 0 labels ()", "expected 22 of vsou")),
        ("v" * 21, ("holds 21 labels (v)", "expected 22 of vsou")),
        ("v" * 23, ("holds 23 labels (v)", "expected 22 of vsou")),
        ("v" * 21 + "x", ("holds 21 labels (vx)", "expected 22 of vsou")),
        ("V" * 22, ("holds 0 labels (V)", "expected 22 of vsou")),
    ],
)
def test_a_text_that_does_not_fit_its_sheet_is_named(reference, names, tmp_path, text, words):
    sheets(names, reference, tmp_path)
    write_texts(tmp_path)
    path = tmp_path / "sheet_01.txt"
    if text is None:
        path.unlink()
    else:
        path.write_text(text)
    with pytest.raises(ReferenceSetError) as caught:
        gather(tmp_path, 1)
    said = str(caught.value)
    assert said.startswith(str(path)) and "\n" not in said
    assert all(part in said for part in words)


@pytest.mark.parametrize("text", ["v sc ot u om", "vscotuom", "v sc\not u\tom\n"])
def test_a_letter_behind_a_broken_label_is_its_kind(reference, names, tmp_path, text):
    sheets(names[:5], reference, tmp_path)
    (tmp_path / "sheet_00.txt").write_text(text)
    labels = ["valid", "broken_saturated", "broken_other", "unsure", "broken_other"]
    assert [row[1] for row in gather(tmp_path, 2)] == labels
    kinds = [(names[1], "clipped_patch"), (names[2], "tint"), (names[4], "melted")]
    assert gather_kinds(tmp_path, 2) == [(*kind, "look 2") for kind in kinds]


def test_every_kind_has_a_letter_of_its_own_that_the_raters_page_explains():
    page = (REFERENCE / "KINDS.md").read_text(encoding="utf-8")
    assert tuple(labeling.KIND_LETTERS.values()) == KINDS
    assert not set(labeling.KIND_LETTERS) & set(LETTERS)
    for letter, kind in labeling.KIND_LETTERS.items():
        assert f"| `{letter}` | `{kind}` |" in page


def test_kinds_gathered_again_replace_those_of_their_look_and_pools_alone(tmp_path):
    add_kinds(tmp_path, [("a/0", "tint", "look 1"), ("b/0", "dark", "look 1")], {("a", "look 1")})
    add_kinds(tmp_path, [("a/0", "weave", "look 2")], {("a", "look 2")})
    add_kinds(tmp_path, [], {("a", "look 1")})  # looked at again, and nothing is broken now
    with open(tmp_path / "kinds.csv", newline="", encoding="utf-8") as file:
        assert [tuple(row) for row in csv.reader(file)] == [
            ("image", "kind", "rater"),
            ("b/0", "dark", "look 1"),
            ("a/0", "weave", "look 2"),
        ]


def test_a_look_gathered_again_replaces_itself_and_keeps_the_others(tmp_path):
    other = [("q/a", "valid", "look 2", "t0")]
    assert add_ratings(tmp_path, other) == 1
    one = [("p/a", "valid", "look 1", "t1"), ("p/b", "unsure", "look 1", "t1")]
    two = [("p/a", "valid", "look 2", "t2"), ("p/b", "valid", "look 2", "t2")]
    assert add_ratings(tmp_path, two) == 3
    assert add_ratings(tmp_path, one) == 5
    first = (tmp_path / "labels.csv").read_bytes()
    assert first.decode() == "image,label,rater,when\n" + "".join(
        ",".join(row) + "\n" for row in one + two + other
    )
    assert add_ratings(tmp_path, one[::-1]) == 5
    assert (tmp_path / "labels.csv").read_bytes() == first
    changed = [("p/a", "broken_other", "look 2", "t3")]
    assert add_ratings(tmp_path, changed) == 4
    with open(tmp_path / "labels.csv", newline="", encoding="utf-8") as file:
        assert [tuple(row) for row in csv.reader(file)][1:] == one + changed + other
    assert [path.name for path in tmp_path.iterdir()] == ["labels.csv"], "nothing is left over"


def test_the_steps_of_the_command_lead_to_a_set_that_loads(tmp_path, capsys):
    folder = tmp_path / "reference"
    names = write_reference(folder)
    for look in ("1", "2"):
        out = str(tmp_path / look)
        main(["sheets", "--reference", str(folder), "--look", look, "--out", out])
        write_texts(tmp_path / look)
        main(["gather", "--reference", str(folder), "--look", look, "--sheets", out])
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("2 sheets in ") and said[1::2] == ["70 labels", "140 labels"]
    pool = load_reference("default", folder)
    assert pool.labels.tolist() == [LETTERS[label_of(name)] for name in names]
    orders = [json.loads((tmp_path / look / "order.json").read_text()) for look in ("1", "2")]
    assert orders[0] == names != orders[1]
    assert sorted(orders[1]) == names


@pytest.mark.parametrize(("step", "missing"), [("sheets", "--out"), ("gather", "--sheets")])
def test_a_step_without_its_folder_is_refused(step, missing, tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([step, "--reference", str(tmp_path)])
    assert stopped.value.code == 2
    assert f"{step} needs {missing}" in capsys.readouterr().err
