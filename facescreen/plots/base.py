"""How a figure is shown or saved, always with its sentence, and the colors that all figures share.

Colors are those of Okabe and Ito (2008), told apart by color-blind readers.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facescreen.images.writing import write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.transforms import Bbox

VALID, BROKEN, PAPER, INK = "#0072B2", "#D55E00", "#999999", "#222222"
SCREENS = (VALID, BROKEN, "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
DASHES, MARKS = ("-", "--", "-.", (0, (1, 1.2)), (0, (6, 1, 1, 1, 1, 1))), "osD^vP*X"
PALETTE = 256  # colors of a chart's PNG
# A notebook shows a PNG at its own size, 96 pixels to the inch: at DPI, a point of lettering is a
# point on the page. PAGE is the width of a page and TALL the height of a screen, in inches.
DPI, PAGE, TALL = 96, 10.4, 6.2


def present(figure: Figure, sentence: str) -> None:
    """Show a figure in the notebook as PNG, with ``sentence`` under it and as its alt text."""
    from IPython.display import Markdown, display

    data, metadata = picture(figure, sentence)
    display(data, raw=True, metadata=metadata)
    display(Markdown(f"*{sentence}*"))


def presented(draw: Callable[..., tuple[Figure, str]]) -> Callable[..., None]:
    """The `plot_…` function of a `draw_…` one: it takes the same, and presents what is drawn."""

    @wraps(draw)
    def plot(*given: Any, **named: Any) -> None:
        present(*draw(*given, **named))

    return plot


def picture(
    figure: Figure, sentence: str, palette: bool = True
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is displayed of a figure, which is closed: data by MIME type, and its metadata.

    The data is PNG, as bytes; the metadata holds ``sentence`` as its alt text. palette: False
    keeps every color, where a photograph beside a chart would take those of the chart's lines.
    """
    import matplotlib.pyplot as plt

    data = {"image/png": _small_png(figure, palette), "text/plain": sentence}
    plt.close(figure)
    return data, {"image/png": {"alt": sentence}}


def _small_png(figure: Figure, palette: bool = True) -> bytes:
    """A figure as PNG; of few colors, as charts are, with a palette: a third of the size.

    One of many colors keeps every third shade, which nobody sees: two thirds of the size.
    """
    from PIL import Image

    drawn, small = io.BytesIO(), io.BytesIO()
    box = _box_at(figure, DPI)
    dpi = _dpi(box.width, box.height)
    if dpi != DPI:
        box = _box_at(figure, dpi)
    fast = {"compress_level": 0}  # it is compressed below
    figure.savefig(drawn, format="png", dpi=dpi, bbox_inches=box, pil_kwargs=fast)
    picture = Image.open(drawn, formats=["PNG"]).convert("RGB")
    if palette and picture.getcolors(PALETTE * 32):  # None where there are more, as in photographs
        picture = picture.quantize(PALETTE, dither=Image.Dither.NONE)
    else:
        picture = picture.point([(shade + 1) // 3 * 3 for shade in range(256)] * 3)
    picture.save(small, "PNG", optimize=True)
    return small.getvalue()


def _box_at(figure: Figure, dpi: float) -> Bbox:
    """What a figure fills, in inches; lettering is a little wider at some resolutions."""
    figure.set_dpi(dpi)
    return figure.get_tightbbox().padded(0.05)


def _dpi(width: float, height: float) -> float:
    """Dots per inch at which a figure is no wider than the page, and as wide if it nearly is."""
    fits = PAGE / width
    enlarged = fits <= 1.5 and height * fits <= TALL
    return DPI * (fits if enlarged or fits < 1 else 1)


def hold_size(figure: Figure) -> None:
    """Keep a figure's size where its edges are cut, so that one drawn again does not jump."""
    from matplotlib.patches import Rectangle

    whole = {"transform": figure.transFigure, "facecolor": "none", "edgecolor": "none"}
    figure.add_artist(Rectangle((0, 0), 1, 1, **whole))


def save_figure(figure: Figure, sentence: str, path: Path | str) -> None:
    """Write a figure as a PNG file that holds ``sentence`` as its description."""
    import matplotlib.pyplot as plt

    about = {"Description": sentence}
    write_atomically(
        Path(path),
        lambda file: figure.savefig(
            file, format="png", dpi=120, bbox_inches="tight", metadata=about
        ),
    )
    plt.close(figure)
