"""Images in and out: float to 8-bit (the one way), reading any file, saving PNG, contact sheets.

How a float image becomes 8-bit decides what a histogram rule sees (a red blob that scores 110
pixels when clipped and rounded scores 1 after per-image stretching), so there is one function for
it, and files are written without loss.
"""

from __future__ import annotations

import os
import re
import threading
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, UnidentifiedImageError

MAX_PIXELS = 64_000_000  # larger files are refused by their header: decoded, 192 MB and more
BACKDROP = 128  # what shows through transparency: a mid-gray makes neither bright nor dark pixels
MARK = (213, 94, 0)  # the contact sheet's frame: vermilion, told from gray by color-blind eyes too
SHEET = 48  # the contact sheet's background, gray
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


class ImageError(ValueError):
    """An image, or a file that should hold one, is not what was expected; one sentence says why."""


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


def to_uint8(x: np.ndarray, clip: bool = False) -> np.ndarray:
    """Turn floats in [-1, 1] into 8-bit values: the one way in this package.

    x: float array of any shape; value v becomes round((v + 1) * 127.5), halves to the even
    number. Returns uint8 of the same shape. Raises ImageError for NaN or infinity, for values
    outside [-1, 1] unless clip=True, and for integer input (which is no image in [-1, 1]).
    """
    x = _floats(x)
    if x.size:
        low, high = float(x.min()), float(x.max())
        if not (np.isfinite(low) and np.isfinite(high)):
            raise ImageError(_not_finite(x))
        if not clip and (low < -1 or high > 1):
            raise ImageError(
                f"image values run from {low:.6g} to {high:.6g}, expected -1 to 1 "
                "(clip=True clips them)"
            )
    y = x.astype(np.float32 if x.dtype.itemsize <= 4 else np.float64)  # always a copy
    np.clip(y, -1, 1, out=y)
    y += 1
    y *= 127.5
    return np.rint(y, out=y).astype(np.uint8)


def quantize(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turn a generator's output into 8-bit images, and say which of them are finite.

    x: float (N, H, W, 3), meant to lie in [-1, 1]; what lies outside is clipped. Returns uint8
    (N, H, W, 3) and bool (N,): an image with any NaN or infinity is False there, and all zeros
    here, a placeholder to be judged "not finite" and never saved. Raises ImageError for integers
    or another shape.
    """
    x = _floats(x)
    if x.ndim != 4 or x.shape[3] != 3:
        raise ImageError(f"images must be float of shape (N, H, W, 3), not {x.shape}")
    finite = np.isfinite(x).all(axis=(1, 2, 3))
    if finite.all():
        return to_uint8(x, clip=True), finite
    images = np.zeros(x.shape, np.uint8)
    images[finite] = to_uint8(x[finite], clip=True)
    return images, finite


def wrapped(x: np.ndarray) -> np.ndarray:
    """What `to_uint8` would do if it forgot to clip: values past 255 start again at 0.

    x: finite floats of any shape, meant to lie in [-1, 1]. Returns uint8 of the same shape. Some
    converters do this in silence (a cast of floats to bytes keeps the lower eight bits); lessons
    show what comes of it. Raises ImageError for NaN or infinity, and for integers.
    """
    x = _floats(x)
    if not np.isfinite(x).all():
        raise ImageError(_not_finite(x))
    return np.rint((x.astype(np.float64) + 1) * 127.5).astype(np.int64).astype(np.uint8)


def _floats(x: np.ndarray) -> np.ndarray:
    x = np.asarray(x)
    if x.dtype.kind != "f":
        raise ImageError(f"expected float values from -1 to 1, not {x.dtype}")
    return x


def _not_finite(x: np.ndarray) -> str:
    bad = ~np.isfinite(x)
    if bad.all():
        return f"all {x.size} image values are NaN or infinite, expected -1 to 1"
    good = x[~bad]
    return (
        f"{bad.sum()} of {x.size} image values are NaN or infinite (the others run from "
        f"{good.min():.6g} to {good.max():.6g}), expected -1 to 1"
    )


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


_KINDS = "PNG, JPEG, WebP, BMP or TIFF image"


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


def save_png(path: str | os.PathLike[str], image: np.ndarray) -> None:
    """Save uint8 (H, W, 3) as PNG, whole or not at all.

    It is written under a temporary name (".NAME.PROCESS.tmp") in the same folder and renamed, so a
    process killed at any moment leaves no half-written PNG. Raises ImageError for any other array
    or for a name that does not end in .png, and OSError where the folder cannot be written.
    """
    path, image = Path(path), np.asarray(image)
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:
        raise ImageError(
            f"{path}: an image must be uint8 of shape (H, W, 3) and not empty, "
            f"not {image.dtype} of shape {image.shape}"
        )
    if path.suffix.lower() != ".png":
        raise ImageError(f"{path}: the name must end in .png")
    temporary = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        Image.fromarray(np.ascontiguousarray(image)).save(temporary, format="PNG")
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def contact_sheet(
    images: np.ndarray,
    columns: int | None = None,
    scale: int = 1,
    gap: int = 2,
    marks: np.ndarray | None = None,
) -> np.ndarray:
    """Lay images out in rows, left to right, on a dark gray sheet.

    images: uint8 (N, H, W, 3), N >= 1. columns: images per row; None makes the sheet about
    square. scale: each pixel becomes scale x scale. gap: pixels between images. marks: bool (N,)
    or None; marked images get a frame, at least 1 and otherwise `gap` pixels wide, around them.
    Returns uint8 (height, width, 3). Raises ImageError for anything else.
    """
    images = np.asarray(images)
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[3] != 3 or not images.size:
        raise ImageError(
            "a contact sheet takes at least one image, uint8 of shape (N, H, W, 3), "
            f"not {images.dtype} of shape {images.shape}"
        )
    count = len(images)
    columns = int(np.ceil(np.sqrt(count))) if columns is None else columns
    if columns < 1 or scale < 1 or gap < 0:
        raise ImageError(
            f"expected columns >= 1, scale >= 1, gap >= 0, not {columns}, {scale}, {gap}"
        )
    marks = np.zeros(count, bool) if marks is None else np.asarray(marks)
    if marks.dtype != bool or marks.shape != (count,):
        raise ImageError(f"marks must be bool ({count},), not {marks.dtype} {marks.shape}")
    images = images.repeat(scale, axis=1).repeat(scale, axis=2)
    frame = max(1, gap) if marks.any() else 0
    height, width = images.shape[1] + 2 * frame, images.shape[2] + 2 * frame
    columns = min(columns, count)
    rows = -(-count // columns)
    sheet_shape = (rows * (height + gap) + gap, columns * (width + gap) + gap, 3)
    sheet = np.full(sheet_shape, SHEET, np.uint8)
    for n, image in enumerate(images):
        top, left = gap + n // columns * (height + gap), gap + n % columns * (width + gap)
        cell = sheet[top : top + height, left : left + width]
        if marks[n]:
            cell[:] = MARK
        cell[frame : height - frame, frame : width - frame] = image
    return sheet
