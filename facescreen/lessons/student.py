"""The student edition: the lessons without their solutions, and nothing else changed.

facescreen lessons --student build/student
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from facescreen.images.writing import write_atomically

SOLUTION = "solution"  # the tag of the cells that are left out


def without_solutions(notebook: NotebookNode) -> NotebookNode:
    """A copy without the cells tagged "solution"; every other cell stays as it is, outputs too."""
    edition = copy.deepcopy(notebook)
    edition.cells = [c for c in edition.cells if SOLUTION not in c.metadata.get("tags", [])]
    return edition


def write_student_edition(lessons: Sequence[Path], out: Path) -> list[tuple[Path, int]]:
    """Write each lesson's student edition into `out`; paths written, and cells left out of each.

    Pictures that a lesson's text refers to stay where they are: links from the copies are not
    rewritten, so `out` is best a folder beside the lessons. Raises OSError where it cannot write.
    """
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for lesson in lessons:
        notebook = nbformat.read(lesson, as_version=4)
        edition = without_solutions(notebook)
        path = out / lesson.name
        if path.resolve() == lesson.resolve():
            raise ValueError(f"{out} holds the lessons themselves: choose another folder")
        write_atomically(path, partial(nbformat.write, edition))
        written.append((path, len(notebook.cells) - len(edition.cells)))
    return written
