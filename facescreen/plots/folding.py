"""Tables that wait behind a line of text until a reader asks for them."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from IPython.display import HTML

if TYPE_CHECKING:
    import pandas as pd
    from pandas.io.formats.style import Styler


def fold(table: pd.DataFrame | Styler, summary: str) -> HTML:
    """What a notebook shows of `table` as a line, `summary`, that opens when clicked."""
    words = html.escape(summary)
    return HTML(f"<details><summary>{words}</summary>{table.to_html()}</details>")
