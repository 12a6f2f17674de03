"""Files that are no whole, plain image, and what is known of each beforehand.

`UNREADABLE`: name -> (what it is, maker, words of the reason). `ODD`: files that can be read, name
-> (what it is, maker, words of the note); their makers return the pixels that a reader should see.
"""

import io
import os
import struct
import tarfile
import zlib

import numpy as np
from PIL import Image

RANDOM = np.random.default_rng(7)
PHOTO = RANDOM.integers(0, 200, (64, 64, 3), np.uint8)
RED = PHOTO.copy()
RED[:12, :12] = (255, 0, 0)  # 144 pixels of one value: broken by every usual threshold
FEW = RED // 100 * 100 + (RED > 250).astype(np.uint8) * 55  # at most 27 colors


def packed(image=RED, kind="PNG", **options) -> bytes:
    file = io.BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(
        file, kind, **options
    )
    return file.getvalue()


def half(kind, **options):
    whole = packed(PHOTO, kind, **options)
    return lambda path: path.write_bytes(whole[: len(whole) // 2])


def content(data):
    return lambda path: path.write_bytes(data)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, *chunks, bits=8, color=2):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + chunk(b"IEND", b"")


def flipped(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def array(values, cut=None, **options):
    def make(path):
        file = io.BytesIO()
        np.save(file, values, **options)
        path.write_bytes(file.getvalue()[:cut])

    return make


def tar(members, cut=None):
    def make(path):
        file = io.BytesIO()
        with tarfile.open(fileobj=file, mode="w") as archive:
            for name, data in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        path.write_bytes(file.getvalue()[:cut])

    return make


def zipped(path):
    np.savez_compressed(path, images=np.stack([PHOTO] * 3))
    data = path.read_bytes()
    path.write_bytes(flipped(data, len(data) // 2))


FLOATS = np.full((2, 8, 8, 3), np.nan)
WRONG_PALETTE = png(
    64, 64, chunk(b"PLTE", bytes(6)), chunk(b"IDAT", zlib.compress((b"\0" + b"\5" * 64) * 64)),
    color=3,
)  # fmt: skip
UNREADABLE = {
    "half.png": ("PNG cut in half", half("PNG"), "longer than the file"),
    "half.jpg": ("JPEG cut in half", half("JPEG"), "damaged or cut short"),
    "half.gif": ("GIF cut in half", half("GIF"), "damaged or cut short"),
    "half.webp": ("WebP cut in half", half("WEBP"), "bytes instead of"),
    "half.tif": ("TIFF cut in half", half("TIFF"), "damaged or cut short"),
    "half.bmp": ("BMP cut in half", half("BMP"), "bytes instead of"),
    "empty.png": ("a file of zero bytes", content(b""), "it is empty"),
    "zeros.jpg": ("1,000 zeros", content(bytes(1000)), "not an image"),
    "words.png": ("words named .png", content(b"no picture"), "not an image"),
    "bomb.png": (
        "a header of 400 million pixels",
        content(png(20_000, 20_000, chunk(b"IDAT", b""))),
        "400,000,000 pixels in the header, expected at most 64,000,000",
    ),
    "flipped.png": ("one bit flipped", content(flipped(packed(), 2000)), "checksum of its chunk"),
    "no_pixels.png": ("a PNG without pixels", content(png(8, 8)), "are missing or in pieces"),
    "unknown.png": (
        "a critical chunk that nobody knows",
        content(png(8, 8, chunk(b"ABCD", b""))),
        "critical and unknown",
    ),
    "palette.png": ("pixels beyond the palette", content(WRONG_PALETTE), "palette does not hold"),
    "longer.bmp": ("a BMP with more behind it", content(packed(kind="BMP") + b"x"), "bytes instea"),
    "floats.tif": (
        "HDR: floats in a TIFF",
        content(packed(Image.fromarray(np.ones((8, 8), np.float32)), "TIFF")),
        "its pixels are floats",
    ),
    "integers.tif": (
        "8-bit values in 32 bits",
        content(packed(Image.fromarray(np.arange(64, dtype=np.int32).reshape(8, 8)), "TIFF")),
        "32 bits, of which nothing says what is white",
    ),
    "light.hdr": ("HDR: Radiance", content(b"#?RADIANCE\nFORMAT=32"), "cannot be decoded here"),
    "light.exr": ("HDR: OpenEXR", content(b"\x76\x2f\x31\x01" + bytes(99)), "cannot be decoded"),
    "phone.heic": ("HEIC of a phone", content(b"\0\0\0\x18ftypheic" + bytes(99)), "HEIC images"),
    "drawing.svg": ("SVG", content(b"<svg></svg>"), "SVG images cannot be decoded"),
    "layers.psd": ("Photoshop", content(b"8BPS" + bytes(99)), "Photoshop images cannot"),
    "nowhere.png": ("a link to nothing", lambda p: p.symlink_to("absent"), "link leads to nothing"),
    "loop": ("a link to the folder itself", lambda p: p.symlink_to(p.parent), "link leads back"),
    "pipe.png": ("a pipe", os.mkfifo, "no plain file"),
    "script<b>.png": ("<script> in a name", content(b"<script>alert(1)</script>"), "not an image"),
    "two\nlines.png": ("a name of two lines", content(b"x"), "not an image"),
    "re\rturn.png": ("a name with a carriage return", content(b"x"), "not an image"),
    'quo"te,.png': ("quotes and commas in a name", content(b"x"), "not an image"),
    "\N{GRINNING FACE}.png": ("emoji in a name", content(b"x"), "not an image"),
    "nan.npy": ("an array of NaN", array(FLOATS), "float64 of shape (2, 8, 8, 3), expected uint8"),
    "wide.npy": (
        "an array of four channels",
        array(np.zeros((2, 8, 8, 4), np.uint8)),
        "uint8 of shape (2, 8, 8, 4), expected uint8 (N, H, W, 3)",
    ),
    "pickle.npy": (
        "an array of Python objects",
        array(np.full((1, 2, 2, 3), None), allow_pickle=True),
        "object of shape",
    ),
    "half.npy": (
        "an array cut short",
        array(np.zeros((2, 8, 8, 3), np.uint8), cut=300),
        "it has 300 bytes instead of 512",
    ),
    "flipped.npz/images": ("one bit of an .npz flipped", zipped, "damaged or cut short"),
    "half.tar": ("a tar cut short", tar({"a.png": packed()}, cut=2000), ""),
    "words.tar/a.png": ("words named .png in a tar", tar({"a.png": b"words"}), "not an image"),
}


def seen(pixels, data=None, **options):
    """A maker of a file that shows `pixels`."""

    def make(path):
        path.write_bytes(packed(pixels, **options) if data is None else data)
        return np.asarray(pixels)

    return make


def sixteen(path):
    rows = RED.astype(">u2") * 257
    raw = b"".join(b"\0" + row.tobytes() for row in rows)
    path.write_bytes(png(64, 64, chunk(b"IDAT", zlib.compress(raw)), bits=16))
    return RED


def animated(kind):
    def make(path):
        other = Image.fromarray(PHOTO)
        frames = {"save_all": True, "append_images": [other], "lossless": True}
        image = Image.fromarray(FEW).quantize(32) if kind == "GIF" else Image.fromarray(RED)
        path.write_bytes(packed(image, kind, **frames))
        return np.asarray(image.convert("RGB"))

    return make


def turned(path):
    exif = Image.Exif()
    exif[0x0112] = 6
    path.write_bytes(packed(np.rot90(RED, 1).copy(), exif=exif))
    return RED


def alpha(path):
    layer = np.dstack([RED, np.full((64, 64, 1), 255, np.uint8)])
    layer[:6, :, 3] = 0
    path.write_bytes(packed(layer))
    shown = RED.copy()
    shown[:6] = 128
    return shown


ODD = {
    "one.png": ("1 x 1 pixel", seen(PHOTO[:1, :1]), "constant"),
    "ribbon.png": ("1 x 100,000 pixels", seen(np.resize(RED, (1, 100_000, 3))), ""),
    "png.jpg": ("a PNG named .jpg", seen(RED), ""),
    "no ending": ("a PNG without an ending", seen(RED), ""),
    "alpha.png": ("transparency", alpha, "alpha"),
    "few.gif": ("palette", seen(FEW, kind="GIF"), "palette"),
    "deep.png": ("16 bits of color", sixteen, "16-bit"),
    "turned.png": ("turned by EXIF", turned, "rotated"),
    "moving.webp": ("animated WebP", animated("WEBP"), "animation"),
    "moving.gif": ("animated GIF", animated("GIF"), "animation; palette"),
    "profile.png": ("a large color profile", seen(RED, icc_profile=RANDOM.bytes(200_000)), ""),
    "noise.jpg": ("JPEG", None, "lossy"),
    "ink.jpg": ("CMYK in a JPEG", None, "lossy; cmyk"),
}


def make_odd(path):
    """Write one of ODD; returns the pixels that it shows, None where the format changes them."""
    if path.name == "noise.jpg":
        path.write_bytes(packed(RED, "JPEG"))
    elif path.name == "ink.jpg":
        path.write_bytes(packed(Image.fromarray(RED).convert("CMYK"), "JPEG"))
    else:
        return ODD[path.name][1](path)
    return None
