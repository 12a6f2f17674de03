"""Locks on files: one writer at a time, freed by the system even when the writer is killed."""

import errno
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
    import msvcrt


HELD = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK)


class InUseError(Exception):
    """Another process holds the lock; the message is one sentence."""


def locked(path: Path) -> IO[bytes]:
    """Open and lock the file `path`; the lock lasts until what is returned is closed.

    The file itself stays: its lock counts, not its being there. One that another user made, and
    that this one may only read, is locked all the same; what is returned is then not writable.
    Raises `InUseError` where another process holds it, OSError where it cannot be opened or locked.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        file = path.open("a+b")
    except PermissionError:
        if not path.is_file():
            raise
        file = path.open("rb")
    try:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    except OSError as error:
        file.close()
        if error.errno not in HELD:  # a file system that has no locks, for one
            raise OSError(error.errno, f"cannot be locked ({error.strerror})", str(path)) from error
        raise InUseError(f"another process holds {path}: wait for it, or end it") from error
    return file
