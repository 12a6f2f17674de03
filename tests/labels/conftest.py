"""What the tests of labels share."""

import pytest
from made_up_reference import COUNT, write_reference

from facescreen.labels import REFERENCE
from facescreen.labels.sheets import read_images, write_pool


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reference")
    write_reference(folder)
    return folder


@pytest.fixture(scope="module")
def names():
    return [f"default/{n:04d}" for n in range(COUNT)]


@pytest.fixture
def small(tmp_path):
    """The first four images of one pool and two of another, with their tables."""
    folder = tmp_path / "reference"
    kept = [f"default/{n:04d}" for n in range(4)] + [f"strong/{n:04d}" for n in range(2)]
    folder.mkdir()
    write_pool(folder, "default", read_images(REFERENCE, kept[:4]))
    write_pool(folder, "strong", read_images(REFERENCE, kept[4:]))
    for table in ("images.csv", "labels.csv"):
        with open(REFERENCE / table, encoding="utf-8") as file:
            lines = [line for n, line in enumerate(file) if n == 0 or line.split(",")[0] in kept]
        (folder / table).write_text("".join(lines), encoding="utf-8")
    return folder
