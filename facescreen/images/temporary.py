"""Temporary files and folders: whose they are, and which of them a process that is gone left."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import tempfile
import threading
from functools import cache
from pathlib import Path

# .NAME.PROCESS-THREAD-MACHINE.tmp, so that no two writers share one
OWN_FILE = re.compile(r"\.(?P<name>.+)\.(?P<process>\d+)-\d+-(?P<machine>[0-9a-f]{8})\.tmp", re.S)
OWN_FOLDER = re.compile(r"facescreen-(?P<process>\d+)-(?P<machine>[0-9a-f]{8})-.+", re.S)


def temporary_beside(path: Path) -> Path:
    """A hidden name beside a file, of this thread of this process alone."""
    me = f"{os.getpid()}-{threading.get_ident()}-{_machine()}"
    return path.with_name(f".{path.name}.{me}.tmp")


def temporary_folder() -> tempfile.TemporaryDirectory:
    """A new folder that goes with this process; those that killed ones have left go now."""
    inside = Path(tempfile.gettempdir())
    for folder in _left_behind(inside, OWN_FOLDER):
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder, ignore_errors=True)
    return tempfile.TemporaryDirectory(prefix=f"facescreen-{os.getpid()}-{_machine()}-")


def sweep(folder: Path, *names: str) -> None:
    """Remove the temporary files that processes which are gone have left in a folder.

    names: of the files that they were to become; none for all.
    """
    for file in _left_behind(folder, OWN_FILE):
        if not names or OWN_FILE.fullmatch(file.name)["name"] in names:
            file.unlink(missing_ok=True)


def _left_behind(folder: Path, own: re.Pattern) -> list[Path]:
    try:
        found = [(name, own.fullmatch(name)) for name in os.listdir(folder)]
        return [
            folder / name
            for name, match in found
            if match and match["machine"] == _machine() and _is_gone(int(match["process"]))
        ]
    except OSError:
        return []


def _is_gone(process: int) -> bool:
    """Whether no process of this number runs; False where that cannot be asked."""
    if os.name == "nt":  # where asking would end it
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        pass
    return False


@cache
def _machine() -> str:
    """Tells apart where the numbers of processes have another meaning: machines, containers."""
    try:
        numbers = os.stat("/proc/self/ns/pid").st_ino
    except OSError:
        numbers = 0
    return hashlib.sha256(f"{platform.node()} {numbers}".encode()).hexdigest()[:8]
