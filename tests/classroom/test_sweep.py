"""Laws of a sweep: each run is done once, none is lost, a failure is kept, and all is in the table.

Where only these count, a run is made up; one test has kernels, and kills the sweep.
"""

import json
import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from tiny_sweep import PARAMETERS, grid_of, tiny_lesson

from facescreen.classroom import sweep as sweeping
from facescreen.classroom.one_run import FAILED, RAN, WAITING, Record, run_one
from facescreen.classroom.sweep import SweepError, open_sweep, run_sweep, summary
from facescreen.commands import main as cli
from facescreen.folders.aside import Ended
from facescreen.images.locks import InUseError, locked
from facescreen.images.writing import NotOursError

GRID = "lesson: tiny.ipynb\ngrid: {x: [%s]}"


class Here:
    """Stands for the processes: answers in this one, by `answer`."""

    answer = staticmethod(run_one)

    def __init__(self, _setup: bytes) -> None:
        pass

    def ask(self, task):
        return type(self).answer(task)

    def kill(self) -> None:
        pass

    close = kill


class MadeUp(Here):
    """Runs that take no time: `asked` are their values, 0 fails, 13 ends its process."""

    asked: list

    @classmethod
    def answer(cls, task):
        x = task.given["x"]
        cls.asked.append(x)
        if x == 13:
            raise Ended("SIGKILL")
        if x == 99:
            raise OSError(28, "No space left on device", task.folder)
        folder = Path(task.folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "tiny.ipynb").write_text(task.text)
        good = Record(task.source, RAN, 1.5, "", {"inverse": 1 / x}) if x else None
        record = good or Record(task.source, FAILED, 0.5, "cell 3: no", {})
        record = Record(**{**vars(record), "notebook": "tiny.ipynb"})
        record.write(folder)
        return record


@pytest.fixture
def asked(monkeypatch):
    MadeUp.asked = []
    monkeypatch.setattr(sweeping, "Asides", MadeUp)
    return MadeUp.asked


@pytest.fixture
def folder(tmp_path):
    tiny_lesson(tmp_path)
    return tmp_path


def swept(folder, values, again=(), workers=1):
    grid = grid_of(folder, GRID % values)
    return run_sweep(open_sweep(grid, folder / "out", again), workers, lambda line: None)


def test_the_table_has_a_row_for_each_run_in_the_order_of_the_grid(folder, asked):
    found = swept(folder, "5, 0, 4", workers=3)
    table = pd.read_csv(folder / "out" / "results.csv")
    assert list(table.columns) == ["x", "status", "seconds", "inverse", "message", "run"]
    assert table["x"].tolist() == [5, 0, 4] and sorted(asked) == [0, 4, 5]
    assert table["status"].tolist() == ["ran", "failed", "ran"]
    assert table["inverse"].tolist()[::2] == [0.2, 0.25] and table["inverse"].isna()[1]
    assert table["message"][1] == "cell 3: no" and table["seconds"].tolist() == [1.5, 0.5, 1.5]
    assert table["run"].tolist() == [run.key for run in found.runs]
    assert summary(found) == "3 runs of tiny: 2 ran, 1 failed"


def test_what_is_done_is_not_done_again_and_a_changed_grid_adds_runs(folder, asked):
    swept(folder, "1, 0")
    before = {p: p.stat().st_mtime_ns for p in (folder / "out" / "runs").rglob("*") if p.is_file()}
    found = swept(folder, "2, 0, 1")
    assert asked == [1, 0, 2]
    assert all(path.stat().st_mtime_ns == when for path, when in before.items())
    found = swept(folder, "2")
    assert asked == [1, 0, 2] and [record.status for record in found.records] == [RAN]
    assert summary(found).endswith(f"1 ran; 2 of other values stay in {folder / 'out' / 'runs'}")
    assert len(list((folder / "out" / "runs").iterdir())) == 3


def test_what_failed_is_kept_until_it_is_asked_for_again(folder, asked):
    swept(folder, "1, 0")
    assert swept(folder, "1, 0").number(FAILED) == 1 and asked == [1, 0]
    assert swept(folder, "1, 0", ["failed"]).number(FAILED) == 1 and asked == [1, 0, 0]


