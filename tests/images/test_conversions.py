"""Laws of conversion: the value that is white stays white, notes tell, memory stays bounded."""

import io
import os
import resource
import struct
import subprocess
import sys
import threading
import zlib

import numpy as np
import pytest
from PIL import Image

from facescreen.faces import portraits
from facescreen.images import ImageError, read_image_with_notes
from facescreen.kinds.signs import measure_kinds
from facescreen.screening.measures import at_side, measure_signs, measure_signs_plainly

RANDOM = np.random.default_rng(0)
PHOTO = RANDOM.integers(0, 256, (40, 30, 3), np.uint8)


def png(path, bits, color, rows, *chunks):
    """A PNG written by hand: rows of big-endian samples, uint8 or uint16 (H, W, C)."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    height, width = rows.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, 0)
    raw = b"".join(b"\0" + row.astype(rows.dtype.newbyteorder(">")).tobytes() for row in rows)
    parts = [chunk(b"IHDR", header), *(chunk(*c) for c in chunks)]
    parts += [chunk(b"IDAT", zlib.compress(raw)), chunk(b"IEND", b"")]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    return path


def tiff(path, pixels, bits, photometric=1, sample_format=1):
    """A gray TIFF of one strip, written by hand; 12-bit values come packed."""
    data = pixels.tobytes()
    if bits == 12:
        pairs = pixels.reshape(-1, 2).astype(int)
        packed = np.stack([pairs[:, 0] >> 4, (pairs[:, 0] & 15) << 4 | pairs[:, 1] >> 8,
                           pairs[:, 1] & 255], axis=1)  # fmt: skip
        data = packed.astype(np.uint8).tobytes()
    height, width = pixels.shape
    tags = [(256, width), (257, height), (258, bits), (259, 1), (262, photometric), (273, 8)]
    tags += [(277, 1), (278, height), (279, len(data)), (339, sample_format)]
    directory = struct.pack("<H", len(tags))
    directory += b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    path.write_bytes(b"II*\0" + struct.pack("<I", 8 + len(data)) + data + directory + bytes(4))
    return path


# --- the value that is white ----------------------------------------------------------------------


@pytest.mark.parametrize(("bits", "photometric"), [(12, 1), (16, 0), (16, 1)])
def test_gray_of_more_bits_is_scaled_by_its_own_white(tmp_path, bits, photometric):
    white = 2**bits - 1
    values = np.linspace(0, white, 64).astype(np.uint16).reshape(8, 8)
    values[0, 0], values[-1, -1] = 0, white
    loaded = read_image_with_notes(tiff(tmp_path / "deep.tif", values, bits, photometric))
    shares = values / white if photometric else 1 - values / white
    assert loaded.notes == ("16-bit", "gray")
    np.testing.assert_array_equal(loaded.image, np.rint(shares * 255)[..., None].repeat(3, 2))


@pytest.mark.parametrize(
    ("dtype", "sample_format", "words"),
    [
        (np.uint32, 1, "integers of 32 bits"),
        (np.int32, 2, "signed integers of 32 bits"),
        (np.int16, 2, "signed integers of 16 bits"),
        (np.int8, 2, "signed integers of 8 bits"),
        (np.float32, 3, "floats"),
    ],
)
def test_numbers_without_a_white_are_refused_and_not_judged_black(
    tmp_path, dtype, sample_format, words
):
    values = RANDOM.integers(0, 128, (8, 8)).astype(dtype)
    path = tiff(tmp_path / "a.tif", values, 8 * values.itemsize, 1, sample_format)
    with pytest.raises(ImageError, match=words) as told:
        read_image_with_notes(path)
    assert str(path) in str(told.value)
    assert "expected" in str(told.value)


# --- notes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("color", "channels"), [(0, 1), (2, 3), (4, 2), (6, 4)])
@pytest.mark.parametrize("side", [16, 400])  # small ones take another way
def test_every_png_of_16_bits_says_so(tmp_path, color, channels, side):
    rows = RANDOM.integers(0, 65536, (side, side, channels)).astype(np.uint16)
    profile = (b"iCCP", b"own\0\0" + zlib.compress(RANDOM.bytes(1 << 17)))
    notes = read_image_with_notes(png(tmp_path / "a.png", 16, color, rows, profile)).notes
    assert "16-bit" in notes
    assert ("gray" in notes) == (color in (0, 4))
    shallow = (rows >> 8).astype(np.uint8)
    assert "16-bit" not in read_image_with_notes(png(tmp_path / "b.png", 8, color, shallow)).notes


def test_lossy_is_noted_inside_tiff_and_behind_a_large_profile(tmp_path):
    photo, profile = Image.fromarray(PHOTO), RANDOM.bytes(1 << 17)
    ways = {
        "a.tif": ({"compression": "jpeg"}, True),
        "b.tif": ({"compression": "tiff_lzw"}, False),
        "a.webp": ({"quality": 80, "icc_profile": profile}, True),
        "b.webp": ({"lossless": True, "exif": b"Exif\0\0VP8 "}, False),
        "c.webp": ({"save_all": True, "append_images": [photo], "icc_profile": profile}, True),
    }
    for name, (options, lossy) in ways.items():
        photo.save(tmp_path / name, **options)
        assert ("lossy" in read_image_with_notes(tmp_path / name).notes) == lossy, name


# --- large pictures -------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "CMYK", "1"])
@pytest.mark.parametrize("orientation", [1, 2, 3, 4, 5, 6, 7, 8])
def test_strips_make_the_same_picture(tmp_path, monkeypatch, mode, orientation):
    kind = "TIFF" if mode == "CMYK" else "PNG"
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = Image.fromarray(np.dstack([PHOTO, PHOTO[..., :1]])).convert(mode)
    image.save(tmp_path / "a", kind, exif=exif)
    whole = read_image_with_notes(tmp_path / "a")
    monkeypatch.setattr("facescreen.images.converting.STRIP", 100)  # 3 rows
    strips = read_image_with_notes(tmp_path / "a")
    np.testing.assert_array_equal(strips.image, whole.image)
    assert strips.notes == whole.notes
    from PIL import ImageOps

    if mode == "RGB":
        upright = ImageOps.exif_transpose(Image.open(tmp_path / "a"))
        np.testing.assert_array_equal(whole.image, np.asarray(upright))


MEASURED = """
import resource, sys
from facescreen.folders.judging import Judge
from facescreen.folders.items import FILE, Item
from facescreen.screening import SignsRule
judge = Judge(sys.argv[1], SignsRule())
judge([Item(FILE, "small.png", "small.png")])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
line = judge([Item(FILE, "large.png", "large.png")]).lines.decode()
assert ",true," in line or ",false," in line, line
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the unit of ru_maxrss")
def test_a_large_picture_takes_about_eight_bytes_a_pixel(tmp_path):
    side = 3000  # 9 million pixels; one as large as is read, 64 million, takes 440 MB
    image = Image.new("RGBA", (side, side), (10, 200, 30, 128))
    image.save(tmp_path / "large.png", compress_level=1)
    image.crop((0, 0, 64, 64)).save(tmp_path / "small.png")
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, tmp_path], capture_output=True, text=True, check=True
    )
    assert 1024 * int(done.stdout) < 10 * side**2


