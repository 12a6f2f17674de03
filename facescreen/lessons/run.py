"""Runs lessons with papermill, each from a fresh kernel, and says what happened to each."""

import os
import re
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
import papermill
from nbformat import NotebookNode
from traitlets.config import Config

from facescreen.images.temporary import temporary_folder
from facescreen.images.writing import write_atomically
from facescreen.language import ENGLISH, Language
from facescreen.lessons.edition import check_place, documents, in_language, write_documents
from facescreen.lessons.fresh_kernel import KERNEL, WatchfulManager, connection_in, own_kernel
from facescreen.lessons.index_page import index_html
from facescreen.lessons.outline import aim_of, title_of, widget_errors
from facescreen.lessons.pages import (
    LessonResult,
    first_picture,
    lesson_html,
    with_still_widgets,
)
from facescreen.lessons.parameters import LessonError, assign_parameters, read_or
from facescreen.setup import ROOT

_LESSON_NAME = re.compile(r"(\d\d|[A-Z]\d)_.+")
CELL_SECONDS = 3600  # a cell that takes longer has failed: nobody may be there to interrupt it
KERNEL_SECONDS = 300  # to start, and to send what an ended cell has shown: machines can be busy


def find_lessons(folder: Path, names: Sequence[str] = ()) -> list[Path]:
    """The lessons of a folder in reading order; with names ("07", "A1", a file name), only those.

    Raises LessonError for a name that is no lesson, and for a folder without lessons.
    """
    known = {path.stem: path for path in folder.glob("*.ipynb") if _LESSON_NAME.match(path.stem)}
    if not known:
        raise LessonError(f"no lessons (files like 01_name.ipynb) in {folder}")
    if not names:
        return [known[stem] for stem in sorted(known)]
    chosen = []
    for name in names:
        stem = Path(name).name.removesuffix(".ipynb")
        matches = [s for s in known if s == stem or s.split("_")[0] == stem.zfill(2)]
        if not matches:
            raise LessonError(f"no lesson {name!r}; there are {', '.join(sorted(known))}")
        chosen += matches
    return [known[stem] for stem in sorted(set(chosen))]


# --- one lesson -----------------------------------------------------------------------------------


def execute(
    lesson: Path,
    executed: Path,
    parameters: Mapping[str, Any] | None = None,
    language: Language = ENGLISH,
) -> LessonResult:
    """Run a lesson into the file `executed`, in the lesson's own folder, from a fresh kernel.

    A failing cell ends this lesson, never the caller: `message` names the cell and the error, and
    the notebook is kept as far as it came. language: of the edition that is run.
    """
    started, message = time.perf_counter(), ""
    with own_kernel(language.code) as folder:
        draft = folder / lesson.name  # papermill's own writing is not atomic
        try:
            _papermill(lesson, draft, parameters or {}, language)
        except papermill.PapermillExecutionError as error:
            problem = _last_line(error.ename, str(error.evalue))
            message = f"cell {error.cell_index + 1} (In [{error.exec_count}]): {problem}"
        except Exception as error:  # a dead kernel, a file that is no notebook: say it and go on
            message = _in_words(error, executed)
        seconds = time.perf_counter() - started
        notebook = nbformat.v4.new_notebook()
        try:
            if draft.exists():
                notebook = nbformat.read(draft, as_version=4)
                message = message or "; ".join(widget_errors(notebook))
                write_atomically(executed, partial(shutil.copyfile, draft))
            else:
                executed.unlink(missing_ok=True)
        except Exception as error:  # half a notebook, which a full disk has left
            message = message or _in_words(error, executed)
            executed.unlink(missing_ok=True)
    return replace(result_of(lesson, notebook, seconds, message), given=parameters or {})


def result_of(lesson: Path, notebook: NotebookNode, seconds: float, message: str) -> LessonResult:
    """What a lesson's executed notebook shows of itself."""
    return LessonResult(
        lesson.stem,
        title_of(notebook, lesson.stem),
        seconds,
        message,
        None,
        first_picture(notebook),
        aim_of(notebook),
    )


def _papermill(
    lesson: Path, draft: Path, parameters: Mapping[str, Any], language: Language
) -> None:
    """Run a lesson into a file; what its kernel's connection needs lies beside that."""
    if language.code != "en":
        read = nbformat.read(lesson, as_version=4)
        nbformat.write(in_language(read, lesson.stem, language), draft)
    papermill.execute_notebook(
        str(lesson if language.code == "en" else draft),
        str(draft),
        dict(parameters),
        kernel_name=KERNEL,
        progress_bar=False,
        start_timeout=KERNEL_SECONDS,
        iopub_timeout=KERNEL_SECONDS,
        coalesce_streams=True,  # what a cell prints is one text, however it arrives
        execution_timeout=CELL_SECONDS,
        cwd=str(lesson.parent),
        kernel_manager_class=WatchfulManager,
        config=Config({"KernelManager": connection_in(draft.parent)}),
    )


def _in_words(error: Exception, file: Path) -> str:
    """An error as one line; one of the system names a file."""
    if isinstance(error, TimeoutError):  # of a cell; what follows is its code
        return str(error).partition("\n")[0] or "timed out"
    if isinstance(error, OSError):
        return f"{error.strerror or error}: {error.filename or file}"
    return _last_line(type(error).__name__, str(error))


