"""The law of a small RGB PNG: its pixels are those that Pillow decodes, whatever its filters."""

import io
import struct
import zlib

import numba  # noqa: F401 (once it is loaded, every such PNG is read by the compiled loop)
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from facescreen.images import ImageError, read_image, read_image_with_notes
from facescreen.images.whole import png


def chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content).to_bytes(4, "big")
    return len(content).to_bytes(4, "big") + kind + content + checksum


def png_of(rows: np.ndarray, width: int, extra: bytes = b"") -> bytes:
    """A PNG of 8-bit RGB whose filtered rows are uint8 (H, 1 + 3 * width)."""
    header = struct.pack(">IIBBBBB", width, len(rows), 8, 2, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(rows.tobytes()))
    return png.SIGNATURE + chunk(b"IHDR", header) + extra + data + chunk(b"IEND", b"")


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 2**32))
def test_any_filters_undo_to_the_pixels_that_pillow_sees(width, height, seed):
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, 256, (height, 1 + 3 * width), np.uint8)
    rows[:, 0] = rng.integers(0, 5, height)
    data = png_of(rows, width)
    _, pixels = png.checked(data)
    assert pixels.dtype == np.uint8
    assert np.array_equal(pixels, np.asarray(Image.open(io.BytesIO(data))))


def test_a_photograph_is_read_the_same_with_and_without_pillow(tmp_path):
    rng = np.random.default_rng(0)
    image = np.cumsum(rng.integers(-9, 10, (64, 48, 3)), axis=1).astype(np.uint8)
    Image.fromarray(image).save(tmp_path / "a.png")
    found = read_image_with_notes(tmp_path / "a.png")
    assert np.array_equal(found.image, image) and found.notes == ()
    assert found.image.flags.writeable and found.image.flags.c_contiguous
    square = read_image_with_notes(tmp_path / "a.png", size=48)
    assert square.image.shape == (48, 48, 3) and square.notes == ("resized",)


def test_what_says_more_than_pixels_is_left_to_pillow():
    rows = np.zeros((2, 7), np.uint8)
    assert png.checked(png_of(rows, 2))[1] is not None
    for extra in (chunk(b"tRNS", bytes(6)), chunk(b"eXIf", b"MM\0*"), chunk(b"tEXt", b"a\0b")):
        assert png.checked(png_of(rows, 2, extra))[1] is None


def test_any_byte_that_changes_is_damage(tmp_path):
    whole = png_of(np.random.default_rng(0).integers(0, 5, (4, 7), np.uint8), 2)
    for at in range(len(whole)):
        changed = bytearray(whole)
        changed[at] ^= 1
        (tmp_path / "a.png").write_bytes(changed)
        with pytest.raises(ImageError):
            read_image(tmp_path / "a.png")


@pytest.mark.parametrize("kind", [5, 255])
def test_an_unknown_filter_is_damage(tmp_path, kind):
    rows = np.zeros((2, 7), np.uint8)
    rows[1, 0] = kind
    (tmp_path / "a.png").write_bytes(png_of(rows, 2))
    with pytest.raises(ImageError, match="damaged or cut short"):
        read_image(tmp_path / "a.png")
