"""Image files under a folder: the one notion of what is an image, and what is passed over."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from facescreen.images.kinds import HEAD, kind_by_content, kind_by_name

# Folders that systems leave behind, beside those whose names begin with a dot.
LEFT_BEHIND = frozenset({"@eaDir", "__MACOSX", "$RECYCLE.BIN"})


@dataclass(frozen=True)
class Found:
    """A file that is or claims to be an image; `problem` says why it, or a folder, is no file."""

    path: Path
    problem: str = ""


@dataclass
class Passed:
    """What a walk passed over.

    others: how many files of each suffix are no images. hidden: paths of hidden files and folders,
    relative to the folder; what is in them was not looked at.
    """

    others: Counter[str] = field(default_factory=Counter)
    hidden: list[str] = field(default_factory=list)

    def hidden_in_words(self, most: int = 3) -> str:
        """How many are hidden and what the first are called, on one line; "" if none are."""
        if not self.hidden:
            return ""
        # Names need not be valid text, nor one line.
        names = [ascii(n) if not n.isprintable() else n for n in self.hidden[:most]]
        more = f" and {len(self.hidden) - most:,} more" if len(self.hidden) > most else ""
        return f"{len(self.hidden):,} hidden left out ({', '.join(names)}{more})"


def image_files(
    folder: Path, passed: Passed, skip: Sequence[Path] = (), once: bool = False
) -> Iterator[Found]:
    """Image files in a folder and those inside it, in the order of their paths.

    An image file is one whose first bytes or whose name are those of a picture, whether it can be
    read or not; what is none, and what is hidden, is counted in `passed`. skip: resolved paths of
    files of ours. Links are followed; one that leads back to a folder it lies in is a problem, not
    a descent. once: look into each real folder once, and say nothing of links to it.
    """
    seen = {_identity(folder)}
    ahead: list[tuple[Path, tuple[tuple[int, int], ...]]] = [(folder, ())]
    while ahead:  # the next one last; no recursion, for folders may lie deep
        path, above = ahead.pop()
        if not os.path.isdir(path):
            if _claims_to_be_an_image(path):
                yield Found(path, no_plain_file(path))
            else:
                passed.others[path.suffix.lower() or "without suffix"] += 1
            continue
        try:
            identity, names = _identity(path), sorted(os.listdir(path))
        except OSError as error:
            yield Found(path, f"folder cannot be opened: {error.strerror}")
            continue
        if identity in above:
            yield Found(path, "link leads back to a folder that it lies in")
            continue
        inside = []
        for name in names:
            child = path / name
            if any(name == own.name and child.resolve() == own for own in skip):
                continue
            if name.startswith(".") or name in LEFT_BEHIND:
                passed.hidden.append(child.relative_to(folder).as_posix())
                continue
            is_folder = os.path.isdir(child)
            if once and is_folder:
                if _identity(child) in seen:
                    continue
                seen.add(_identity(child))
            inside.append((name + "/" * is_folder, child))  # so that all paths come in order
        ahead += [(child, (*above, identity)) for _, child in sorted(inside, reverse=True)]


def no_plain_file(path: Path) -> str:
    """Why a path must not be opened, or "": reading a pipe would wait forever."""
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return "link leads to nothing" if path.is_symlink() else "No such file or directory"
    except OSError as error:
        return error.strerror or str(error)
    return "" if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else "no plain file"


def _identity(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino


def _claims_to_be_an_image(path: Path) -> bool:
    """By its name, or else by its first bytes."""
    if kind_by_name(path):
        return True
    if no_plain_file(path):
        return False
    try:
        with path.open("rb") as file:
            return kind_by_content(file.read(HEAD)) != ""
    except OSError:
        return False
