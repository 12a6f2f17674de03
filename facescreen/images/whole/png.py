"""PNG: each chunk has a checksum (CRC-32), and so has the stream of pixels (Adler-32).

PNG specification, third edition (W3C 2025), sections 5 and 10.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from facescreen.images.whole.damaged import Damaged

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by color type
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))  # fmt: skip  # noqa: E501
ONCE = (b"IHDR", b"PLTE", b"tRNS")
TEXT = (b"tEXt", b"zTXt", b"iTXt", b"iCCP")
BLOCK = 1 << 20  # pixels are inflated in such pieces, only to be counted


def check(data: bytes) -> None:
    """Raise Damaged unless every checksum holds and there are exactly the pixels promised.

    What follows the IEND chunk is no part of the image, and is not looked at.
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
    _inflates_to(stream, _size(width, height, depth * CHANNELS[color], interlaced))


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


def _inflates_to(stream: bytes, expected: int) -> None:
    inflating, found = zlib.decompressobj(), 0
    try:
        while stream and found <= expected:
            found += len(inflating.decompress(stream, BLOCK))
            stream = inflating.unconsumed_tail
    except zlib.error as error:
        raise Damaged(f"its pixels cannot be inflated ({error})") from None
    if not inflating.eof or found != expected:
        raise Damaged(f"it holds {found:,} bytes of pixels instead of {expected:,}")
