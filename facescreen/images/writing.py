"""Any file, written whole or not at all, and where its name leads."""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from facescreen.images.temporary import sweep, temporary_beside


class NotOursError(ValueError):
    """A file that was made by somebody else stands where one of ours would go; it stays."""


def check_ours(path: Path, beginning: str, what: str = "table") -> None:
    """Raise NotOursError, naming it, if a file is there that does not begin as ours does."""
    if path.is_dir():
        raise NotOursError(f"{path} is a folder, expected the name of a file to write")
    expected = beginning.encode()
    if path.is_file():
        with path.open("rb") as file:
            if file.read(len(expected)) == expected:
                return
    if os.path.lexists(path):
        raise NotOursError(
            f"{path} is there already and no {what} of this command, which begins with "
            f"{beginning.strip()!r}: move it away, or name another place"
        )


def read_json(path: Path, kind: type = dict) -> Any:
    """What a JSON file holds. Raises ValueError, naming it, unless it is of that kind."""
    try:
        found = json.loads(path.read_text("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} cannot be read as JSON: {error}") from None
    if not isinstance(found, kind):
        raise ValueError(f"{path} holds a {type(found).__name__}, expected a {kind.__name__}")
    return found


def write_atomically(path: Path, write: Callable[[Path], Any]) -> None:
    """Call `write(temporary path)`, then rename: `path` is the old file or the whole new one.

    A symbolic link stays a link, and a file keeps its mode; a new one gets that of the user's
    umask. What was written has reached the disk on return. Raises OSError, which names `path`,
    also for a file without write permission: a rename would not ask. Temporary files that killed
    processes have left of this file are removed.
    """
    real = Path(os.path.realpath(path))
    if real.exists() and not os.access(real, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    real.parent.mkdir(parents=True, exist_ok=True)
    if real not in _swept:
        sweep(real.parent, real.name)
        _swept.add(real)
    temporary = temporary_beside(real)
    with naming(path, temporary):
        try:
            temporary.unlink(missing_ok=True)
            temporary.touch(exist_ok=False)  # now its mode is what the user's umask says
            mode = (real if real.exists() else temporary).stat().st_mode
            write(temporary)
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
            temporary.chmod(stat.S_IMODE(mode))  # whatever `write` has made of it
            os.replace(temporary, real)
        finally:
            temporary.unlink(missing_ok=True)


_swept: set[Path] = set()


@contextmanager
def naming(path: Path, temporary: Path) -> Iterator[None]:
    """Let errors of the system name `path`, where they name nothing or the temporary file."""
    try:
        yield
    except OSError as error:
        if error.filename is not None and str(error.filename) != str(temporary):
            raise
        if error.errno is None:
            raise OSError(f"{path}: {error}") from error
        raise OSError(error.errno, error.strerror, str(path)) from error
