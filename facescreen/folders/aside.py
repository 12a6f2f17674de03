"""Processes that answer questions, and whose end is noticed: what decodes may not survive it.

Each is a Python of its own (`worker.py`). Nothing of the caller's program is imported there, so
that this works in notebooks, in scripts without `if __name__ == "__main__"`, and on every system.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from facescreen.folders.worker import READY

TRIES = 2  # of one piece of work, after a process has ended: the system may have ended that
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


class Ended(Exception):
    """A process has ended before it answered; the message says how."""


class NotStarted(Exception):
    """A process could not start, or may not any more; the message says why."""


class Asides:
    """As many processes as threads ask at once: `ask(message)` has one of them answer.

    setup: (make, arguments), pickled; a process answers by what `make(*arguments)` returns. It is
    opaque here: what it takes to unpickle it is imported there alone.
    """

    def __init__(self, setup: bytes) -> None:
        self._setup, self._lock, self._closed = setup, threading.Lock(), False
        self._processes: list[subprocess.Popen] = []
        self._idle: list[subprocess.Popen] = []

    def ask(self, message: Any) -> Any:
        """The answer; an error that arose there is raised here. Raises Ended, NotStarted."""
        with self._lock:
            process = self._idle.pop() if self._idle else None
        process = process or self._started()
        answer = self._answer(process, message)
        with self._lock:
            self._idle.append(process)
        if isinstance(answer, MemoryError):
            raise Ended("not enough memory")
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def pids(self) -> list[int]:
        """Of the processes that run."""
        return [process.pid for process in self._processes]

    def kill(self) -> None:
        """End them all; whoever waits for an answer gets Ended."""
        with self._lock:
            self._closed = True
            for process in self._processes:
                process.kill()

    def close(self) -> None:
        """End them all, when nobody waits any more."""
        self.kill()
        for process in list(self._processes):
            ended(process)

    def _started(self) -> subprocess.Popen:
        paths = [path for path in sys.path if isinstance(path, str)]
        program = (
            f"import sys; sys.path[:] = {paths!a}; from facescreen.folders import worker; "
            "worker.main()"
        )
        with self._lock:
            if self._closed:
                raise NotStarted("the worker processes have been ended")
            process = _python(program)
            self._processes.append(process)
        try:
            answer = self._answer(process, self._setup)
        except Ended as problem:
            answer = problem
        if answer != READY:
            raise NotStarted(" ".join(str(answer).split()))
        return process

    def _answer(self, process: subprocess.Popen, message: Any) -> Any:
        try:
            if message is self._setup:
                process.stdin.write(message)
            else:
                pickle.dump(message, process.stdin, pickle.HIGHEST_PROTOCOL)
            process.stdin.flush()
            return pickle.load(process.stdout)
        except (EOFError, OSError, ValueError, pickle.UnpicklingError):
            with self._lock:
                self._processes.remove(process)
            raise Ended(ended(process)) from None


def tried(ask: Callable[[Any], Any], message: Any) -> Any:
    """An answer, asked for again where a process has ended. Raises Ended after so many TRIES."""
    for _ in range(TRIES - 1):
        with suppress(Ended):
            return ask(message)
    return ask(message)


def _python(program: str) -> subprocess.Popen:
    """A Python that runs a program, of one thread: there are as many processes as cores."""
    apart: dict[str, Any] = {"process_group": 0}  # Ctrl-C in a terminal goes to a whole group
    if sys.platform == "win32":
        apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    one_thread = dict.fromkeys(THREADS, "1")
    return subprocess.Popen(
        [sys.executable, "-c", program], env={**os.environ, **one_thread}, **pipes, **apart
    )


def ended(process: subprocess.Popen) -> str:
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
