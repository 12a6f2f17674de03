"""The folder of one run: `settings.json`, `manifest.jsonl`, `images/`; any kill leaves it usable.

It holds what this run made, and what others put there stays as it is: nothing is written before
the folder is known to be this run's, a file that the run did not make is never overwritten, and
none is removed but temporary files of its own. An image is written before the line that names it,
so after a kill there may be an image that no line names, which is taken over when it is made
again, or half a line, which is cut off.
"""

import codecs
import errno
import json
import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from facescreen.generation.saved_image import (
    Checksums,
    Packed,
    RunFolderError,
    image_name,
    is_there,
)
from facescreen.images import InUseError, locked, pixels_checksum, save_png
from facescreen.images.writing import write_atomically

# How much is made may change from call to call without changing what is made.
FREE = ("count", "max_tries")
CHANGED = {  # what a checksum that differs means
    "source_fingerprint": ", for a photograph of the source was added, changed or taken away",
    "model_sha256": ", for the model is another one",
}
FILE, FOLDER = (stat.S_ISREG, "file"), (stat.S_ISDIR, "folder")
PARTS = {"settings.json": FILE, "manifest.jsonl": FILE, ".lock": FILE}
PARTS |= {"images": FOLDER, "learning": FOLDER}
# Of `save_png`, after a kill; older versions named no machine.
OWN_TEMPORARY = re.compile(r"\.\d+\.png\.\d+-\d+(?:-[0-9a-f]{8})?\.tmp")


