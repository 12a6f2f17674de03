"""Several processes that judge, in order, and outlive a decoder that does not.

Each worker is a Python of its own (`worker.py`) with a thread here that hands it work and waits.
Nothing of the caller's program is imported there, so that this works in notebooks, in scripts
without `if __name__ == "__main__"`, and on every system.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from facescreen.folders.items import Item
from facescreen.folders.judging import Judged
from facescreen.folders.table import Counts, encoded, unreadable_line
from facescreen.folders.worker import READY

AHEAD = 2  # chunks per worker that are handed out or done before the first of them is written
TRIES = 2  # of a file alone, after its chunk has ended a process: the system may have ended that
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


class WorkersError(Exception):
    """Worker processes cannot be started here; the message is one sentence."""


class _Ended(Exception):
    """A worker process has ended before it answered."""


def usable_cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def can_travel(rule: Any) -> bool:
    """Whether a rule can be handed to another process: none that a script or notebook defines."""
    try:
        return b"__main__" not in pickle.dumps(rule)
    except Exception:
        return False


class Workers:
    """So many processes that judge: a context that ends them.

    root, rule: as `Judge` takes them; raises ValueError for a rule that cannot travel. An answer
    is that of `Judge`, whatever happens to the processes: work whose process has ended is tried
    again in a new one, file by file, and a file that ends each of them is unreadable.
    """

    def __init__(self, number: int, root: str, rule: Callable) -> None:
        if not can_travel(rule):
            raise ValueError(
                f"{rule!r} cannot be handed to worker processes: define it in a module, or judge "
                "in this process (workers=1)"
            )
        self.number, self._start = number, (root, rule)
        self._threads = ThreadPoolExecutor(number, "facescreen-worker")
        self._mine = threading.local()
        self._lock, self._processes, self._closed = threading.Lock(), [], False

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._closed = True
            for process in self._processes:
                process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in self._processes:
            _ended(process)

    def in_order(self, chunks: Iterable[Sequence[Item]]) -> Iterator[tuple[Sequence[Item], Judged]]:
        """Each chunk and its answer, in order; few are ahead of the one that is awaited."""
        ahead: deque[tuple[Sequence[Item], Future[Judged]]] = deque()
        for chunk in chunks:
            ahead.append((chunk, self._threads.submit(self._judged, chunk)))
            if len(ahead) > AHEAD * self.number:
                chunk, answer = ahead.popleft()
                yield chunk, answer.result()
        for chunk, answer in ahead:
            yield chunk, answer.result()

    # --- in a worker's thread ---------------------------------------------------------------------

    def _judged(self, items: Sequence[Item]) -> Judged:
        try:
            return self._asked(items)
        except _Ended:
            return joined([self._alone(one) for item in items for one in item.singles()])

    def _alone(self, item: Item) -> Judged:
        for _ in range(TRIES):
            try:
                return self._asked([item])
            except _Ended as ended:
                why = ended
        problem = f"reading it ended the process ({why}), expected a file that can be decoded"
        return Judged(encoded([unreadable_line(item.first_name, problem)]), Counts(unreadable=1))

    def _asked(self, items: Sequence[Item]) -> Judged:
        process = getattr(self._mine, "process", None) or self._started()
        answer = self._answer(process, items)
        if isinstance(answer, MemoryError):
            raise _Ended("not enough memory")
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _started(self) -> subprocess.Popen:
        paths = [path for path in sys.path if isinstance(path, str)]
        program = (
            f"import sys; sys.path[:] = {paths!a}; from facescreen.folders import worker; "
            "worker.main()"
        )
        with self._lock:
            if self._closed:
                raise WorkersError("the worker processes have been ended")
            process = _python(program)
            self._processes.append(process)
        try:
            answer = self._answer(process, self._start)
        except _Ended as ended:
            answer = ended
        if answer != READY:
            raise WorkersError(
                f"a worker process could not start ({' '.join(str(answer).split())}): judge in "
                "this process instead (--workers 1, or workers=1)"
            )
        self._mine.process = process
        return process

    def _answer(self, process: subprocess.Popen, message: Any) -> Any:
        try:
            pickle.dump(message, process.stdin, pickle.HIGHEST_PROTOCOL)
            process.stdin.flush()
            return pickle.load(process.stdout)
        except (EOFError, OSError, pickle.UnpicklingError):
            self._mine.process = None
            with self._lock:
                self._processes.remove(process)
            raise _Ended(_ended(process)) from None


def joined(parts: Iterable[Judged]) -> Judged:
    """Answers one after the other, as one."""
    lines, counts = [], Counts()
    for part in parts:
        lines.append(part.lines)
        counts.add(part.counts)
    return Judged(b"".join(lines), counts)


def _python(program: str) -> subprocess.Popen:
    """A Python that runs a program, of one thread: there are as many processes as cores."""
    aside: dict[str, Any] = {"process_group": 0}  # Ctrl-C in a terminal goes to a whole group
    if sys.platform == "win32":
        aside = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    one_thread = dict.fromkeys(THREADS, "1")
    return subprocess.Popen(
        [sys.executable, "-c", program], env={**os.environ, **one_thread}, **pipes, **aside
    )


def _ended(process: subprocess.Popen) -> str:
    """How a process has ended, or was ended here, in words that do not depend on the run."""
    process.kill()
    code = process.wait()
    process.stdout.close()
    with suppress(OSError):  # a message that nobody has read
        process.stdin.close()
    if code < 0:
        try:
            return signal.Signals(-code).name
        except ValueError:
            return f"signal {-code}"
    return f"exit code {code}"
