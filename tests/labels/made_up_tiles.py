"""A folder of made-up tiles with their index, as `facescreen.labels.elsewhere` measures them."""

import csv

import numpy as np
from PIL import Image

from facescreen.labels.elsewhere.__main__ import INDEX

LABELS = ("valid", "broken_saturated", "broken_other", "unsure")
SIDES = (64, 64, 64, 128, 128, 256, 80)


def bright_tile(seed, side):
    """A tile with bright patches and bright pixels alone."""
    rng = np.random.default_rng(seed)
    tile = rng.integers(0, 256, (side, side, 3)).astype(np.uint8)
    tile[: rng.integers(side // 2), :, rng.integers(3)] = rng.integers(240, 256)
    tile[-rng.integers(1, side // 2) :] = rng.integers(240, 256)
    return tile


def write_tiles(folder):
    """Tiles of four sizes and their index, in a folder; returns the tiles."""
    (folder / "tiles").mkdir()
    tiles = [bright_tile(seed, side) for seed, side in enumerate(SIDES)]
    for k, tile in enumerate(tiles):
        Image.fromarray(tile).save(folder / "tiles" / f"{k}.png")
    with open(folder / "index.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*INDEX, "tile_size"])
        for k, tile in enumerate(tiles):
            license = "The MIT License (MIT) Copyright" if k % 2 else "own, “odd”"
            cells = [f"{k}.png", LABELS[k % 4], "a/b", "0123", license, "c, d.png", "", "clamp"]
            writer.writerow([*cells, len(tile)])
    return tiles
