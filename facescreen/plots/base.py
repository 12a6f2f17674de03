"""How a figure is shown or saved, always with its sentence, and the colors that all figures share.

Colors are those of Okabe and Ito (2008), told apart by color-blind readers.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

VALID, BROKEN, PAPER, INK = "#0072B2", "#D55E00", "#999999", "#222222"
SCREENS = (VALID, BROKEN, "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
DASHES, MARKS = ("-", "--", "-.", (0, (1, 1.2)), (0, (6, 1, 1, 1, 1, 1))), "osD^vP*X"
PALETTE = 256  # colors of a chart's PNG


def present(figure: Figure, sentence: str) -> None:
    """Show a figure in the notebook as PNG, with ``sentence`` under it and as its alt text."""
    import matplotlib.pyplot as plt
    from IPython.display import Markdown, display

    data = {"image/png": _small_png(figure), "text/plain": sentence}
    plt.close(figure)
    display(data, raw=True, metadata={"image/png": {"alt": sentence}})
    display(Markdown(f"*{sentence}*"))


def _small_png(figure: Figure) -> bytes:
    """A figure as PNG; of few colors, as charts are, with a palette: a third of the size."""
    from PIL import Image

    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=80, bbox_inches="tight")
    picture = Image.open(drawn).convert("RGB")
    if picture.getcolors(PALETTE * 16):  # None where there are more, as in photographs
        picture = picture.quantize(PALETTE, dither=Image.Dither.NONE)
    picture.save(small, "PNG", optimize=True)
    return small.getvalue()


def save_figure(figure: Figure, sentence: str, path: Path | str) -> None:
    """Write a figure as a PNG file that holds ``sentence`` as its description."""
    import matplotlib.pyplot as plt

    about = {"Description": sentence}
    figure.savefig(path, format="png", dpi=120, bbox_inches="tight", metadata=about)
    plt.close(figure)
