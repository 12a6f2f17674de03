"""Labels: the pools of images that were labeled by eye, read and checked; and how they were made.

Imports `screening` for the labels' names, `generation` where pools are drawn and `evaluation` for
the peers' measures. Open `reference.py` first: it reads a pool and loads no torch. `labeling.py`
draws pools, lays out sheets to label from and gathers what raters wrote: `python -m
facescreen.labels`. `elsewhere/` reads what was measured on labeled tiles of other people's GANs.
"""

from facescreen.labels.elsewhere import (
    ELSEWHERE,
    Elsewhere,
    ElsewhereError,
    load_elsewhere,
)
from facescreen.labels.reference import (
    KINDS,
    REFERENCE,
    ReferencePool,
    ReferenceSetError,
    final_labels,
    load_reference,
    pixels_checksum,
    read_card,
)

__all__ = [
    "ELSEWHERE",
    "KINDS",
    "REFERENCE",
    "Elsewhere",
    "ElsewhereError",
    "ReferencePool",
    "ReferenceSetError",
    "final_labels",
    "load_elsewhere",
    "load_reference",
    "pixels_checksum",
    "read_card",
]
