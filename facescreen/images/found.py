"""Image files under a folder: the one notion of what is an image, and what is passed over."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from facescreen.images.kinds import HEAD, kind_by_content, kind_by_name, suffix
from facescreen.images.temporary import OWN_FILE

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
    read or not; what is none, and what is hidden, is counted in `passed`. skip, once: as for
    `listed_files`.
    """
    for path, problem in listed_files(folder, passed, skip, once):
        if problem:
            yield Found(Path(path), problem)
        elif claims_to_be_an_image(path):
            yield Found(Path(path), no_plain_file(path))
        else:
            passed.others[suffix(path) or "without suffix"] += 1


def listed_files(
    folder: Path, passed: Passed, skip: Sequence[Path] = (), once: bool = False
) -> Iterator[tuple[str, str]]:
    """Path and problem of every file in a folder and those inside it, in the order of their paths.

    A file of any kind, not looked into, has no problem; a folder that cannot be opened has one.
    What is hidden is named in `passed`. skip: resolved paths of files of ours, passed over like
    temporary ones. Links are followed;
    one that leads back to a folder it lies in is a problem, not a descent. once: look into each
    real folder once, and say nothing of links to it. A folder is listed when its turn comes.
    """
    root = os.fspath(folder)
    start, own = len(os.path.join(root, "")), {path.name for path in skip}
    seen = {_identity(root)}
    ahead: list[tuple[str, tuple[tuple[int, int], ...] | None]] = [(root, ())]
    while ahead:  # the next one last; no recursion, for folders may lie deep
        path, above = ahead.pop()
        if above is None:
            yield path, ""
            continue
        try:
            identity, names = _identity(path), _names(path)
        except OSError as error:
            yield path, f"folder cannot be opened: {error.strerror}"
            continue
        if identity in above:
            yield path, "link leads back to a folder that it lies in"
            continue
        inside = []
        for name, is_folder in names:
            child = os.path.join(path, name)
            if OWN_FILE.fullmatch(name) or (name in own and Path(child).resolve() in skip):
                continue
            if is_hidden(name):
                passed.hidden.append(child[start:].replace(os.sep, "/"))
                continue
            if once and is_folder:
                with suppress(OSError):  # gone, or its path too long: said when its turn comes
                    if _identity(child) in seen:
                        continue
                    seen.add(_identity(child))
            inside.append((name + "/" * is_folder, child))  # so that all paths come in order
        below = (*above, identity)
        inside.sort(reverse=True)
        ahead += [(child, below if key[-1] == "/" else None) for key, child in inside]


def is_hidden(name: str) -> bool:
    """Whether a file or folder of this name is none of the user's pictures."""
    return name.startswith(".") or name in LEFT_BEHIND


def _names(folder: str) -> list[tuple[str, bool]]:
    """Sorted names in a folder, and whether each is a folder or a link to one."""
    with os.scandir(folder) as entries:
        return sorted((entry.name, _is_folder(entry)) for entry in entries)


def _is_folder(entry: os.DirEntry) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that cannot be followed
        return False


def no_plain_file(path: str | Path) -> str:
    """Why a path must not be opened, or "": reading a pipe would wait forever."""
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return "link leads to nothing" if os.path.islink(path) else "No such file or directory"
    except OSError as error:
        return error.strerror or str(error)
    return "" if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else "no plain file"


def _identity(folder: str) -> tuple[int, int]:
    status = os.stat(folder)
    return status.st_dev, status.st_ino


def claims_to_be_an_image(path: str | Path) -> bool:
    """By its name, or else by its first bytes."""
    if kind_by_name(path):
        return True
    if no_plain_file(path):
        return False
    try:
        with open(path, "rb") as file:
            return kind_by_content(file.read(HEAD)) != ""
    except OSError:
        return False
