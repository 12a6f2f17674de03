"""Whether a file is the image that a run saved, or would save, there."""

import hashlib
import stat
from pathlib import Path
from typing import NamedTuple

import numpy as np

from facescreen.images import ImageError, pixels_checksum, png_bytes, read_image


class RunFolderError(Exception):
    """A folder, or a file in it, is not what this run made; the message is one sentence."""


def image_name(index: int) -> str:
    """Where image `index` lies inside a run's folder."""
    return f"images/{index:06d}.png"


class Checksums(NamedTuple):
    """SHA-256 of the file, quick to compare, and of the pixels, whatever software packed them."""

    sha256: str
    pixels: str


class Packed(NamedTuple):
    """An image ready to be written: its PNG, the checksum of its pixels, and its side in pixels."""

    png: bytes
    pixels: str
    side: int


def packed(image: np.ndarray) -> Packed:
    """An image, uint8 (side, side, 3), packed as its file will hold it."""
    return Packed(png_bytes(image), pixels_checksum(image), len(image))


def is_there(file: Path, expected: Checksums | None, size: int, ours: bool) -> bool:
    """Whether a file is the image of those checksums; False where it is lost and may be written.

    `ours` says that the run made a file of this name, so that one which cannot be read is its own,
    damaged. An older manifest has no checksums: any image of `size` pixels a side is believed. Any
    other file is somebody's work and must stay: `RunFolderError` names it.
    """
    try:
        status = file.lstat()
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(status.st_mode):
        raise RunFolderError(f"{file} is a link or no file, expected an image: move it away")
    data = file.read_bytes()
    if expected and hashlib.sha256(data).hexdigest() == expected.sha256:
        return True
    if not data.strip(b"\0"):  # a crash of the system may leave zeros
        return False
    try:
        image = read_image(file)
    except ImageError as error:
        if ours:
            return False
        raise RunFolderError(f"{error}: move it away, and this run writes its own image") from error
    if pixels_checksum(image) == expected.pixels if expected else image.shape[:2] == (size, size):
        return True
    raise RunFolderError(
        f"{file} is not the image that this run saves there: move it away, and the same command "
        "makes it again"
    )
