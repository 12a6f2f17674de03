"""Laws of a faulty reference set: what is wrong is named in one sentence."""

import numpy as np
import pytest
from PIL import Image

from facescreen.labels import ReferenceSetError, load_reference
from facescreen.labels.reference import POOLS


def problem(folder, pool="default"):
    """The one sentence that says what is wrong."""
    with pytest.raises(ReferenceSetError) as caught:
        load_reference(pool, folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def rewrite(path, old, new, count=1):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), encoding="utf-8")


def test_a_missing_sheet_is_named(small):
    (small / "default" / "00.webp").unlink()
    said = problem(small)
    assert "default/00.webp: No such file" in said and "expected" in said
    assert len(load_reference("strong", small)) == 2, "the other pool is whole"


def test_a_single_changed_value_is_found_and_the_file_named(small):
    path = small / "default" / "00.webp"
    with Image.open(path) as opened:
        pixels = np.array(opened)
    pixels[63, 4 * 64 - 1, 2] ^= 1
    Image.fromarray(pixels).save(path, "WEBP", lossless=True)
    said = problem(small)
    assert said.startswith("default/0003 on ") and "is not the image that was labeled" in said


def test_a_sheet_too_small_for_its_images_is_named(small):
    with open(small / "images.csv", "a", encoding="utf-8") as file:
        file.write(f"default/0009,{'0' * 64}\n")
    assert "default/00.webp holds 8 images, expected 10 or more" in problem(small)
    rewrite(small / "images.csv", "default/0009", "default/nine")
    assert "an image is named POOL/NUMBER, not 'default/nine'" in problem(small)


@pytest.mark.parametrize("content", [b"", b"no image at all", None])
def test_a_file_that_is_no_whole_image_is_named(small, content):
    path = small / "default" / "00.webp"
    path.write_bytes(path.read_bytes()[:500] if content is None else content)
    said = problem(small)
    assert "default/00.webp: " in said and "expected" in said


def test_an_unknown_label_is_named_beside_the_known_ones(small):
    rewrite(small / "labels.csv", ",valid,", ",good,")
    said = problem(small)
    assert "labels.csv holds the label 'good'" in said
    assert "expected one of valid, broken_saturated, broken_other, unsure" in said
    rewrite(small / "labels.csv", ",good,", ",,")
    assert "holds the label ''" in problem(small)


def test_an_image_without_a_label_is_named(small):
    path = small / "labels.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "default/0001" not in line), "utf-8")
    said = problem(small)
    assert "labels.csv has no label for default/0001" in said
    assert "expected one for every image" in said
    path.write_text(lines[0], "utf-8")
    assert "no label for default/0000" in problem(small)


def test_a_look_that_labels_an_image_twice_is_named(small):
    with open(small / "labels.csv", "a", encoding="utf-8") as file:
        file.write("default/0002,valid,look 2,2030-01-01T00:00Z\n")
    said = problem(small)
    assert "labels.csv holds default/0002 twice for look 2, expected one label" in said


@pytest.mark.parametrize("table", ["images.csv", "labels.csv"])
def test_wrong_columns_are_named_beside_the_right_ones(small, table):
    header = (small / table).read_text(encoding="utf-8").splitlines()[0]
    rewrite(small / table, "image,", "picture,")
    said = problem(small)
    assert (
        f"{table} has the columns {header.replace('image', 'picture').replace(',', ', ')}" in said
    )
    assert f"expected {header.replace(',', ', ')}" in said


@pytest.mark.parametrize("table", ["images.csv", "labels.csv"])
def test_a_table_that_cannot_be_read_is_named(small, table):
    (small / table).unlink()
    assert f"{table} cannot be read as a table" in problem(small)
    (small / table).write_text("")
    assert f"{table} cannot be read as a table" in problem(small)
    (small / table).write_bytes(b"\xff\xfe\x00 no text")
    assert table in problem(small)


def test_a_pool_without_images_and_an_unknown_pool_are_named(small):
    rewrite(small / "images.csv", "strong/", "other/", 9)
    assert "images.csv names no image of the pool 'strong'" in problem(small, "strong")
    assert problem(small, "weak") == "there is no pool 'weak'; the pools are " + ", ".join(POOLS)
