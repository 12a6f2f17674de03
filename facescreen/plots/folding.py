"""Tables that wait behind a line of text until a reader asks for them."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from IPython.display import HTML

if TYPE_CHECKING:
    import pandas as pd
    from pandas.io.formats.style import Styler


def fold(table: pd.DataFrame | Styler, summary: str, sentences: bool = False) -> HTML:
    """What a notebook shows of `table` as a line, `summary`, that opens when clicked.

    sentences: what stands in it are words rather than data, which an edition in another language
    translates.
    """
    if sentences:
        styled = table if hasattr(table, "set_table_attributes") else table.style
        table = styled.set_table_attributes('class="sentences"')
    words = html.escape(summary)
    return HTML(f"<details><summary>{words}</summary>{table.to_html()}</details>")
