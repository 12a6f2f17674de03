"""A lesson run over a grid of parameters: some runs at a time, each once, none lost.

OUT/sweep.json            whose folder this is: the lesson, and a checksum of its code
OUT/runs/KEY/             a run: notebook, page, figure, what the lesson wrote, run.json
OUT/results.csv           a row for each run, in the grid's order
OUT/index.html            the gallery
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from facescreen.classroom.gallery import write_gallery
from facescreen.classroom.grid import Grid, Run, read_grid, typed_runs
from facescreen.classroom.one_run import FAILED, RAN, WAITING, Record, Runner, Task, read_record
from facescreen.classroom.results import in_words, write_results
from facescreen.folders.aside import Asides, Ended, NotStarted
from facescreen.folders.workers import usable_cores
from facescreen.images.locks import locked
from facescreen.images.writing import NotOursError, read_json, write_atomically

MARK, LOCK, MADE_BY = "sweep.json", ".sweep.lock", "facescreen sweep"
CHANGED, AGAIN_FAILED = "changed", "failed"  # what `again` may hold


class SweepError(Exception):
    """Why a sweep cannot go on here; one sentence."""


@dataclass
class Sweep:
    """A lesson's runs and what became of them, in the grid's order."""

    grid: Grid
    lesson: Path
    title: str
    out: Path
    source: str
    text: str
    runs: Sequence[Run]
    records: list[Record]

    def folder(self, run: Run) -> Path:
        return self.out / "runs" / run.key

    @property
    def waiting(self) -> list[int]:
        """Places of the runs that are still to be done."""
        return [place for place, one in enumerate(self.records) if one.status == WAITING]

    def number(self, status: str) -> int:
        return sum(record.status == status for record in self.records)

    def varying(self) -> list[str]:
        """Names of parameters of which the runs have different values."""
        names = dict.fromkeys(name for run in self.runs for name in run.given)
        return [n for n in names if any(r.values[n] != self.runs[0].values[n] for r in self.runs)]


def open_sweep(
    file: Path, out: Path | None = None, again: Sequence[str] = (), folder: Path | None = None
) -> Sweep:
    """Read a grid, and what is there of its runs; nothing is written.

    out: the folder of the sweep, by default as the file says, or build/sweeps/NAME. again: CHANGED
    for a lesson whose code is not what these runs were made of, which is refused otherwise; FAILED
    to do again what failed. folder: of the lessons that have numbers. Raises GridError, LessonError
    for an unknown lesson, NotOursError, and SweepError.
    """
    import nbformat

    from facescreen.lessons.outline import title_of

    grid = read_grid(file)
    lesson = _lesson_of(grid, folder)
    runs = typed_runs(grid, lesson)
    notebook = nbformat.read(lesson, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    source = hashlib.sha256(json.dumps(code).encode()).hexdigest()
    out = out or Path(grid.out or f"build/sweeps/{file.stem}")
    _check_place(out, lesson, source, again)
    title = title_of(notebook, lesson.stem)
    sweep = Sweep(grid, lesson, title, out, source, nbformat.writes(notebook), runs, [])
    for run in runs:
        record = read_record(sweep.folder(run), source)
        failed_before = record.status == FAILED and AGAIN_FAILED in again
        sweep.records.append(Record(source) if failed_before else record)
    return sweep


def _lesson_of(grid: Grid, folder: Path | None) -> Path:
    from facescreen.lessons import ROOT, find_lessons

    if grid.lesson.endswith(".ipynb"):
        for place in (grid.file.parent, Path()):
            if (place / grid.lesson).is_file():
                return (place / grid.lesson).resolve()
    here = Path("notebooks")
    folder = folder or (here if here.is_dir() else ROOT / here)
    (found,) = find_lessons(folder.resolve(), [grid.lesson])
    return found


def _check_place(out: Path, lesson: Path, source: str, again: Sequence[str]) -> None:
    """Raise NotOursError or SweepError where this sweep cannot go."""
    mark = out / MARK
    if not mark.is_file():
        others = [] if not out.is_dir() else [p.name for p in out.iterdir() if not _unfinished(p)]
        if others or (os.path.lexists(out) and not out.is_dir()):
            what = f"holds {others[0]}" if others else "is a file"
            raise NotOursError(f"{out} {what} and no sweep: name a new folder with --out")
        return
    found = read_json(mark)
    if found.get("made by") != MADE_BY:
        raise NotOursError(f"{mark} is not of a sweep: name another folder with --out")
    if found.get("lesson") != lesson.name:
        had = found.get("lesson")
        raise SweepError(f"{out} holds a sweep of {had}, not {lesson.name}: name another --out")
    if found.get("source") != source and CHANGED not in again:
        raise SweepError(
            f"{lesson.name} has changed since the runs in {out}: name another --out, or run all of "
            "them anew with --again changed"
        )


def _unfinished(path: Path) -> bool:
    """Whether a file is all that a sweep leaves which is killed before its first run."""
    return path.name == LOCK or path.name.startswith(f".{MARK}.")


# --- running --------------------------------------------------------------------------------------


def run_sweep(
    sweep: Sweep, workers: int | None = None, say: Callable[[str], None] = print
) -> Sweep:
    """Do what is left of a sweep, so many runs at a time, and write its table and gallery.

    workers: processes, each with a kernel beside it; by default as the file says, or one for every
    two cores. Runs that end are in the table and the gallery at once. Killed at any moment, it goes
    on where it stopped. Raises InUseError where another process works in the folder, SweepError
    where no process can be started.
    """
    lock = locked(sweep.out / LOCK)
    try:
        sign = {"made by": MADE_BY, "lesson": sweep.lesson.name, "source": sweep.source}
        text = json.dumps(sign, indent=1, ensure_ascii=False) + "\n"
        write_atomically(sweep.out / MARK, lambda file: file.write_text(text, "utf-8"))
        _show(sweep)
        done, varying = len(sweep.runs) - len(sweep.waiting), sweep.varying()
        if done:
            say(f"{done} of {len(sweep.runs)} runs are there already")
        for place, record in _records(sweep, _number(sweep, workers)):
            sweep.records[place] = record
            done += 1
            said = in_words(sweep.runs[place], record, varying)
            say(f"[{done}/{len(sweep.runs)}] {said}")
            _show(sweep)
    finally:
        lock.close()
    return sweep


def _number(sweep: Sweep, workers: int | None) -> int:
    wanted = workers or sweep.grid.workers or max(1, usable_cores() // 2)
    return max(1, min(wanted, len(sweep.waiting)))


def _show(sweep: Sweep) -> None:
    write_results(sweep.out / "results.csv", sweep.runs, sweep.records)
    page = sweep.out / "index.html"
    write_gallery(page, sweep.title, sweep.runs, sweep.records, sweep.varying())


def _records(sweep: Sweep, workers: int) -> Iterator[tuple[int, Record]]:
    """The place and the record of each run that was waiting, as they end."""
    if not sweep.waiting:
        return
    asides, threads = Asides(pickle.dumps((Runner, ()))), ThreadPoolExecutor(workers)
    try:
        asked: dict[Future[Any], int] = {}
        for place in sweep.waiting:
            folder = sweep.folder(sweep.runs[place])
            given = sweep.runs[place].given
            place_of = str(folder.resolve())  # the same wherever a process and its kernel stand
            task = Task(str(sweep.lesson), sweep.text, sweep.source, place_of, given)
            asked[threads.submit(asides.ask, task)] = place
        for future in as_completed(asked):
            place = asked[future]
            yield place, _record_of(future, sweep, place)
    finally:
        asides.kill()
        threads.shutdown(cancel_futures=True)
        asides.close()


def _record_of(future: Future[Any], sweep: Sweep, place: int) -> Record:
    try:
        return future.result()
    except NotStarted as problem:
        raise SweepError(f"a process that runs lessons could not start ({problem})") from None
    except Ended as how:
        message = f"the process that ran it has ended ({how}): was there enough memory?"
        record = replace(sweep.records[place], status=FAILED, message=message, values={})
        record.write(sweep.folder(sweep.runs[place]))
        return record


def summary(sweep: Sweep) -> str:
    """One line on what came of a sweep."""
    parts = [(sweep.number(RAN), "ran"), (sweep.number(FAILED), "failed")]
    parts.append((sweep.number(WAITING), "not run yet"))
    said = ", ".join(f"{number} {word}" for number, word in parts if number)
    keys, place = {run.key for run in sweep.runs}, sweep.out / "runs"
    other = [p for p in (place.iterdir() if place.is_dir() else ()) if p.name not in keys]
    rest = f"; {len(other)} of other values stay in {place}" if other else ""
    return f"{len(sweep.runs)} runs of {sweep.lesson.stem}: {said}{rest}"
