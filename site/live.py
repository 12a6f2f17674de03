"""Runs of the lessons whose widgets work in a page: the numbers that they go on from."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from facescreen.lessons import ROOT, execute
from facescreen.lessons.live import LIVE

WORKS_ALONE = re.compile(r"\bwidgets\.(histogram_explorer|threshold_debate)\(")


def live_run(lesson: Path, kept: Path) -> NotebookNode | None:
    """A run of a lesson whose widgets brought the numbers that a page goes on from, or None.

    Stored outputs hold no such numbers. A run by `make lessons` will do, if the code is the same.
    """
    code = _code(nbformat.read(lesson, as_version=4))
    if not any(WORKS_ALONE.search(source) for source in code):
        return None
    for file in (ROOT / "build/lessons" / lesson.name, kept / lesson.name):
        if file.is_file() and _code(run := nbformat.read(file, as_version=4))[-len(code) :] == code:
            return run
    kept.mkdir(parents=True, exist_ok=True)
    print(f"{lesson.stem} is run for its widgets …", flush=True)
    result = execute(lesson, kept / lesson.name)
    if not result.ok:
        raise SystemExit(
            f"{lesson}: its widgets cannot be shown, since its run failed: {result.message}"
        )
    return nbformat.read(kept / lesson.name, as_version=4)


def _code(notebook: NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def with_live(notebook: NotebookNode, run: NotebookNode | None) -> NotebookNode:
    """The notebook with the outputs of a run where that shows a widget that works alone."""
    if run is None:
        return notebook
    alive = nbformat.from_dict(notebook)
    shown = {
        cell.id: [o for o in cell.get("outputs", []) if LIVE in o.get("data", {})]
        for cell in run.cells
    }
    for cell in alive.cells:
        if shown.get(cell.id):
            cell.outputs = shown[cell.id]
    return alive
