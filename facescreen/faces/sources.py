"""Existing faces, wherever they come from, behind one protocol.

    source = open_source("folder:photos", size=64)
    faces = source.load([0, 5, 7])  # uint8 (3, 64, 64, 3)

`SOURCES` maps the word before the colon to the function that opens such a source.
"""

from __future__ import annotations

import hashlib
import os
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

from facescreen.images import ImageError, read_image, read_image_with_notes

PORTRAITS = 10_000  # how many faces the portrait source says it has; the renderer has no end
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")
KEEP_BYTES = 1 << 29  # a folder's faces stay in memory up to here; above, they are read again
EXAMPLE = "\n    {0}/\n        anna.png\n        ben.jpg\n        more/\n            chris.webp"


class SourceError(ValueError):
    """A source of faces cannot be opened; the message says what was expected."""


class FaceSource(Protocol):
    """What every source of existing faces offers.

    name: the text that opened it. size: the side of its images in pixels. fingerprint: a short
    hash of its data, the same for the same faces. problems: one sentence per file left out.
    """

    name: str
    size: int
    problems: tuple[str, ...]

    @property
    def fingerprint(self) -> str: ...

    def __len__(self) -> int: ...

    def load(self, indices: Sequence[int] | np.ndarray) -> np.ndarray:
        """Return faces as uint8 (len(indices), size, size, 3); IndexError beyond len()."""
        ...


def open_source(text: str, size: int = 64, seed: int = 0) -> FaceSource:
    """Open a source of existing faces.

    text: "portraits" or "portraits:studio" (rendered, see `facescreen.faces.portraits`), or
    "folder:PATH" (photographs, in folders inside it too). size: side of the images in pixels.
    seed: which rendered faces; a folder has no use for it. Raises SourceError.
    """
    kind, _, argument = text.partition(":")
    if kind not in SOURCES:
        raise SourceError(
            f"there is no source {text!r}; expected portraits, portraits:studio or folder:PATH"
        )
    if size < 1:
        raise SourceError(f"size must be 1 or more pixels, not {size}")
    return SOURCES[kind](argument, size, seed)


@dataclass(frozen=True)
class PortraitSource:
    """Rendered portraits: face i of a seed is always the same. Holds nothing in memory."""

    size: int = 64
    seed: int = 0
    setting: str = "varied"
    count: int = PORTRAITS
    problems: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return "portraits" if self.setting == "varied" else f"portraits:{self.setting}"

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the settings and of eight faces, so that another renderer has another one."""
        settings = f"{self.name} {self.size} {self.seed} {self.count}".encode()
        return _short_hash([settings, self.load(range(min(8, self.count))).tobytes()])

    def __len__(self) -> int:
        return self.count

    def load(self, indices: Sequence[int] | np.ndarray) -> np.ndarray:
        from facescreen.faces.portraits import portraits  # compiles its renderer when first used

        unique, place = np.unique(_checked(indices, self.count), return_inverse=True)
        if not unique.size:
            return np.empty((0, self.size, self.size, 3), np.uint8)
        # The renderer draws runs of consecutive faces.
        runs = np.split(unique, np.flatnonzero(np.diff(unique) != 1) + 1)
        drawn = [
            portraits(len(run), self.size, self.seed, self.setting, start=int(run[0]))
            for run in runs
        ]
        return np.concatenate(drawn)[place]


@dataclass(frozen=True, eq=False)
class FolderSource:
    """Photographs in a folder, each cut to its central square and resized.

    files: those that can be read, sorted by their path in the folder. problems: one sentence for
    each that cannot. notes: how many files were converted in which way (see
    `facescreen.images.LoadedImage`).
    """

    name: str
    size: int
    folder: Path
    files: tuple[Path, ...]
    problems: tuple[str, ...] = ()
    notes: dict[str, int] = field(default_factory=dict)
    kept: np.ndarray | None = field(default=None, repr=False)

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the files' names and contents, and of the size."""
        digest = hashlib.sha256(f"{self.size}".encode())
        for file in self.files:
            digest.update(file.relative_to(self.folder).as_posix().encode(errors="surrogateescape"))
            digest.update(hashlib.sha256(file.read_bytes()).digest())
        return digest.hexdigest()[:16]

    def __len__(self) -> int:
        return len(self.files)

    def load(self, indices: Sequence[int] | np.ndarray) -> np.ndarray:
        indices = _checked(indices, len(self))
        if self.kept is not None:
            return self.kept[indices]
        faces = np.empty((len(indices), self.size, self.size, 3), np.uint8)
        for row, index in enumerate(indices):
            faces[row] = read_image(self.files[index], self.size)
        return faces


