"""The first cell of each lesson says what is missing and how to get it; else it says nothing."""

import subprocess
import sys

import nbformat
import pytest
from test_imports import WITHOUT_TORCH

from facescreen.lessons import ROOT, find_lessons

EVERY = find_lessons(ROOT / "notebooks")


def first_cell(path) -> nbformat.NotebookNode:
    cells = nbformat.read(path, as_version=4).cells
    return next(cell for cell in cells if cell.cell_type == "code")


def test_it_is_the_same_in_all_lessons_but_for_what_they_need():
    sources = {path.stem[:2]: first_cell(path).source for path in EVERY}
    light = {number for number, source in sources.items() if source.endswith("\nneeds()")}
    assert light == set(WITHOUT_TORCH)
    plain = {source.replace('needs("gan")', "needs()") for source in sources.values()}
    assert len(plain) == 1 and len(sources["00"].splitlines()) <= 14


def test_it_stands_before_the_parameters_folded_and_silent():
    for path in EVERY:
        cells = nbformat.read(path, as_version=4).cells
        assert cells[1].source == first_cell(path).source and cells[1].outputs == []
        assert cells[1].metadata["jupyter"]["source_hidden"]
        assert "parameters" in cells[2].metadata["tags"]


def said_by(source: str, *places: str) -> str:
    """What a Python without any package says to the cell; `places` are looked through."""
    program = "import sys; sys.path += sys.argv[2:]; exec(sys.argv[1])"
    command = [sys.executable, "-S", "-c", program, source, *places]
    done = subprocess.run(command, capture_output=True, text=True, env={}, cwd="/")
    return done.stderr


@pytest.mark.parametrize("path", [EVERY[1], EVERY[2]], ids=lambda path: path.stem)
def test_it_says_what_to_type(path):
    source = first_cell(path).source
    nothing = said_by(source).splitlines()[-1]
    assert nothing.startswith("ImportError: No module named 'facescreen'. Run `%pip install")
    package_alone = said_by(source, str(ROOT)).splitlines()[-1]
    assert "This lesson needs numpy" in package_alone
    assert ("torch" in package_alone) == ("gan" in source.splitlines()[-1])
