"""A lesson run with parameters and one more cell at its end, which reports what came of it."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from facescreen.exercises import ParameterError
from facescreen.lessons import execute

NO_PIXELS = "from facescreen.plots import base\nbase._small_png = lambda *given: b'\\x89PNG'"


def run_lesson(
    lesson: Path, folder: Path, report: str, parameters: dict[str, Any]
) -> tuple[str, list[str]]:
    """All that the lesson and the cell `report` printed, and the sentences of its figures.

    Figures are composed, with their sentences, and not turned into pixels.
    """
    folder.mkdir(exist_ok=True)
    notebook = nbformat.read(lesson, as_version=4)
    notebook.cells = [new_code_cell(NO_PIXELS), *notebook.cells, new_code_cell(report)]
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


def refusal(lesson: Path, parameters: dict[str, Any]) -> str:
    """What the lesson's check says of wrong parameters; nothing after the check is run."""
    cells = [c for c in nbformat.read(lesson, as_version=4).cells if c.cell_type == "code"]
    names: dict[str, Any] = {}
    for cell in cells:
        if "check_parameters(\n" in cell.source:
            with pytest.raises(ParameterError) as refused:
                exec(cell.source, names)
            return str(refused.value)
        exec(cell.source, names)
        if "parameters" in cell.metadata.get("tags", []):
            names |= parameters
    raise AssertionError(f"{lesson.name} does not check its parameters")