def test_a_process_that_ends_is_a_run_that_failed_and_no_other(folder, asked):
    found = swept(folder, "13, 1")
    assert [record.status for record in found.records] == [FAILED, RAN]
    assert "has ended (SIGKILL)" in found.records[0].message
    assert [record.status for record in swept(folder, "13, 1").records] == [FAILED, RAN]
    assert asked == [13, 1]


def test_a_run_whose_record_or_notebook_is_gone_is_done_again(folder, asked):
    found = swept(folder, "1, 2, 3")
    first, second, _ = (found.folder(run) for run in found.runs)
    (first / "run.json").write_text('{"status": "ran"')
    (second / "tiny.ipynb").unlink()
    assert swept(folder, "1, 2, 3").number(RAN) == 3
    assert sorted(asked) == [1, 1, 2, 2, 3]


def test_a_lesson_of_other_code_is_refused_and_run_anew_when_asked(folder, asked):
    swept(folder, "1, 2")
    path = folder / "tiny.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].source = "# Other prose"
    nbformat.write(notebook, path)
    swept(folder, "1, 2")
    assert asked == [1, 2]
    tiny_lesson(folder, "inverse = -1 / x")
    with pytest.raises(SweepError, match=r"tiny\.ipynb has changed since .* --again changed"):
        swept(folder, "1, 2")
    with pytest.raises(OSError, match="No space left"):
        swept(folder, "1, 99, 2", ["changed"])
    assert asked[:2] == [1, 2] and 1 in asked[2:]
    assert swept(folder, "1, 2").number(RAN) == 2  # goes on with what was agreed to
    assert sorted(set(asked[2:])) == [1, 2, 99]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("photo.png", "holds photo.png and no sweep: name a new folder"),
        ("sweep.json", "sweep.json is not of a sweep"),
        (".hidden", "holds .hidden and no sweep"),
    ],
)
def test_a_folder_of_others_is_refused_and_stays_as_it_is(folder, asked, name, said):
    (folder / "out").mkdir()
    (folder / "out" / name).write_text("{}")
    with pytest.raises(NotOursError, match=said):
        swept(folder, "1")
    assert [path.name for path in (folder / "out").iterdir()] == [name]
    assert (folder / "out" / name).read_text() == "{}" and not asked


def test_a_sweep_of_another_lesson_and_a_file_are_refused(folder, asked):
    swept(folder, "1")
    (folder / "tiny.ipynb").rename(folder / "other.ipynb")
    grid = grid_of(folder, "lesson: other.ipynb\ngrid: {x: [1]}")
    with pytest.raises(SweepError, match=r"holds a sweep of tiny\.ipynb, not other\.ipynb"):
        open_sweep(grid, folder / "out")
    with pytest.raises(NotOursError, match=r"grid\.yaml is a file"):
        open_sweep(grid, grid)


def test_two_sweeps_do_not_share_a_folder(folder, asked):
    swept(folder, "1")
    with locked(folder / "out" / ".sweep.lock"), pytest.raises(InUseError):
        swept(folder, "1, 2")
    assert asked == [1]


def test_the_command_lists_runs_and_tells_of_failures_by_its_code(folder, asked, capsys):
    grid = grid_of(folder, GRID % "3, 0" + f"\nout: {folder / 'out'}")
    assert cli.main(["sweep", str(grid), "--list"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        *(f"x {x}: not run yet" for x in (3, 0)),
        "2 runs of tiny: 2 not run yet",
    ]
    assert not (folder / "out").exists()
    assert cli.main(["sweep", str(grid), "--workers", "1"]) == 1
    said = capsys.readouterr().out
    assert "[1/2] x 3: ran, 1.5 s; inverse 0.3333\n[2/2] x 0: failed, 0.5 s; cell 3: no" in said
    assert cli.main(["sweep", str(folder / "none.yaml")]) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"facescreen: No such file or directory: {folder / 'none.yaml'}"
    ]


# --- with kernels, killed -------------------------------------------------------------------------

PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAE"
PICTURE += "hQGAhKmMIQAAAABJRU5ErkJggg=="
BODY = f"""\
import pathlib, time
from IPython.display import display
from facescreen.exercises import record
log = pathlib.Path(name)
with log.open("a") as file:
    file.write(f"{{x}}\\n")
if log.read_text().splitlines() == ["1", "2"]:
    time.sleep(600)
pathlib.Path("mine.txt").write_text(str(x))
display({{"image/png": {PICTURE!r}}}, metadata={{"image/png": {{"alt": f"x is {{x}}."}}}}, raw=True)
record(inverse=1 / x, whole=x == int(x), word="<i>")"""
MARK = "FACESCREEN_TEST_OF_SWEEPS"


