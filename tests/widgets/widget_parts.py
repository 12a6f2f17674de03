"""Plain images, and the parts of a widget that shows them: its controls and its pane."""

import base64

import matplotlib
import numpy as np

matplotlib.use("agg")


def faces(count=3, size=32):
    """Not quite faces: soft gray ramps, none of them bright, one different from the next."""
    ramp = np.linspace(20, 200, size * size).reshape(size, size)
    return np.stack([np.stack([ramp - k, ramp, ramp * 0.9], -1) for k in range(count)]).astype(
        np.uint8
    )


def controls(view):
    """Every control below a view by its description."""
    found = {}
    for child in getattr(view, "children", ()):
        found |= {child.description: child} if getattr(child, "description", "") else {}
        found |= controls(child)
    return found


def pane(view):
    """Picture, alt text and Markdown of the pane, which holds these and no error."""
    picture, text = view.children[-1].outputs
    png = base64.b64decode(picture["data"]["image/png"])
    assert png.startswith(b"\x89PNG")
    assert picture["metadata"]["image/png"]["alt"].endswith(".")
    assert {picture["output_type"], text["output_type"]} == {"display_data"}
    return png, picture["metadata"]["image/png"]["alt"], text["data"]["text/markdown"]


def settings_of(control):
    """Minimum, default and maximum of a control; of a list's options the first, fifth and last."""
    if hasattr(control, "min"):
        return [control.min, control.value, control.max]
    return [control.options[k][1] for k in (0, 4, -1)]
