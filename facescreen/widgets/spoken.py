"""What a screen reader says of the controls, and how a pressed one looks.

The sliders of ipywidgets have no accessible name and read 0.1 as 0.09999999999999999; its toggles
do not say that they are pressed, which the dark theme hardly shows either. A short script in the
page adds names and states; where scripts do not run, number boxes still have theirs.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeVar

import ipywidgets as ipy

from facescreen.language.kernel import in_language

PICTURE = "Picture; the text beside it says what it shows."  # in the script, of one without words
CLASS = "facescreen-spoken"  # of the part of the page that the script looks after

Box = TypeVar("Box", bound=ipy.Box)


def spoken(box: Box) -> Box:
    """The same box, with the script as its first child, which is not seen."""
    style, script = (
        Path(__file__).with_name(f"spoken.{kind}").read_text(encoding="utf-8")
        for kind in ("css", "js")
    )
    script = script.replace(f'"{PICTURE}"', json.dumps(in_language(PICTURE), ensure_ascii=False))
    html = {"text/html": f"<style>{style}</style><script>{script}</script>"}
    output = {"output_type": "display_data", "data": html, "metadata": {}}
    box.add_class(CLASS)
    box.children = (ipy.Output(outputs=(output,), layout={"display": "none"}), *box.children)
    return box
