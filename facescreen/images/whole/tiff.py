"""TIFF: strips or tiles that must lie in the file, and hold what the header says.

Checksums only where strips are deflated (Adler-32). TIFF 6.0 (Adobe 1992); the first page counts.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

from facescreen.images.compiled import taken
from facescreen.images.whole import jpeg
from facescreen.images.whole.damaged import Damaged

SUBFILE, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 254, 256, 257, 258, 259, 262
SAMPLES, ROWS, PLANES, FORMAT = 277, 278, 284, 339
STRIPS, TILES = (273, 279), (324, 325)  # tags of their offsets, of their byte counts
TILE_WIDTH, TILE_HEIGHT, JPEG_TABLES, DNG = 322, 323, 347, 50706
PADDING = 4  # fewer bytes than so many may fill a strip up to a whole word
RAW, LZW, JPEG, DEFLATE, YCBCR = 1, 5, 7, (8, 32946), 6
LOSSY = (6, JPEG, 33003, 33005, 34892, 50001)  # JPEG, JPEG 2000 and WebP, as they mostly are


def check(data: bytes) -> None:
    """Raise Damaged unless every strip (or tile) of the first page is there, and holds its rows."""
    try:
        with Image.open(io.BytesIO(data), formats=["TIFF"]) as opened:
            tags = dict(opened.tag_v2)
    except Exception:  # a damaged list of tags makes all kinds of errors
        raise Damaged("its list of tags cannot be read") from None
    if DNG in tags or tags.get(SUBFILE, 0) & 1:
        raise Damaged("its first page is a preview, as camera raw files have one")
    names = TILES if TILES[0] in tags else STRIPS
    offsets, counts = (_tuple(tags.get(tag, ())) for tag in names)
    sizes = _sizes(tags, names is TILES, len(offsets))
    if tags.get(COMPRESSION, RAW) == RAW and not counts:
        counts = sizes  # which old writers left out
    if len(counts) != len(sizes):
        raise Damaged(f"it has {len(counts)} byte counts instead of {len(sizes)}")
    _apart(offsets, counts, len(data))
    if tags.get(PHOTOMETRIC) == YCBCR and tags.get(COMPRESSION) != JPEG:
        return  # colors of fewer pixels: sizes are others
    for number, (offset, count, size) in enumerate(zip(offsets, counts, sizes, strict=True)):
        try:
            _holds(data[offset : offset + count], size, max(sizes), tags)
        except Damaged as error:
            raise Damaged(f"strip or tile {number}: {error}") from None


def is_lossy(tags: Mapping) -> bool:
    """Whether the first page is compressed by a method that mostly changes pixels."""
    return tags.get(COMPRESSION, RAW) in LOSSY


def is_signed(tags: Mapping) -> bool:
    return 2 in _tuple(tags.get(FORMAT, 1))


def depth(tags: Mapping) -> int:
    """Bits of the deepest channel."""
    return max(_tuple(tags.get(BITS, 1)))


def _tuple(value: object) -> tuple:
    return value if isinstance(value, tuple) else (value,)


def _sizes(tags: dict, tiled: bool, number: int) -> list[int]:
    """Bytes that each strip or tile has when it is not compressed; there should be `number`."""
    width, height = tags[WIDTH], tags[HEIGHT]
    samples, bits = tags.get(SAMPLES, 1), _tuple(tags.get(BITS, 1))
    planes = samples if tags.get(PLANES, 1) == 2 else 1
    pixel = (bits[0] * samples if len(bits) == 1 else sum(bits)) // planes
    across, down = width, min(tags.get(ROWS, height), height)
    if tiled:
        across, down = tags[TILE_WIDTH], tags[TILE_HEIGHT]
    expected = -(-width // max(1, across)) * -(-height // max(1, down)) * planes
    if number != expected:
        raise Damaged(f"it has {number:,} strips or tiles instead of {expected:,}")
    rows = [down] * (expected // planes)
    if not tiled:
        rows[-1] = height - down * (len(rows) - 1)
    return [-(-across * pixel // 8) * n for n in rows] * planes


def _apart(offsets: tuple, counts: Sequence[int], length: int) -> None:
    """Raise Damaged where pieces leave the file or overlap; equal pieces may be stored once."""
    before = 8  # the file's header
    for start, count in sorted(set(zip(offsets, counts, strict=True))):
        if start < before or start + count > length:
            raise Damaged(f"bytes {start:,} to {start + count:,} leave the file or overlap")
        before = start + count


def _holds(piece: bytes, size: int, most: int, tags: dict) -> None:
    """Raise Damaged unless a piece holds `size` bytes; some writers fill it up to `most`."""
    compression = tags.get(COMPRESSION, RAW)
    if compression == JPEG:
        tables = tags.get(JPEG_TABLES, b"")
        jpeg.check(tables[:-2] + piece[2:] if tables else piece)
        return
    if compression == RAW:
        found = size if size <= len(piece) < size + PADDING else len(piece)
    elif compression in DEFLATE:
        found = _inflated(piece, most)
    elif compression == LZW and not piece.startswith(b"\0\1"):  # an order older than TIFF 6.0
        from facescreen.images.whole import lzw  # compiles when first used

        found = lzw.length(taken(np.frombuffer(piece, np.uint8)), 8, True)
    else:
        return  # libtiff's to check
    if not size <= found <= most:
        raise Damaged(f"it does not hold {size:,} bytes of pixels")


def _inflated(piece: bytes, most: int) -> int:
    """Number of bytes that a piece inflates to; more than `most` are not counted."""
    inflating = zlib.decompressobj()
    try:
        found = len(inflating.decompress(piece, most + 1))
    except zlib.error as error:
        raise Damaged(f"it cannot be inflated ({error})") from None
    return found if inflating.eof or found > most else -1
