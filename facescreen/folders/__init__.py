"""Folders: every image file under a folder is judged, or named with the reason why it cannot be.

Imports `images` and `screening`. Open `screen.py` first: the table and the summary; `calibrate.py`
sets a rule by a folder of valid images. `images.found` walks the folder.
"""

from facescreen.folders.calibrate import Calibrated, calibrate_on_folder
from facescreen.folders.screen import COLUMNS, Summary, screen_folder

__all__ = [
    "COLUMNS",
    "Calibrated",
    "Summary",
    "calibrate_on_folder",
    "screen_folder",
]
