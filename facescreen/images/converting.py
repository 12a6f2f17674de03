"""A decoded picture of any mode to 8-bit RGB, in strips: no copy of a large one stands whole."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image

from facescreen.images.bytes import ImageError
from facescreen.images.whole import Damaged, tiff, webp

BACKDROP = 128  # what shows through transparency: a mid-gray makes neither bright nor dark pixels
STRIP = 1 << 20  # pixels converted at once
LOSSY = {"JPEG", "AVIF"}
_UPRIGHT: dict[int, Callable[[np.ndarray], np.ndarray]] = {  # by EXIF orientation
    2: np.fliplr,
    3: lambda image: np.rot90(image, 2),
    4: np.flipud,
    5: lambda image: image.swapaxes(0, 1),
    6: lambda image: np.rot90(image, 3),
    7: lambda image: np.rot90(image, 2).swapaxes(0, 1),
    8: np.rot90,
}
_ORIENTATION = 0x0112
_GRAY = "16-bit or 8-bit gray"


def converted(
    opened: Image.Image, data: bytes, kind: str, size: int | None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """An opened file's pixels, uint8 (H, W, 3), and notes, as `LoadedImage` has them."""
    notes = _notes(opened, data, kind)
    white = _white(opened, kind)
    orientation = _load(opened, kind)
    pixels, mode_notes = _pixels(opened, white)
    notes += [note for note in mode_notes if note not in notes]
    if kind == "PNG" and data[25:26] == b"\4":  # 16-bit gray with alpha is decoded as color
        notes += ["gray"] * ("gray" not in notes)
    if orientation in _UPRIGHT:
        if kind != "TIFF":  # which Pillow turns itself
            pixels = np.ascontiguousarray(_UPRIGHT[orientation](pixels))
        notes.append("rotated")
    if size is not None and pixels.shape[:2] != (size, size):
        pixels = _square(pixels, size)
        notes.append("resized")
    return pixels, tuple(notes)


def _notes(opened: Image.Image, data: bytes, kind: str) -> list[str]:
    """What a file says of itself before it is decoded."""
    notes = []
    if kind in LOSSY or (kind == "WEBP" and webp.is_lossy(data)):
        notes.append("lossy")
    if kind == "TIFF" and tiff.is_lossy(opened.tag_v2):
        notes.append("lossy")
    if getattr(opened, "is_animated", False) and kind != "JPEG":  # a JPEG's others are previews
        notes.append("animation")
    deep = kind == "PNG" and data[24:25] == b"\x10"  # its header's depth
    deep = deep or (kind == "TIFF" and tiff.depth(opened.tag_v2) > 8)
    if deep or (opened.tile and ";16" in str(opened.tile[0][3])):
        notes.append("16-bit")
    return notes


def _white(opened: Image.Image, kind: str) -> int:
    """Which value of a picture of integers is white; negative where that value is black.

    Raises ImageError where nothing says so, or where pixels are floats: told before decoding.
    """
    if opened.mode == "F":
        raise ImageError(f"its pixels are floats (mode F), expected {_GRAY} or 8-bit color")
    if kind != "TIFF":
        return 65535
    tags = opened.tag_v2
    if tiff.is_signed(tags) or (opened.mode == "I" and tiff.depth(tags) > 16):
        what = "signed " if tiff.is_signed(tags) else ""
        raise ImageError(
            f"its pixels are {what}integers of {tiff.depth(tags)} bits, of which nothing says what "
            f"is white, expected {_GRAY} or 8-bit color"
        )
    white = (1 << max(8, tiff.depth(tags))) - 1
    return -white if tags.get(tiff.PHOTOMETRIC) == 0 else white


def _load(opened: Image.Image, kind: str) -> int:
    """Decode the pixels; returns the EXIF orientation, 1 where there is none that can be read.

    The order matters. For a PNG, `getexif` decodes when nothing is decoded yet, and a second
    attempt after an error returns garbage; for a TIFF, decoding turns the image and forgets how.
    """
    if kind == "TIFF":
        orientation = opened.tag_v2.get(_ORIENTATION, 1)
        opened.load()
        return orientation
    opened.load()
    try:
        return opened.getexif().get(_ORIENTATION, 1)
    except Exception:  # a damaged EXIF block does not make the pixels unreadable
        return 1


def _pixels(opened: Image.Image, white: int) -> tuple[np.ndarray, list[str]]:
    """The whole picture in RGB, uint8 (H, W, 3), and notes on its mode."""
    rows = max(1, STRIP // opened.width)
    if opened.height <= rows:
        image, notes = _to_rgb(opened, white)
        return np.asarray(image), notes
    pixels = np.empty((opened.height, opened.width, 3), np.uint8)
    for top in range(0, opened.height, rows):
        bottom = min(top + rows, opened.height)
        image, notes = _to_rgb(opened.crop((0, top, opened.width, bottom)), white)
        pixels[top:bottom] = image
    return pixels, notes


def _to_rgb(opened: Image.Image, white: int) -> tuple[Image.Image, list[str]]:
    notes = []
    if opened.mode == "I" or opened.mode.startswith("I;16"):
        return _from_integers(opened, white), ["16-bit", "gray"]
    if opened.mode == "P" and opened.getextrema()[1] * 3 >= len(opened.getpalette()):
        raise Damaged("it has pixels of colors that its palette does not hold")
    named = {"1": "gray", "L": "gray", "LA": "gray", "La": "gray", "P": "palette", "PA": "palette"}
    if opened.mode in named:
        notes.append(named[opened.mode])
    elif opened.mode == "CMYK":
        notes.append("cmyk")
    elif opened.mode not in ("RGB", "RGBA", "RGBa", "RGBX"):
        notes.append("other mode")
    if not opened.has_transparency_data:
        return opened if opened.mode == "RGB" else opened.convert("RGB"), notes
    layer = opened.convert("RGBA")
    backdrop = Image.new("RGBA", layer.size, (BACKDROP, BACKDROP, BACKDROP, 255))
    return Image.alpha_composite(backdrop, layer).convert("RGB"), [*notes, "alpha"]


def _from_integers(opened: Image.Image, white: int) -> Image.Image:
    values = np.asarray(opened).astype(np.int64)
    if values.min() < 0 or values.max() > abs(white):
        seen = f"{values.min()} to {values.max()}"
        raise ImageError(f"its gray values run from {seen}, expected 0 to {abs(white)}")
    values = values if white > 0 else -white - values
    gray = np.rint(values * (255 / abs(white))).astype(np.uint8)
    return Image.fromarray(gray).convert("RGB")


def _square(pixels: np.ndarray, size: int) -> np.ndarray:
    """The largest centered square, resized."""
    height, width = pixels.shape[:2]
    side = min(height, width)
    left, top = (width - side) // 2, (height - side) // 2
    # Cut first: resize(box=...) would let pixels from outside the box bleed in at its edges.
    square = Image.fromarray(np.ascontiguousarray(pixels[top : top + side, left : left + side]))
    return np.asarray(square.resize((size, size), Image.Resampling.HAMMING))
