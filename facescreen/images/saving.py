"""Images to files, without loss and whole or not at all."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import numpy as np
from PIL import Image

from facescreen.images.bytes import ImageError


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
