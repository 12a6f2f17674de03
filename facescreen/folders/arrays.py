"""NumPy shards: images as rows of uint8 arrays (N, H, W, 3) in .npy and .npz files.

An .npy file and a stored member of an .npz are mapped into memory; a compressed member is inflated
as it is read, by each reader for itself. Nothing is unpickled. An .npy has no checksum, so its
length is all that vouches for it; of an .npz, each member's CRC-32 is checked before its first row.
"""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from typing import IO, NamedTuple

import numpy as np

from facescreen.folders.items import PROBLEM, ROWS, Item
from facescreen.images import MAX_PIXELS, Passed
from facescreen.images.found import no_plain_file
from facescreen.images.kinds import suffix

PIECE = 16 << 20  # bytes of pixels in one item, or one image
BLOCK = 1 << 20
EXPECTED = "expected uint8 (N, H, W, 3)"


class ArrayError(ValueError):
    """An array cannot be judged; the message says why."""


class _Header(NamedTuple):
    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype


def items_in(path: str, name: str, passed: Passed, verify: bool = True) -> Iterator[Item]:
    """Pieces of the arrays of images in a shard; a problem for what claims to be one and is not.

    A file without any such array is counted in `passed` as no image. verify: check CRC-32s.
    """
    found = False
    try:
        if problem := no_plain_file(path):
            raise ArrayError(problem)
        arrays = _npy(path) if suffix(path) == ".npy" else _npz(path, verify)
        for key, header, problem in arrays:
            if header is not None and not _claims(header):
                continue
            found, label = True, f"{name}/{key}" if key else name
            if not problem and header is not None:
                problem = _problem(header)
            if problem or header is None:
                yield Item(PROBLEM, label, name, problem=problem)
            else:
                yield from _pieces(header, label, name, key)
    except ArrayError as error:
        found = True
        yield Item(PROBLEM, name, name, problem=str(error))
    except OSError as error:
        found = True
        yield Item(PROBLEM, name, name, problem=error.strerror or str(error))
    if not found:
        passed.others[suffix(name)] += 1


def _pieces(header: _Header, label: str, name: str, key: str) -> Iterator[Item]:
    count, *sides = header.shape
    step = max(1, PIECE // prod(sides))
    digits = max(6, len(str(count - 1)))
    for start in range(0, count, step):
        yield Item(ROWS, label, name, start, min(start + step, count), key, digits)


def _claims(header: _Header) -> bool:
    """Whether an array is meant as images: labels and features have fewer axes."""
    shape = header.shape
    return len(shape) == 4 or (len(shape) == 3 and shape[2] == 3 and header.dtype == np.uint8)


def _problem(header: _Header) -> str:
    """Why an array of images cannot be judged, or ""."""
    if header.dtype != np.uint8 or len(header.shape) != 4 or header.shape[3] != 3:
        return f"{header.dtype} of shape {header.shape}, {EXPECTED}"
    pixels = header.shape[1] * header.shape[2]
    if not pixels:
        return f"its images have no pixels (shape {header.shape}), {EXPECTED}"
    if pixels > MAX_PIXELS:
        return f"{pixels:,} pixels in the header, expected at most {MAX_PIXELS:,} (MAX_PIXELS)"
    return ""


# --- what files promise, and whether they hold it -------------------------------------------------


def _npy(path: str) -> Iterator[tuple[str, _Header | None, str]]:
    with open(path, "rb") as file:
        header = _header(file)
        expected = file.tell() + prod(header.shape) * header.dtype.itemsize
        length = os.fstat(file.fileno()).st_size
    wrong = length != expected and not header.dtype.hasobject
    yield "", header, f"it has {length:,} bytes instead of {expected:,}" if wrong else ""


def _npz(path: str, verify: bool) -> Iterator[tuple[str, _Header | None, str]]:
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if info.filename.endswith(".npy"):
                    yield _member(archive, info, verify)
    except _ZIP_ERRORS as error:
        raise ArrayError(f"damaged or cut short ({' '.join(str(error).split())})") from None


_ZIP_ERRORS = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error)


