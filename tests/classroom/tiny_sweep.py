"""A lesson of two cells, a grid beside it, and runs of it without processes of their own."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

PARAMETERS = "x: int = 1  # a number\nname: str = 'a'  # a text\nsides: list = [1]  # several"
BODY = "from facescreen.exercises import record\nrecord(inverse=1 / x, name=name)"


def tiny_lesson(folder: Path, body: str = BODY) -> Path:
    cells = [
        new_markdown_cell("# A <b>tiny</b> lesson", id="title"),
        new_code_cell(PARAMETERS, id="parameters", metadata={"tags": ["parameters"]}),
        new_code_cell(body, id="body"),
    ]
    notebook = new_notebook(cells=cells)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.metadata["kernelspec"] = kernel
    path = folder / "tiny.ipynb"
    nbformat.write(notebook, path)
    return path


def grid_of(folder: Path, text: str, name: str = "grid.yaml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path
