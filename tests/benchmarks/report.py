"""Run benchmarks by name, or all, then print the one table of ratios and what was aimed at.

    python tests/benchmarks/report.py [NAME ...] [--show] [--out DIR] [--rounds N]

Each runs in a process of its own; one that fails is named and keeps the others from nothing.
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
    """A contender's least multiple of another one's rate, or its most seconds (`base` "")."""

    bench: str
    case: str
    what: str
    base: str
    bound: float


AIMS = (
    Aim("kernel", "64 px, sparse", "ours, 2 threads", "read limit", 0.6),
    Aim("kernel", "64 px, sparse", "ours, 2 threads", "Pillow", 30),
    Aim("kernel", "64 px, scattered light", "ours, 2 threads", "Pillow", 8),
)


def met(rows: Sequence[Mapping[str, str]], aim: Aim) -> tuple[float, bool] | None:
    """What was reached and whether it is enough; None where the table does not hold it."""
    case = [row for row in rows if (row["bench"], row["case"]) == (aim.bench, aim.case)]
    values = {row["what"]: float(row["value"]) for row in case}
    if aim.what not in values or (aim.base and aim.base not in values):
        return None
    if not aim.base:
        return values[aim.what], values[aim.what] <= aim.bound
    reached = values[aim.what] / values[aim.base]
    return reached, reached >= aim.bound


def print_aims(rows: Sequence[Mapping[str, str]]) -> None:
    """A line for each aim: what was asked, what was reached, and which falls short."""
    print("\naimed at")
    for aim in AIMS:
        found = met(rows, aim)
        asked = f"≥ {aim.bound:g} × {aim.base}" if aim.base else f"≤ {aim.bound:g} s"
        said = (
            "not measured"
            if found is None
            else f"{found[0]:.3g}, {'met' if found[1] else 'MISSED'}"
        )
        print(f"  {aim.bench}: {aim.case}: {aim.what} {asked}: {said}")


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
    there = [name for name in (*BENCHES, "cluster") if (HERE / f"bench_{name}.py").exists()]
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