class RunFolder:
    """Context manager around a run's folder; holds its lock, counts what its manifest says.

    `identity` is what every image depends on; a folder made with another one is refused, except
    where only the names in `FREE` differ, and so is one that holds more than `count` images.
    `RunFolderError` says in one sentence what is wrong; the folder is then as it was.

    tried, saved, rejected: counts of the manifest's lines. lost: indices of the saved images that
    were missing or damaged when the folder was opened; `save` puts them back.
    """

    def __init__(self, path: Path, identity: dict[str, Any], count: int) -> None:
        self.path, self.count = path, count
        self.identity = json.loads(json.dumps(identity))  # as it will read back
        self.lost: list[int] = []

    def __enter__(self) -> "RunFolder":
        with self._told():
            self._examine()  # before the lock, which is a file: a refused run leaves none
            try:
                self._lock = locked(self.path / ".lock")
            except InUseError as error:
                raise RunFolderError(f"another process is writing to {self.path}") from error
            try:
                self._examine()  # again, since only now nobody else writes
                self.lost = [
                    index
                    for index, expected in self._saved.items()
                    if not is_there(
                        self.path / image_name(index), expected, self.identity["size"], ours=True
                    )
                ]
                self._begin()
            except BaseException:
                self._lock.close()
                raise
        return self

    def __exit__(self, *_: object) -> None:
        self._manifest.close()
        self._lock.close()  # the system frees the lock with the file, after a kill as well

    @property
    def saved(self) -> int:
        """How many images the manifest says are saved."""
        return len(self._saved)

    def files(self) -> list[Path]:
        """The images saved, in order."""
        return [self.path / image_name(index) for index in self._saved]

    def save(self, index: int, image: np.ndarray | Packed) -> dict[str, str]:
        """Put an image on the disk; returns what its line says of it.

        A file that is there already stays if it is this image, whole. Raises `RunFolderError` if
        it is another file, or the image another one than was saved under this index before.
        """
        ready = isinstance(image, Packed)
        name, pixels = image_name(index), image.pixels if ready else pixels_checksum(image)
        side = image.side if ready else len(image)
        file, before = self.path / name, self._saved.get(index)
        if before is not None and before.pixels != pixels:
            raise RunFolderError(
                f"{file} is lost, and made again it differs from what the manifest says of it: go "
                "on with the software that the run began with, or choose another folder"
            )
        with self._told():
            if not is_there(file, Checksums("", pixels), side, ours=index in self._saved):
                save_png(file, image.png if ready else image)
            return {"file": name, "sha256": sha256(file.read_bytes()).hexdigest(), "pixels": pixels}

    def record(self, line: dict[str, Any]) -> None:
        """Append the line of an image judged; the file that it names is written already."""
        data = (json.dumps(line) + "\n").encode()
        before = os.fstat(self._manifest.fileno()).st_size
        with self._told():
            try:
                if self._manifest.write(data) != len(data):
                    words = "only a part of a line could be written"
                    raise OSError(errno.ENOSPC, words, self._manifest.name)
            except OSError:  # a full disk: half a line must not stay
                self._manifest.truncate(before)
                raise
        self._count(line)

    def _count(self, line: dict[str, Any]) -> None:
        self.tried += 1
        if line["file"] is None:
            self.rejected[line["reason"]] += 1
        else:
            self._saved[line["index"]] = _checksums(line)

    # --- what is there: nothing here changes a byte -----------------------------------------------

    def _examine(self) -> None:
        """Read settings and manifest; refuse what is not this run's."""
        self._settings: dict[str, Any] | None = None
        self._saved: dict[int, Checksums | None] = {}  # by index; older manifests have none
        self.tried, self.rejected, self._whole = 0, Counter(), b""
        if self.path.exists() and not self.path.is_dir():
            raise RunFolderError(f"{self.path} is a file, expected a folder")
        for name, (kind, expected) in PARTS.items():
            part = self.path / name
            if os.path.lexists(part) and not kind(part.lstat().st_mode):
                raise RunFolderError(
                    f"{part} is a link or no {expected}: a run writes inside its own folder only"
                )
        if (self.path / "settings.json").exists():
            self._settings = self._read_settings(self.path / "settings.json")
            self._read_manifest(self.path / "manifest.jsonl")
        elif self.path.exists():
            others = sorted(p.name for p in self.path.iterdir() if not p.name.startswith("."))
            if others:
                raise RunFolderError(
                    f"{self.path} holds {others[0]} but no settings.json, so it is not a run's "
                    "folder: choose an empty or a new one"
                )
        if self.saved > self.count:
            raise RunFolderError(
                f"{self.path} already holds {self.saved} images, more than the {self.count} asked "
                "for: choose another folder"
            )

    def _read_settings(self, file: Path) -> dict[str, Any]:
        try:
            theirs = json.loads(file.read_text("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise RunFolderError(f"{file} is not readable as a run's settings: {error}") from error
        if not isinstance(theirs, dict) or not theirs.keys() & self.identity.keys():
            raise RunFolderError(f"{file} is not the settings of a run: choose another folder")
        for name in sorted(theirs.keys() | self.identity.keys()):
            ours, other = self.identity.get(name), theirs.get(name)
            if name not in FREE and ours != other:
                why = CHANGED.get(name, "")
                raise RunFolderError(
                    f"{self.path} was made with {name} {other!r}, not {ours!r}{why}: "
                    "choose another folder, or the same settings"
                )
        return theirs

    def _read_manifest(self, manifest: Path) -> None:
        """Count the lines. Only a torn last line is left out; any other that is not ours raises."""
        raw = manifest.read_bytes() if manifest.exists() else b""
        lines = raw.removeprefix(codecs.BOM_UTF8).splitlines(keepends=True)
        end = len(raw) - sum(map(len, lines))
        for number, text in enumerate(lines, 1):
            line = _line(text, self.tried)
            if line is not None:
                self._count(line)
            elif text.strip():
                if number == len(lines) and _is_torn(text, self.tried):
                    break
                shown = text.decode("utf-8", "replace").strip()[:60]
                raise RunFolderError(
                    f"line {number} of {manifest} is {shown!r}, which this run did not write: put "
                    "it back as it was, or cut the file before it, and what follows is made again"
                )
            end += len(text)
        self._whole = raw[:end]

    # --- what is written once all of that is checked ----------------------------------------------

    def _begin(self) -> None:
        if self._settings != self.identity:
            text = json.dumps(self.identity, indent=2) + "\n"
            write_atomically(
                self.path / "settings.json", lambda file: file.write_text(text, "utf-8")
            )
        (self.path / ".settings.json.tmp").unlink(missing_ok=True)
        (self.path / "images").mkdir(exist_ok=True)
        for file in (self.path / "images").iterdir():
            if OWN_TEMPORARY.fullmatch(file.name) and file.is_file():
                file.unlink()
        self._manifest = (self.path / "manifest.jsonl").open("ab", buffering=0)
        if os.fstat(self._manifest.fileno()).st_size > len(self._whole):
            self._manifest.truncate(len(self._whole))
        if self._whole and not self._whole.endswith(b"\n"):
            self._manifest.write(b"\n")

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Errors of the system, such as a full disk, in one sentence that says where."""
        try:
            yield
        except OSError as error:
            raise RunFolderError(
                f"{error.filename or self.path}: {error.strerror or error}; what is saved stays, "
                "and the same command goes on from there"
            ) from error


def _line(text: bytes, index: int) -> dict[str, Any] | None:
    """A line of the manifest, if it is one of this run about image `index`."""
    try:
        line = json.loads(text)
        ours = (
            type(line["index"]) is int
            and line["index"] == index
            and line["file"] in (None, image_name(index))
            and isinstance(line["reason"], str)
        )
        _checksums(line)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return line if ours else None


def _checksums(line: dict[str, Any]) -> Checksums | None:
    """Those of a line's image; older manifests have none, and lines without an image neither."""
    given = line.get("sha256"), line.get("pixels")
    if given == (None, None):
        return None
    if not all(isinstance(checksum, str) for checksum in given):
        raise TypeError(f"expected two checksums, not {given}")
    return Checksums(*given)


def _is_torn(text: bytes, index: int) -> bool:
    """Whether it is how a line of image `index` begins; a crash of the system may leave zeros."""
    text, begins = text.rstrip(b"\0"), f'{{"index": {index}, '.encode()
    return not text.endswith(b"\n") and (begins.startswith(text) or text.startswith(begins))
