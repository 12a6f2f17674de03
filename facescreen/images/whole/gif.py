"""GIF: whole blocks, and a first frame whose stream holds as many pixels as promised.

No checksums. Graphics Interchange Format, version 89a (CompuServe 1990).
"""

from __future__ import annotations

import struct

import numpy as np

from facescreen.images.compiled import taken
from facescreen.images.whole.damaged import Damaged

IMAGE, EXTENSION, TRAILER = b",!;"
EXTENSIONS = {0x01, 0xF9, 0xFE, 0xFF}  # text, control, comment, application


def check(data: bytes) -> None:
    """Raise Damaged unless blocks follow each other and the first frame is there exactly.

    What follows the trailer is no part of the image, and is not looked at; of later frames only
    the blocks are. Some writers end with the last block, without a trailer.
    """
    try:
        _walk(data)
    except (struct.error, IndexError):
        raise Damaged("it ends within a block") from None


def _walk(data: bytes) -> None:
    screen, at, frames = struct.unpack_from("<HH", data, 6), 13 + _table(data[10]), 0
    while at < len(data) and (kind := data[at]) != TRAILER:
        if kind == EXTENSION and data[at + 1] in EXTENSIONS:
            _, at = _blocks(data, at + 2)
        elif kind == IMAGE:
            left, top, width, height, flags = struct.unpack_from("<HHHHB", data, at + 1)
            if not frames and (left + width > screen[0] or top + height > screen[1]):
                raise Damaged("its first frame lies outside of the image")
            at += 10 + _table(flags)
            stream, after = _blocks(data, at + 1)
            if not frames:
                _holds(stream, data[at], width * height)
            at, frames = after, frames + 1
        else:
            raise Damaged(f"byte {at} begins no block ({data[at : at + 2]!r})")
    if not frames:
        raise Damaged("it holds no image")


def _table(flags: int) -> int:
    """Bytes of a table of colors, as the flags before it say."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _blocks(data: bytes, at: int) -> tuple[bytes, int]:
    """The content of the blocks at a place, up to the empty one, and the place after that."""
    pieces = []
    while length := data[at]:
        pieces.append(data[at + 1 : at + 1 + length])
        at += 1 + length
    return b"".join(pieces), at + 1


def _holds(stream: bytes, bits: int, expected: int) -> None:
    from facescreen.images.whole import lzw  # compiles when first used

    if not 1 <= bits <= 8:
        raise Damaged(f"its colors have {bits} bits")
    found = lzw.length(taken(np.frombuffer(stream, np.uint8)), bits, False)
    if found < 0:
        raise Damaged("its pixels have a code that stands for nothing")
    if found != expected:
        raise Damaged(f"it holds {found:,} pixels instead of {expected:,}")
