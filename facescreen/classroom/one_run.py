"""One run of a sweep: a lesson with its values in a folder of its own, and the record of it.

The folder holds the executed notebook, its page, its key figure and whatever the lesson writes;
`run.json` comes last and says that the run is done.
"""

from __future__ import annotations

import base64
import json
import os
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from facescreen.exercises.recorded import outputs_of, recorded, scraps_of
from facescreen.images.writing import read_json, write_atomically

RAN, FAILED, WAITING = "ran", "failed", "not run yet"
RECORD, FIGURE = "run.json", "figure.png"


@dataclass(frozen=True)
class Task:
    """What a process is told of a run. source: of the lesson's file; text: it without outputs."""

    lesson: str
    text: str
    source: str
    folder: str
    given: dict[str, Any]


@dataclass(frozen=True)
class Record:
    """What became of a run; `notebook` and `page` are names in its folder, "" for none."""

    source: str
    status: str = WAITING
    seconds: float = 0.0
    message: str = ""
    values: Mapping[str, Any] | None = None
    notebook: str = ""
    page: str = ""
    figure: str = ""  # the sentence of the key figure

    def write(self, folder: Path) -> None:
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False)
        write_atomically(folder / RECORD, lambda file: file.write_text(text + "\n", "utf-8"))


def read_record(folder: Path, source: str) -> Record:
    """The record of a run of this source of a lesson; one that waits where there is none."""
    try:
        found = read_json(folder / RECORD)
        record = Record(**found)
        whole = record.status in (RAN, FAILED) and isinstance(record.values, dict)
        gone = record.notebook and not (folder / record.notebook).is_file()
        if record.source == source and whole and not gone:
            return record
    except (OSError, ValueError, TypeError):
        pass
    return Record(source)


class Runner:
    """Runs what it is told, in a process that ends with the one that started it."""

    def __init__(self) -> None:
        from facescreen.lessons.kernel import end_with

        if os.name != "nt":
            threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()

    def __call__(self, task: Task) -> Record:
        return run_one(task)


def run_one(task: Task) -> Record:
    """Run a lesson and write all that is kept of it; a failing lesson is a record like any other.

    Raises OSError where its folder cannot be written.
    """
    from facescreen.lessons import execute

    folder, lesson = Path(task.folder), Path(task.lesson)
    notebook = folder / lesson.name
    for name in (RECORD, FIGURE, lesson.with_suffix(".html").name):  # of a run before
        (folder / name).unlink(missing_ok=True)
    write_atomically(notebook, lambda file: file.write_text(task.text, "utf-8"))
    result = execute(notebook, notebook, task.given)
    status = RAN if result.ok else FAILED
    record = Record(task.source, status, round(result.seconds, 1), result.message, {})
    if notebook.exists():
        record = _with_what_it_shows(record, notebook, lesson, result.title)
    record.write(folder)
    return record


def _with_what_it_shows(record: Record, notebook: Path, lesson: Path, title: str) -> Record:
    """The record, with the notebook's values, figure and page; the last two are written."""
    import nbformat

    executed = nbformat.read(notebook, as_version=4)
    found = asdict(record) | {"values": recorded(executed), "notebook": notebook.name}
    picture = key_figure(executed)
    if picture is not None:
        write_atomically(notebook.with_name(FIGURE), lambda file: file.write_bytes(picture[0]))
        found["figure"] = picture[1] or "A figure without a sentence."
    page = notebook.with_suffix(".html")
    try:
        text = _page(executed, lesson, page, title)
        write_atomically(page, partial(Path.write_text, data=text, encoding="utf-8"))
        found["page"] = page.name
    except Exception as error:  # what a page is made of is somebody's notebook
        line = " ".join(f"{type(error).__name__}: {error}".split())
        found["message"] = record.message or f"its page was not written: {line}"
    return Record(**found)


def _page(executed: Any, lesson: Path, page: Path, title: str) -> str:
    from facescreen.lessons.pages import lesson_html

    made = lesson_html(executed, title, lesson, page, {})
    up = '<a href="index.html">All lessons</a>'
    return made.replace(up, '<a href="../../index.html">All runs</a>')


def key_figure(notebook: Mapping[str, Any]) -> tuple[bytes, str] | None:
    """A notebook's PNG and its sentence: the last before the first recorded value.

    The first PNG of all, where no value is recorded, or none before it.
    """
    found = None
    for output in outputs_of(notebook):
        if scraps_of(output) and found is not None:
            return found[-1]
        png = output.get("data", {}).get("image/png")
        if isinstance(png, str):
            alt = output.get("metadata", {}).get("image/png", {})
            said = alt.get("alt", "") if isinstance(alt, Mapping) else ""
            found = [*(found or ()), (base64.b64decode(png), str(said))]
    return found[0] if found else None