# --- order of memory, threads ---------------------------------------------------------------------


@pytest.mark.parametrize("measure", [measure_signs, measure_signs_plainly, measure_kinds])
def test_numbers_do_not_depend_on_the_order_of_memory(measure):
    noise = RANDOM.integers(0, 256, (5, 64, 64, 3), np.uint8)
    images = np.concatenate([portraits(10, 64, 1), noise])
    expected = measure(images)
    for other in (np.asfortranarray(images), np.moveaxis(np.moveaxis(images, 3, 1).copy(), 1, 3)):
        np.testing.assert_array_equal(measure(other), expected)


def test_averages_of_large_images_are_the_same_in_strips(monkeypatch):
    image = RANDOM.integers(0, 256, (1, 300, 217, 3), np.uint8)
    whole = at_side(image)
    monkeypatch.setattr("facescreen.screening.measures.STRIP", 1000)
    np.testing.assert_array_equal(at_side(image), whole)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_child_forked_while_a_thread_reads_can_read(tmp_path):
    data = io.BytesIO()
    Image.fromarray(RANDOM.integers(0, 256, (300, 300, 3), np.uint8)).save(data, "TIFF")
    path = tmp_path / "a.tif"
    path.write_bytes(data.getvalue())
    ended = threading.Event()

    def read():
        while not ended.is_set():
            read_image_with_notes(path)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for _ in range(5):
            child = os.fork()
            if not child:
                resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
                signal_after(20)
                read_image_with_notes(path)
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
    finally:
        ended.set()
        reader.join()


def signal_after(seconds):
    """A child that waits for a lock forever is ended, and fails the test."""
    import signal

    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(seconds)
