"""What the views share: a pane of which the whole content changes at once, and looks.

A pane is an `ipywidgets.Output`: pages without a kernel show what it last held. Its content is set,
not printed into, so that it neither flickers nor mixes two states.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ipywidgets as ipy

from facescreen import plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LABEL_WIDTH = "5.5em"  # of a control's description, so that controls stand in line
WIDE, NARROW = "24em", "13em"  # of a control

Content = tuple[dict[str, Any], ...]


def control(kind: type[ipy.DOMWidget], description: str, width: str = WIDE, **how: Any) -> Any:
    """A control with its description, of a width that lines up with others."""
    layout = ipy.Layout(width=width, margin="2px 12px 2px 0")
    style = {"description_width": LABEL_WIDTH}
    return kind(description=description, layout=layout, style=style, **how)


def row(*controls: ipy.Widget) -> ipy.HBox:
    """Controls side by side; those for which the page is too narrow go to the next line."""
    return ipy.HBox(controls, layout=ipy.Layout(flex_flow="row wrap", align_items="center"))


def figure_and_text(figure: Figure, sentence: str, text: str) -> Content:
    """A figure, closed, with its sentence as alt text; under it a text in Markdown."""
    data, metadata = plots.picture(figure, sentence, palette=False)
    data = data | {"image/png": b64encode(data["image/png"]).decode("ascii")}
    return (
        {"output_type": "display_data", "data": data, "metadata": metadata},
        text_only(text),
    )


def text_only(text: str) -> dict[str, Any]:
    """A text in Markdown, as an output."""
    return {"output_type": "display_data", "data": {"text/markdown": text}, "metadata": {}}


def fill(pane: ipy.Output, make: Callable[[], Content]) -> None:
    """Let a pane hold what `make` returns.

    An error of `make` is raised; in a notebook, where nobody would see it, the pane shows it.
    """
    with pane:
        pane.outputs = make()
