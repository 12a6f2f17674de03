"""A program that forks a process for each piece of work, and kills it when asked to.

What is heavy is imported once, here; each piece of work is a process of its own, killed by SIGKILL
from outside. One line of JSON in, one out: see `Job` and `Ended`.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import NamedTuple

MARK = "FACESCREEN_TEST_OF_FAULTS"  # in the environment of all that a piece of work starts


class Job(NamedTuple):
    """A piece of work in a folder; killed after so many seconds, or at a moment by name."""

    work: str
    place: str
    after: float | None = None
    moment: str | None = None


class Ended(NamedTuple):
    """How it ended: by which signal (0: by itself), with which code, after how long."""

    signal: int
    code: int
    seconds: float


class ForkServer:
    """The program, started; `run` a job in it."""

    def __init__(self, ingredients: Path, package: Path) -> None:
        paths = os.pathsep.join(map(str, (package, *sys.path[1:])))
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": paths}
        command = [sys.executable, __file__, str(ingredients)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._program = subprocess.Popen(command, env=environment, **pipes)

    def run(self, work: str, place: Path, **when) -> Ended:
        job = Job(work, str(place), **when)
        self._program.stdin.write(json.dumps(job) + "\n")
        self._program.stdin.flush()
        return Ended(*json.loads(self._program.stdout.readline()))

    def close(self) -> None:
        self._program.stdin.close()
        self._program.wait()
        self._program.stdout.close()


def still_running(place: Path) -> list[str]:
    """Commands of the processes that work in a place has started and that are there still."""
    mark, found = f"{MARK}={place}".encode(), []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0"):
                command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                found.append(f"{process.name} {command}")
        except OSError:  # gone meanwhile, or somebody else's
            pass
    return found


# --- the program ----------------------------------------------------------------------------------


ADOPT = 36  # PR_SET_CHILD_SUBREAPER: what the killed leave behind falls to this process, not to 1


def serve(ingredients: Path) -> None:
    ctypes.CDLL(None).prctl(ADOPT, 1)  # as on a desktop, where a session's manager adopts
    for line in sys.stdin:
        job, begun = Job(*json.loads(line)), time.monotonic()
        child = os.fork()
        if not child:
            work(job, ingredients)
        if job.after is not None:
            time.sleep(job.after)
            os.kill(child, signal.SIGKILL)  # which has not been waited for: its number is its own
        status = os.waitpid(child, 0)[1]
        by, code = (status & 0x7F), status >> 8
        print(json.dumps(Ended(by, code, time.monotonic() - begun)), flush=True)


def work(job: Job, ingredients: Path) -> None:
    """In the child: do it and end, whatever happens."""
    code = 1
    try:
        place = Path(job.place)
        for name in ("out", "tmp", "runtime"):
            (place / name).mkdir(parents=True, exist_ok=True)
        with open(place.with_suffix(".log"), "ab") as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.environ |= {MARK: str(place), "JUPYTER_RUNTIME_DIR": str(place / "runtime")}
        os.environ["TMPDIR"] = tempfile.tempdir = str(place / "tmp")
        if job.moment is not None:
            MOMENTS[job.moment].prepare()
        WORK[job.work](place / "out", ingredients)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    import numba  # noqa: F401 (what each process would load for itself)
    import torch
    import torch._dynamo  # (an optimizer at its first step)
    from killed_work import WORK
    from moments import MOMENTS

    torch.set_num_threads(1)
    serve(Path(sys.argv[1]))
