"""Tar shards, as webdataset writes them: images inside an archive, which is never unpacked.

The archive's headers are walked in order; of a member, its name and the place of its bytes are
kept, and a reader takes those bytes alone. POSIX.1-1988 (ustar), POSIX.1-2001 (pax), and GNU's long
names; what an archive says of owners, modes and links is not used. The format marks its end by a
block of zeros: an archive without one has been cut, though it may end between two members.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from facescreen.folders.items import MEMBER, PROBLEM, Item
from facescreen.images import Passed
from facescreen.images.found import is_hidden, no_plain_file
from facescreen.images.kinds import kind_by_name

BLOCK = 512
MOST = 1 << 20  # bytes of a header's extension: names and dates take a few hundred
FILES = (b"0", b"\0", b"7")
LONG_NAME, LONG_LINK, PAX, PAX_OF_ALL = b"L", b"K", b"x", b"g"
FOLDER = b"5"


class CutError(ValueError):
    """An archive does not hold what it promises; the message says what is missing."""


class Member(NamedTuple):
    """A file in an archive: bytes start to stop. plain: whether it is one, and no link or device"""

    name: str
    start: int
    stop: int
    plain: bool


def items_in(path: str, name: str, passed: Passed) -> Iterator[Item]:
    """The members of an archive that may be images; where it is damaged, an item that says so."""
    problem = no_plain_file(path)
    try:
        if problem:
            raise CutError(problem)
        with open(path, "rb") as file:
            for member in members(file):
                inner = member.name.removeprefix("./")
                if any(is_hidden(part) and part not in (".", "..") for part in inner.split("/")):
                    passed.hidden.append(f"{name}/{inner}")
                elif member.plain:
                    yield Item(MEMBER, f"{name}/{inner}", name, member.start, member.stop)
                elif kind_by_name(inner):
                    what = "a link or device in an archive, expected a file"
                    yield Item(PROBLEM, f"{name}/{inner}", name, problem=what)
    except CutError as error:
        yield Item(PROBLEM, name, name, problem=" ".join(str(error).split()))
    except OSError as error:
        yield Item(PROBLEM, name, name, problem=error.strerror or str(error))


def members(file: BinaryIO) -> Iterator[Member]:
    """Walk an archive's headers. Raises CutError where it is cut, damaged or none."""
    length, at = os.fstat(file.fileno()).st_size, 0
    said: dict[str, str] = {}  # by headers before the member's own
    while any(block := _read(file, at, BLOCK, f"before byte {at:,}, where a member would begin")):
        kind, size = _checked(block, at), _number(block[124:136])
        start = at + BLOCK
        _check_size(size)
        if kind in (LONG_NAME, LONG_LINK, PAX, PAX_OF_ALL):
            if size > MOST:
                raise CutError(f"damaged: the header at byte {at:,} has {size:,} bytes of names")
            content = _read(file, start, size, f"within the header at byte {at:,}")
            if kind == LONG_NAME:
                said["path"] = _text(content)
            elif kind == PAX:
                said |= _pax(content, at)
            at = start + _whole(size)
            continue
        name = said.get("path") or _name(block)
        if "size" in said:
            size = _decimal(said["size"], at)
        sparse = any(key.startswith("GNU.sparse") for key in said)
        said = {}
        at = start + _whole(size)
        if start + size > length:
            shown = name if name.isprintable() else ascii(name)
            raise CutError(f"cut short: it ends within its member {shown}")
        if kind != FOLDER and not (kind == b"\0" and name.endswith("/")):  # as before POSIX
            yield Member(name, start, start + size, kind in FILES and not sparse)


def _read(file: BinaryIO, at: int, size: int, where: str) -> bytes:
    file.seek(at)
    content = file.read(size)
    if len(content) < size:
        none = "it is empty" if not at and not content else f"it ends {where}"
        raise CutError(f"cut short: {none}, expected a tar archive's end mark")
    return content


def _checked(block: bytes, at: int) -> bytes:
    """The kind of member that a header announces. Raises CutError unless its checksum holds."""
    found = sum(block[:148]) + sum(block[156:]) + 8 * 32
    if found != _number(block[148:156]):
        if not at:
            raise CutError(f"no tar archive (it begins with {block[:8]!r})")
        raise CutError(f"damaged: byte {at:,} begins no member")
    return block[156:157]


def _number(field: bytes) -> int:
    """A number as headers write it: octal digits, or binary where the first bit says so."""
    if field[0] & 0x80:
        value = int.from_bytes(field, "big") & ~(0x80 << 8 * (len(field) - 1))
        return -1 if field[0] == 0xFF else value
    digits = field.split(b"\0")[0].strip()
    return int(digits, 8) if digits and not digits.strip(b"01234567") else 0


def _decimal(digits: str, at: int) -> int:
    if not digits.isdecimal() or len(digits) > 20:
        raise CutError(f"damaged: the member at byte {at:,} has the size {digits[:20]!r}")
    return int(digits)


def _check_size(size: int) -> None:
    if size < 0:
        raise CutError("damaged: a member has a negative size")


def _whole(size: int) -> int:
    """Bytes that so many take in whole blocks."""
    return -(-size // BLOCK) * BLOCK


def _text(content: bytes) -> str:
    return content.split(b"\0")[0].decode("utf-8", "surrogateescape")


def _name(block: bytes) -> str:
    prefix = _text(block[345:500]) if block[257:263] == b"ustar\0" else ""
    return f"{prefix}/{_text(block[:100])}" if prefix else _text(block[:100])


def _pax(content: bytes, at: int) -> dict[str, str]:
    """Records "length key=value\\n" as a dictionary."""
    found, place = {}, 0
    while place < len(content):
        digits, _, _ = content[place : place + 20].partition(b" ")
        length = int(digits) if digits.isdigit() else 0
        record = content[place + len(digits) + 1 : place + length - 1]
        if not record or place + length > len(content):
            raise CutError(f"damaged: the header at byte {at:,} is none")
        key, _, value = record.partition(b"=")
        found[key.decode("utf-8", "replace")] = value.decode("utf-8", "surrogateescape")
        place += length
    return found
