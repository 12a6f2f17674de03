"""What the tests of labels share."""

from functools import partial

import pytest
from made_up_reference import COUNT, write_reference
from made_up_tiles import write_tiles

from facescreen.faces import portraits
from facescreen.labels import REFERENCE
from facescreen.labels.elsewhere import __main__ as elsewhere
from facescreen.labels.sheets import read_images, write_pool
from facescreen.screening import PortraitJudge

FEW = 30  # portraits


class SmallJudge:
    fit = staticmethod(partial(PortraitJudge.fit, components=8))


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


@pytest.fixture(scope="session")
def judge():
    """A judge that learned in a moment, from the first of the portraits that the real one saw."""
    return SmallJudge.fit(portraits(FEW, 64, 107))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder of made-up tiles with the index, and the tiles; a small judge measures them."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(elsewhere, "JUDGE_FACES", FEW)
        patch.setattr(elsewhere, "PortraitJudge", SmallJudge)
        yield folder, write_tiles(folder)


@pytest.fixture(scope="module")
def measured(made, tmp_path_factory):
    """The folder with the table of the made-up tiles."""
    out = tmp_path_factory.mktemp("measured") / "new"
    elsewhere.main([str(made[0]), "--out", str(out)])
    return out