def _member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, verify: bool
) -> tuple[str, _Header | None, str]:
    key = info.filename.removesuffix(".npy")
    try:
        with archive.open(info) as file:
            header = _header(file)
            expected = file.tell() + prod(header.shape) * header.dtype.itemsize
            if not _claims(header):
                return key, header, ""
            if info.file_size != expected:
                return key, header, f"it has {info.file_size:,} bytes instead of {expected:,}"
            if header.fortran and info.compress_type:
                return key, header, "compressed in Fortran's order, expected it in C's"
            while verify and file.read(BLOCK):  # at its end, the checksum is compared
                pass
            return key, header, ""
    except (*_ZIP_ERRORS, ArrayError) as error:
        return key, None, f"damaged or cut short ({' '.join(str(error).split())})"


def _header(file: IO[bytes]) -> _Header:
    """Read the header of an .npy. Raises ArrayError if it is none."""
    try:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0
        if version != (1, 0):
            read = np.lib.format.read_array_header_2_0
        header = _Header(*read(file))
    except Exception as error:  # a damaged header makes all kinds of errors
        if isinstance(error, _ZIP_ERRORS):
            raise
        raise ArrayError(f"no array ({' '.join(str(error).split())}), {EXPECTED}") from None
    if any(side < 0 for side in header.shape):
        raise ArrayError(f"no array (its shape is {header.shape}), {EXPECTED}")
    return header


# --- rows -----------------------------------------------------------------------------------------


def rows(array: np.ndarray | Inflated, start: int, stop: int) -> np.ndarray:
    """Images start to stop of what `opened` returns: uint8 (stop - start, H, W, 3)."""
    with _in_a_sentence():
        return array[start:stop]


def opened(path: str, key: str) -> np.ndarray | Inflated:
    """An array in a shard, mapped into memory or to be inflated as it is read.

    Raises ArrayError, as `rows` does, where it is not what it was when `items_in` looked.
    """
    with _in_a_sentence():
        if suffix(path) == ".npy":
            return np.load(path, mmap_mode="r", allow_pickle=False)
        archive = zipfile.ZipFile(path)
        info = archive.getinfo(f"{key}.npy")
        with archive.open(info) as file:
            header, start = _header(file), file.tell()
        if info.compress_type:
            return Inflated(archive, info, header, start)
        with archive, open(path, "rb") as file:
            file.seek(info.header_offset + 26)
            start += info.header_offset + 30 + sum(struct.unpack("<HH", file.read(4)))
        order = "F" if header.fortran else "C"
        return np.memmap(path, header.dtype, "r", start, header.shape, order)


@contextmanager
def _in_a_sentence() -> Iterator[None]:
    try:
        yield
    except (*_ZIP_ERRORS, OSError, ValueError, KeyError, struct.error) as error:
        raise ArrayError(f"damaged or cut short ({' '.join(str(error).split())})") from None


class Inflated:
    """A compressed array, read forward; going back begins anew."""

    def __init__(
        self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, header: _Header, start: int
    ) -> None:
        self.archive, self.info, self.shape, self.start = archive, info, header.shape, start
        self.file, self.at = archive.open(info), 0

    def __getitem__(self, cut: slice) -> np.ndarray:
        size = prod(self.shape[1:])
        begin, end = (self.start + size * row for row in (cut.start, cut.stop))
        if begin < self.at:
            self.file, self.at = self.archive.open(self.info), 0
        while self.at < begin:
            self._read(min(BLOCK, begin - self.at))
        content = self._read(end - begin)
        return np.frombuffer(content, np.uint8).reshape(cut.stop - cut.start, *self.shape[1:])

    def _read(self, size: int) -> bytes:
        content = self.file.read(size)
        self.at += size
        if len(content) < size:
            raise EOFError("it ends early")
        return content
