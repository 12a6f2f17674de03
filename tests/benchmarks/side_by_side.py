"""What every benchmark shares: contenders taking turns, and one table of their ratios.

Single figures change with whatever else a machine does, so contenders meet in one run: a round runs
each of them once, and each round begins with another one. The table `ratios.csv` holds medians over
rounds, `machine.json` what they were measured on. See data/README.md for the columns.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
if (
    str(ROOT) not in sys.path
):  # a benchmark is run by its path; the checkout is not on the path then
    sys.path.insert(0, str(ROOT))

COLUMNS = ("bench", "case", "what", "value", "unit", "base", "ratio", "low", "high", "rounds")
BENCHES = ("kernel", "screens", "folder", "portraits", "training", "generation", "cluster")
BENCHES += ("lessons",)
PACKAGES = ("numpy", "numba", "pillow", "torch", "opencv-python-headless", "cleanvision")
INSTRUCTIONS = (
    *("avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "avx512_fp16"),
    *("amx_tile", "amx_int8", "amx_bf16", "asimd", "sve", "bf16", "i8mm"),
)
TIMED = 0.02  # seconds, at least, of one timing: what is faster is repeated within its turn


def arguments(what: str) -> argparse.Namespace:
    """Options that every benchmark takes: `--out` and `--rounds`."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--out", type=Path, default=ROOT / "data" / "benchmarks")
    parser.add_argument("--rounds", type=int, default=7, help="turns of each contender (7)")
    return parser.parse_args()


def installed(package: str, module: str) -> bool:
    """Whether a peer is there; says so where it is not, since its rows are then left out."""
    if find_spec(module):
        return True
    print(f"{package} is not installed, so its rows are left out: pip install -e '.[bench]'")
    return False


# --- measuring ------------------------------------------------------------------------------------


def seconds_of(work: Callable[[], object]) -> float:
    """Seconds of one call, from as many calls as take `TIMED` together."""
    started, calls = time.perf_counter(), 0
    while True:
        work()
        calls += 1
        if (taken := time.perf_counter() - started) >= TIMED:
            return taken / calls


def take_turns(
    works: Mapping[str, Callable[[], object]], amount: float, rounds: int
) -> dict[str, list[float]]:
    """Rates of each work, one for each round; `amount` is how many things one call does.

    Each is called once before, untimed: what it compiles or loads is no part of its rate.
    """
    for work in works.values():
        work()
    names, rates = list(works), {name: [] for name in works}
    for turn in range(rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            rates[name].append(amount / seconds_of(works[name]))
    return rates


def compared(
    bench: str, case: str, measured: Mapping[str, Sequence[float]], unit: str, base: str
) -> list[dict]:
    """Rows of the table from values of each contender, one for each round.

    `ratio` is the median over the base's median, low and high hold the middle 80 % of the ratios of
    single rounds. Of rates more is better; of seconds, minutes and MB less.
    """
    rows, middle = [], {name: float(np.median(values)) for name, values in measured.items()}
    for name, values in measured.items():
        ratio = middle[name] / middle[base]
        each = np.divide(values, measured[base])
        low, high = np.quantile(each, [0.1, 0.9]).tolist()
        low, high = min(low, ratio), max(high, ratio)
        told = (bench, case, name, middle[name], unit, base, ratio, low, high, len(values))
        rows.append(dict(zip(COLUMNS, told, strict=True)))
    return rows


# --- the table ------------------------------------------------------------------------------------


def record(bench: str, rows: Sequence[Mapping], out: Path) -> None:
    """Put a benchmark's rows into the table, in place of those that it had there.

    Rows of other benchmarks stay, unless another machine made them: a table is of one machine.
    """
    kept, machine, before = [], this_machine(), machine_of(out)
    if {**before, "measured": None} == {**machine, "measured": None}:
        kept, machine = [row for row in table(out) if row["bench"] != bench], before
    machine["measured"][bench] = {
        "date": date.today().isoformat(),
        "load before": round(
            LOAD, 2
        ),  # runnable processes in the minute before: none on a quiet machine
        "minutes": round((time.perf_counter() - BEGUN) / 60, 2),
    }
    order = {name: place for place, name in enumerate(BENCHES)}
    every = sorted([*kept, *rows], key=lambda row: order.get(row["bench"], len(order)))
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(row[name]) for name in COLUMNS} for row in every)
    out.mkdir(parents=True, exist_ok=True)
    _replace(out / "ratios.csv", text.getvalue())
    _replace(out / "machine.json", json.dumps(machine, indent=2) + "\n")
    show(rows)


LOAD, BEGUN = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0, time.perf_counter()


def table(out: Path) -> list[dict[str, str]]:
    """The rows that are there, as text."""
    file = out / "ratios.csv"
    if not file.exists():
        return []
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def show(rows: Sequence[Mapping]) -> None:
    """Print rows of the table, a heading for each case."""
    case = None
    for row in rows:
        if (row["bench"], row["case"]) != case:
            case = row["bench"], row["case"]
            print(f"\n{row['bench']}: {row['case']} ({row['unit']}; times {row['base']})")
        value, ratio, low, high = (float(row[name]) for name in ("value", "ratio", "low", "high"))
        spread = f"{low:.3g} to {high:.3g}, {row['rounds']} rounds"
        print(f"  {row['what']:<44}{value:>14,.{0 if value >= 100 else 2}f}{ratio:>9.3g}  {spread}")


def _cell(value: object) -> str:
    return value if isinstance(value, str) else f"{value:.6g}"


def _replace(file: Path, text: str) -> None:
    temporary = file.with_suffix(".tmp")
    temporary.write_text(text, "utf-8")
    os.replace(temporary, file)


# --- the machine ----------------------------------------------------------------------------------


def machine_of(out: Path) -> dict:
    """What `machine.json` says, or nothing."""
    file = out / "machine.json"
    return json.loads(file.read_text("utf-8")) if file.exists() else {}


def this_machine() -> dict:
    """Its processor, and the versions of what was measured."""
    model, flags = _processor()
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "processor": model,
        "cores": usable,
        "instructions": [name for name in INSTRUCTIONS if name in flags],
        "system": f"{platform.system()} {platform.machine()}",
        "versions": {"python": platform.python_version(), **_versions()},
        "measured": {},
    }


def _processor() -> tuple[str, set[str]]:
    file = Path("/proc/cpuinfo")
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    said = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    model = said.get("model name") or platform.processor() or platform.machine()
    return model, set((said.get("flags") or said.get("Features") or "").split())


def _versions() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
