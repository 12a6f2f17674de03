"""Laws of images in and out: every odd file read or refused in one sentence, sheets laid out."""

import os
import struct
import warnings
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from facescreen.images import (
    BACKDROP,
    MAX_PIXELS,
    ImageError,
    contact_sheet,
    read_image,
    read_image_with_notes,
    save_png,
)

PHOTO = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)

# --- reading --------------------------------------------------------------------------------------


def saved(path, image, **options):
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(path, **options)
    return path


def png_header(width, height):
    """Return a PNG that claims a size and holds no pixels."""

    def chunk(kind, data):
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def test_a_png_is_read_as_it_is(tmp_path):
    loaded = read_image_with_notes(saved(tmp_path / "a.png", PHOTO))
    np.testing.assert_array_equal(loaded.image, PHOTO)
    assert loaded.notes == ()
    assert read_image(tmp_path / "a.png").flags.writeable


def test_odd_kinds_are_converted_and_noted(tmp_path):
    rgb = Image.fromarray(PHOTO)
    gray = read_image_with_notes(saved(tmp_path / "gray.png", rgb.convert("L")))
    assert gray.notes == ("gray",)
    assert (gray.image == gray.image[..., :1]).all()
    bilevel = read_image_with_notes(saved(tmp_path / "bilevel.png", rgb.convert("1")))
    assert set(np.unique(bilevel.image)) <= {0, 255}
    palette = read_image_with_notes(saved(tmp_path / "palette.png", rgb.quantize(256)))
    assert palette.notes == ("palette",)
    np.testing.assert_array_equal(palette.image, np.asarray(rgb.quantize(256).convert("RGB")))
    cmyk = read_image_with_notes(saved(tmp_path / "cmyk.jpg", rgb.convert("CMYK"), quality=95))
    assert cmyk.notes == ("lossy", "cmyk")
    assert cmyk.image.shape == PHOTO.shape
    assert np.abs(cmyk.image.mean() - PHOTO.mean()) < 30


def test_sixteen_bit_gray_is_scaled_and_not_clipped(tmp_path):
    levels = (np.arange(256).reshape(16, 16) * 257).astype(np.uint16)
    loaded = read_image_with_notes(saved(tmp_path / "deep.png", levels))
    assert loaded.notes == ("16-bit", "gray")
    assert loaded.image[..., 0].ravel().tolist() == list(range(256))


@pytest.mark.parametrize("value", [0, 128, 255])
def test_transparency_shows_mid_gray_whatever_lies_under_it(tmp_path, value):
    pixels = np.full((4, 4, 4), value, np.uint8)
    pixels[:2, :, 3], pixels[2:, :, 3] = 0, 255
    loaded = read_image_with_notes(saved(tmp_path / "alpha.png", pixels))
    assert loaded.notes == ("alpha",)
    assert (loaded.image[:2] == BACKDROP).all()
    assert (loaded.image[2:] == value).all()


def test_a_transparent_palette_entry_shows_mid_gray(tmp_path):
    image = Image.new("P", (4, 4), 0)
    image.putpalette([255, 0, 0] * 256)
    loaded = read_image_with_notes(saved(tmp_path / "p.png", image, transparency=0))
    assert loaded.notes == ("palette", "alpha")
    assert (loaded.image == BACKDROP).all()


@pytest.mark.parametrize("name", ["a.jpg", "a.webp"])
def test_lossy_files_are_noted_and_lossless_webp_is_not(tmp_path, name):
    assert read_image_with_notes(saved(tmp_path / name, PHOTO)).lossy
    lossless = read_image_with_notes(saved(tmp_path / "b.webp", PHOTO, lossless=True))
    assert not lossless.lossy
    np.testing.assert_array_equal(lossless.image, PHOTO)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photographs_are_turned_upright(tmp_path, orientation):
    from PIL import ImageOps

    exif = Image.Exif()
    exif[0x0112] = orientation
    path = saved(tmp_path / "turned.png", PHOTO, exif=exif)
    with Image.open(path) as opened:
        expected = np.asarray(ImageOps.exif_transpose(opened))
    loaded = read_image_with_notes(path)
    np.testing.assert_array_equal(loaded.image, expected)
    assert loaded.notes == (() if orientation == 1 else ("rotated",))


def test_resizing_takes_the_central_square_and_never_overshoots(tmp_path):
    wide = np.full((32, 96, 3), 10, np.uint8)
    wide[:, 32:64] = 230
    wide[8:24, 40:56] = 239
    loaded = read_image_with_notes(saved(tmp_path / "wide.png", wide), size=24)
    assert loaded.image.shape == (24, 24, 3)
    assert loaded.notes == ("resized",)
    assert loaded.image.max() <= 239
    assert loaded.image.min() >= 230
    assert read_image(tmp_path / "wide.png", size=200).max() <= 239


