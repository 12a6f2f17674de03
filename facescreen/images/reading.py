"""Image files to pixels: any kind of file, converted to 8-bit RGB, with notes on what that took."""

from __future__ import annotations

import io
import logging
import os
import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageFile, UnidentifiedImageError, features

from facescreen.images.bytes import ImageError
from facescreen.images.converting import converted
from facescreen.images.found import no_plain_file
from facescreen.images.kinds import HEAD, READ, kind_of
from facescreen.images.whole import CHECKS, Damaged, png

# Larger files are refused by their header. One of this size takes up to some 500 MB to read:
# four bytes a pixel as Pillow decodes it, and three as RGB; 16-bit color and turning take no more.
MAX_PIXELS = 64_000_000
MAX_BYTES = 1 << 30  # files are read whole, and so many pixels take at most half of this
logging.getLogger("PIL").addHandler(logging.NullHandler())  # or it prints where nobody listens
_quiet = threading.RLock()  # what is silenced while reading are settings of the whole process
if hasattr(os, "register_at_fork"):  # a child has no other threads: none may hold this, or it waits
    os.register_at_fork(
        before=_quiet.acquire, after_in_parent=_quiet.release, after_in_child=_quiet.release
    )
NO_MEMORY = "not enough memory to read it, expected as much as its pixels take to be free"
_KINDS = "PNG, JPEG, WebP, GIF, BMP or TIFF image"


class LoadedImage(NamedTuple):
    """An image file's pixels, and how they were changed on the way.

    image: uint8 (H, W, 3), RGB, perhaps read-only. notes: any of "gray", "palette", "alpha"
    (composited over mid-gray), "cmyk", "16-bit" (scaled to 8), "other mode", "lossy" (compression
    smears saturated pixels), "rotated" (by its EXIF orientation), "animation" (first frame only)
    and "resized".
    """

    image: np.ndarray
    notes: tuple[str, ...]

    @property
    def lossy(self) -> bool:
        return "lossy" in self.notes


def read_image(path: str | os.PathLike[str], size: int | None = None) -> np.ndarray:
    """Read an image file as uint8 (H, W, 3), RGB: `read_image_with_notes` without the notes."""
    image = read_image_with_notes(path, size).image
    return image if image.flags.writeable else image.copy()


def read_image_with_notes(path: str | os.PathLike[str], size: int | None = None) -> LoadedImage:
    """Read an image file, whatever its kind, and note how it was converted.

    It is turned upright as its EXIF orientation says. Gray, palette and CMYK become RGB; 16-bit
    gray is scaled (by 257) rather than clipped, of 16-bit color the upper 8 bits are used;
    transparency is composited over mid-gray, which neither rule can mistake for brightness.

    size: None keeps the image as it is. Otherwise the largest centered square is cut out and
    resized to (size, size) with Pillow's Hamming filter, whose weights are never negative: a
    Lanczos filter would overshoot at edges and so make saturated pixels that were not there.

    Raises ImageError, in one sentence with the file's name, for a file that cannot be opened or is
    of a kind that is not read, for one that is not whole (`facescreen.images.whole` says how that
    is told), for more than MAX_PIXELS pixels (told from the header, before decoding) and where
    there is not enough memory.
    """
    if size is not None and size < 1:
        raise ImageError(f"size must be 1 or more pixels, not {size}")
    path = os.fspath(path)
    with _in_a_sentence(path):
        return _read(_bytes(path), path, size)


def image_of_bytes(data: bytes, name: str) -> LoadedImage:
    """`read_image_with_notes` of a file that lies in memory; its name may tell its kind."""
    with _in_a_sentence(name):
        return _read(data, name, None)


@contextmanager
def _in_a_sentence(name: str) -> Iterator[None]:
    """Turn whatever is raised while reading a file into an ImageError that names it."""
    try:
        yield
    except ImageError as error:
        raise ImageError(f"{name}: {error}") from None
    except MemoryError:
        raise ImageError(f"{name}: {NO_MEMORY}") from None
    except Image.DecompressionBombError as error:
        number = re.search(r"\d+", str(error))
        raise ImageError(f"{name}: {_too_many(int(number[0]) if number else 0)}") from None
    except OSError as error:
        if "out of memory" in str(error):  # as Pillow's decoders put it
            raise ImageError(f"{name}: {NO_MEMORY}") from None
        problem = error.strerror or f"damaged or cut short ({error})"
        raise ImageError(f"{name}: {problem}, expected a whole, readable {_KINDS}") from None
    except Exception as error:  # Pillow's decoders raise all kinds of errors on damaged files
        problem = str(error) if isinstance(error, Damaged) else f"{type(error).__name__}: {error}"
        words = " ".join(problem.split())
        raise ImageError(
            f"{name}: damaged or cut short ({words}), expected a whole {_KINDS}"
        ) from None


def _read(data: bytes, path: str, size: int | None) -> LoadedImage:
    kind = kind_of(data[:HEAD], path)
    if kind and kind not in READ:
        raise ImageError(
            f"{kind} images cannot be decoded here, expected a {_KINDS}: convert it, for example "
            "with ImageMagick (magick FILE FILE.png)"
        )
    if not kind:
        seen = f"it begins with {data[:8]!r}" if data else "it is empty"
        raise ImageError(f"not an image ({seen}), expected a {_KINDS}")
    try:
        return _decoded(data, kind, size)
    except ValueError as error:
        if kind != "PNG" or "MAX_TEXT" not in str(error):
            raise
        # A comment or color profile too large for Pillow says nothing against the pixels.
        return _decoded(png.without_text(data), kind, size)


def _bytes(path: str) -> bytes:
    if problem := no_plain_file(path):
        raise ImageError(f"{problem}, expected a {_KINDS}")
    with open(path, "rb", buffering=0) as file:
        check_length(os.fstat(file.fileno()).st_size)
        return file.read()


def check_length(length: int) -> None:
    """Raise ImageError for a file of so many bytes, if that is more than MAX_BYTES."""
    if length > MAX_BYTES:
        raise ImageError(f"{length:,} bytes, expected at most {MAX_BYTES:,} (MAX_BYTES)")


@contextmanager
def _strictly() -> Iterator[None]:
    """Silence warnings, and do not let Pillow pass off what is missing of a cut file as pixels."""
    with _quiet, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lenient, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = lenient


def _decoded(data: bytes, kind: str, size: int | None) -> LoadedImage:
    """Decode what a file holds, once its format has vouched for it."""
    if kind == "PNG":
        _refuse_too_many(*png.sides(data))
        data, pixels = png.checked(data)
        if pixels is not None and (size is None or pixels.shape[:2] == (size, size)):
            return LoadedImage(pixels, ())
    with _strictly(), _opened(data, kind) as opened:
        _refuse_too_many(*opened.size)
        if kind in CHECKS:
            CHECKS[kind](data)
        return LoadedImage(*converted(opened, data, kind, size))


def _opened(data: bytes, kind: str) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=[kind])
    except OSError as error:
        if kind in CHECKS:
            CHECKS[kind](data)  # which knows a better reason
        if not isinstance(error, UnidentifiedImageError):
            raise
        if kind in ("AVIF", "WEBP") and not features.check(kind.lower()):
            raise ImageError(
                f"this Pillow was built without {kind}, expected one that has it (pip install -U "
                "pillow brings it)"
            ) from None
        raise Damaged("its header cannot be read") from None


def _refuse_too_many(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise ImageError(_too_many(width * height))


def _too_many(pixels: int) -> str:
    return f"{pixels:,} pixels in the header, expected at most {MAX_PIXELS:,} (MAX_PIXELS)"
