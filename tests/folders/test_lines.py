"""Lines of the table and names of rows, beside the obvious way to write them."""

import csv
import io
from math import isfinite

import numpy as np
import pytest

from facescreen.folders.items import ROWS, Item
from facescreen.folders.table import judged_lines
from facescreen.screening import NoRule, Verdicts

SCORES = [0.0, -0.0, float("nan"), float("inf"), 40.0, 40.0, 1234567.0, 0.1, 1e-7]


def obvious(names, verdicts, notes) -> str:
    """The csv module's own lines."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row, name in enumerate(names):
        score, value = float(verdicts.score[row]), int(verdicts.bin[row])
        cells = ["true" if verdicts.reason[row] else "false", verdicts.reason[row]]
        cells += [
            f"{score:g}" if isfinite(score) else "",
            " RGB"[verdicts.channel[row] + 1].strip(),
        ]
        writer.writerow([name, *cells, "" if value < 0 else value, "; ".join(notes[row])])
    return text.getvalue()


def test_lines_are_those_of_the_csv_module():
    reasons, notes = ["", "color", "a, b"], [(), ("lossy",), ("16-bit", 'a "quote"')]
    every = [(r, s, c, n) for r in reasons for s in SCORES for c in (-1, 0, 2) for n in notes]
    reason, score, channel, note = zip(*every * 2, strict=True)
    channel = np.array(channel)
    verdicts = Verdicts(
        np.array(reason), np.array(score), channel, np.where(channel < 0, -1, 255), None, NoRule()
    )
    names = [f"folder, {n}/é.png" if n % 3 else f"{n}.png" for n in range(len(note))]
    assert "".join(judged_lines(names, verdicts, note)) == obvious(names, verdicts, note)


@pytest.mark.parametrize(
    ("start", "stop"), [(0, 1), (0, 1000), (999, 1001), (1500, 4200), (7, 7), (999_990, 1_000_010)]
)
def test_names_of_rows_are_their_numbers(start, stop):
    item = Item(ROWS, "a %d.npy", "a %d.npy", start, stop, digits=7)
    assert item.names() == [f"a %d.npy/{row:07d}" for row in range(start, stop)]
    assert not item.names() or item.names()[0] == item.first_name
