"""Existing faces, wherever they come from, behind one protocol.

    source = open_source("folder:photos", size=64)
    faces = source.load([0, 5, 7])  # uint8 (3, 64, 64, 3)

`SOURCES` maps the word before the colon to the function that opens such a source.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

from facescreen.faces.datasets import open_celeba, open_lfw
from facescreen.faces.photographs import SourceError, checked_indices, open_folder

PORTRAITS = 10_000  # how many faces the portrait source says it has; the renderer has no end


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


def open_source(
    text: str, size: int = 64, seed: int = 0, download: bool = False, limit: int | None = None
) -> FaceSource:
    """Open a source of existing faces.

    text: "portraits", "portraits:studio" or "portraits:bright" (rendered, see `portraits.py`);
    "folder:PATH" (photographs, in folders inside it too); "celeba:ROOT" or "lfw:ROOT" (these data
    sets as torchvision lays them out, see `facescreen.faces.datasets`). size: side of the images
    in pixels. seed: which rendered faces; photographs have no use for it. download: fetch a data
    set that is not there yet; portraits and folders have no use for it. limit: use the first so
    many faces, 2 or more; the fingerprint tells sources of other limits apart. Raises SourceError.
    """
    kind, _, argument = text.partition(":")
    if kind not in SOURCES:
        raise SourceError(
            f"there is no source {text!r}; "
            "expected portraits, portraits:studio, portraits:bright, folder:PATH, celeba:ROOT or "
            "lfw:ROOT"
        )
    if size < 1:
        raise SourceError(f"size must be 1 or more pixels, not {size}")
    if limit is not None and limit < 2:
        raise SourceError(f"the limit must be 2 or more faces, to be combined, not {limit}")
    return SOURCES[kind](argument, size, seed, limit, download)


def check_outside(text: str, out: Path) -> None:
    """Raise SourceError where `out` lies in the folder of photographs of the source `text`.

    What is written there would be taken for photographs the next time.
    """
    kind, _, argument = text.partition(":")
    folder = Path(argument).expanduser().resolve()
    if kind == "folder" and argument and out.resolve().is_relative_to(folder):
        raise SourceError(
            f"{out} lies inside {argument}, whose images are the existing faces: what is saved "
            "there would become one of them, expected a place outside"
        )


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

        unique, place = np.unique(checked_indices(indices, self.count), return_inverse=True)
        if not unique.size:
            return np.empty((0, self.size, self.size, 3), np.uint8)
        # The renderer draws runs of consecutive faces.
        runs = np.split(unique, np.flatnonzero(np.diff(unique) != 1) + 1)
        drawn = [
            portraits(len(run), self.size, self.seed, self.setting, start=int(run[0]))
            for run in runs
        ]
        return np.concatenate(drawn)[place]


def _open_portraits(
    setting: str, size: int, seed: int, limit: int | None, _download: bool
) -> PortraitSource:
    if setting not in ("", "varied", "studio", "bright"):
        raise SourceError(
            f"there are no portraits of the setting {setting!r}; "
            "expected portraits, portraits:studio or portraits:bright"
        )
    count = PORTRAITS if limit is None else min(limit, PORTRAITS)
    return PortraitSource(size, seed, setting or "varied", count)


def _short_hash(pieces: Sequence[bytes]) -> str:
    return hashlib.sha256(b"".join(pieces)).hexdigest()[:16]


SOURCES: dict[str, Callable[[str, int, int, int | None, bool], FaceSource]] = {
    "portraits": _open_portraits,
    "folder": open_folder,
    "celeba": open_celeba,
    "lfw": open_lfw,
}
