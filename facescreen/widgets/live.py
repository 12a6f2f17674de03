"""Numbers that go with a widget, so that a page without a kernel can go on from them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

import ipywidgets as ipy
import numpy as np
from PIL import Image

from facescreen.screening import channel_histogram

if TYPE_CHECKING:
    from facescreen.widgets.histogram_explorer import HistogramExplorer
    from facescreen.widgets.threshold_debate import ThresholdDebate

# `facescreen.lessons.live`, which draws from them, says what a bundle of this type holds.
LIVE = "application/vnd.facescreen.live+json"


class LiveBox(ipy.VBox):
    """A box that shows itself with a bundle of numbers beside its view."""

    def __init__(self, children: Sequence[ipy.Widget], bundle: dict[str, Any]) -> None:
        super().__init__(children)
        self._bundle = bundle

    def _repr_mimebundle_(self, **how: Any) -> dict[str, Any]:
        return {**super()._repr_mimebundle_(**how), LIVE: self._bundle}


def explorer_bundle(model: HistogramExplorer) -> dict[str, Any]:
    """Every image with its counts by channel and value, and what the rules say of it."""
    views = [replace(model, index=index) for index in range(len(model.images))]
    images = [
        {
            "name": view.name,
            "png": _png(view.image),
            "counts": channel_histogram(view.image[np.newaxis])[0].tolist(),
            "verdicts": {rule: words.replace("**", "") for rule, words in view.verdicts.items()},
        }
        for view in views
    ]
    return {"kind": "histogram_explorer", "value": model.value, "images": images}


def debate_bundle(
    model: ThresholdDebate, paper: Mapping[str, int], names: Mapping[str, str]
) -> dict[str, Any]:
    """Each image's label and scores, from which both rules judge it at any thresholds.

    paper, names: its thresholds, and what each of the three is called.
    """
    single, multi = model.measured
    return {
        "kind": "threshold_debate",
        "paper": dict(paper),
        "names": dict(names),
        "stops": {name: model.stops(name) for name in paper},
        "labels": "".join(model.kind(index)[0] for index in range(len(model.images))),
        "single": single.score.astype(int).tolist(),
        "color": multi.score.astype(int).tolist(),
        "white": multi.white_sum.astype(int).tolist(),
    }


def _png(image: np.ndarray) -> str:
    file = BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return b64encode(file.getvalue()).decode("ascii")
