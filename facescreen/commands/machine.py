"""What a check of the set-up says, and the checks of the machine itself."""

import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from facescreen.setup import PACKAGE
from facescreen.setup.needs import missing

OK, WARN, FAIL = "ok", "warn", "FAIL"
GIB = 2**30
FREE_DISK = 2 * GIB  # runs of a few thousand images, executed lessons, compiled code
MEMORY = 4 * GIB  # one lesson's kernel with torch loaded, beside a browser


@dataclass(frozen=True)
class Check:
    """One line of the report: `state` is ok, warn or FAIL; `todo` says how to mend it."""

    state: str
    what: str
    seen: str
    todo: str = ""

    def __str__(self) -> str:
        line = f"{self.state:<4}  {self.what}: {self.seen}"
        return f"{line} — {self.todo}" if self.todo else line


@dataclass(frozen=True)
class Probe:
    """What a short Python program did in a process of its own."""

    code: int
    output: str
    error: str


def usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def check_cores(cores: int) -> Check:
    if cores >= 2:
        return Check(OK, "cores", str(cores))
    return Check(WARN, "cores", str(cores), "lessons run, in about twice the minutes they name")


def check_gpu(torch: Probe) -> Check:
    if "No module named 'torch'" in torch.error:
        return Check(OK, "GPU", "none is used: torch is not installed")
    if torch.code:
        return Check(WARN, "GPU", "unknown, since torch does not load", "mend torch first")
    found = torch.output.splitlines()[-1]
    return Check(OK, "GPU", "none; lessons are made for two cores" if found == "none" else found)


def check_disk(folder: Path, free: int | None = None) -> Check:
    free = shutil.disk_usage(folder).free if free is None else free
    seen = f"{free / GIB:.1f} GB free in {folder}"
    if free >= FREE_DISK:
        return Check(OK, "disk", seen)
    state = WARN if free >= FREE_DISK / 10 else FAIL
    return Check(state, "disk", seen, f"free at least {FREE_DISK / GIB:.0f} GB")


def memory_limit() -> int | None:
    """Bytes that this process may use: the machine's memory or a container's lower limit."""
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return None
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    container = Path("/sys/fs/cgroup/memory.max")
    if container.exists() and (limit := container.read_text().strip()).isdigit():
        memory = min(memory, int(limit))
    return memory


def check_memory(memory: int | None) -> Check:
    if memory is None:
        return Check(OK, "memory", "this system does not tell")
    seen = f"{memory / GIB:.1f} GB"
    if memory >= MEMORY:
        return Check(OK, "memory", seen)
    return Check(WARN, "memory", seen, "close other programs before you train")


def check_compiled_code(package: Path = PACKAGE) -> Check:
    """Whether loops are compiled, and kept so that only the first run waits for the compiler."""
    if missing(("numba",)):
        seen = "none, without numba: everything works, but is drawn, counted and checked slower"
        return Check(WARN, "compiled code", seen, f"`{sys.executable} -m pip install numba`")
    folder = Path(os.environ.get("NUMBA_CACHE_DIR") or package)
    try:
        with tempfile.TemporaryFile(dir=folder):
            return Check(OK, "compiled code", f"kept under {folder}")
    except OSError as error:
        seen = f"cannot be kept under {folder} ({error.strerror})"
        todo = "set NUMBA_CACHE_DIR to a folder of yours, or wait for the compiler in each run"
        return Check(WARN, "compiled code", seen, todo)
