"""The labels, images and rules counted again, from the files and by plain Python."""

import csv
from collections import Counter
from functools import cache

import numpy as np
from PIL import Image

from facescreen.labels import REFERENCE

LAST = {"broken": ("broken_saturated",), "unusable": ("broken_saturated", "broken_other")}


@cache
def sheet_of(pool, number):
    with Image.open(REFERENCE / pool / f"{number:02d}.webp") as opened:
        return np.asarray(opened)


def cut_out(name):
    """A labeled image, cut from its sheet of 8 × 8."""
    pool, number = name.split("/")
    sheet, place = divmod(int(number), 64)
    left, top = 64 * (place % 8), 64 * (place // 8)
    return sheet_of(pool, sheet)[top : top + 64, left : left + 64]


def last_word(looks):
    """What most looks said; of labels said equally often, the last look's."""
    ranked = Counter(label for _, label in sorted(looks)).most_common()
    leads = len(ranked) == 1 or ranked[0][1] > ranked[1][1]
    return ranked[0][0] if leads else sorted(looks)[-1][1]


def counts_of(image):
    return [np.bincount(image[..., k].ravel(), minlength=256)[240:] for k in range(3)]


def flags_of(counts):
    """The paper's rules on the counts of values 240 to 255, (3, 16) integers, by plain Python."""
    at_255 = [int(channel[-1]) for channel in counts]
    single = max(at_255) - min(at_255)
    peak = max(max(int(n) for n in channel) for channel in counts)
    place = max(k for k in range(16) for channel in counts if int(channel[k]) == peak)
    here = [int(channel[place]) for channel in counts]
    multi = max(here) - min(here) >= 40 or sum(here) >= 1000
    return {"none": False, "single 40": single >= 40, "single 20": single >= 20,
            "multi 40 / 1,000": multi}  # fmt: skip


def labeled_files(pool):
    """Of a pool's images, in order: run, label and flags, from the files."""
    said: dict[str, list[tuple[str, str]]] = {}
    with (REFERENCE / "labels.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            said.setdefault(row["image"], []).append((row["rater"], row["label"]))
    with (REFERENCE / "drawn.csv").open(newline="", encoding="utf-8") as file:
        runs = {row["image"]: row["seed"] for row in csv.DictReader(file)}
    for name in sorted(name for name in said if name.startswith(f"{pool}/")):
        yield runs[name], last_word(said[name]), flags_of(counts_of(cut_out(name)))


def labeled_tiles():
    """The same of other people's GANs, from their table."""
    with (REFERENCE.parent / "elsewhere" / "tiles.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            counts = [[row[f"{channel}{value}"] for value in range(240, 256)] for channel in "rgb"]
            yield row["repository"], row["label"], flags_of(counts)


def wilson(count, total, z=1.959963984540054):
    p, d = count / total, 1 + z * z / total
    half = z * (p * (1 - p) / total + (z / (2 * total)) ** 2) ** 0.5
    middle = p + z * z / (2 * total)
    return 100 * (middle - half) / d, 100 * (middle + half) / d
