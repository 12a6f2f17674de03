"""Faces: the existing ones that a GAN learns from, rendered portraits or photographs.

Imports `images`. Open `sources.py` first: what `portraits`, `folder:PATH`, `celeba:ROOT` and
`lfw:ROOT` open. `portraits.py` draws a face from traits (`traits.py`) that `hashing.py` makes
addressable: by `compiled.py` where numba is installed, by `plain.py` where it is not, from the same
steps. numba is loaded when the first one is drawn.
"""

from facescreen.faces.photographs import FolderSource, SourceError
from facescreen.faces.portraits import portrait_table, portraits
from facescreen.faces.sources import FaceSource, PortraitSource, check_outside, open_source

__all__ = [
    "FaceSource",
    "FolderSource",
    "PortraitSource",
    "SourceError",
    "check_outside",
    "open_source",
    "portrait_table",
    "portraits",
]