def _open_portraits(setting: str, size: int, seed: int) -> PortraitSource:
    if setting not in ("", "varied", "studio"):
        raise SourceError(
            f"there are no portraits of the setting {setting!r}; "
            "expected portraits or portraits:studio"
        )
    return PortraitSource(size, seed, setting or "varied")


def _open_folder(argument: str, size: int, seed: int) -> FolderSource:
    """Read every file once: only a whole decoding tells which ones are damaged."""
    if not argument:
        raise SourceError(f"expected folder:PATH, with the path of a folder such as{_example('')}")
    folder = Path(argument).expanduser()
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        raise SourceError(f"{folder} {what}, expected a folder such as{_example(folder)}")
    files, problems, kept, notes = [], [], [], Counter()
    found = _image_files(folder, problems)
    if not found and not problems:
        kinds = " ".join(SUFFIXES)
        raise SourceError(
            f"{folder} holds no image files ({kinds}), expected a folder such as{_example(folder)}"
        )
    keep = len(found) * size * size * 3 <= KEEP_BYTES
    for file in found:
        try:
            loaded = read_image_with_notes(file, size)
        except ImageError as error:
            problems.append(str(error))
            continue
        files.append(file)
        notes.update(loaded.notes)
        if keep:
            kept.append(loaded.image)
    _report(folder, len(files), problems)
    faces = np.stack(kept) if keep else None
    return FolderSource(
        f"folder:{argument}", size, folder, tuple(files), tuple(problems), dict(notes), faces
    )


def _report(folder: Path, readable: int, problems: list[str]) -> None:
    """Warn about files left out; raise SourceError if too few are left to combine."""
    first = f"; the first: {problems[0]}" if problems else ""
    left_out = f"{len(problems)} of {readable + len(problems)} files cannot be read{first}"
    if readable < 2:
        raise SourceError(f"{folder}: {readable} readable, expected 2 or more: {left_out}")
    if problems:
        warnings.warn(f"{folder}: {left_out}", stacklevel=4)  # at the caller of open_source


def _image_files(folder: Path, problems: list[str]) -> list[Path]:
    """List image files in the folder and those inside it, sorted by path; hidden ones are left out.

    Links to folders are followed, each real folder once. A folder that cannot be opened is added
    to the problems.
    """
    found, visited = [], {os.path.realpath(folder)}

    def note(error: OSError) -> None:
        problems.append(f"{error.filename}: {error.strerror}, expected a folder that can be opened")

    for parent, inside, names in os.walk(folder, onerror=note, followlinks=True):
        inside.sort()
        for name in inside.copy():
            real = os.path.realpath(os.path.join(parent, name))
            if name.startswith(".") or real in visited:
                inside.remove(name)
            visited.add(real)
        found += [Path(parent, n) for n in names if n.lower().endswith(SUFFIXES) and n[0] != "."]
    return sorted(found, key=lambda file: file.relative_to(folder).as_posix())


def _checked(indices: Sequence[int] | np.ndarray, count: int) -> np.ndarray:
    indices = np.asarray(indices)
    if not indices.size:
        indices = indices.astype(np.int64)
    if indices.ndim != 1 or indices.dtype.kind not in "iu":
        raise IndexError(f"expected a row of whole numbers, not {indices.dtype} {indices.shape}")
    if indices.size and not (indices.min() >= 0 and indices.max() < count):
        raise IndexError(
            f"faces {indices.min()} to {indices.max()} were asked for; there are 0 to {count - 1}"
        )
    return indices


def _short_hash(pieces: Sequence[bytes]) -> str:
    return hashlib.sha256(b"".join(pieces)).hexdigest()[:16]


def _example(folder: Path | str) -> str:
    return EXAMPLE.format(os.path.basename(str(folder)) or "photos")


SOURCES: dict[str, Callable[[str, int, int], FaceSource]] = {
    "portraits": _open_portraits,
    "folder": _open_folder,
}
