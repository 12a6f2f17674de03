"""What a folder holds: compared with another one's, and looked at for halves of files."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file

from facescreen.lessons.run import cleaned

# All that two runs may differ in: how long they took, when a label was given, and which weights the
# last ones have replaced, of which a state keeps the checksum.
MINUTES = re.compile(rb'"minutes": [\d.e-]+')  # of a card; and of a page that lists lessons:
MINUTES_SHOWN = re.compile(rb"in [\d.]+ minutes on this machine|<p class=\"status\">[\d.]+ minutes")
TIME = re.compile(rb",\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", re.M)


def state_without_seconds(data: bytes, path: Path) -> bytes:
    """Of a state of a training: what it says beside those, and checksums of its tensors."""
    with safe_open(path, "pt") as file:
        about = json.loads(file.metadata()["state"])
    del about["seconds"], about["weights"]
    tensors = {n: sha256(t.numpy().tobytes()).hexdigest() for n, t in load_file(path).items()}
    return json.dumps([about, sorted(tensors.items())]).encode()


def notebook_without_times(data: bytes, _path: Path) -> bytes:
    import nbformat

    return nbformat.writes(cleaned(nbformat.reads(data.decode(), as_version=4))).encode()


TIMED: dict[str, Callable[[bytes, Path], bytes]] = {
    ".state": state_without_seconds,
    ".json": lambda data, _: MINUTES.sub(b"", data),
    ".html": lambda data, _: MINUTES_SHOWN.sub(b"", data),
    ".csv": lambda data, _: TIME.sub(b"", data),
    ".ipynb": notebook_without_times,
}


def contents(place: Path) -> dict[str, bytes]:
    """Every file under a place, hidden ones too, without what two runs may differ in."""
    found = {}
    for path in place.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            if path.suffix in TIMED:
                data = TIMED[path.suffix](data, path)
            found[path.relative_to(place).as_posix()] = data
    return found


# --- no halves ------------------------------------------------------------------------------------


def check_whole(out: Path, ended: bool) -> None:
    """Every file that is not hidden is whole. In what is written line by line, the last line of
    work that has not `ended` may be half one."""
    for path in out.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(out).parts)
        if path.is_file() and (ended or not hidden) and path.suffix in CHECKS:
            try:
                CHECKS[path.suffix](path, ended)
            except Exception as error:
                raise AssertionError(f"{path} is not whole: {error}") from error


def _image(path: Path, _: bool) -> None:
    with Image.open(path) as image:
        image.load()


def _lines(path: Path, ended: bool) -> None:
    """Lines of a manifest: each image once, in order, and each file there as it says."""
    whole, tail = path.read_bytes().rsplit(b"\n", 1) if path.stat().st_size else (b"", b"")
    assert not (ended and tail), f"ends in {tail!r}"
    for number, line in enumerate(map(json.loads, whole.splitlines())):
        assert line["index"] == number
        if line["file"]:
            data = (path.parent / line["file"]).read_bytes()
            assert sha256(data).hexdigest() == line["sha256"]


def _rows(path: Path, ended: bool) -> None:
    text = path.read_bytes().decode("utf-8", "strict" if ended else "ignore")
    whole, tail = text.rsplit("\n", 1) if text else ("", "")
    assert not (ended and tail), f"ends in {tail!r}"
    rows = list(csv.reader(io.StringIO(whole, newline=""), strict=True))
    assert len({len(row) for row in rows}) <= 1


def _page(path: Path, _: bool) -> None:
    assert path.read_text("utf-8").rstrip().endswith("</html>")


CHECKS = {
    ".png": _image,
    ".jsonl": _lines,
    ".csv": _rows,
    ".json": lambda path, _: json.loads(path.read_text("utf-8")),
    ".ipynb": lambda path, _: json.loads(path.read_text("utf-8")),
    ".html": _page,
    ".safetensors": lambda path, _: load_file(path),
    ".state": lambda path, _: load_file(path),
}
