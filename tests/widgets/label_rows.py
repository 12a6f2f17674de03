"""Names of images to label, and the rows of a file of labels."""

import csv

from facescreen.widgets.label_file import COLUMNS

NAMES = [f"set/{k}.png" for k in range(6)]


def written(path):
    """The file's rows, read by the csv module alone."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == COLUMNS
    return rows
