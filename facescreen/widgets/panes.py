"""What the views share: a pane of which the whole content changes at once, and looks.

A pane is an `ipywidgets.Output`: pages without a kernel show what it last held. Its content is set,
not printed into, so that it neither flickers nor mixes two states.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import ipywidgets as ipy
from traitlets import validate

from facescreen import plots
from facescreen.language.kernel import let_controls_speak, said

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LABEL_WIDTH = "5.5em"  # of a control's description, so that controls stand in line
WIDE, NARROW = "24em", "13em"  # of a control

Content = tuple[dict[str, Any], ...]

let_controls_speak(ipy.Widget)  # once for all views: each is made of what is here


def control(kind: type[ipy.DOMWidget], description: str, width: str = WIDE, **how: Any) -> Any:
    """A control with its description, of a width that lines up with others."""
    layout = ipy.Layout(width=width, margin="2px 12px 2px 0")
    style = {"description_width": LABEL_WIDTH}
    return kind(description=description, layout=layout, style=style, **how)


class ShareSlider(ipy.FloatSlider):
    """A slider of two decimals: the page may send 0.30000000000000004, another value than 0.3."""

    @validate("value")
    def _validate_value(self, proposal: dict[str, Any]) -> float:
        return round(super()._validate_value(proposal), 2)


class ShareBox(ipy.BoundedFloatText):
    """A number box of two decimals."""

    @validate("value")
    def _validate_value(self, proposal: dict[str, Any]) -> float:
        return round(super()._validate_value(proposal), 2)


def slider(
    description: str, low: float, high: float, value: float, width: str = WIDE, **how: Any
) -> tuple[Any, ipy.HBox]:
    """A slider, of whole numbers or of two decimals, and it with a number box to its right.

    The two move each other. A value counts when the handle or the key is let go.
    """
    ends = {"min": low, "max": high, "value": value}
    if isinstance(value, int):
        made = control(ipy.IntSlider, description, width, continuous_update=False, **ends, **how)
        box = ipy.BoundedIntText(**ends)
    else:
        how = {"step": 0.01, "readout_format": ".3"} | how
        made = control(ShareSlider, description, width, continuous_update=False, **ends, **how)
        box = ShareBox(**ends, step=0.05)
    for what in ("value", "disabled"):
        ipy.link((made, what), (box, what))
    return made, beside(made, box)


def beside(control: ipy.Widget, box: ipy.Widget) -> ipy.HBox:
    """A slider and its number box, which is named like it, for who hears the name and no place."""
    box.description, box.style.description_width = f"{control.description}, typed", "0px"
    box.layout = ipy.Layout(width="6.5em", margin="2px 12px 2px 0")
    control.layout.margin = "2px 0"
    pair = ipy.HBox([control, box], layout=ipy.Layout(align_items="center"))
    pair.add_class("facescreen-number")  # by which `spoken.js` finds them
    return pair


def row(*controls: ipy.Widget) -> ipy.HBox:
    """Controls side by side; those for which the page is too narrow go to the next line."""
    return ipy.HBox(controls, layout=ipy.Layout(flex_flow="row wrap", align_items="center"))


def figure_and_text(figure: Figure, sentence: str, text: str) -> Content:
    """A figure, closed, with its sentence as alt text; under it a text in Markdown."""
    return figure_only(figure, sentence), text_only(text)


def figure_only(figure: Figure, sentence: str) -> dict[str, Any]:
    """A figure, closed, with its sentence as alt text, as an output."""
    data, metadata = plots.picture(figure, sentence, palette=False)
    data = data | {"image/png": b64encode(data["image/png"]).decode("ascii")}
    return said({"output_type": "display_data", "data": data, "metadata": metadata})


def text_only(text: str) -> dict[str, Any]:
    """A text in Markdown, as an output."""
    return said({"output_type": "display_data", "data": {"text/markdown": text}, "metadata": {}})


def html_only(html: str) -> dict[str, Any]:
    """HTML as an output."""
    return said({"output_type": "display_data", "data": {"text/html": html}, "metadata": {}})


def fill(pane: ipy.Output, make: Callable[[], Content]) -> None:
    """Let a pane hold what `make` returns.

    An error of `make` is raised; in a notebook, where nobody would see it, the pane shows it.
    """
    with pane:
        pane.outputs = make()
