"""PNG: each chunk has a checksum (CRC-32), and so has the stream of pixels (Adler-32).

PNG specification, third edition (W3C 2025), sections 5 and 10.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import numpy as np

from facescreen.images.compiled import pays
from facescreen.images.whole.damaged import Damaged

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by color type
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))  # fmt: skip  # noqa: E501
ONCE = (b"IHDR", b"PLTE", b"tRNS")
TEXT = (b"tEXt", b"zTXt", b"iTXt", b"iCCP")
PLAIN, PLAIN_RGB = frozenset((b"IHDR", b"IDAT", b"IEND")), bytes((8, 2, 0, 0, 0))
BLOCK = 1 << 20  # bytes: pixels are inflated in such pieces


def sides(data: bytes) -> tuple[int, int]:
    """Width and height as the header says; 0 and 0 where there is none."""
    return struct.unpack_from(">II", data, 16) if len(data) >= 24 else (0, 0)


def checked(data: bytes) -> tuple[bytes, np.ndarray | None]:
    """Raise Damaged unless every checksum holds and there are exactly the pixels promised.

    Returns the same image, the pixels of a small one as they come out of the check, so that Pillow
    need not inflate them again. Of a small one in 8-bit RGB that says nothing but its pixels, as
    most programs write them, also those: uint8 (H, W, 3), in half the time that Pillow takes for
    64 x 64. What follows the IEND chunk is no part of the image, and is not looked at.
    """
    chunks = list(_chunks(data))
    kinds = [kind for kind, _, _ in chunks]
    if kinds[0] != b"IHDR" or chunks[0][2] - chunks[0][1] != 13:
        raise Damaged("it does not begin with a header (IHDR)")
    width, height, depth, color, *_, interlaced = struct.unpack_from(">IIBBBBB", data, 16)
    for kind in ONCE:
        if kinds.count(kind) > 1:
            raise Damaged(f"it has {kinds.count(kind)} chunks {_name(kind)}")
    for kind in kinds:
        if kind[:1].isupper() and kind not in (b"IHDR", b"PLTE", b"IDAT", b"IEND"):
            raise Damaged(f"its chunk {_name(kind)} is critical and unknown")
    if color not in CHANNELS or (color == 3 and b"PLTE" not in kinds):
        raise Damaged(f"it has no palette, or an unknown color type ({color})")
    first = kinds.index(b"IDAT") if b"IDAT" in kinds else 0
    last = first + kinds.count(b"IDAT")
    if set(kinds[first:last]) != {b"IDAT"}:
        raise Damaged("its pixels (IDAT) are missing or in pieces")
    stream = b"".join(data[start:end] for _, start, end in chunks[first:last])
    rows = _inflated(stream, _size(width, height, depth * CHANNELS[color], interlaced))
    if not rows:
        return data, None
    plain = data.startswith(SIGNATURE) and data[24:29] == PLAIN_RGB and PLAIN.issuperset(kinds)
    if plain and pays(len(rows)):
        from facescreen.images.whole import png_rows  # compiles when first used

        return data, png_rows.unfiltered(rows, width, height)
    stored = _chunk(b"IDAT", zlib.compress(rows, 0))
    return data[: chunks[first][1] - 8] + stored + data[chunks[last - 1][2] + 4 :], None


def without_text(data: bytes) -> bytes:
    """The same image without comments and color profile, of which Pillow takes no large ones."""
    kept = [data[start - 8 : end + 4] for kind, start, end in _chunks(data) if kind not in TEXT]
    return SIGNATURE + b"".join(kept)


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of the content of each chunk up to IEND; checksums hold."""
    view, at, kind = memoryview(data), len(SIGNATURE), b""
    while kind != b"IEND":
        if at + 12 > len(data):
            raise Damaged("it ends before its IEND chunk")
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 8 + length
        if end + 4 > len(data):
            raise Damaged(f"its chunk {_name(kind)} at byte {at} is longer than the file")
        if zlib.crc32(view[at + 4 : end]) != int.from_bytes(view[end : end + 4], "big"):
            raise Damaged(f"the checksum of its chunk {_name(kind)} at byte {at} does not match")
        yield kind, at + 8, end
        at = end + 4


def _name(kind: bytes) -> str:
    return repr(kind)[2:-1]


def _size(width: int, height: int, bits: int, interlaced: int) -> int:
    """Bytes of all rows, each with the byte that names its filter; bits are those of a pixel."""
    passes = ADAM7 if interlaced else ((0, 0, 1, 1),)
    sides = [(-(-(width - x) // dx), -(-(height - y) // dy)) for x, y, dx, dy in passes]
    return sum(rows * (1 + -(-columns * bits // 8)) for columns, rows in sides if columns > 0)


def _inflated(stream: bytes, expected: int) -> bytes:
    """The rows in a stream, or nothing where they are more than a BLOCK, and only counted."""
    inflating, found, kept = zlib.decompressobj(), 0, b""
    try:
        while not inflating.eof and found <= expected:
            piece = inflating.decompress(stream, BLOCK)
            stream = inflating.unconsumed_tail
            if not piece and not stream:
                break
            found += len(piece)
            kept += piece if expected <= BLOCK else b""
    except zlib.error as error:
        raise Damaged(f"its pixels cannot be inflated ({error})") from None
    if not inflating.eof or found != expected:
        raise Damaged(f"it holds {found:,} bytes of pixels instead of {expected:,}")
    return kept


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(content, zlib.crc32(kind)).to_bytes(4, "big")
    return len(content).to_bytes(4, "big") + kind + content + checksum
