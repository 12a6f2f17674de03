"""Folders: every image under a folder is judged, or named with the reason why it cannot be.

Imports `images` and `screening`. Open `screen.py` first: the run and its summary. `listing.py`
walks a folder into `items`, with what is in `tar` shards and `arrays`; `judging.py` turns those
into lines of the `table`; `chunks.py` cuts the work, and `workers.py` hands it to processes
(`aside.py`, `worker.py`) and `cluster.py` to those of other machines (`remote.py`); `resume.py`
goes on after a kill. `calibrate.py` sets a rule by a folder of valid images; `report/` makes a page
of a finished table.
"""

from facescreen.folders.calibrate import Calibrated, calibrate_on_folder
from facescreen.folders.report import page_of, write_report
from facescreen.folders.screen import Summary, screen_folder
from facescreen.folders.table import COLUMNS

__all__ = [
    "COLUMNS",
    "Calibrated",
    "Summary",
    "calibrate_on_folder",
    "page_of",
    "screen_folder",
    "write_report",
]
