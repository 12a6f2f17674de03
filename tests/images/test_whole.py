"""Laws of whole files: what is legal is read, however odd; what is not is refused, with why."""

import io
import struct
import zlib

import numpy as np
import pytest
from damage import KINDS, encoded, png_chunk, scene
from PIL import Image, ImageFile, PngImagePlugin

from facescreen.images import ImageError, read_image, read_image_with_notes, reading

SCENE = scene(0)
RGB = np.asarray(SCENE)


def png(rows: bytes, *, pieces: int = 1, extra: bytes = b"", behind: bytes = b"") -> bytes:
    """A PNG of the scene's size and these rows, in so many chunks; its chunks' checksums hold."""
    header = b"".join(side.to_bytes(4, "big") for side in SCENE.size) + bytes([8, 2, 0, 0, 0])
    step = -(-len(rows) // pieces)
    data = b"".join(png_chunk(b"IDAT", rows[at : at + step]) for at in range(0, len(rows), step))
    begin = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + extra
    return begin + data + png_chunk(b"IEND", b"") + behind


ROWS = b"".join(b"\0" + row.tobytes() for row in RGB)
STREAM = zlib.compress(ROWS)


def read(tmp_path, content: bytes, name: str = "image.png") -> np.ndarray:
    (tmp_path / name).write_bytes(content)
    return read_image(tmp_path / name)


# --- what is legal is read ------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "variant"), [(k, v) for k in KINDS for v in KINDS[k]])
@pytest.mark.parametrize("sides", [None, (1, 1), (17, 40)])
def test_whole_files_of_every_kind_are_read_as_pillow_reads_them(tmp_path, kind, variant, sides):
    content = KINDS[kind][variant](SCENE.resize(sides) if sides else SCENE)
    with Image.open(io.BytesIO(content)) as opened:
        expected = np.asarray(opened.convert("RGB"))
    loaded = read(tmp_path, content)
    if variant not in ("alpha", "16-bit"):  # which are converted otherwise, as other tests say
        np.testing.assert_array_equal(loaded, expected)
    assert loaded.shape == expected.shape


@pytest.mark.parametrize("quality", [1, 50, 95, 100])
@pytest.mark.parametrize("sampling", [0, 1, 2])
@pytest.mark.parametrize(
    "options", [{}, {"progressive": True}, {"optimize": True}, {"restart_marker_rows": 1}]
)
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_every_way_to_write_a_jpeg_passes(tmp_path, monkeypatch, mode, options, sampling, quality):
    monkeypatch.setattr(ImageFile, "MAXBLOCK", 1 << 20)  # room for Pillow to optimize in
    grain = np.random.default_rng(0).integers(0, 256, (37, 51, 3), dtype=np.uint8)
    for image in (SCENE, Image.fromarray(grain), Image.new("RGB", (300, 9))):
        written = {"quality": quality, "subsampling": sampling, **options}
        read(tmp_path, encoded(image.convert(mode), "JPEG", **written))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF"])  # whose end is marked
def test_what_follows_the_end_is_no_part_of_the_image(tmp_path, kind):
    whole = encoded(SCENE, kind)
    expected = read(tmp_path, whole)
    for behind in (b"\0", b"trailing", whole):
        np.testing.assert_array_equal(read(tmp_path, whole + behind), expected)


def test_odd_but_legal_files_are_read(tmp_path):
    assert (read(tmp_path, png(STREAM, pieces=40)) == RGB).all()
    assert (
        read(tmp_path, png(STREAM, extra=png_chunk(b"prVt", b"of somebody's own"))) == RGB
    ).all()
    jpeg = encoded(SCENE, "JPEG")
    expected = read(tmp_path, jpeg)
    for padded in (
        jpeg[:2] + b"\xff\xff" + jpeg[2:],  # fill bytes before a marker
        jpeg[:-2] + b"\xff" + jpeg[-2:],
        jpeg[:-2] + bytes(6) + jpeg[-2:],  # as some cameras fill up a scan
    ):
        assert (read(tmp_path, padded) == expected).all()
    gif = encoded(SCENE, "GIF")
    assert (read(tmp_path, gif[:-1]) == read(tmp_path, gif)).all()  # no trailer
    flipped = RGB[::-1].astype(np.uint8)
    rows = b"".join(row[:, ::-1].tobytes() for row in flipped)  # 28 * 3 bytes: no padding
    header = struct.pack("<2sI4xIIiiHHI24x", b"BM", 0, 54, 40, *SCENE.size, 1, 24, 0)
    assert (read(tmp_path, header[:54] + rows) == RGB).all()  # a length of 0 promises nothing


@pytest.mark.parametrize("height", [1023, 1024, 1025, 2048, 3000])
@pytest.mark.parametrize("level", [0, 9])
def test_pngs_around_the_size_of_a_block_are_read(tmp_path, height, level):
    image = np.zeros((height, 1023), np.uint8)  # rows of 1,024 bytes with that of their filter
    image[::7] = 200
    content = encoded(Image.fromarray(image), "PNG", compress_level=level)
    assert (read(tmp_path, content)[..., 0] == image).all()


def test_pages_tiles_and_strips_of_a_tiff_are_read(tmp_path):
    pages = {"save_all": True, "append_images": [SCENE.rotate(180)]}
    for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        for strip in (1 << 16, 200):  # bytes: one strip, and many
            options = {"compression": compression, "strip_size": strip}
            assert read(tmp_path, encoded(SCENE, "TIFF", **options)).shape == RGB.shape
        loaded = read(tmp_path, encoded(SCENE, "TIFF", compression=compression, **pages))
        assert loaded.shape == RGB.shape


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP", "JPEG"])
def test_a_photograph_is_turned_upright_once(tmp_path, kind, orientation):
    from PIL import ImageOps

    exif = Image.Exif()
    exif[0x0112] = orientation
    content = encoded(SCENE, kind, exif=exif)
    with Image.open(io.BytesIO(content)) as opened:
        opened.load()
        expected = np.asarray(ImageOps.exif_transpose(opened).convert("RGB"))
    (tmp_path / "image").write_bytes(content)
    loaded = read_image_with_notes(tmp_path / "image")
    np.testing.assert_array_equal(loaded.image, expected)
    assert ("rotated" in loaded.notes) == (orientation > 1)


# --- what is not is refused for its reason --------------------------------------------------------


def refused(tmp_path, content: bytes, name: str = "image.png") -> str:
    with pytest.raises(ImageError) as caught:
        read(tmp_path, content, name)
    message = str(caught.value)
    assert "\n" not in message and "expected" in message
    return message


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (png(STREAM[:-1] + bytes([STREAM[-1] ^ 1])), "incorrect data check"),
        (png(STREAM[:-4]), "instead of"),
        (png(zlib.compress(ROWS + ROWS)), "instead of 2,040"),
        (png(zlib.compress(ROWS[:-85])), "1,955 bytes of pixels instead of 2,040"),
        (png(STREAM, extra=png_chunk(b"CgBI", b"")), "critical and unknown"),
        (png(STREAM, extra=2 * png_chunk(b"PLTE", bytes(3))), "2 chunks PLTE"),
        (png(STREAM)[:-12], "before its IEND"),
    ],
)
def test_a_png_that_breaks_its_promises_says_which(tmp_path, content, reason):
    assert reason in refused(tmp_path, content)


