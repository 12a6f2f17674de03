"""Photographs as a source of faces: a list of files, each cut to its square when it is read."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from tqdm import tqdm

from facescreen.images import ImageError, Passed, image_files, read_image, read_image_with_notes

KEEP_BYTES = 1 << 29  # faces stay in memory up to here; above, they are read again
BAR_FROM = 1000  # from so many files on, about a second's work, a bar shows how far reading is
EXAMPLE = "\n    {0}/\n        anna.png\n        ben.jpg\n        more/\n            chris.webp"


class SourceError(ValueError):
    """A source of faces cannot be opened; the message says what was expected."""


@dataclass(frozen=True, eq=False)
class FolderSource:
    """Photographs in a folder, each cut to its central square and resized.

    files: those that can be read, in the order of their indices. folder: holds them all, itself or
    in folders inside it. problems: one sentence for each file that cannot be read. notes: how many
    files were converted in which way (see `facescreen.images.LoadedImage`). passed: what the folder
    holds beside images. kept: the faces, uint8 (N, size, size, 3), or None where they take too much
    memory.
    """

    name: str
    size: int
    folder: Path
    files: tuple[Path, ...]
    problems: tuple[str, ...] = ()
    notes: dict[str, int] = field(default_factory=dict)
    passed: Passed = field(default_factory=Passed, repr=False)
    kept: np.ndarray | None = field(default=None, repr=False)

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the names and contents of the files in use, and of the size."""
        digest = hashlib.sha256(f"{self.size}".encode())
        for file in self.files:
            digest.update(file.relative_to(self.folder).as_posix().encode(errors="surrogateescape"))
            digest.update(hashlib.sha256(file.read_bytes()).digest())
        return digest.hexdigest()[:16]

    def __len__(self) -> int:
        return len(self.files)

    def load(self, indices: Sequence[int] | np.ndarray) -> np.ndarray:
        indices = checked_indices(indices, len(self))
        if self.kept is not None:
            return self.kept[indices]
        faces = np.empty((len(indices), self.size, self.size, 3), np.uint8)
        for row, index in enumerate(indices):
            faces[row] = read_image(self.files[index], self.size)
        return faces


def open_folder(
    argument: str, size: int, _seed: int, limit: int | None, _download: bool
) -> FolderSource:
    """Open `folder:PATH`: image files in the folder and in those inside it, sorted by path."""
    if not argument:
        raise SourceError(f"expected folder:PATH, with the path of a folder such as{_example('')}")
    folder = Path(argument).expanduser()
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        raise SourceError(f"{folder} {what}, expected a folder such as{_example(folder)}")
    passed = Passed()
    found = list(image_files(folder, passed, once=True))
    if not found:
        count = passed.others.total()
        others = f"only {count:,} other file{'s' * (count != 1)}" if count else "no files"
        raise SourceError(
            f"{folder} holds no image files, {others}, expected a folder such as{_example(folder)}"
        )
    problems = [
        f"{one.path}: {one.problem}, expected an image file" for one in found if one.problem
    ]
    files = [one.path for one in found if not one.problem]
    source = read_photographs(f"folder:{argument}", size, folder, files, limit, problems)
    return replace(source, passed=passed)


def read_photographs(
    name: str,
    size: int,
    folder: Path,
    found: Sequence[Path | str],
    limit: int | None = None,
    problems: Sequence[str] = (),
) -> FolderSource:
    """Make a source of the first `limit` files that can be read, in their order; None: of all.

    found: paths of files inside `folder`. problems: what went wrong in finding them. Each file is
    decoded once, as only that tells which ones are damaged; those are left out, with a warning.
    Raises SourceError if fewer than two can be read.
    """
    # One thread: `read_image` decodes one file at a time, for it silences the warnings of the whole
    # process; and even without that lock two threads on two cores were only 1.2 to 1.5 times as
    # fast as one with files of the size of CelebA's and LFW's.
    files, problems, kept, notes = [], list(problems), [], Counter()
    wanted = len(found) if limit is None else min(limit, len(found))
    keep = wanted * size * size * 3 <= KEEP_BYTES
    hide = None if wanted >= BAR_FROM else True  # None: shown on a terminal only
    with tqdm(total=wanted, desc=name, unit=" files", leave=False, disable=hide) as bar:
        for file in found:
            if len(files) == wanted:
                break
            bar.update()
            try:
                loaded = read_image_with_notes(file, size)
            except ImageError as error:
                problems.append(str(error))
                continue
            files.append(Path(file))  # only now: 200,000 of these take seconds
            notes.update(loaded.notes)
            if keep:
                kept.append(loaded.image)
    _report(folder, len(files), problems)
    faces = np.stack(kept) if keep else None
    return FolderSource(name, size, folder, tuple(files), tuple(problems), dict(notes), faces)


def _report(folder: Path, readable: int, problems: list[str]) -> None:
    """Warn about files left out; raise SourceError if too few are left to combine."""
    first = f"; the first: {problems[0]}" if problems else ""
    left_out = f"{len(problems)} of {readable + len(problems)} files cannot be read{first}"
    if readable < 2:
        raise SourceError(f"{folder}: {readable} readable, expected 2 or more: {left_out}")
    if problems:
        warnings.warn(f"{folder}: {left_out}", stacklevel=5)  # at the caller of open_source


def checked_indices(indices: Sequence[int] | np.ndarray, count: int) -> np.ndarray:
    """Return indices as an integer array (N,), each in 0 … count − 1; raises IndexError."""
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


def _example(folder: Path | str) -> str:
    return EXAMPLE.format(os.path.basename(str(folder)) or "photos")
