"""An edition of the lessons in another language: the same code, its prose from the catalogs."""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from facescreen.images.writing import check_ours, write_atomically
from facescreen.language import Language, translated
from facescreen.language.kernel import bundle
from facescreen.lessons.parameters import LessonError, read_or


def in_language(notebook: NotebookNode, name: str, language: Language) -> NotebookNode:
    """A copy of a lesson's notebook in a language: prose and outputs; code stays as it is.

    name: of the lesson's catalog. What no entry knows stays English.
    """
    edition = copy.deepcopy(notebook)
    if language.code == "en":
        return edition
    known = language.paragraphs_of(name)
    for cell in edition.cells:
        if cell.cell_type == "markdown":
            cell.source = translated(cell.source, lambda msgid: known.get(msgid, ""))
        for output in cell.get("outputs", []):
            in_place(output, language)
    edition.metadata["language"] = language.code
    return edition


def in_place(output: NotebookNode, language: Language) -> None:
    """Translate one output: what was printed, or a figure's sentence."""
    if output.output_type == "stream" and output.name == "stdout":
        output.text = language.say(output.text)
    elif output.output_type in ("display_data", "execute_result"):
        bundle(output.data, output.metadata, language)


# --- documents beside the lessons -----------------------------------------------------------------

_DOCUMENTS = ("README.md", "GLOSSARY.md", "TEACHING.md")
_OURS = "<!-- an edition of facescreen in another language -->\n"  # the first line of each
_LINK = re.compile(r"(\]\()([^()\s]+)(\))")


def documents(root: Path) -> list[Path]:
    """The Markdown files of a checkout that have an edition in each language."""
    return [file for name in _DOCUMENTS if (file := root / name).is_file()]


def check_place(lessons: Iterable[Path], out: Path, root: Path, language: Language) -> None:
    """Raise LessonError or NotOursError where what is written to `out` would replace a source."""
    for lesson in lessons:
        if lesson.parent.resolve() == out.resolve():
            raise LessonError(
                f"{out} is the folder that the lessons are read from: name another one "
                "(--in-place keeps their outputs there)"
            )
    if language.code != "en":
        for file in documents(root):
            check_ours(out / file.name, _OURS, "document")


def write_documents(files: Iterable[Path], out: Path, language: Language) -> list[Path]:
    """Write documents in a language into the folder of its lessons; links go where they went.

    A link to a document leads to its edition, one to a lesson to the one in `out`, where it is
    there; any other file is left alone.
    """
    editions = {file.resolve(): out / file.name for file in files}
    cells_of = cache(_cells_by_anchor)
    for file, path in editions.items():
        text = document_in_language(file.read_text(encoding="utf-8"), file.stem, language)

        def moved(link: re.Match, here: Path = file.parent) -> str:
            target, mark, part = link[2].partition("#")
            if not target or ":" in target or not (here / target).exists():
                return link[0]
            source = (here / target).resolve()
            place = editions.get(source, source)
            lesson = out / source.name
            if source.suffix == ".ipynb" and lesson.is_file():
                place, part = lesson, cells_of(source).get(part, part) if part else part
            to = Path(os.path.relpath(place.resolve(), out.resolve())).as_posix()
            return f"{link[1]}{to}{mark}{part}{link[3]}"

        text = _OURS + _LINK.sub(moved, text)
        write_atomically(path, lambda one, text=text: one.write_text(text, encoding="utf-8"))
    return list(editions.values())


def _cells_by_anchor(lesson: Path) -> dict[str, str]:
    """What Jupyter calls each heading of a lesson in English -> its cell, whatever the language."""
    notebook = read_or(lesson, partial(nbformat.read, as_version=4), nbformat.v4.new_notebook())
    return {
        heading.replace(" ", "-"): f"cell-id={cell.id}"
        for cell in notebook.cells
        if cell.cell_type == "markdown" and "id" in cell
        for heading in re.findall(r"^#+ +(.+?) *$", cell.source, re.MULTILINE)
    }


def document_in_language(text: str, name: str, language: Language) -> str:
    """A Markdown text in a language. A heading keeps its English anchor, which links name."""
    known = language.paragraphs_of(name)

    def said(msgid: str) -> str:
        anchor = re.sub(r"[^\w\- ]", "", msgid.lstrip("# ").lower()).replace(" ", "-")
        korean = known.get(msgid, "")
        heading = msgid.startswith("#") and korean and korean != msgid
        return f'<a id="{anchor}"></a>\n\n{korean}' if heading else korean

    return translated(text, said)
