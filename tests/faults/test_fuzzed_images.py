"""The law of any bytes in an image file: a row for each, no crash, no hang, no wrong pixel.

What is judged is what Pillow decodes of the same bytes where it may leave out nothing. Ten thousand
cases: `make faults`.
"""

import csv
import io
import signal
import tempfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from damage import KINDS, scene
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFile, ImageOps

from facescreen.folders import screen_folder
from facescreen.screening import NoRule

SECONDS = 60  # for one small file, on a machine however busy
WHOLE = {
    (kind, variant): [make(scene(number)) for number in (0, 1)]
    for kind in KINDS
    for variant, make in KINDS[kind].items()
}
# Which Pillow converts to RGB otherwise, as tests/images says.
CONVERTED = {"alpha", "16-bit", "other mode"}
GOOD = np.full((9, 7, 3), 120, np.uint8)  # of a size that no other file here has


class Seen:
    """Judges nothing, and keeps the pixels that it is shown."""

    def __init__(self):
        self.images = []

    def __call__(self, images):
        self.images += list(images)
        return NoRule()(images)


@st.composite
def damaged_files(draw) -> tuple[str, bytes]:
    """A name, and bytes of an image changed in up to four places, or joined to another one's."""
    kind, variant = draw(st.sampled_from(sorted(WHOLE)))
    data, other = WHOLE[kind, variant]
    other = draw(st.sampled_from([other, WHOLE[draw(st.sampled_from(sorted(WHOLE)))][0]]))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        some = draw(st.binary(min_size=1, max_size=6))
        to = draw(st.integers(at, len(data)))
        data = draw(
            st.sampled_from(
                [
                    data[:at] + some + data[at + len(some) :],  # changed
                    data[:at] + some + data[at:],  # inserted
                    data[:at] + data[at + len(some) :],  # removed
                    data[:at],  # cut off
                    data[:at] + other[min(at, len(other)) :],  # joined
                    data[:at] + data[to:] + data[at:to],  # in another order
                ]
            )
        )
    ending = draw(st.sampled_from([kind.lower(), "png", "jpg"]))
    return f"a.{ending}", data


def decoded(data: bytes) -> np.ndarray | None:
    """What Pillow reads of the first picture, upright; None where it reads none."""
    assert not ImageFile.LOAD_TRUNCATED_IMAGES
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    except Exception:  # of many kinds
        return None


@contextmanager
def in_time():
    """A hang fails the test."""

    def ring(*_):
        raise AssertionError(f"not done after {SECONDS} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def screened(name: str, data: bytes):
    """The rows of a folder that holds this file and a good one, and the pixels judged."""
    with tempfile.TemporaryDirectory() as place:
        folder, rule = Path(place) / "images", Seen()
        folder.mkdir()
        (folder / name).write_bytes(data)
        Image.fromarray(GOOD).save(folder / "z.png")
        with in_time():
            screen_folder(folder, rule, Path(place) / "table.csv", workers=1)
        with open(Path(place) / "table.csv", newline="", encoding="utf-8") as table:
            return list(csv.DictReader(table)), rule.images


@pytest.mark.filterwarnings("ignore")
@given(damaged_files())
def test_any_bytes_are_a_row_refused_or_judged_by_the_pixels_that_pillow_reads(file):
    name, data = file
    rows, images = screened(name, data)
    assert [row["file"] for row in rows] == [name, "z.png"]
    assert not rows[1]["reason"] and (images[-1] == GOOD).all()
    if rows[0]["reason"].startswith("unreadable: "):
        assert len(images) == 1
        return
    assert len(images) == 2
    pixels = decoded(data)
    assert pixels is not None, "judged, and Pillow cannot read it"
    assert images[0].shape == pixels.shape
    if not CONVERTED & set(rows[0]["note"].split("; ")):
        np.testing.assert_array_equal(images[0], pixels)


@pytest.mark.parametrize(("kind", "variant"), sorted(WHOLE))
def test_whole_files_are_judged_by_those_pixels_too(kind, variant):
    """Or the law above would hold of a reader that refuses everything."""
    data = WHOLE[kind, variant][0]
    rows, images = screened(f"a.{kind.lower()}", data)
    assert not rows[0]["reason"] and images[0].shape == decoded(data).shape
