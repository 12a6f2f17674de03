"""Laws of labeling sheets: they show every image once, numbered, and nothing else."""

import json

import numpy as np
import pytest
from made_up_reference import COUNT, SIDE, made_up
from PIL import Image, ImageDraw

from facescreen.labels.labeling import COLUMNS, ON_A_SHEET, SCALE, gather, numbered_sheet, sheets
from facescreen.labels.sheets import read_images


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
