"""Look at one image after another: its histograms, its counts at a value, the rules' verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import ipywidgets as ipy
import numpy as np

from facescreen import plots
from facescreen.screening import MultiColorRule, SingleColorRule, channel_histogram
from facescreen.widgets.live import LiveBox, png_text
from facescreen.widgets.panes import Content, figure_and_text, fill, row, slider
from facescreen.widgets.spoken import spoken
from facescreen.widgets.words import multi_color_words, single_color_words


@dataclass
class HistogramExplorer:
    """The image and the value looked at, and what is counted there.

    images: uint8 (N, H, W, 3), N >= 1. captions: N texts, or None. index: 0 to N - 1. value: 0 to
    255. single, multi: the rules that judge. Raises ValueError for no images, or another number
    of captions.
    """

    images: np.ndarray
    captions: Sequence[str] | None = None
    index: int = 0
    value: int = 255
    single: SingleColorRule = field(default_factory=SingleColorRule)
    multi: MultiColorRule = field(default_factory=MultiColorRule)

    def __post_init__(self) -> None:
        if not len(self.images):
            raise ValueError("there is no image to explore")
        if self.captions is not None and len(self.captions) != len(self.images):
            raise ValueError(f"{len(self.captions)} captions for {len(self.images)} images")

    @property
    def image(self) -> np.ndarray:
        return self.images[self.index]

    @property
    def name(self) -> str:
        """What the image is called: its number, as in `images[number]`, and its caption."""
        caption = "" if self.captions is None else str(self.captions[self.index])
        return f"image {self.index}" + (f": {caption}" if caption else "")

    @property
    def counts(self) -> np.ndarray:
        """Int64 (3,): how many pixels have the value, in red, green and blue."""
        return channel_histogram(self.image[np.newaxis])[0, :, self.value]

    @property
    def difference(self) -> int:
        """The largest minus the smallest of the counts."""
        return int(self.counts.max() - self.counts.min())

    @property
    def verdicts(self) -> dict[str, str]:
        """Each rule's verdict in words."""
        image = self.image[np.newaxis]
        return {
            "Single-color rule": single_color_words(self.single(image)),
            "Multi-color rule": multi_color_words(self.multi(image)),
        }

    @property
    def text(self) -> str:
        """The counts as a table and the verdicts, in Markdown."""
        red, green, blue = self.counts
        said = "\n".join(f"- {name}: {words}" for name, words in self.verdicts.items())
        return (
            "| | red | green | blue | largest − smallest |\n|---|---:|---:|---:|---:|\n"
            f"| pixels at value {self.value} | {red:,} | {green:,} | {blue:,} | "
            f"{self.difference:,} |\n\n{said}"
        )

    def step(self, by: int) -> int:
        """The number of the image `by` further; after the last comes the first."""
        return (self.index + by) % len(self.images)

    def bundle(self) -> dict[str, Any]:
        """What a page needs: every image, its counts by channel and value, what the rules say."""
        views = [replace(self, index=index) for index in range(len(self.images))]
        images = [
            {
                "name": view.name,
                "png": png_text(view.image),
                "counts": channel_histogram(view.image[np.newaxis])[0].tolist(),
                "verdicts": view.verdicts,
            }
            for view in views
        ]
        return {"kind": "histogram_explorer", "value": self.value, "images": images}

    def content(self) -> Content:
        """The figure and the text of this image and value."""
        drawn = plots.draw_image_histograms(self.image, self.name, self.value, self.multi.floor)
        return figure_and_text(*drawn, self.text)


def histogram_explorer(
    images: np.ndarray,
    captions: Sequence[str] | None = None,
    single: SingleColorRule | None = None,
    multi: MultiColorRule | None = None,
) -> ipy.Widget:
    """Controls and a pane: choose an image and a value, read histograms, counts and verdicts.

    images: uint8 (N, H, W, 3), N >= 1. captions: N texts. single, multi: the rules, by default
    with the paper's thresholds.
    """
    rules = (single or SingleColorRule(), multi or MultiColorRule())
    model = HistogramExplorer(images, captions, 0, 255, *rules)
    image, image_row = slider("Image", 0, len(images) - 1, 0)
    before = ipy.Button(description="◀ Previous", layout=ipy.Layout(width="8em"))
    after = ipy.Button(description="Next ▶", layout=ipy.Layout(width="8em"))
    value, value_row = slider("Value", 0, 255, 255)
    pane = ipy.Output(layout=ipy.Layout(min_height="27em"))

    def show(_change: object = None) -> None:
        model.index, model.value = image.value, value.value
        fill(pane, model.content)

    def step_by(by: int) -> None:
        image.value = model.step(by)

    image.observe(show, "value")
    value.observe(show, "value")
    before.on_click(lambda _button: step_by(-1))
    after.on_click(lambda _button: step_by(1))
    show()
    parts = [row(image_row, before, after), value_row, pane]
    start = HistogramExplorer(images, captions, 0, 255, *rules)
    return spoken(LiveBox(parts, start.bundle()))
