"""A full disk, and kills: a lesson that suffers says so with a path, and the others go on."""

import os
import resource
import shutil
import tempfile
from pathlib import Path

import nbformat
import papermill
import pytest
from made_up_lessons import write
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from facescreen import lessons
from facescreen.images.temporary import temporary_folder
from facescreen.lessons import LessonError

FULL = "File too large"  # what the system says beyond its limit, as of a full disk "No space left"


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """Two short lessons around one with a large output; they are "run" by copying them."""
    large = new_output("stream", name="stdout", text="x" * 300_000)
    folder = tmp_path / "notebooks"
    folder.mkdir()
    for name, outputs in (("01_short", []), ("02_long", [large]), ("03_short", [])):
        cell = new_code_cell("1", outputs=outputs, execution_count=1)
        write(folder / f"{name}.ipynb", new_markdown_cell(f"# {name}"), cell)

    def ran(lesson, executed, *_, **__):
        Path(executed).write_bytes(Path(lesson).read_bytes())

    monkeypatch.setattr(papermill, "execute_notebook", ran)
    return folder


def run(shelf, limit):
    """Run all, where no file may be longer than `limit` bytes."""
    before, out = resource.getrlimit(resource.RLIMIT_FSIZE), shelf.parent / "out"
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        return lessons.run_lessons(lessons.find_lessons(shelf), out, say=lambda _line: None), out
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_half_a_notebook_costs_no_other_lesson_and_does_not_stay(shelf):
    results, out = run(shelf, resource.RLIM_INFINITY)
    assert all(result.ok for result in results)
    longest = max((out / f"{name}.html").stat().st_size for name in ("01_short", "03_short"))
    shutil.rmtree(out)
    path = shelf / "02_long.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].outputs[0].text = "x" * (longest + 1000)
    nbformat.write(notebook, path)
    results, out = run(shelf, longest)
    assert [result.ok for result in results] == [True, False, True]
    assert results[1].message == f"{FULL}: {out / path.name}"
    assert sorted(file.name for file in out.iterdir()) == [
        "01_short.html", "01_short.ipynb", "03_short.html", "03_short.ipynb", "index.html"
    ]  # fmt: skip
    assert FULL in (out / "index.html").read_text("utf-8")


def test_a_page_that_cannot_be_written_is_named_and_its_notebook_stays(shelf):
    _, out = run(shelf, resource.RLIM_INFINITY)
    size = (out / "02_long.html").stat().st_size
    shutil.rmtree(out)
    results, out = run(shelf, size - 1)
    assert [result.ok for result in results] == [True, False, True]
    assert results[1].message == f"its page was not written: {FULL}: {out / '02_long.html'}"
    assert not (out / "02_long.html").exists() and not list(out.glob(".*"))
    assert nbformat.read(out / "02_long.ipynb", as_version=4).cells[1].outputs


def test_without_room_for_the_index_all_lessons_run_and_the_end_says_it(shelf):
    with pytest.raises(LessonError, match=f"no list, which could not be written: {FULL}: .*index"):
        run(shelf, 1000)


# --- what killed runs leave -----------------------------------------------------------------------


def test_folders_of_killed_runs_go_and_those_of_others_stay(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    here = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: 2**22 + 5)  # no process has such a number
    left = temporary_folder()
    (Path(left.name) / "kernels").mkdir()
    monkeypatch.setattr(os, "getpid", lambda: here)
    mine = [tmp_path / "facescreen-mine", tmp_path / f"facescreen-{2**22 + 5}-0123abcd-x"]
    for folder in mine:  # the second one of another machine
        folder.mkdir()
    running = temporary_folder()
    with temporary_folder() as other:
        assert not Path(left.name).exists()
        kept = {*mine, Path(running.name), Path(other)}
        assert set(tmp_path.iterdir()) == kept
    left.cleanup()
    running.cleanup()
    assert set(tmp_path.iterdir()) == set(mine)
