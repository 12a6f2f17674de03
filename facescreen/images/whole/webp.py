"""WebP and AVIF: chunks and boxes whose lengths have to add up to the file's; no checksums.

WebP Container Specification (RFC 9649); ISO base media file format (ISO/IEC 14496-12).
"""

from __future__ import annotations

from facescreen.images.whole.damaged import Damaged

FLAGS = {0x20: b"ICCP", 0x08: b"EXIF", 0x04: b"XMP ", 0x02: b"ANIM"}  # of VP8X, and their chunks
ALPHA = 0x10


def check(data: bytes) -> None:
    """Raise Damaged unless lengths add up and no chunk that the header promises is missing.

    The format marks no end, it gives a length: bytes beyond it are as wrong as missing ones.
    libwebp says by itself when the data of pixels ends early.
    """
    promised = int.from_bytes(data[4:8], "little") + 8
    if promised != len(data):
        raise Damaged(f"it has {len(data):,} bytes instead of {promised:,}")
    chunks, at = {}, 12
    while at < len(data):
        kind, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 + length > len(data):
            raise Damaged(f"its chunk {kind!r} at byte {at} is longer than the file")
        chunks.setdefault(kind, data[at + 8 : at + 9])
        at += 8 + length + length % 2
    kinds = chunks.keys()
    if not kinds & {b"VP8 ", b"VP8L", b"ANMF"}:
        raise Damaged("it holds no image (VP8, VP8L or ANMF)")
    flags = int.from_bytes(chunks.get(b"VP8X", b""), "little")
    missing = [kind for flag, kind in FLAGS.items() if flags & flag and kind not in kinds]
    if flags & ALPHA and not kinds & {b"ALPH", b"VP8L", b"ANMF"}:
        missing.append(b"ALPH")
    if missing:
        raise Damaged(f"its header promises a chunk {missing[0].decode()} that is not there")
    if b"ALPH" in kinds and not flags & ALPHA:
        raise Damaged("it holds transparency (ALPH) that its header does not promise")


def is_lossy(data: bytes) -> bool:
    """Whether the picture, or the first frame of several, is coded with loss (VP8, not VP8L)."""
    at = 12
    while at + 8 <= len(data):
        kind, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if kind in (b"VP8 ", b"VP8L"):
            return kind == b"VP8 "
        at += 24 if kind == b"ANMF" else 8 + length + length % 2  # a frame holds chunks itself
    return False


def check_boxes(data: bytes) -> None:
    """AVIF: raise Damaged unless boxes, one after the other, fill the file."""
    kinds, at = set(), 0
    while at < len(data):
        length, start = int.from_bytes(data[at : at + 4], "big"), 8
        if length == 1:
            length, start = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        elif length == 0:  # up to the end of the file
            length = len(data) - at
        if length < start or at + length > len(data):
            raise Damaged(f"its box {data[at + 4 : at + 8]!r} at byte {at} has a wrong length")
        kinds.add(data[at + 4 : at + 8])
        at += length
    if not {b"ftyp", b"meta"} <= kinds:
        raise Damaged("it holds no box ftyp or meta")
