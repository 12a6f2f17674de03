"""Run benchmarks by name, or all, then print the one table of ratios and what was aimed at.

    python tests/benchmarks/report.py [NAME ...] [--show] [--out DIR] [--rounds N]

Each runs in a process of its own; one that fails is named, and the others run all the same.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from side_by_side import BENCHES, ROOT, machine_of, show, table

HERE = Path(__file__).parent


class Aim(NamedTuple):
    """A contender's least multiple of another one's rate; without one, its least rate or most s."""

    bench: str
    case: str
    what: str
    base: str
    bound: float


AIMS = (
    Aim("kernel", "64 px, sparse", "ours, 2 threads", "read limit", 0.6),
    Aim("kernel", "64 px, sparse", "ours, 2 threads", "Pillow", 30),
    Aim("kernel", "64 px, scattered light", "ours, 2 threads", "Pillow", 8),
    Aim("folder", "2,500 PNG, 64 px", "ours, 2 processes, started", "Pillow, 1 process", 1.5),
    Aim(
        "folder",
        "2,500 PNG, 64 px",
        "ours, 2 processes, started",
        "cleanvision, light and dark",
        10,
    ),
    Aim("folder", "300 JPEG, 1024 px", "ours, 2 processes, started", "Pillow, 2 processes", 0.9),
    Aim("folder", "10 PNG, 64 px", "ours, the command", "", 1.2),
    Aim("portraits", "by size", "64 px", "", 1_000),
    Aim("training", "DCGAN, 64 px, float32", "ours", "tutorial, with its loader", 1.7),
    Aim("training", "DCGAN, 64 px, bfloat16", "ours", "tutorial, with its loader", 3.2),
    Aim("generation", "2,500 images saved", "multi color", "", 5),
    Aim("generation", "2,500 images saved", "multi color, faces encoded", "", 5),
)


def met(rows: Sequence[Mapping[str, str]], aim: Aim) -> tuple[float, str, bool] | None:
    """What was reached, what was asked, and whether it is enough; None where it is not measured."""
    its = {
        row["what"]: (float(row["value"]), row["unit"])
        for row in rows
        if (row["bench"], row["case"]) == (aim.bench, aim.case)
    }
    if aim.what not in its or (aim.base and aim.base not in its):
        return None
    value, unit = its[aim.what]
    if unit == "s" and not aim.base:
        return value, f"≤ {aim.bound:g} s", value <= aim.bound
    reached = value / its[aim.base][0] if aim.base else value
    return reached, f"≥ {aim.bound:g} {aim.base or unit}", reached >= aim.bound


def print_aims(rows: Sequence[Mapping[str, str]]) -> None:
    """A line for each aim: what was asked, what was reached, and which falls short."""
    print("\naimed at")
    for aim in AIMS:
        found = met(rows, aim)
        said = "not measured here"
        if found is not None:
            reached, asked, enough = found
            said = f"{asked}: {reached:.3g}, {'met' if enough else 'MISSED'}"
        print(f"  {aim.bench}, {aim.case}, {aim.what}: {said}")


def run(
    names: Sequence[str], passed_on: Sequence[str], start: Callable = subprocess.run
) -> list[str]:
    """Run benchmarks one after the other; returns the names of those that failed."""
    failed = []
    for name in names:
        print(f"== {name}", flush=True)
        done = start([sys.executable, str(HERE / f"bench_{name}.py"), *passed_on])
        failed += [name] if done.returncode else []
    return failed


def main() -> int:
    there = [name for name in BENCHES if (HERE / f"bench_{name}.py").exists()]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(there)}; all unless given")
    parser.add_argument("--show", action="store_true", help="measure nothing, print what is there")
    parser.add_argument("--out", type=Path, default=ROOT / "data" / "benchmarks")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    if unknown := set(options.names) - set(there):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(there)}")
    names = [] if options.show else options.names or there
    failed = run(names, ["--out", str(options.out), "--rounds", str(options.rounds)])
    rows, machine = table(options.out), machine_of(options.out)
    if rows:
        print(f"\n== {machine['processor']}, {machine['cores']} cores, ", end="")
        print(f"{', '.join(machine['instructions'])}; {machine['versions']}")
        show(rows)
        print_aims(rows)
    for name in failed:
        print(f"{name} failed: its message stands above", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
