"""What a worker of a cluster does with a piece of work: it has a process beside it answer.

Dask's worker itself decodes nothing and imports no torch: a file that ends the process which reads
it ends one beside the worker, and each of the worker's threads has such a process of its own.
"""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Callable, Sequence
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

import facescreen
from facescreen.folders.aside import Asides, Ended, NotStarted

IDLE = 60.0  # seconds until processes that nobody asks any more are ended: whoever did was killed

Asker = Callable[[Callable[[Any], Any], Any], Any]  # (ask, message) → answer


class ClusterError(Exception):
    """A cluster cannot be had, or not do the work; the message is one sentence."""


class Run(NamedTuple):
    """What a worker must know of a run, in plain values.

    software: `software_here()` of whoever asks. seen: a path that a worker must see, and how many
    bytes are there (None: not told), or None. setup: as for `Asides`. ask: (ask, message) → answer,
    pickled.
    """

    name: str
    software: dict[str, str]
    seen: tuple[str, int | None] | None
    setup: bytes
    ask: bytes


class _Held:
    """The processes of a run in this worker."""

    def __init__(self, run: Run) -> None:
        self.asides, self.ask = Asides(run.setup), pickle.loads(run.ask)
        self._timer: threading.Timer | None = None

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self.asides.close()

    def used(self, name: str) -> None:
        """End them when they have not been used for a while."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = threading.Timer(IDLE, _unused, [name])
        self._timer.daemon = True
        self._timer.start()


_held: dict[str, _Held] = {}
_lock = threading.RLock()
_busy: dict[str, int] = {}  # how many threads wait for an answer of a run


def answer(run: Run, message: bytes, paths: Sequence[str] = ()) -> Any:
    """What came of a pickled message. Raises ClusterError, which names this worker.

    paths: what the message is about; if this worker does not see the first one, it is asked
    whether it still sees what the run began with.
    """
    from distributed import get_worker

    try:
        held = _taken(run)
        if paths and not os.path.lexists(paths[0]):
            _check_seen(run)
        return held.ask(held.asides.ask, pickle.loads(message))
    except (Ended, NotStarted, ClusterError) as problem:
        said = {
            Ended: f"a process that did the work has ended, more than once ({problem})",
            NotStarted: f"a process beside it could not start ({problem})",
        }.get(type(problem), str(problem))
        raise ClusterError(f"worker {get_worker().address}: {said}") from None
    finally:
        _given_back(run.name)


def release(name: str) -> None:
    """End the processes of a run, whatever they do."""
    with _lock:
        held = _held.pop(name, None)
        if held is not None:
            held.close()


def _unused(name: str) -> None:
    with _lock:
        if not _busy.get(name):
            release(name)


def _taken(run: Run) -> _Held:
    with _lock:
        _busy[run.name] = _busy.get(run.name, 0) + 1
        if run.name not in _held:
            _check_software(run.software)
            _check_seen(run)
            _held[run.name] = _Held(run)
        return _held[run.name]


def _given_back(name: str) -> None:
    with _lock:
        _busy[name] -= 1
        if not _busy[name]:
            del _busy[name]
        if name in _held:
            _held[name].used(name)


def _check_seen(run: Run) -> None:
    if run.seen is None:
        return
    path, size = run.seen
    try:
        os.lstat(path)
        here = None if size is None else os.stat(path).st_size
    except OSError as error:
        raise ClusterError(
            f"it does not see {path} ({error.strerror or error}): the folder must lie on a file "
            "system that all workers see under this path"
        ) from None
    if here != size:
        raise ClusterError(
            f"it sees another {path}, of {here:,} bytes instead of {size:,}: the folder must lie "
            "on a file system that all workers see under this path"
        )


# --- software -------------------------------------------------------------------------------------


def software_here(packages: Sequence[str]) -> dict[str, str]:
    """Versions of what answers depend on: facescreen and its code, and these packages."""
    return {"facescreen": f"{facescreen.__version__}, code {code_here()}"} | {
        package: _version(package) for package in packages
    }


@cache
def code_here() -> str:
    """A short hash of the package's code: its version does not change with every line."""
    root, found = Path(facescreen.__file__).parent, sha256()
    for path in sorted(root.rglob("*.py")):
        found.update(path.relative_to(root).as_posix().encode())
        found.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return found.hexdigest()[:8]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


def _check_software(expected: dict[str, str]) -> None:
    here = software_here([name for name in expected if name != "facescreen"])
    wrong = [f"{n} {here[n]} instead of {v}" for n, v in expected.items() if here[n] != v]
    if wrong:
        raise ClusterError(
            f"it has {'; '.join(wrong)}: results depend on them, so install the same on every "
            "machine, and start the workers again"
        )