def bad_files(folder):
    whole = saved(folder / "whole.png", np.tile(PHOTO, (9, 9, 1))).read_bytes()
    (folder / "truncated.png").write_bytes(whole[: len(whole) // 2])
    jpeg = saved(folder / "whole.jpg", np.tile(PHOTO, (9, 9, 1))).read_bytes()
    (folder / "truncated.jpg").write_bytes(jpeg[: len(jpeg) // 2])
    (folder / "text.png").write_text("no image at all")
    (folder / "empty.png").write_bytes(b"")
    (folder / "folder.png").mkdir()
    (folder / "huge.png").write_bytes(png_header(20_000, 20_000))
    (folder / "large.png").write_bytes(png_header(10_000, 10_000))
    saved(folder / "float.tiff", np.zeros((4, 4), np.float32))
    saved(folder / "integer.tiff", np.full((4, 4), 70_000, np.int32))


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("truncated.png", "damaged or cut short"),
        ("truncated.jpg", "damaged or cut short"),
        ("text.png", "not an image (it begins with b'no image')"),
        ("empty.png", "not an image (it is empty)"),
        ("folder.png", "Is a directory"),
        ("missing.png", "No such file or directory"),
        ("huge.png", "400,000,000 pixels in the header, expected at most 64,000,000"),
        ("large.png", "100,000,000 pixels in the header"),
        ("float.tiff", "floats"),
        ("integer.tiff", "signed integers of 32 bits, of which nothing says what is white"),
    ],
)
def test_bad_files_are_refused_in_one_sentence(tmp_path, name, seen):
    bad_files(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ImageError) as caught:
            read_image(tmp_path / name)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / name}: ")
    assert seen in message
    assert "expected" in message
    assert "\n" not in message


def test_a_file_without_permission_is_refused(tmp_path, monkeypatch):
    def forbidden(*arguments, **options):  # root may read everything, so modes would not do
        raise PermissionError(13, "Permission denied")

    path = saved(tmp_path / "a.png", PHOTO)
    monkeypatch.setattr("builtins.open", forbidden)
    with pytest.raises(ImageError, match=r"a\.png: Permission denied"):
        read_image(path)


def test_the_limit_is_above_any_camera_and_below_pillows():
    assert 50_000_000 < MAX_PIXELS < Image.MAX_IMAGE_PIXELS


# --- writing --------------------------------------------------------------------------------------


@given(image=hnp.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))))
def test_what_is_saved_is_read_back(tmp_path_factory, image):
    folder = tmp_path_factory.mktemp("saved")
    save_png(folder / "a.png", image)
    np.testing.assert_array_equal(read_image(folder / "a.png"), image)
    assert os.listdir(folder) == ["a.png"]


def test_a_save_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    save_png(tmp_path / "a.png", PHOTO)

    def fail(*arguments):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        save_png(tmp_path / "a.png", 255 - PHOTO)
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), PHOTO)
    assert os.listdir(tmp_path) == ["a.png"]


@pytest.mark.parametrize(
    "image", [PHOTO / 255, PHOTO[..., 0], PHOTO[np.newaxis], PHOTO[:0], PHOTO[..., :2]]
)
def test_only_8_bit_rgb_images_are_saved(tmp_path, image):
    with pytest.raises(ImageError, match=r"must be uint8 of shape \(H, W, 3\)"):
        save_png(tmp_path / "a.png", image)
    with pytest.raises(ImageError, match=r"must end in \.png"):
        save_png(tmp_path / "a.jpg", PHOTO)
    assert not os.listdir(tmp_path)


# --- contact sheets -------------------------------------------------------------------------------


def test_a_contact_sheet_shows_every_image_in_its_place():
    images = np.random.default_rng(0).integers(0, 256, (7, 4, 6, 3), dtype=np.uint8)
    sheet = contact_sheet(images, columns=3, gap=1)
    assert sheet.shape == (3 * 5 + 1, 3 * 7 + 1, 3)
    for n, image in enumerate(images):
        top, left = 1 + n // 3 * 5, 1 + n % 3 * 7
        np.testing.assert_array_equal(sheet[top : top + 4, left : left + 6], image)


@pytest.mark.parametrize("gap", [0, 1, 2])
def test_marks_frame_images_without_covering_them(gap):
    images = np.zeros((4, 5, 5, 3), np.uint8)
    sheet = contact_sheet(images, scale=2, gap=gap, marks=np.array([True, False, False, True]))
    assert (sheet == 0).all(axis=2).sum() == 4 * 100
    assert ((sheet == (213, 94, 0)).all(axis=2)).any()
    unmarked = contact_sheet(images, scale=2, gap=gap, marks=np.zeros(4, bool))
    np.testing.assert_array_equal(unmarked, contact_sheet(images, scale=2, gap=gap))


@pytest.mark.parametrize(
    ("images", "options"),
    [
        (PHOTO, {}),
        (PHOTO[np.newaxis][:0], {}),
        (PHOTO[np.newaxis] / 255, {}),
        (PHOTO[np.newaxis], {"columns": 0}),
        (PHOTO[np.newaxis], {"scale": 0}),
        (PHOTO[np.newaxis], {"gap": -1}),
        (PHOTO[np.newaxis], {"marks": np.array([1])}),
        (PHOTO[np.newaxis], {"marks": np.array([True, False])}),
    ],
)
def test_a_contact_sheet_refuses_what_it_cannot_lay_out(images, options):
    with pytest.raises(ImageError, match="not"):
        contact_sheet(images, **options)
