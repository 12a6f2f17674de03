"""What screening by a cluster costs beside `--workers`, and what 10⁹ images would take on paper.

    python tests/benchmarks/bench_cluster.py [IMAGES ...] [--workers 2] [--rule multi]
        [--price 0.04] [--cores 16] [--machines 1 8 64]

Screens folders of so many 64 × 64 PNGs (portraits, hard links to a few hundred files, so that all
is in the system's cache) by a local cluster and by as many worker processes, and compares the
tables. CPU seconds are of all processes and hardly change with what else the machine does; seconds
do. --price is what a core costs an hour, in dollars: an assumption, and so are cores and machines.
"""

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from side_by_side import ROOT, record
from side_by_side import compared as rows_of

from facescreen import portraits
from facescreen.folders import screen_folder
from facescreen.images import save_png
from facescreen.screening import rule_from_name

FILES, IN_A_FOLDER, ALL = 400, 1000, 10**9


class Cost(NamedTuple):
    """Seconds of one screening, by the clock and of processors: here, and in all processes."""

    clock: float
    here: float
    total: float


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("images", nargs="*", type=int, default=[1000, 10_000])
    asked.add_argument("--workers", type=int, default=2)
    asked.add_argument("--rule", default="multi")
    asked.add_argument("--price", type=float, default=0.04, help="dollars of a core and hour")
    asked.add_argument("--cores", type=int, default=16, help="of a machine")
    asked.add_argument("--machines", nargs="+", type=int, default=[1, 8, 64])
    asked.add_argument("--out", type=Path, default=ROOT / "data" / "benchmarks")
    asked.add_argument("--rounds", type=int, default=1, help="for `make bench`: one is enough")
    options = asked.parse_args()
    rule, measured = rule_from_name(options.rule), {}
    print(
        f"{options.rule}, {options.workers} workers of {os.cpu_count()} cores; seconds, start too"
    )
    print("    images  by        seconds  images/s  CPU s   of them here")
    with tempfile.TemporaryDirectory() as scratch:
        real = made(Path(scratch) / "real")
        for images in sorted(options.images):
            folder = tiled(real, Path(scratch) / str(images), images)
            measured[images] = compared(folder, rule, Path(scratch), images, options.workers)
    if len(measured) > 1:
        on_paper(measured, options)
    rows = [row for images in measured for row in stored(images, measured[images], options.workers)]
    record("cluster", rows, options.out)


def stored(images: int, costs: dict[str, Cost], workers: int) -> list[dict]:
    """Rows of the table of ratios: CPU seconds of all processes, and seconds, start included."""
    case, names = f"{images:,} PNG, 64 px", (f"{workers} processes", f"{workers} in a cluster")
    rows = []
    for unit, which in (("CPU s", "total"), ("s", "clock")):
        each = [[getattr(cost, which)] for cost in costs.values()]
        taken = dict(zip(names, each, strict=True))
        rows += rows_of("cluster", f"{case}, {unit}", taken, unit, names[0])
    return rows


def made(folder: Path) -> list[Path]:
    for n, face in enumerate(portraits(FILES, size=64, seed=4)):
        folder.mkdir(exist_ok=True)
        save_png(folder / f"{n:04}.png", face)
    return sorted(folder.iterdir())


def tiled(real: list[Path], folder: Path, images: int) -> Path:
    """A folder of so many names."""
    for n in range(images):
        inner = folder / f"{n // IN_A_FOLDER:04}"
        if n % IN_A_FOLDER == 0:
            inner.mkdir(parents=True)
        os.link(real[n % len(real)], inner / f"{n % IN_A_FOLDER:04}.png")
    return folder


def compared(folder: Path, rule, out: Path, images: int, workers: int) -> dict[str, Cost]:
    costs, tables = {}, []
    for name, how in (("--workers", {}), ("--cluster", {"cluster": "local"})):
        table = out / f"{name}{images}.csv"

        def run(table=table, how=how) -> None:
            summary = screen_folder(folder, rule, table, workers, **how)
            assert summary.judged == images, summary

        cost = costs[name] = cost_of(run)
        tables.append(table.read_bytes())
        print(
            f"{images:10,}  {name:9}{cost.clock:8.1f}{images / cost.clock:10,.0f}"
            f"{cost.total:7.1f}{cost.here:12.1f}",
            flush=True,
        )
    assert tables[0] == tables[1], "the tables differ"
    return costs


def cost_of(run: Callable[[], None]) -> Cost:
    children = cpu(resource.RUSAGE_CHILDREN)
    here, began = time.process_time(), time.perf_counter()
    run()
    clock, here = time.perf_counter() - began, time.process_time() - here
    return Cost(clock, here, here + cpu(resource.RUSAGE_CHILDREN) - children)


def cpu(whose: int) -> float:
    used = resource.getrusage(whose)
    return used.ru_utime + used.ru_stime


def on_paper(measured: dict[int, dict[str, Cost]], options: argparse.Namespace) -> None:
    """Fixed and per-image costs of the two largest folders, and what follows from them."""
    few, many = sorted(measured)[-2:]
    slopes = {}
    for name, cost in measured[many].items():
        each = [(b - a) / (many - few) for a, b in zip(measured[few][name], cost, strict=True)]
        slopes[name] = Cost(*each)
        print(
            f"{name}: {1e6 * each[2]:,.0f} CPU µs an image, {1e6 * each[1]:,.0f} of them here, and "
            f"{measured[few][name].total - few * each[2]:.1f} CPU s whatever the number"
        )
    one = slopes["--cluster"]
    if min(one.here, one.total - one.here) <= 0:
        print("no estimate: the folders differ too little to tell a cost per image from chance")
        return
    print(f"overhead of a cluster: {one.total / slopes['--workers'].total - 1:+.0%} CPU an image")
    away = one.total - one.here
    feeds = away / one.here
    print(f"\n10⁹ images on paper: {ALL * one.total / 3600:,.0f} core-hours")
    print(f"one driver with its scheduler lists and writes {1 / one.here:,.0f} images/s, which is")
    print(f"what {feeds:,.0f} cores judge; more cores need more drivers, a part of the folder each")
    print("machines  cores  drivers   hours")
    for machines in options.machines:
        cores = machines * options.cores
        drivers = max(1, -(-cores // max(1, int(feeds))))
        hours = ALL * max(away / cores, one.here / drivers) / 3600
        print(f"{machines:8,}{cores:7,}{drivers:9,}{hours:8.1f}")
    million = 1e6 * one.total / 3600 * options.price
    print(f"${million:.4f} per million verdicts at ${options.price} a core and hour (assumed)")
    print(
        f"Extrapolated: from {many:,} images to 10⁹, from {options.workers} workers to more, from "
        "this machine's\ncores and its cached files to others and to a file system that all see; "
        f"{options.cores} cores each are assumed.\nNot in it: storage, reading over a network, "
        "idle cores, machines that start or fail."
    )


if __name__ == "__main__":
    main()
