"""Numbers that go with a widget, so that a page without a kernel can go on from them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import ipywidgets as ipy
import numpy as np
from PIL import Image

# `facescreen.lessons.live`, which draws from them, says what a bundle of this type holds.
LIVE = "application/vnd.facescreen.live+json"


class LiveBox(ipy.VBox):
    """A box that shows itself with a bundle of numbers beside its view."""

    def __init__(self, children: Sequence[ipy.Widget], bundle: dict[str, Any]) -> None:
        super().__init__(children)
        self._bundle = bundle

    def _repr_mimebundle_(self, **how: Any) -> dict[str, Any]:
        return {**super()._repr_mimebundle_(**how), LIVE: self._bundle}


def png_text(image: np.ndarray) -> str:
    """A PNG of uint8 (H, W, 3), in base64."""
    file = BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return b64encode(file.getvalue()).decode("ascii")