def still_running(place: Path) -> list[str]:
    mark, found = f"{MARK}={place}".encode(), []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0"):
                found.append(process.name)
        except OSError:  # gone meanwhile
            pass
    return found


def until(holds, seconds=120):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.skipif(sys.platform != "linux", reason="forks, and looks for processes in /proc")
def test_a_killed_sweep_leaves_no_process_and_goes_on(tmp_path, monkeypatch):
    lesson, log, out = tiny_lesson(tmp_path, BODY), tmp_path / "log", tmp_path / "out"
    log.touch()
    grid = grid_of(tmp_path, f"{GRID % '1, 2, 0'}\nparameters: {{name: {log}}}")
    monkeypatch.setenv(MARK, str(tmp_path))
    first = multiprocessing.get_context("fork").Process(
        target=lambda: run_sweep(open_sweep(grid, out), 1, lambda line: None)
    )
    first.start()
    until(lambda: log.read_text() == "1\n2\n" or not first.is_alive())
    assert first.is_alive()
    assert len(still_running(tmp_path)) >= 2  # the process that runs lessons, and a kernel
    os.kill(first.pid, signal.SIGKILL)
    first.join()
    until(lambda: not still_running(tmp_path))

    left = open_sweep(grid, out)
    assert [record.status for record in left.records] == [RAN, WAITING, WAITING]
    assert pd.read_csv(out / "results.csv")["status"].tolist() == [RAN, WAITING, WAITING]
    done = (left.folder(left.runs[0]) / "run.json").read_bytes()
    monkeypatch.setattr(sweeping, "Asides", Here)
    found = run_sweep(left, 1, lambda line: None)

    assert log.read_text() == "1\n2\n2\n0\n"
    assert (left.folder(left.runs[0]) / "run.json").read_bytes() == done
    table = pd.read_csv(out / "results.csv")
    assert table["status"].tolist() == [RAN, RAN, FAILED]
    assert table["inverse"].tolist()[:2] == [1, 0.5] and table["word"][0] == "<i>"
    assert table["message"][2] == "cell 4 (In [3]): ZeroDivisionError: division by zero"
    assert {path.name for path in tmp_path.iterdir()} == {"grid.yaml", "log", "out", lesson.name}
    page = (out / "index.html").read_text("utf-8")
    assert page.count("<img ") == 3 and 'alt="x is 2."' in page and "<i>" not in page
    for place, run in enumerate(found.runs):
        check_kept(found.folder(run), run.given["x"], found.records[place])


def check_kept(folder: Path, x: int, record: Record) -> None:
    """What is kept of a run: its notebook with whatever came out, page, figure, its own files."""
    assert (folder / "mine.txt").read_text() == str(x)
    notebook = nbformat.read(folder / "tiny.ipynb", as_version=4)
    nbformat.validate(notebook)
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    errors = [o.ename for o in outputs if o.output_type == "error"]
    assert errors == ([] if x else ["ZeroDivisionError"])
    page = (folder / "tiny.html").read_text("utf-8")
    assert '<a href="../../index.html">All runs</a>' in page and "scrapbook" not in page
    assert ("ZeroDivisionError" in page) == (not x)
    assert (folder / "figure.png").read_bytes()[:4] == b"\x89PNG"
    assert record.figure == f"x is {x}." and json.loads((folder / "run.json").read_text())
    assert PARAMETERS.splitlines()[0] in [c.source.splitlines()[0] for c in notebook.cells]


def test_a_command_that_is_interrupted_says_how_far_it_came(folder, monkeypatch, capsys):
    def answer(task):
        if task.given["x"] == 0:
            raise KeyboardInterrupt
        return Record(task.source, RAN, 1.0, "", {})

    monkeypatch.setattr(sweeping, "Asides", Here)
    monkeypatch.setattr(Here, "answer", staticmethod(answer))
    grid = grid_of(folder, GRID % "3, 0")
    out = ["--out", str(folder / "out"), "--workers", "1"]
    assert cli.main(["sweep", str(grid), *out]) == 130
    said = capsys.readouterr().err
    assert "interrupted after 1 of 2 runs; the same command goes on" in said
