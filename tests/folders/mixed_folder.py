"""Images to save, the odd files of a mixed folder, and its table read back."""

import csv
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

MID = np.full((64, 64, 3), 120, np.uint8)


def with_red_patch(pixels: int) -> np.ndarray:
    """A mid-gray image in which so many pixels are pure red: rule 1 scores exactly that."""
    image = MID.copy()
    image.reshape(-1, 3)[:pixels] = (255, 0, 0)
    return image


def with_white_patch(pixels: int) -> np.ndarray:
    image = MID.copy()
    image.reshape(-1, 3)[:pixels] = 255
    return image


def save(path: Path, image: np.ndarray, mode: str = "RGB", **options) -> Path:
    Image.fromarray(image).convert(mode).save(path, **options)
    return path


def lines(table: Path) -> dict[str, dict[str, str]]:
    with open(table, newline="", encoding="utf-8", errors="surrogateescape") as file:
        rows = list(csv.DictReader(file))
    assert len({row["file"] for row in rows}) == len(rows)
    return {row["file"]: row for row in rows}


def huge_png(path: Path, side: int) -> Path:
    """A PNG whose header promises side × side pixels; its data would decode to black."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + checksum

    header = side.to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    packer, row = zlib.compressobj(1), bytes(1 + 3 * side)
    data = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    png = chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + png)
    return path


UNREADABLE = {
    "truncated.png": "longer than the file",
    "text.png": "not an image",
    "empty.png": "not an image",
    "huge.png": "400,000,000 pixels",
    "nowhere.png": "link leads to nothing",
    "pipe.png": "no plain file",
    "inner/loop": "link leads back",
}
NOTES = {
    "gray.png": "gray",
    "palette.png": "palette",
    "alpha.png": "alpha",
    "cmyk.jpg": "cmyk",
    "deep.png": "16-bit",
    "lossy.jpg": "lossy",
    "good.png": "constant",
    "red.png": "",
}