def _last_line(kind: str, text: str) -> str:
    lines = text.strip().splitlines()
    return f"{kind}: {lines[-1]}" if lines else kind


# --- all lessons ----------------------------------------------------------------------------------


def run_lessons(
    lessons: Sequence[Path],
    out: Path,
    given: Sequence[tuple[str, str]] = (),
    say: Callable[[str], None] = print,
    language: Language = ENGLISH,
    kept: bool = False,
) -> list[LessonResult]:
    """Run lessons one after another, whatever happens to each, and write pages and an index.

    language: of the notebooks and pages. kept: show the outputs that their files keep; run nothing.
    Raises LessonError where the index could not be written; for the rest see `check_place`.
    """
    check_place(lessons, out, ROOT, language)
    assigned = assign_parameters(lessons, given)
    out.mkdir(parents=True, exist_ok=True)
    results: list[LessonResult] = []
    problem, none = "", nbformat.v4.new_notebook()
    read = {path: read_or(path, partial(nbformat.read, as_version=4), none) for path in lessons}
    read = {path: in_language(one, path.stem, language) for path, one in read.items()}
    titles = {path.stem: title_of(notebook, path.stem) for path, notebook in read.items()}
    for lesson in lessons:
        say(f"{lesson.stem} …")
        executed = out / lesson.name
        if kept:
            nbformat.write(read[lesson], executed)
            result = replace(result_of(lesson, read[lesson], 0.0, ""), kept=True)
        else:
            result = execute(lesson, executed, assigned[lesson], language)
        results.append(_with_page(result, lesson, executed, titles, language))
        say(describe(results[-1]))
        problem = _written(out / "index.html", index_html(results, language, out))
    if problem:
        raise LessonError(f"the pages have no list, which could not be written: {problem}")
    if language.code != "en":
        write_documents(documents(ROOT), out, language)
    return results


def _written(page: Path, text: str) -> str:
    """Write a page, whole or not at all; returns what was wrong, in a line."""
    try:
        write_atomically(page, lambda file: file.write_text(text, "utf-8"))
    except OSError as error:
        return _in_words(error, page)
    return ""


def _with_page(
    result: LessonResult,
    lesson: Path,
    executed: Path,
    titles: Mapping[str, str],
    language: Language,
) -> LessonResult:
    if not executed.exists():
        return result
    page = executed.with_suffix(".html")
    try:
        notebook = nbformat.read(executed, as_version=4)
        made = lesson_html(notebook, result.title, lesson, page, titles, language)
        problem = _written(page, made)
    except Exception as error:  # what a page is made of is somebody's notebook: others go on
        problem = _in_words(error, page)
    if problem:
        return replace(result, message=result.message or f"its page was not written: {problem}")
    return replace(result, page=page)


def describe(result: LessonResult) -> str:
    """One line: lesson, status, seconds, and what went wrong."""
    status = ("kept" if result.kept else "ran") if result.ok else "FAILED"
    line = f"{result.name:<36} {status:<6} {result.seconds:7.1f} s"
    return line if result.ok else f"{line}  {result.message}"


def normalize(lesson: Path) -> LessonResult:
    """Run a lesson from a fresh kernel and keep its outputs in its own file, cleaned.

    Its heading then says how many minutes that took, on how many cores. Its first picture is kept
    as pictures/NAME.png beside it. A lesson that fails is left as it was.
    """
    with temporary_folder() as folder:
        executed = Path(folder) / lesson.name
        result = execute(lesson, executed)
        if result.ok:
            clean = timed(cleaned(nbformat.read(executed, as_version=4)), result.seconds)
            try:
                write_atomically(lesson, partial(nbformat.write, clean))
                if result.picture is not None:
                    picture = lesson.parent / "pictures" / f"{lesson.stem}.png"
                    write_atomically(picture, lambda file: file.write_bytes(result.picture))
            except OSError as error:  # other lessons go on
                return replace(result, message=f"not kept: {_in_words(error, lesson)}")
    return result


def timed(notebook: NotebookNode, seconds: float) -> NotebookNode:
    """The notebook, with "run … minutes on … cores" under its title as measured."""
    words = f"run {max(0.1, seconds / 60):.1f} minutes on {os.cpu_count()} cores"
    for first in notebook.cells[:1]:
        first.source = re.sub(r"\brun [\d.]+ minutes on \d+ cores", words, first.source, count=1)
    return notebook


def cleaned(notebook: NotebookNode) -> NotebookNode:
    """A copy without what differs from run to run: widget state, timings, papermill's notes.

    Widgets stay as what they last showed. Cell ids, outputs and execution counts stay: nbval
    compares nothing in a cell without a count.
    """
    clean = with_still_widgets(notebook)
    clean.metadata.pop("papermill", None)
    clean.metadata.get("language_info", {}).pop("version", None)
    for cell in clean.cells:
        for name in ("papermill", "execution", "ExecuteTime"):
            cell.metadata.pop(name, None)
        if not cell.metadata.get("tags", ["keep"]):
            del cell.metadata["tags"]
    return clean
