"""The student edition: the lessons without their solutions, and with every prediction still open.

facescreen lessons --student build/student
"""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote, unquote

import nbformat
from nbformat import NotebookNode

from facescreen.images.writing import NotOursError, write_atomically
from facescreen.language import ENGLISH, LABELS, Language
from facescreen.lessons.edition import in_language

SOLUTION = "solution"  # the tag of the cells that are left out
READING = "reading"  # the folder of an edition that holds what its lessons link to
TEACHERS = "TEACHING"  # the guide's name: it holds answers, and so do its catalogs
_COPIED = (".md", ".png", ".jpg", ".jpeg", ".svg")
_MARK = re.compile(r"^(?:> (\*\*[^*]+\*\*)|#{1,6} (.*))", re.MULTILINE)
_MARKS = {"**Predict.**": "Predict", "**Check.**": "Check"}
_MARKS |= {said[label]: mark for said in LABELS.values() for label, mark in _MARKS.items()}
_EXERCISES = {"Exercises", *(said["## Exercises"].lstrip("# ") for said in LABELS.values())}
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_MARKDOWN_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(([^()\s]+)\)")
_HTML_LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_PICTURE_BESIDE = re.compile(r"`([\w.-]+\.(?:png|jpe?g|svg))`")


def _marks(cells: Sequence[NotebookNode]) -> Iterator[tuple[NotebookNode, str, str]]:
    """Each code cell, with the mark that it stands under and the `##` section it is in.

    The mark is "Predict", "Check", or "" after a heading.
    """
    mark = section = ""
    for cell in cells:
        if cell.cell_type == "code":
            yield cell, mark, section
        elif cell.cell_type == "markdown":
            for found in _MARK.finditer(_FENCED.sub("", cell.source)):
                if found[1] and found[1] not in _MARKS:
                    continue
                mark = _MARKS.get(found[1], "")
                if found[0].startswith("## "):
                    section = found[2].strip()


def answers_of_predictions(cells: Sequence[NotebookNode]) -> list[NotebookNode]:
    """The code cells whose outputs answer a **Predict**: those up to its **Check** or a heading."""
    return [cell for cell, mark, _ in _marks(cells) if mark == "Predict"]


def student_edition(notebook: NotebookNode) -> NotebookNode:
    """A copy without the cells tagged "solution", and without outputs that give answers away.

    Those are the outputs of the cells that answer a prediction, and of all under "Exercises":
    stubs, and the score, which counted the solutions. Every other cell stays as it is.
    """
    edition = copy.deepcopy(notebook)
    edition.cells = [c for c in edition.cells if SOLUTION not in c.metadata.get("tags", [])]
    for cell, mark, section in _marks(edition.cells):
        if mark == "Predict" or section in _EXERCISES:
            cell.outputs, cell.execution_count = [], None
    return edition


def write_student_edition(
    lessons: Sequence[Path], out: Path, language: Language = ENGLISH
) -> list[tuple[Path, int]]:
    """Write each lesson's student edition into `out`; paths written, and solutions left out.

    Other documents and pictures that the lessons link to are copied into `out`/reading, so that
    the folder may be carried anywhere. A link to a lesson that is not in the edition keeps its
    words and loses its target. language: of prose and outputs. Raises NotOursError, and writes
    nothing, where a file is there that says something else: it may be a student's work. Raises
    OSError where it cannot write.
    """
    for lesson in lessons:
        if (out / lesson.name).resolve() == lesson.resolve():
            raise ValueError(f"{out} holds the lessons themselves: choose another folder")
    files, written = student_files(lessons, out, language)
    for path, data in files.items():
        if path.exists() and _said(path.name, path.read_bytes()) != _said(path.name, data):
            raise NotOursError(
                f"{path} differs from what would be written there, and may be somebody's work: "
                "nothing was written; move it away, or choose another folder"
            )
    out.mkdir(parents=True, exist_ok=True)
    for path, data in files.items():
        write_atomically(path, lambda file, data=data: file.write_bytes(data))
    return written


