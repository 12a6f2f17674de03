"""Laws of one lesson: on this interpreter, failing alone, keeping nothing that changes."""

import json
import os
import re
import sys

import nbformat
import pytest
from made_up_lessons import parameters_cell, printed, write
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from facescreen import lessons
from facescreen.lessons import run as running

GOOD_WIDGET = """\
import ipywidgets
ipywidgets.interactive(lambda x: print(f"x is {x}"), x=(1, 9))"""

# --- running --------------------------------------------------------------------------------------


def test_another_kernel_of_the_same_name_is_not_used(tmp_path, monkeypatch):
    decoy = tmp_path / "kernels" / "python3"
    decoy.mkdir(parents=True)
    (decoy / "kernel.json").write_text(
        json.dumps({"argv": ["/bin/false"], "display_name": "decoy", "language": "python"})
    )
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    from jupyter_client.kernelspec import KernelSpecManager

    assert KernelSpecManager().get_kernel_spec("python3").argv == ["/bin/false"]
    with running.own_kernel():
        assert KernelSpecManager().get_kernel_spec("python3").argv[0] == sys.executable
    assert os.environ["JUPYTER_PATH"] == str(tmp_path)


def test_a_file_that_is_no_notebook_fails_alone_and_is_named(tmp_path):
    folder = tmp_path / "notebooks"
    folder.mkdir()
    write(
        folder / "00_good.ipynb", parameters_cell("count: int = 1"), new_code_cell("print(count)")
    )
    (folder / "01_cut.ipynb").write_text('{"cells": [')
    (folder / "02_empty.ipynb").write_bytes(b"")
    (folder / "03_binary.ipynb").write_bytes(b"\xff\xfe\x00")
    write(folder / "04_no_cells.ipynb")
    write(folder / "05_last.ipynb", new_code_cell("print('reached')"))
    out, said = tmp_path / "out", []
    chosen = lessons.find_lessons(folder)
    results = lessons.run_lessons(chosen, out, [("count", "77")], said.append)
    assert [r.name for r in results if r.ok] == ["00_good", "04_no_cells", "05_last"]
    assert printed(out / "00_good.ipynb") == "77\n"
    assert printed(out / "05_last.ipynb") == "reached\n"
    for name in ("01_cut", "02_empty", "03_binary"):
        (line,) = [line for line in said if line.startswith(name) and "FAILED" in line]
        assert "\n" not in line and len(line.split("FAILED")[1].split()) > 2, "and says why"
    assert (out / "index.html").read_text(encoding="utf-8").count("FAILED") == 3
    assert lessons.normalize(folder / "04_no_cells.ipynb").ok


def test_a_dead_kernel_is_a_failure_of_that_lesson_alone(tmp_path):
    path = write(tmp_path / "01_dies.ipynb", new_code_cell("import os; os._exit(3)"))
    result = lessons.execute(path, tmp_path / "out.ipynb")
    assert "DeadKernelError" in result.message


def test_a_cell_that_takes_too_long_is_said_so_in_a_line(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "CELL_SECONDS", 1)
    path = write(tmp_path / "01_slow.ipynb", new_code_cell("import time; time.sleep(60)"))
    result = lessons.execute(path, tmp_path / "out.ipynb")
    assert result.message == "A cell timed out while it was being executed, after 1 seconds."


def test_what_a_cell_prints_is_one_text_however_it_arrives(tmp_path):
    code = "import time\nfor k in range(3):\n    print(k, flush=True)\n    time.sleep(0.3)"
    path = write(tmp_path / "01_pieces.ipynb", new_code_cell(code))
    assert lessons.execute(path, tmp_path / "out.ipynb").ok
    (cell,) = [c for c in nbformat.read(tmp_path / "out.ipynb", 4).cells if c.source == code]
    assert [output.text for output in cell.outputs] == ["0\n1\n2\n"]


# --- keeping outputs ------------------------------------------------------------------------------


def test_normalized_lessons_keep_outputs_and_nothing_that_changes_from_run_to_run(tmp_path):
    path = write(
        tmp_path / "01_a.ipynb",
        parameters_cell("count: int = 3"),
        new_code_cell("# NBVAL_CHECK_OUTPUT\nprint(count)"),
        new_code_cell(GOOD_WIDGET),
    )
    ids = [cell.id for cell in nbformat.read(path, as_version=4).cells]
    assert lessons.normalize(path).ok
    first = path.read_text(encoding="utf-8")
    notebook = nbformat.read(path, as_version=4)
    assert [cell.id for cell in notebook.cells] == ids
    assert [cell.execution_count for cell in notebook.cells] == [1, 2, 3]
    assert notebook.cells[1].outputs[0].text == "3\n"
    assert not re.search("papermill|widget-|start_time|VBox", first)
    assert [output.get("text") for output in notebook.cells[2].outputs[1:]] == ["x is 5\n"]
    assert lessons.normalize(path).ok
    assert path.read_text(encoding="utf-8") == first


@pytest.mark.parametrize(("seconds", "said"), [(1.0, "0.1"), (42.0, "0.7"), (605.0, "10.1")])
def test_the_minutes_under_the_title_are_those_measured(seconds, said):
    head = new_markdown_cell("# A\n\n*Lesson 01 · exercises 5 minutes, run 0.9 minutes on 7 cores*")
    cells = [head, new_markdown_cell("run 3 minutes")]
    notebook = running.timed(new_notebook(cells=cells), seconds)
    cores = f"run {said} minutes on {os.cpu_count()} cores"
    assert notebook.cells[0].source == f"# A\n\n*Lesson 01 · exercises 5 minutes, {cores}*"
    assert notebook.cells[1].source == "run 3 minutes"


def test_a_lesson_that_fails_is_not_overwritten(tmp_path):
    path = write(tmp_path / "01_a.ipynb", new_code_cell("1 / 0"))
    before = path.read_bytes()
    assert "ZeroDivisionError" in lessons.normalize(path).message
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["01_a.ipynb"]
