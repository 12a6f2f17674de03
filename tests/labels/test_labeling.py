"""Laws of labeling: sheets show every image once and nothing else, and texts become labels."""

import csv
import json
from datetime import datetime

import numpy as np
import pytest
from PIL import Image, ImageDraw

from facescreen.labels import (
    KINDS,
    REFERENCE,
    ReferenceSetError,
    labeling,
    load_reference,
    pixels_checksum,
)
from facescreen.labels.labeling import (
    COLUMNS,
    LETTERS,
    ON_A_SHEET,
    SCALE,
    add_kinds,
    add_ratings,
    gather,
    gather_kinds,
    in_doubt,
    main,
    numbered_sheet,
    sheets,
)
from facescreen.labels.reference import WHILE_LEARNING
from facescreen.labels.sheets import read_images, write_pool

COUNT = 70  # made-up images: a full sheet and 22 more
SIDE = 16


def made_up(seed, side=SIDE):
    """A smooth picture that no other seed has."""
    values = np.random.default_rng(seed).integers(0, 256, (4, 4, 3)).astype(np.uint8)
    return np.asarray(Image.fromarray(values).resize((side, side)))


def write_reference(folder, count=COUNT, pool="default", first=0):
    """A small reference folder without labels; returns the images' names."""
    images = np.stack([made_up(first + n) for n in range(count)])
    folder.mkdir(parents=True, exist_ok=True)
    names = write_pool(folder, pool, images)
    table = folder / "images.csv"
    with open(table, "a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        if not table.stat().st_size:
            writer.writerow(("image", "sha256"))
        writer.writerows(zip(names, map(pixels_checksum, images), strict=True))
    return names


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reference")
    write_reference(folder)
    return folder


@pytest.fixture(scope="module")
def names():
    return [f"default/{n:04d}" for n in range(COUNT)]


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


# --- sheets ---------------------------------------------------------------------------------------


def tiles(count, side):
    """Where a sheet shows its images: (left, top, right, bottom) each."""
    large = SCALE * side
    for k in range(count):
        left, top = 4 + k % COLUMNS * (large + 4), 4 + k // COLUMNS * (large + 16)
        yield left, top, left + large, top + large


@pytest.mark.parametrize("count", [1, 7, 8, 9, 47, 48])
def test_a_sheet_shows_the_images_enlarged_and_beside_them_the_same_whatever_they_show(count):
    images = np.stack([made_up(n) for n in range(count)])
    sheet = numbered_sheet(images)
    blank = numbered_sheet(np.zeros_like(images))
    assert sheet.mode == "RGB" and sheet.size == blank.size
    assert sheet.width == COLUMNS * (SCALE * SIDE + 4) + 4
    assert sheet.height == -(-count // COLUMNS) * (SCALE * SIDE + 16) + 4
    beside = np.ones((sheet.height, sheet.width), bool)
    for image, box in zip(images, tiles(count, SIDE), strict=True):
        enlarged = Image.fromarray(image).resize(
            (SCALE * SIDE, SCALE * SIDE), Image.Resampling.BICUBIC
        )
        np.testing.assert_array_equal(sheet.crop(box), enlarged)
        assert not np.asarray(blank.crop(box)).any(), "no number covers a part of an image"
        beside[box[1] : box[3], box[0] : box[2]] = False
    np.testing.assert_array_equal(np.asarray(sheet)[beside], np.asarray(blank)[beside])


def test_beside_the_images_there_are_numbers_and_gray_alone():
    sheet = np.asarray(numbered_sheet(np.zeros((48, 64, 64, 3), np.uint8)))
    written = np.zeros(sheet.shape[:2], bool)
    beside = np.ones(sheet.shape[:2], bool)
    for left, top, right, bottom in tiles(48, 64):
        beside[top:bottom, left:right] = False
        under = np.s_[bottom + 1 : bottom + 14, (left + right) // 2 - 8 : (left + right) // 2 + 12]
        written[under] = True
        assert len(np.unique(sheet[under].reshape(-1, 3), axis=0)) > 1, "each has its number"
    background = sheet[beside & ~written]
    np.testing.assert_array_equal(background, np.broadcast_to(105, background.shape))
    ink = sheet[beside & written]
    assert (ink == ink[:, :1]).all() and ink.max() > 200


def test_numbers_run_from_1():
    sheet = numbered_sheet(np.zeros((48, 64, 64, 3), np.uint8))
    for number, (left, _, right, bottom) in enumerate(tiles(48, 64), 1):
        expected = Image.new("RGB", (right - left, 13), "dimgray")
        ImageDraw.Draw(expected).text((88, 1), str(number), fill="white")
        np.testing.assert_array_equal(sheet.crop((left, bottom, right, bottom + 13)), expected)


@pytest.mark.parametrize("seed", [None, 2, 3])
def test_sheets_hold_every_image_once(reference, names, tmp_path, seed):
    assert sheets(names, reference, tmp_path, seed) == 2
    order = json.loads((tmp_path / "order.json").read_text())
    assert sorted(order) == names and len(order) == COUNT
    assert (order == names) == (seed is None)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "order.json",
        "sheet_00.png",
        "sheet_01.png",
    ]
    for number, start in enumerate((0, ON_A_SHEET)):
        on_it = order[start : start + ON_A_SHEET]
        expected = numbered_sheet(read_images(reference, on_it))
        with Image.open(tmp_path / f"sheet_{number:02d}.png") as sheet:
            np.testing.assert_array_equal(sheet, expected)
            assert not sheet.info, "nothing is told beside the pixels"


def test_the_same_seed_shuffles_the_same_way_and_another_otherwise(reference, names, tmp_path):
    orders = []
    for k, seed in enumerate((2, 2, 3)):
        sheets(names[:20], reference, tmp_path / str(k), seed)
        orders.append(json.loads((tmp_path / str(k) / "order.json").read_text()))
    assert orders[0] == orders[1] != orders[2]
    assert sheets([], reference, tmp_path / "none") == 0
    assert gather(tmp_path / "none", 1) == []


# --- what raters wrote ----------------------------------------------------------------------------


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


# --- the third look -------------------------------------------------------------------------------


class SmallJudge:
    """Stands for the judge: scores by a table, whatever portraits it was shown."""

    scores = np.zeros(0)

    @classmethod
    def fit(cls, faces):
        assert faces.dtype == np.uint8 and faces.shape[1:] == (64, 64, 3)
        return cls()

    def __call__(self, images):
        return self.scores[: len(images)]


def doubted(folder, monkeypatch, scores, first, second, pool="default"):
    """Which images of a made-up pool are in doubt, given the judge's scores and two looks."""
    names = write_reference(folder, len(scores), pool)
    write_reference(folder, 1, "strong", 100)
    for number, looks in ((1, first), (2, second)):
        rows = [
            (name, LETTERS[letter], f"look {number}", "t")
            for name, letter in zip([*names, "strong/0000"], looks + "v", strict=True)
        ]
        add_ratings(folder, rows)
    monkeypatch.setattr(labeling, "PortraitJudge", SmallJudge)
    monkeypatch.setattr(labeling, "JUDGE_FACES", 2)
    monkeypatch.setattr(SmallJudge, "scores", np.array(scores, float))
    return "".join(str(int(name[-4:])) for name in in_doubt(folder))


@pytest.mark.parametrize(
    ("scores", "first", "second", "expected"),
    [
        ([1, 9, 2, 8, 3], "vovsv", "vovsv", ""),  # all agree, the judge too
        ([1, 9, 2, 8, 3], "vsvov", "vovsv", "13"),  # which kind of breakage
        ([1, 9, 2, 8, 3], "voosv", "vovsv", "2"),  # whether it is broken
        ([1, 9, 2, 8, 3], "uovsv", "uovsv", "0"),  # both unsure
        ([1, 9, 7, 2, 3], "vovsv", "vovsv", "23"),  # the judge has another second one
        ([1, 9, 2, 8, 3], "vvvvv", "vvvvv", ""),  # nothing called broken, so nothing flagged
        ([5, 5, 5, 5, 5], "ovvvv", "ovvvv", ""),  # no more flagged than called broken
        ([1, 9, 2, 8, 3], "ooooo", "ooooo", ""),
    ],
)
def test_in_doubt_is_where_two_looks_differ_are_unsure_or_the_judge_disagrees(
    tmp_path, monkeypatch, scores, first, second, expected
):
    assert doubted(tmp_path, monkeypatch, scores, first, second) == expected


def test_where_the_judge_is_measured_it_has_no_say(tmp_path, monkeypatch):
    told = [1, 9, 7, 2, 3], "vousv", "vovsv"
    assert doubted(tmp_path / "a", monkeypatch, *told, "default") == "23"
    assert doubted(tmp_path / "b", monkeypatch, *told, "test") == "2"


def test_the_third_look_saw_exactly_what_was_in_doubt():
    """On the pools where the rule is the raters' alone and needs no judge."""
    for name in ("test", "test_strong", *WHILE_LEARNING):
        pool = load_reference(name)
        one, two = pool.rated_by("look 1"), pool.rated_by("look 2")
        doubt = (one != two) | (one == "unsure")
        assert doubt.any() and ((pool.rated_by("look 3") != "") == doubt).all()


def test_a_third_look_changes_nothing_about_what_is_in_doubt(tmp_path, monkeypatch):
    assert doubted(tmp_path, monkeypatch, [1, 9, 2], "voo", "vov") == "2"
    add_ratings(tmp_path, [("default/0002", "valid", "look 3", "t")])
    assert in_doubt(tmp_path) == ["default/0002"]
    main(["sheets", "--reference", str(tmp_path), "--look", "3", "--out", str(tmp_path / "three")])
    assert json.loads((tmp_path / "three" / "order.json").read_text()) == ["default/0002"]
