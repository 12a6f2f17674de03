"""A page of a finished table: what was flagged, and the images to look at first.

`page.py` puts it together; `rows.py` reads the table and `tally.py` counts it in one pass;
`scale.py` and `chart.py` draw the scores; of the `galleries.py`, `pictures.py` reads the images
again, `places.py` marks where they are broken and `words.py` says why. `page.html` and `page.css`
are its looks.
"""

from facescreen.folders.report.page import page_of, write_report

__all__ = ["page_of", "write_report"]
