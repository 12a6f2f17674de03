"""What data/README.md says of faces is true: no photograph ships, and no model learned from one."""

import fnmatch
import json
import re
from pathlib import Path

import pytest

MADE = {"portraits", "outfits"}  # what a shipped model may have learned from: rendered, nobody's
IMAGES = {".png", ".webp", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".npy", ".npz", ".tar"}
# Where images lie, and what made them, as data/README.md has it.
IMAGES_OF = ("reference/", "study/", "benefit/moments.png")


@pytest.fixture(scope="module")
def data(checkout) -> Path:
    return checkout / "data"


@pytest.fixture(scope="module")
def shipped(data) -> list[str]:
    """Names of the files in data/, without what a learner downloads or trains there."""
    kept = (p for p in data.rglob("*") if p.is_file() and p.suffix not in (".state", ".lock"))
    names = (p.relative_to(data).as_posix() for p in kept)
    return sorted(n for n in names if not re.match(r"downloads/|models/.*/|\.|.*/\.", n))


def test_every_file_has_its_line_with_maker_and_license(data, shipped):
    said, listed = (data / "README.md").read_text(encoding="utf-8"), []
    for line in said.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and "MIT" in cells[3]:
            listed += re.findall(r"`([^`]+)`", cells[0])
    listed += [name.replace(".safetensors", ".json") for name in listed] + ["README.md"]
    listed += [f"{Path(name).parent}/card.json" for name in listed if "/" in name]
    patterns = [f"{name}*" if name.endswith("/") else name for name in listed]
    unsaid = [n for n in shipped if not any(fnmatch.fnmatch(n, p) for p in patterns)]
    assert not unsaid


def test_images_lie_only_where_generated_ones_do(shipped):
    images = [name for name in shipped if Path(name).suffix in IMAGES]
    assert len(images) > 100
    assert [name for name in images if not name.startswith(IMAGES_OF)] == []


def test_every_model_was_learned_from_rendered_images_or_from_the_labeled_ones(data):
    cards = sorted((data / "models").glob("*.json"))
    assert {c.stem for c in cards} == {w.stem for w in (data / "models").glob("*.safetensors")}
    for path in cards:
        card = json.loads(path.read_text(encoding="utf-8"))
        if path.stem.startswith("kinds_"):  # by planted damage, or by images of reference/
            assert card["command"].startswith("python -m facescreen.kinds.training")
            assert "folder:" not in card["command"]
        else:
            assert card["data"]["source"] in MADE, path