def test_a_flipped_byte_in_any_chunk_is_refused_and_never_read_as_other_pixels(tmp_path):
    """EXIF is asked for only when all is decoded: asked earlier, Pillow hid the error."""
    whole = encoded(SCENE, "PNG", exif=Image.Exif(), pnginfo=None)
    for at in range(len(whole)):
        flipped = bytearray(whole)
        flipped[at] ^= 0x10
        refused(tmp_path, bytes(flipped))


def test_indices_beyond_the_palette_have_no_color(tmp_path):
    image = Image.new("P", (4, 4), 200)
    image.putpalette([1, 2, 3] * 10)
    assert "palette" in refused(tmp_path, encoded(image, "BMP"))


def test_jpegs_whose_scans_do_not_fit_are_refused(tmp_path):
    jpeg = encoded(SCENE, "JPEG", quality=90)
    progressive = encoded(SCENE, "JPEG", quality=90, progressive=True)
    cut = [jpeg[: len(jpeg) * share // 10] + b"\xff\xd9" for share in (7, 8, 9)]
    last_scan = progressive.rindex(b"\xff\xda")
    other = encoded(scene(1), "JPEG", quality=90)
    scan, behind = jpeg.index(b"\xff\xda") + 14, len(other) - 2
    for content in (
        *cut,  # an end marker in the midst of a scan: Pillow reads gray
        progressive[:last_scan] + b"\xff\xd9",  # the last scan is missing: Pillow reads a blur
        jpeg[:-2] + other[scan:behind] + jpeg[-2:],  # two scans in one
        jpeg[:-2],
    ):
        refused(tmp_path, content, "image.jpg")
    restarts = encoded(SCENE, "JPEG", restart_marker_blocks=1)
    at = restarts.index(b"\xff\xd2")
    assert "restart" in refused(tmp_path, restarts[: at + 1] + b"\xd5" + restarts[at + 2 :])


@pytest.mark.parametrize("kind", ["WEBP", "BMP"])
def test_where_a_length_marks_the_end_it_has_to_be_right(tmp_path, kind):
    whole = encoded(SCENE, kind)
    assert "bytes instead of" in refused(tmp_path, whole + b"\0\0")
    assert "bytes instead of" in refused(tmp_path, whole[:-2])


def test_pillows_leniency_is_not_used_and_left_as_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    for kind in ("TIFF", "PPM", "TGA", "PNG", "JPEG"):
        whole = encoded(SCENE, kind)
        refused(tmp_path, whole[: len(whole) // 2], f"image.{kind.lower()}")
    assert ImageFile.LOAD_TRUNCATED_IMAGES


def test_too_little_memory_is_no_damage(tmp_path, monkeypatch):
    def full(*_arguments):
        raise MemoryError

    monkeypatch.setattr(reading, "_decoded", full)
    assert "not enough memory" in (said := refused(tmp_path, encoded(SCENE, "PNG")))
    assert "damaged" not in said

    def decoder_full(*_arguments):
        raise OSError("out of memory error when reading image file")

    monkeypatch.setattr(reading, "_decoded", decoder_full)
    assert "not enough memory" in (said := refused(tmp_path, encoded(SCENE, "PNG")))
    assert "damaged" not in said


def test_a_file_too_large_to_be_held_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MAX_BYTES", 100)
    assert "expected at most 100" in refused(tmp_path, encoded(SCENE, "PNG"))


@pytest.mark.parametrize("where", ["before", "behind"])
def test_a_comment_too_large_for_pillow_says_nothing_against_the_pixels(tmp_path, where):
    large = b"Comment\0\0" + zlib.compress(bytes(PngImagePlugin.MAX_TEXT_CHUNK + 1))
    chunk = png_chunk(b"zTXt", large)
    end = png_chunk(b"IEND", b"")
    content = png(STREAM, extra=chunk) if where == "before" else png(STREAM)[:-12] + chunk + end
    np.testing.assert_array_equal(read(tmp_path, content), RGB)
    profile = png_chunk(b"iCCP", b"own\0\0" + zlib.compress(bytes(2 << 20)))
    np.testing.assert_array_equal(read(tmp_path, png(STREAM, extra=profile)), RGB)


def test_no_other_program_is_started_for_a_picture(tmp_path, monkeypatch):
    from PIL import EpsImagePlugin

    def started(*_arguments, **_options):
        raise AssertionError("Ghostscript was started")

    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", started)
    assert "PostScript images" in refused(tmp_path, encoded(SCENE, "EPS"))
