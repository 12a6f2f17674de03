"""Any file, written whole or not at all, and where its name leads."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any


class NotOursError(ValueError):
    """A file that was made by somebody else stands where one of ours would go; it stays."""


def check_ours(path: Path, beginning: str, what: str = "table") -> None:
    """Raise NotOursError, naming it, if a file is there that does not begin as ours does."""
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


def write_atomically(path: Path, write: Callable[[Path], Any]) -> None:
    """Call `write(temporary path)`, then rename: `path` is the old file or the whole new one.

    A symbolic link stays a link, and a file keeps its mode. What was written has reached the disk
    on return. Raises OSError, also for a file without write permission: a rename would not ask.
    """
    real = Path(os.path.realpath(path))
    if real.exists() and not os.access(real, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    real.parent.mkdir(parents=True, exist_ok=True)
    temporary = real.with_name(f".{real.name}.tmp")  # one name: a kill leaves no pile of them
    try:
        write(temporary)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        if real.exists():
            shutil.copymode(real, temporary)
        os.replace(temporary, real)
    finally:
        temporary.unlink(missing_ok=True)
