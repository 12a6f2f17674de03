"""JPEG: marker after marker up to the end, and scans whose codes end where their data ends.

No checksums. ITU-T T.81 (1992), annexes B (markers) and G (progressive scans).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from facescreen.images.compiled import taken
from facescreen.images.whole.damaged import Damaged

SOI, EOI, SOS, DHT, DRI = 0xD8, 0xD9, 0xDA, 0xC4, 0xDD
FRAMES = {*range(0xC0, 0xD0)} - {DHT, 0xC8, 0xCC}
PROGRESSIVE = 0xC2
WALKED = (0xC0, 0xC1, PROGRESSIVE)  # frames with Huffman codes
RESTARTS = range(0xD0, 0xD8)
MARKER = re.compile(rb"\xff[^\x00\xff]")  # within a scan, 0 and 255 behind a byte 255 are none
PADDING = (b"\x00", b"\xff")  # what some cameras fill a scan up with

ENTRIES = 1 << 16  # of a table, by the next 16 bits, as in `jpeg_scan`
NO_CODES = bytes(16)  # the table of a scan that needs none


@dataclass
class _Part:
    """A component of the image: its sampling, and how far its coefficients are known.

    precision: for each coefficient the number of low bits still missing, -1 before any came.
    known: as `jpeg_scan.walk` takes blocks.
    """

    across: int
    down: int
    blocks: tuple[int, int] = (0, 0)
    precision: list[int] = field(default_factory=lambda: [-1] * 64)
    known: Sequence[int] | None = None


@dataclass
class _State:
    """What the markers so far have said."""

    kind: int = 0
    size: tuple[int, int] = (0, 0)
    parts: dict[int, _Part] = field(default_factory=dict)
    tables: dict[int, bytes] = field(default_factory=dict)
    interval: int = 0


def check(data: bytes) -> None:
    """Raise Damaged unless markers lead to the end of the image, and scans are there exactly.

    What follows the end is no part of the image: phones put previews and other pictures there.
    Arithmetic codes and lossless JPEG are walked by their markers alone.
    """
    state = _State()
    try:
        _markers(data, state)
    except (IndexError, KeyError, ValueError):
        raise Damaged("it ends before its end marker, or a part of its header is missing") from None
    if not state.parts:
        raise Damaged("it holds no image")
    for part in state.parts.values() if state.kind in WALKED else ():
        if part.precision[0] != 0 or max(part.precision) > 0:
            raise Damaged("scans are missing")


def _markers(data: bytes, state: _State) -> None:
    at = 2
    while True:
        if data[at] != 0xFF:
            raise Damaged(f"byte {at} is no marker, as one is expected there")
        while data[at] == 0xFF:
            at += 1
        marker = data[at]
        if marker == EOI:
            return
        end = at + 1 + int.from_bytes(data[at + 1 : at + 3], "big")
        segment, at = data[at + 3 : end], end
        data[end]  # an IndexError if the file is shorter
        if marker in FRAMES:
            _frame(marker, segment, state)
        elif marker == DHT:
            _huffman(segment, state.tables)
        elif marker == DRI:
            state.interval = int.from_bytes(segment[:2], "big")
        elif marker == SOS:
            restarts, end = _ends(data, at)
            if state.kind in WALKED:
                _scan(segment, _pieces(data, at, restarts, end), state)
            at = end
        elif marker < 0xC0 or 0xD0 <= marker <= SOI:
            raise Damaged(f"byte {at} follows a marker {marker:x} that has no place there")


def _frame(marker: int, segment: bytes, state: _State) -> None:
    if state.kind:
        raise Damaged("it has two headers")
    state.kind = marker
    state.size = width, height = (
        int.from_bytes(segment[3:5], "big"),
        int.from_bytes(segment[1:3], "big"),
    )
    for row in range(segment[5]):
        name, sampling = segment[6 + 3 * row], segment[7 + 3 * row]
        state.parts[name] = _Part(max(1, sampling >> 4), max(1, sampling & 15))
    across = max(part.across for part in state.parts.values())
    down = max(part.down for part in state.parts.values())
    for part in state.parts.values():
        columns = -(-width * part.across // (8 * across))
        part.blocks = columns, -(-height * part.down // (8 * down))
        part.known = taken(np.zeros(part.blocks[0] * part.blocks[1], np.uint64))


def _huffman(segment: bytes, tables: dict[int, bytes]) -> None:
    at = 0
    while at < len(segment):
        end = at + 17 + sum(segment[at + 1 : at + 17])
        if end > len(segment):
            raise Damaged("a table of codes is incomplete")
        tables[segment[at]] = segment[at + 1 : end]
        at = end


@lru_cache(maxsize=8)  # most files have the same ones
def _lookup(tables: tuple[bytes, ...], stepped: bool) -> tuple[Sequence[int], Sequence[int]]:
    """Tables of codes, and their steps, as `jpeg_scan` takes them: uint16 (T * entries,)."""
    from facescreen.images.whole import jpeg_scan  # compiles when first used

    made = np.zeros((len(tables), ENTRIES), np.uint16)
    for row, table in zip(made, tables, strict=True):
        lengths = np.repeat(np.arange(1, 17), np.frombuffer(table[:16], np.uint8))
        entries = 256 * lengths + np.frombuffer(table[16:], np.uint8)
        filled = np.repeat(entries, 1 << (16 - lengths))
        if len(filled) > ENTRIES:
            raise Damaged("a table holds more codes than there are")
        row[: len(filled)] = filled
    codes = taken(made.ravel())
    return codes, taken(jpeg_scan.make_steps(codes, len(tables))) if stepped else codes[:0]


def _ends(data: bytes, at: int) -> tuple[list[int], int]:
    """Where the restart markers of the scan at a place are, and the marker behind it."""
    restarts = []
    for marker in MARKER.finditer(data, at):
        if data[marker.start() + 1] not in RESTARTS:
            return restarts, marker.start()
        restarts.append(marker.start())
    raise Damaged("it ends within a scan")


def _pieces(data: bytes, at: int, restarts: list[int], end: int) -> list[bytes]:
    """The codes of the intervals between restart markers, their stuffing removed."""
    for number, place in enumerate(restarts):
        if data[place + 1] != RESTARTS[number % 8]:
            raise Damaged(f"the restart marker at byte {place} is out of order")
    starts = [at, *(place + 2 for place in restarts)]
    parts = zip(starts, [*restarts, end], strict=True)
    return [data[start:stop].replace(b"\xff\x00", b"\xff") for start, stop in parts]


def _scan(segment: bytes, pieces: list[bytes], state: _State) -> None:
    """Walk a scan: header as in `segment`, codes as `_pieces` returns them."""
    number = segment[0]
    chosen = [(state.parts[segment[1 + 2 * i]], segment[2 + 2 * i]) for i in range(number)]
    low, high, bits = segment[1 + 2 * number : 4 + 2 * number]
    _progress([part for part, _ in chosen], low, high, bits >> 4, bits & 15, state.kind)
    across = max(part.across for part in state.parts.values())
    down = max(part.down for part in state.parts.values())
    if number == 1:
        units, repeated = chosen[0][0].blocks[0] * chosen[0][0].blocks[1], [1]
    else:
        width, height = state.size
        units = -(-width // (8 * across)) * -(-height // (8 * down))
        repeated = [part.across * part.down for part, _ in chosen]
    needs_dc = state.kind != PROGRESSIVE or (low == 0 and not bits >> 4)
    needs_ac = state.kind != PROGRESSIVE or low > 0
    tables, order = [], []
    for (_, names), times in zip(chosen, repeated, strict=True):
        order += [len(tables) * ENTRIES, (len(tables) + 1) * ENTRIES] * times
        tables.append(state.tables[names >> 4] if needs_dc else NO_CODES)
        tables.append(state.tables[0x10 | names & 15] if needs_ac else NO_CODES)
    band = low, high, bits >> 4 > 0, state.kind == PROGRESSIVE
    walked = (
        *_lookup(tuple(tables), state.kind != PROGRESSIVE),
        taken(np.array(order)),
        *band,
        chosen[0][0].known,
    )
    _intervals(pieces, units, state.interval or units, walked)


def _progress(parts: list[_Part], low: int, high: int, above: int, below: int, kind: int) -> None:
    """Raise Damaged unless the scan goes on where earlier ones of these coefficients stopped."""
    if kind != PROGRESSIVE:
        low, high, above, below = 0, 63, 0, 0
    if not low <= high <= 63 or (low == 0 < high and kind == PROGRESSIVE):
        raise Damaged(f"a scan of coefficients {low} to {high}")
    if low and len(parts) > 1:
        raise Damaged("a scan mixes components")
    for part in parts:
        before = set(part.precision[low : high + 1])
        if before != {above or -1} or (above and above != below + 1):
            raise Damaged("a scan does not go on where the one before stopped")
        part.precision[low : high + 1] = [below] * (high + 1 - low)


def _intervals(pieces: list[bytes], units: int, step: int, walked: tuple) -> None:
    from facescreen.images.whole import jpeg_scan  # compiles when first used

    starts = range(0, units, step)
    if len(pieces) != len(starts):
        raise Damaged(f"a scan has {len(pieces)} intervals instead of {len(starts)}")
    for start, codes in zip(starts, pieces, strict=True):
        padded = taken(np.frombuffer(codes + bytes(3), np.uint8))
        used = jpeg_scan.walk(padded, min(step, units - start), start, *walked)
        rest = codes[-(-used // 8) :]
        if used == jpeg_scan.BAD or rest.strip(rest[:1] if rest[:1] in PADDING else b""):
            raise Damaged("the codes of its pixels do not end where its data ends")
