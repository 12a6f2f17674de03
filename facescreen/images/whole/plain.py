"""BMP, PPM, TGA: headers that say how long the file has to be, and pixels without checksums."""

from __future__ import annotations

import re
import struct

from facescreen.images.whole.damaged import Damaged

RAW_BMP = (0, 3, 6)  # no compression, or none but masks for the colors
WITH_PROFILE = 124  # bytes of the header that may name a color profile behind the pixels
PADDING = 3  # bytes: some writers fill the file up to a multiple of four
TOKEN = rb"(?:\s|#[^\n]*\n)+(\d+)"  # a number, after spaces and comments


def check_bmp(data: bytes) -> None:
    """Raise Damaged unless the file is as long as its header says, and its pixels fill it.

    The format marks no end, it gives a length: bytes beyond it are as wrong as missing ones. A
    length of 0 promises nothing; rows compressed by run lengths are Pillow's to check.
    """
    try:
        promised, start, header = struct.unpack_from("<2xI4xII", data)
        layout = "<HHHH" if header == 12 else "<iiHHI"
        width, height, _, bits, *compression = struct.unpack_from(layout, data, 18)
    except struct.error:
        raise Damaged("it ends within its header") from None
    if promised not in (0, len(data)):
        raise Damaged(f"it has {len(data):,} bytes instead of {promised:,}")
    if start < 14 + header:
        raise Damaged(f"its pixels begin at byte {start}, within its header")
    if compression and compression[0] not in RAW_BMP:
        return
    end = start + abs(height) * ((width * bits + 31) // 32 * 4)
    if end > len(data) or (end + PADDING < len(data) and header < WITH_PROFILE):
        raise Damaged(f"its pixels end at byte {end:,}, the file at {len(data):,}")


def check_ppm(data: bytes) -> None:
    """Raise Damaged unless the pixels fill the file, or other images follow them.

    Pixels written as text are Pillow's to check.
    """
    kind = data[1:2]
    if kind in b"123":
        return
    header = re.match(rb"P." + TOKEN * (2 if kind == b"4" else 3) + rb"\s", data)
    if header is None:
        raise Damaged("its header is incomplete")
    width, height, *largest = map(int, header.groups())
    row = -(-width // 8) if kind == b"4" else width * (3 if kind == b"6" else 1)
    end = header.end() + height * row * (2 if largest and largest[0] > 255 else 1)
    if end > len(data) or data[end : end + 1] not in (b"", b"\n", b"P"):
        raise Damaged(f"its pixels end at byte {end:,}, the file at {len(data):,}")


def check_tga(data: bytes) -> None:
    """Raise Damaged for a header that is none: the format has no signature, nor says its length.

    Whether there are enough pixels is Pillow's to check.
    """
    if len(data) < 18 or data[1] > 1 or data[2] not in (1, 2, 3, 9, 10, 11) or data[17] & 0xC0:
        raise Damaged("its header is none of a TGA file")
