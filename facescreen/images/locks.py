"""Locks on files: one writer at a time, freed by the system even when the writer is killed."""

from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
    import msvcrt


class InUseError(Exception):
    """Another process holds the lock; the message is one sentence."""


def locked(path: Path) -> IO[bytes]:
    """Open and lock the file `path`; the lock lasts until what is returned is closed.

    The file itself stays: its lock counts, not its being there. Raises `InUseError` where another
    process holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a+b")
    try:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    except OSError as error:
        file.close()
        raise InUseError(f"another process holds {path}: wait for it, or end it") from error
    return file
