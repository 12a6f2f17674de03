"""Folders: every image file under a folder is judged, or named with the reason why it cannot be.

Imports `images` and `screening`. Open `screen.py`, the only file: the table and the
summary; `images.found` walks the folder.
"""

from facescreen.folders.screen import COLUMNS, Summary, screen_folder

__all__ = [
    "COLUMNS",
    "Summary",
    "screen_folder",
]
