"""A small reference set of made-up images, for the tests of labeling."""

import csv

import numpy as np
from PIL import Image

from facescreen.labels import pixels_checksum
from facescreen.labels.sheets import write_pool

COUNT = 70  # made-up images: a full sheet and 22 more
SIDE = 16


def made_up(seed, side=SIDE):
    """A smooth picture that no other seed has."""
    values = np.random.default_rng(seed).integers(0, 256, (4, 4, 3)).astype(np.uint8)
    return np.asarray(Image.fromarray(values).resize((side, side)))


def write_reference(folder, count=COUNT, pool="default", first=0):
    """A small reference folder without labels; returns the images' names."""
    images = np.stack([made_up(first + n) for n in range(count)])
    folder.mkdir(parents=True, exist_ok=True)
    names = write_pool(folder, pool, images)
    table = folder / "images.csv"
    with open(table, "a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        if not table.stat().st_size:
            writer.writerow(("image", "sha256"))
        writer.writerows(zip(names, map(pixels_checksum, images), strict=True))
    return names
