"""Images in and out: floats to bytes (the one way), files read and written whole, sheets, locks.

Imports nothing of ours. Open `bytes.py` first: how a float image becomes 8-bit decides what a
histogram rule sees (a red blob that scores 110 pixels when clipped and rounded scores 1 after
per-image stretching). `reading.py` turns files into pixels that the file vouches for, as `whole/`
checks; `found.py` says what in a folder is an image file, by the kinds in `kinds.py`.
"""

from facescreen.images.bytes import ImageError, pixels_checksum, quantize, to_uint8, wrapped
from facescreen.images.converting import BACKDROP
from facescreen.images.found import Found, Passed, image_files
from facescreen.images.locks import InUseError, locked
from facescreen.images.reading import (
    MAX_PIXELS,
    LoadedImage,
    read_image,
    read_image_with_notes,
)
from facescreen.images.saving import png_bytes, save_png
from facescreen.images.sheet import contact_sheet

__all__ = [
    "BACKDROP",
    "MAX_PIXELS",
    "Found",
    "ImageError",
    "InUseError",
    "LoadedImage",
    "Passed",
    "contact_sheet",
    "image_files",
    "locked",
    "pixels_checksum",
    "png_bytes",
    "quantize",
    "read_image",
    "read_image_with_notes",
    "save_png",
    "to_uint8",
    "wrapped",
]
