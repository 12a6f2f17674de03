"""Lessons written for a test, and what they printed."""

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook


def parameters_cell(source: str):
    return new_code_cell(source, metadata={"tags": ["parameters"]})


def write(path: Path, *cells) -> Path:
    notebook = new_notebook(cells=list(cells))
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
    }
    nbformat.write(notebook, path)
    return path


def printed(notebook_file: Path) -> str:
    notebook = nbformat.read(notebook_file, as_version=4)
    return "".join(
        output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", [])
    )
