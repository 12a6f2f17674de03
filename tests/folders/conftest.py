"""A folder of every kind of file, and what its screening says."""

import os
from pathlib import Path

import numpy as np
import pytest
from deadly_rule import DEADLY
from mixed_folder import MID, huge_png, lines, save, with_red_patch, with_white_patch
from PIL import Image

from facescreen.folders import screen_folder
from facescreen.screening import MultiColorRule


@pytest.fixture(scope="session")
def mixed(tmp_path_factory) -> Path:
    """Good photographs among every kind of file that a folder of photographs holds in practice."""
    folder = tmp_path_factory.mktemp("photos")
    (folder / "inner").mkdir()
    save(folder / "good.png", MID)
    save(folder / "inner" / "good.png", MID)
    save(folder / "red.png", with_red_patch(100))
    save(folder / "white.png", with_white_patch(1200))
    save(folder / "larger.png", np.full((128, 96, 3), 90, np.uint8))
    save(folder / "lossy.jpg", MID, quality=95)
    save(folder / "gray.png", MID, "L")
    save(folder / "palette.png", with_red_patch(100), "P")
    save(folder / "alpha.png", MID, "RGBA")
    save(folder / "cmyk.jpg", MID, "CMYK")
    Image.fromarray(np.full((64, 64), 30000, np.uint16)).save(folder / "deep.png")
    save(folder / "no_ending", MID, format="PNG")
    noise = np.random.default_rng(0).integers(0, 256, MID.shape, np.uint8)
    whole = save(folder / "whole.png", noise).read_bytes()
    (folder / "truncated.png").write_bytes(whole[: len(whole) // 2])
    (folder / "text.png").write_text("no picture at all")
    (folder / "empty.png").write_bytes(b"")
    huge_png(folder / "huge.png", 20_000)
    (folder / "nowhere.png").symlink_to(folder / "absent.png")
    os.mkfifo(folder / "pipe.png")
    (folder / "inner" / "loop").symlink_to(folder)
    (folder / "notes.txt").write_text("taken in May")
    return folder


@pytest.fixture(scope="session")
def screened(mixed, tmp_path_factory):
    table = tmp_path_factory.mktemp("out") / "verdicts.csv"
    return screen_folder(mixed, MultiColorRule(), table), lines(table)


@pytest.fixture(scope="session")
def deadly(tmp_path_factory) -> Path:
    """Twelve images, of which the seventh ends the process that judges it by `Deadly`."""
    folder = tmp_path_factory.mktemp("deadly")
    for n in range(12):
        image = MID.copy()
        image[0, 0] = DEADLY if n == 6 else (n, n, n)
        save(folder / f"{n:02}.png", image)
    return folder


@pytest.fixture
def shards(tmp_path) -> Path:
    """An empty folder."""
    folder = tmp_path / "shards"
    folder.mkdir()
    return folder
