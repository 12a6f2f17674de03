"""A lesson run with parameters and one more cell at its end, which reports what came of it."""

from pathlib import Path
from typing import Any

import nbformat

from facescreen.lessons import execute


def run_lesson(
    lesson: Path, folder: Path, report: str, parameters: dict[str, Any]
) -> tuple[str, list[str]]:
    """All that the lesson and the cell `report` printed, and the sentences of its figures."""
    folder.mkdir(exist_ok=True)
    notebook = nbformat.read(lesson, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(report))
    copy = folder / lesson.name
    nbformat.write(notebook, copy)
    result = execute(copy, folder / "done.ipynb", parameters)
    assert result.ok, result.message
    outputs = [
        output
        for cell in nbformat.read(folder / "done.ipynb", as_version=4).cells
        for output in cell.get("outputs", [])
    ]
    said = [o.metadata["image/png"]["alt"] for o in outputs if "image/png" in o.get("data", {})]
    return "".join(output.get("text", "") for output in outputs), said


def refusal(lesson: Path, folder: Path, parameters: dict[str, Any]) -> str:
    """What the lesson's check says of wrong parameters; nothing after the check is run."""
    notebook = nbformat.read(lesson, as_version=4)
    place = next(k for k, c in enumerate(notebook.cells) if "check_parameters(\n" in c.source)
    del notebook.cells[place + 1 :]
    nbformat.write(notebook, folder / lesson.name)
    result = execute(folder / lesson.name, folder / "done.ipynb", parameters)
    assert not result.ok
    return result.message
