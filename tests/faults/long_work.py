"""Run as a program: generate and screen again and again; what the process holds after each round.

A line of JSON a round: seconds since the start, memory in MB, open files, threads, processes of its
own. `long_work.py MINUTES COUNT FOLDER`; at least `ROUNDS` rounds, however short.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from pathlib import Path

from facescreen.commands import main as cli
from facescreen.generation import GenerationSettings, generate
from facescreen.screening import MultiColorRule

ROUNDS = 4


def held() -> dict[str, float]:
    """What this process holds now, by Linux's own account."""
    own = Path("/proc/self")
    pages = int((own / "statm").read_text().split()[1])
    lines = (line.split(":") for line in (own / "status").read_text().splitlines())
    threads = next(int(value) for name, value in lines if name == "Threads")
    children = sum(
        len((task / "children").read_text().split()) for task in (own / "task").iterdir()
    )
    return {
        "memory": pages * os.sysconf("SC_PAGE_SIZE") / 1e6,
        "files": len(list((own / "fd").iterdir())),
        "threads": threads,
        "children": children,
    }


def one_round(number: int, count: int, out: Path) -> None:
    """Faces by the shipped GAN, then the folder of them by one process and by two more."""
    settings = GenerationSettings(count=count, seed=number, existing=64)
    generate(settings, MultiColorRule(), out / "run", progress=False)
    for workers in (1, 2):
        words = ["screen", out / "run", "--rule", "signs", "--workers", workers]
        words += ["--out", out / f"by{workers}", "--report"]
        code = cli.main([str(word) for word in words])
        assert code == cli.SUCCESS, code
    shutil.rmtree(out)


def main(minutes: float, count: int, folder: Path) -> None:
    begun, number = time.monotonic(), 0
    while number < ROUNDS or time.monotonic() - begun < 60 * minutes:
        one_round(number, count, folder / str(number))
        number += 1
        line = {"seconds": round(time.monotonic() - begun, 1), **held()}
        print(json.dumps(line), file=sys.__stdout__, flush=True)


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
