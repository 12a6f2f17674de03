"""Image files to pixels: any kind of file, converted to 8-bit RGB, with notes on what that took."""

from __future__ import annotations

import os
import re
import threading
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, UnidentifiedImageError

from facescreen.images.bytes import ImageError

MAX_PIXELS = 64_000_000  # larger files are refused by their header: decoded, 192 MB and more
BACKDROP = 128  # what shows through transparency: a mid-gray makes neither bright nor dark pixels
LOSSY = {"JPEG", "MPO", "JPEG2000", "AVIF"}
_UPRIGHT = {  # EXIF orientation -> what turns the image upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_quiet = threading.Lock()  # warnings.catch_warnings changes the whole process's filters
_KINDS = "PNG, JPEG, WebP, BMP or TIFF image"


class LoadedImage(NamedTuple):
    """An image file's pixels, and how they were changed on the way.

    image: uint8 (H, W, 3), RGB. notes: any of "gray", "palette", "alpha" (composited over
    mid-gray), "cmyk", "16-bit" (scaled to 8), "other mode", "lossy" (compression smears saturated
    pixels), "rotated" (by its EXIF orientation), "animation" (first frame only) and "resized".
    """

    image: np.ndarray
    notes: tuple[str, ...]

    @property
    def lossy(self) -> bool:
        return "lossy" in self.notes


def read_image(path: str | os.PathLike[str], size: int | None = None) -> np.ndarray:
    """Read an image file as uint8 (H, W, 3), RGB: `read_image_with_notes` without the notes."""
    return read_image_with_notes(path, size).image


def read_image_with_notes(path: str | os.PathLike[str], size: int | None = None) -> LoadedImage:
    """Read an image file, whatever its kind, and note how it was converted.

    It is turned upright as its EXIF orientation says. Gray, palette and CMYK become RGB; 16-bit
    gray is scaled (by 257) rather than clipped, of 16-bit color the upper 8 bits are used;
    transparency is composited over mid-gray, which neither rule can mistake for brightness.

    size: None keeps the image as it is. Otherwise the largest centered square is cut out and
    resized to (size, size) with Pillow's Hamming filter, whose weights are never negative: a
    Lanczos filter would overshoot at edges and so make saturated pixels that were not there.

    Raises ImageError, in one sentence with the file's name, for a file that cannot be opened or
    decoded whole, and for more than MAX_PIXELS pixels (told from the header, before decoding).
    """
    path = Path(path)
    if size is not None and size < 1:
        raise ImageError(f"size must be 1 or more pixels, not {size}")
    try:
        with _quiet, warnings.catch_warnings(), open(path, "rb") as file:
            warnings.simplefilter("ignore")
            with Image.open(file) as opened:
                return _convert(opened, size)
    except ImageError as error:
        raise ImageError(f"{path}: {error}") from None
    except UnidentifiedImageError:
        raise ImageError(f"{path}: not an image ({_seen(path)}), expected {_KINDS}") from None
    except Image.DecompressionBombError as error:
        number = re.search(r"\d+", str(error))
        raise ImageError(f"{path}: {_too_many(int(number[0]) if number else 0)}") from None
    except OSError as error:
        problem = error.strerror or f"damaged or cut short ({error})"
        raise ImageError(f"{path}: {problem}, expected a whole, readable {_KINDS}") from None
    except Exception as error:  # Pillow's decoders raise all kinds of errors on damaged files
        kind = type(error).__name__
        raise ImageError(f"{path}: damaged ({kind}: {error}), expected {_KINDS}") from None


def _seen(path: Path) -> str:
    with open(path, "rb") as file:
        head = file.read(8)
    return f"it begins with {head!r}" if head else "it is empty"


def _too_many(pixels: int) -> str:
    return f"{pixels:,} pixels in the header, expected at most {MAX_PIXELS:,} (MAX_PIXELS)"


def _convert(opened: Image.Image, size: int | None) -> LoadedImage:
    if opened.width * opened.height > MAX_PIXELS:
        raise ImageError(_too_many(opened.width * opened.height))
    notes = []
    if opened.format in LOSSY or (opened.format == "WEBP" and _lossy_webp(opened)):
        notes.append("lossy")
    if getattr(opened, "n_frames", 1) > 1 and opened.format != "MPO":  # MPO: a JPEG and previews
        notes.append("animation")
    orientation = _orientation(opened)
    image, mode_notes = _to_rgb(opened)
    notes += mode_notes
    if orientation in _UPRIGHT:
        image = image.transpose(_UPRIGHT[orientation])
        notes.append("rotated")
    if size is not None and image.size != (size, size):
        side = min(image.size)
        left, top = (image.width - side) // 2, (image.height - side) // 2
        # Cut first: resize(box=...) would let pixels from outside the box bleed in at its edges.
        square = image.crop((left, top, left + side, top + side))
        image = square.resize((size, size), Image.Resampling.HAMMING)
        notes.append("resized")
    return LoadedImage(np.array(image), tuple(notes))


def _lossy_webp(opened: Image.Image) -> bool:
    opened.fp.seek(0)
    return b"VP8 " in opened.fp.read(1 << 16)  # the chunk of lossy data; lossless data is "VP8L"


def _orientation(opened: Image.Image) -> int:
    try:
        return opened.getexif().get(0x0112, 1)
    except Exception:  # a damaged EXIF block does not make the pixels unreadable
        return 1


def _to_rgb(opened: Image.Image) -> tuple[Image.Image, list[str]]:
    notes = []
    raw_mode = str(opened.tile[0][3]) if opened.tile else ""
    if ";16" in raw_mode or ";16" in opened.mode:
        notes.append("16-bit")
    if opened.mode == "I" or opened.mode.startswith("I;16"):
        return _from_integers(opened), [*dict.fromkeys([*notes, "16-bit", "gray"])]
    if opened.mode == "F":
        raise ImageError(f"its pixels are floats (mode F), expected an 8-bit or 16-bit {_KINDS}")
    named = {"1": "gray", "L": "gray", "LA": "gray", "La": "gray", "P": "palette", "PA": "palette"}
    if opened.mode in named:
        notes.append(named[opened.mode])
    elif opened.mode == "CMYK":
        notes.append("cmyk")
    elif opened.mode not in ("RGB", "RGBA", "RGBa", "RGBX"):
        notes.append("other mode")
    if not opened.has_transparency_data:
        return opened.convert("RGB"), notes
    layer = opened.convert("RGBA")
    backdrop = Image.new("RGBA", layer.size, (BACKDROP, BACKDROP, BACKDROP, 255))
    return Image.alpha_composite(backdrop, layer).convert("RGB"), [*notes, "alpha"]


def _from_integers(opened: Image.Image) -> Image.Image:
    values = np.asarray(opened).astype(np.int64)
    if values.min() < 0 or values.max() > 65535:
        seen = f"{values.min()} to {values.max()}"
        raise ImageError(f"its gray values run from {seen}, expected at most 16 bits, 0 to 65535")
    gray = np.rint(values / 257).astype(np.uint8)
    return Image.fromarray(gray).convert("RGB")