def student_files(
    lessons: Sequence[Path], out: Path, language: Language = ENGLISH
) -> tuple[dict[Path, bytes], list[tuple[Path, int]]]:
    """What an edition in `out` consists of; and its lessons, with how many solutions are left out.

    Nothing is written.
    """
    shelf, files, written = _Shelf(lessons, out), {}, []
    for lesson in lessons:
        notebook = in_language(nbformat.read(lesson, as_version=4), lesson.stem, language)
        edition, path = student_edition(notebook), out / lesson.name
        for cell in edition.cells:
            if cell.cell_type == "markdown":
                cell.source = shelf.relinked(cell.source, lesson.parent, out)
        files[path] = (nbformat.writes(edition) + "\n").encode("utf-8")
        written.append((path, len(notebook.cells) - len(edition.cells)))
    return files | shelf.copied(), written


def _said(name: str, data: bytes) -> object:
    """What a file says, links by their words alone: an edition of more lessons has more of them."""

    def words(text: str) -> str:
        return _HTML_LINK.sub(r"\2", _MARKDOWN_LINK.sub(r"\2", text))

    try:
        if name.endswith(".md"):
            return words(data.decode("utf-8"))
        if name.endswith(".ipynb"):
            cells = nbformat.reads(data.decode("utf-8"), as_version=4).cells
            return [(c.cell_type, words(c.source), c.get("outputs")) for c in cells]
    except Exception:  # whatever it is, it is none of ours
        return None
    return data


class _Shelf:
    """Where the files of a checkout stand in an edition of some of its lessons."""

    def __init__(self, lessons: Sequence[Path], out: Path) -> None:
        self.out = out.resolve()
        self.lessons = {lesson.resolve(): self.out / lesson.name for lesson in lessons}
        self.copies: dict[Path, Path] = {}

    def place(self, file: Path) -> Path | None:
        """Where a file stands in the edition; None where it does not."""
        if file.suffix == ".ipynb":
            beside = self.out / file.name  # written at another time
            return self.lessons.get(file) or (beside if beside.is_file() else None)
        roots = [root for root in {lesson.parents[1] for lesson in self.lessons}
                 if file.is_relative_to(root)]  # fmt: skip
        if file.suffix.lower() not in _COPIED or file.stem == TEACHERS or not roots:
            return None
        return self.copies.setdefault(file, self.out / READING / file.relative_to(roots[0]))

    def relinked(self, text: str, here: Path, there: Path) -> str:
        """Markdown of the folder `here`, with links that work from the folder `there`."""

        def moved(target: str) -> str | None:
            path, mark, part = target.partition("#")
            file = (here / unquote(path)).resolve()
            if not path or re.match(r"[a-z][a-z0-9+.-]*:", path, re.I) or not file.is_file():
                return target
            place = self.place(file)
            if place is None:
                return None
            return quote(Path(os.path.relpath(place, there.resolve())).as_posix()) + mark + part

        def markdown(link: re.Match) -> str:
            target = moved(link[3])
            return link[2] if target is None else f"{link[1]}[{link[2]}]({target})"

        def html(link: re.Match) -> str:
            target = moved(link[1])
            return link[2] if target is None else link[0].replace(f'"{link[1]}"', f'"{target}"', 1)

        return _HTML_LINK.sub(html, _MARKDOWN_LINK.sub(markdown, text))

    def copied(self) -> dict[Path, bytes]:
        """What the lessons link to, and what those documents link to in turn, by their places."""
        files: dict[Path, bytes] = {}
        while waiting := [one for one in self.copies.items() if one[1] not in files]:
            for file, place in waiting:
                data = file.read_bytes()
                if file.suffix == ".md":
                    text = self.relinked(data.decode("utf-8"), file.parent, place.parent)
                    for name in _PICTURE_BESIDE.findall(text):  # named, not linked
                        if (file.parent / name).is_file():
                            self.place(file.parent / name)
                    data = text.encode("utf-8")
                files[place] = data
        return files
