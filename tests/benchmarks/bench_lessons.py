"""Lessons: the minutes that their headings name, what two of them take here, and their memory.

    python tests/benchmarks/bench_lessons.py [--lessons 02 05]

Memory is the largest that the lesson's kernel was, beside that of a kernel in which nothing runs.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from side_by_side import ROOT, arguments, compared, record

NOTEBOOKS = ROOT / "notebooks"
ONE_RUN = """
import resource, sys, time
from pathlib import Path
from facescreen.lessons import execute
started = time.perf_counter()
result = execute(Path(sys.argv[1]), Path(sys.argv[2]), {})
assert result.ok, result.message
memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(time.perf_counter() - started, memory / (2**20 if sys.platform == "darwin" else 2**10))
"""


def named_minutes() -> dict[str, float]:
    """Minutes by lesson, as `make notebooks` has written them under each title."""
    found = {}
    for lesson in sorted(NOTEBOOKS.glob("*.ipynb")):
        heading = nbformat.read(lesson, as_version=4).cells[0].source
        if said := re.search(r"\brun ([\d.]+) minutes on", heading):
            found[lesson.stem.split("_")[0]] = float(said[1])
    return found


def one_run(lesson: Path, folder: Path) -> tuple[float, float]:
    """Minutes from start to end, and the kernel's largest MB."""
    words = [sys.executable, "-c", ONE_RUN, str(lesson), str(folder / "done.ipynb")]
    done = subprocess.run(words, check=True, capture_output=True, text=True, cwd=ROOT)
    seconds, memory = map(float, done.stdout.split()[-2:])
    return seconds / 60, memory


def main() -> None:
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--lessons", nargs="*", default=["02", "05"])
    chosen, sys.argv[1:] = parser.parse_known_args()
    options, named = arguments(__doc__), named_minutes()
    every = {"all lessons": [sum(named.values())]} | {name: [its] for name, its in named.items()}
    rows = compared("lessons", "minutes in headings", every, "minutes", "all lessons")
    empty = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("pass")])
    memory = {}
    with tempfile.TemporaryDirectory() as folder:
        nothing = Path(folder) / "empty.ipynb"
        nbformat.write(empty, nothing)
        memory["a kernel, nothing run"] = [one_run(nothing, Path(folder))[1]]
        for name in chosen.lessons:
            (lesson,) = NOTEBOOKS.glob(f"{name}_*.ipynb")
            minutes, most = one_run(lesson, Path(folder))
            here = {"in its heading": [named[name]], "run here": [minutes]}
            rows += compared("lessons", f"lesson {name}", here, "minutes", "in its heading")
            memory[f"lesson {name}"] = [most]
    rows += compared("lessons", "peak memory", memory, "MB", "a kernel, nothing run")
    record("lessons", rows, options.out)


if __name__ == "__main__":
    main()
