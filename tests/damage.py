"""Small image files of many kinds, and ways to damage them: the same ones in every run."""

import io
import zlib
from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image

SIDES = 28, 24  # no multiple of JPEG's blocks
WAYS = ("flip", "cut", "splice", "shift splice", "insert", "remove")


def scene(number: int) -> Image.Image:
    """An RGB picture with edges, slopes and grain, so that every codec has something to do."""
    random = np.random.default_rng(number)
    y, x = np.mgrid[: SIDES[1], : SIDES[0]]
    slopes = np.stack([9 * x, 10 * y, 5 * (x + y)], axis=-1) + random.integers(0, 30, 3)
    slopes[5:15, 4 + number : 14 + number] = random.integers(0, 256, 3)
    grain = random.integers(-12, 13, (*SIDES[::-1], 3))
    return Image.fromarray(np.clip(slopes + grain, 0, 255).astype(np.uint8))


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _see_through(image: Image.Image) -> Image.Image:
    image = image.convert("RGBA")
    image.putalpha(image.convert("L"))
    return image


def _deep(image: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(image.convert("L"), np.uint16) * 251)


def _interlaced(image: Image.Image) -> bytes:
    """Pillow writes no interlaced PNG: put the passes together by hand."""
    pixels, rows = np.asarray(image), []
    steps = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2)]
    for x, y, across, down in [*steps, (0, 1, 1, 2)]:
        rows += [b"\0" + row.tobytes() for row in pixels[y::down, x::across] if row.size]
    header = b"".join(side.to_bytes(4, "big") for side in image.size) + bytes([8, 2, 0, 0, 1])
    parts = (b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows))), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*part) for part in parts)


def png_chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content).to_bytes(4, "big")
    return len(content).to_bytes(4, "big") + kind + content + checksum


def _moving(image: Image.Image, kind: str, **options) -> bytes:
    turned = image.transpose(Image.Transpose.ROTATE_180)
    return encoded(image, kind, save_all=True, append_images=[turned], **options)


KINDS: dict[str, dict[str, Callable[[Image.Image], bytes]]] = {
    "PNG": {
        "RGB": lambda image: encoded(image, "PNG"),
        "gray": lambda image: encoded(image.convert("L"), "PNG"),
        "palette": lambda image: encoded(image.quantize(16), "PNG"),
        "alpha": lambda image: encoded(_see_through(image), "PNG"),
        "16-bit": lambda image: encoded(_deep(image), "PNG"),
        "interlaced": _interlaced,
    },
    "JPEG": {
        "baseline": lambda image: encoded(image, "JPEG", quality=90),
        "progressive": lambda image: encoded(image, "JPEG", quality=90, progressive=True),
        "gray": lambda image: encoded(image.convert("L"), "JPEG", quality=90),
        "CMYK": lambda image: encoded(image.convert("CMYK"), "JPEG"),
        "restarts": lambda image: encoded(image, "JPEG", restart_marker_blocks=1),
        "MPO": lambda image: _moving(image, "MPO"),
    },
    "WebP": {
        "lossy": lambda image: encoded(image, "WEBP"),
        "lossless": lambda image: encoded(image, "WEBP", lossless=True),
        "alpha": lambda image: encoded(_see_through(image), "WEBP"),
        "animated": lambda image: _moving(image, "WEBP"),
    },
    "GIF": {
        "still": lambda image: encoded(image.quantize(32), "GIF"),
        "animated": lambda image: _moving(image.quantize(32), "GIF"),
    },
    "BMP": {
        "24-bit": lambda image: encoded(image, "BMP"),
        "8-bit": lambda image: encoded(image.quantize(32), "BMP"),
    },
    "TIFF": {
        "raw": lambda image: encoded(image, "TIFF"),
        "LZW": lambda image: encoded(image, "TIFF", compression="tiff_lzw"),
        "deflate": lambda image: encoded(image, "TIFF", compression="tiff_adobe_deflate"),
    },
}


def damaged(one: bytes, other: bytes, tries: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Ways of damage and files that came of them: `tries` times each way.

    other: a file of the same kind and size, the end of which is spliced to a start of `one`.
    """
    random = np.random.default_rng(seed)
    for way in WAYS:
        for _ in range(tries):
            at = int(random.integers(1, min(len(one), len(other))))
            some = int(random.integers(1, 9))
            if way == "flip":
                made = bytearray(one)
                made[at] ^= int(random.integers(1, 256))
            elif way == "cut":
                made = one[:at]
            elif way == "splice":
                made = one[:at] + other[at:]
            elif way == "shift splice":
                made = one[:at] + other[int(random.integers(1, len(other))) :]
            elif way == "insert":
                made = one[:at] + random.bytes(some) + one[at:]
            else:
                made = one[:at] + one[at + some :]
            yield way, bytes(made)
