"""The law of files written line by line: whatever is cut off, what is whole is kept, once.

That every prefix of one file loads is what a kill, or a full disk, asks for at the worst moment.
"""

import csv
import io
import json
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from facescreen.generation import RunFolder
from facescreen.images import pixels_checksum
from facescreen.screening import LABELS
from facescreen.widgets.label_file import COLUMNS, LabelFile

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), min_size=1, max_size=12)
GIVEN = st.lists(st.tuples(NAMES, st.sampled_from(LABELS), NAMES), min_size=1, max_size=6)


def rows_of(data: bytes) -> list[list[str]]:
    """By the csv module alone: image, label and rater."""
    return [row[:3] for row in csv.reader(io.StringIO(data.decode("utf-8"), newline=""))][1:]


@given(GIVEN, st.data())
def test_any_prefix_of_a_file_of_labels_loads_with_every_whole_label(given_labels, data):
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "labels.csv"
        whole = LabelFile(path)
        for one in given_labels:
            whole.append(*one)
        content = path.read_bytes()
        assert rows_of(content) == [list(one) for one in given_labels]
        cut = data.draw(st.integers(0, len(content)))
        path.write_bytes(content[:cut])
        lines = max(content[:cut].count(b"\n") - 1, 0)
        kept = [list(row[:3]) for row in LabelFile(path).rows()]
        # The label of the line that was cut is kept where no letter of it is missing.
        assert kept in ([list(g) for g in given_labels[:n]] for n in (lines, lines + 1))
        again = LabelFile(path)
        for one in given_labels[len(kept) :]:
            again.append(*one)
        assert rows_of(path.read_bytes()) == rows_of(content)
        assert path.read_bytes().startswith(",".join(COLUMNS).encode() + b"\n")


IDENTITY = {"seed": 3, "rule": "a rule", "size": 4, "count": 50}
IMAGES = np.random.default_rng(0).integers(0, 256, (12, 4, 4, 3), dtype=np.uint8)
REASONS = st.lists(st.sampled_from(["", "color", "white", 'a "b",\n한']), min_size=1, max_size=12)


def judged(folder: RunFolder, reasons: list[str]) -> None:
    """Judge all that is not yet judged; an image that passes is saved."""
    for index in range(folder.tried, len(reasons)):
        line = {"index": index, "broken": bool(reasons[index]), "reason": reasons[index]}
        saved = {"file": None} if reasons[index] else folder.save(index, IMAGES[index])
        folder.record(line | saved)


@given(REASONS, st.data())
def test_a_run_goes_on_from_any_prefix_of_its_manifest(reasons, data):
    with tempfile.TemporaryDirectory() as place:
        manifest = Path(place) / "manifest.jsonl"
        with RunFolder(Path(place), IDENTITY, 50) as folder:
            judged(folder, reasons)
        content = manifest.read_bytes()
        cut = data.draw(st.integers(0, len(content)))
        zeros = data.draw(st.sampled_from([0, 0, 7]))  # as a crash of the system leaves them
        manifest.write_bytes(content[:cut] + bytes(zeros))
        with RunFolder(Path(place), IDENTITY, 50) as folder:
            lines = content[:cut].count(b"\n")
            assert lines <= folder.tried <= lines + 1
            assert folder.saved == reasons[: folder.tried].count("")
            judged(folder, reasons)
        assert manifest.read_bytes() == content
        named = [json.loads(line) for line in content.splitlines()]
        files = {line["file"]: line["pixels"] for line in named if line["file"]}
        there = {p.relative_to(place).as_posix(): p for p in Path(place, "images").iterdir()}
        assert there.keys() == files.keys()
        assert all(pixels_checksum(IMAGES[int(Path(n).stem)]) == files[n] for n in files)
