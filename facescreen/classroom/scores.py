"""The score lines of a class, gathered from a folder of notebooks and texts into one table.

What a line can prove: nothing about who wrote the answers. It is plain text without a signature,
counts whatever was run since the kernel started, solutions included, and can be typed by anybody.
Only what cannot be is found: numbers that contradict each other, a number of exercises that the
lesson does not have, a notebook in which no exercise was touched, and one with the solutions run.
A line with such a note is no evidence and stands in no sum. The table shows where a class is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from facescreen.exercises import Score, read_score
from facescreen.exercises.recorded import outputs_of
from facescreen.exercises.score import LINE, exercises_of
from facescreen.images.writing import check_ours, read_json, write_atomically
from facescreen.setup import ROOT

if TYPE_CHECKING:
    import pandas as pd

TEXTS = (".txt", ".md", ".text", ".eml")
MOST_BYTES = 100_000_000  # of one file
STUB = "# your code here"
UNTOUCHED = "no exercise is filled in: the line is not of this notebook's answers"
SOLVED = "holds the solutions: its line is no evidence"
EXAMPLE = Score("05", 2, 3, 3, 1)
COLUMNS = ("student", "lesson", "attempted", "hints", "right", "of", "file", "note")
LONGEST = 80  # characters of a line that are quoted
_BEGUN = re.compile(r"(?=(facescreen\s+score\b[:\s]*lesson\b.{0,200}))", re.IGNORECASE)
_BOM = "\ufeff"  # by which spreadsheets know that names are UTF-8


class Line(NamedTuple):
    """A score line: whose, in which file, when that was written, and what to know about it."""

    student: str
    score: Score
    file: str
    when: float
    note: str = ""

    def better_than(self, other: Line) -> bool:
        """Without a note; then more right, more attempted, fewer hints, and the newer file."""
        return self._rank() > other._rank()

    def _rank(self) -> tuple[float, ...]:
        return not self.note, self.score.right, self.score.attempted, -self.score.hints, self.when


@dataclass
class Gathered:
    """The lines kept, one for each student and lesson, and what there is to say of the rest."""

    lines: dict[tuple[str, str], Line] = field(default_factory=dict)
    without: list[str] = field(default_factory=list)  # files in which no line stands
    twice: list[str] = field(default_factory=list)  # one sentence for each line left out
    problems: list[str] = field(default_factory=list)  # one sentence for each that is wrong

    def add(self, line: Line) -> None:
        """Keep a line, if it is the best of this student in this lesson."""
        key = line.student, line.score.lesson
        had = self.lines.get(key)
        better = had is None or line.better_than(had)
        if had is not None and (had.score, had.file) != (line.score, line.file):
            best, rest = (line, had) if better else (had, line)
            self.twice.append(
                f"{line.student} has more than one line of lesson {line.score.lesson}: kept is "
                f"right {best.score.right} of {best.file}, not right {rest.score.right} of "
                f"{rest.file}"
            )
        if better:
            self.lines[key] = line

    def table(self) -> pd.DataFrame:
        """A row for each student and lesson, by name, then by lesson."""
        import pandas as pd

        rows = []
        for (student, lesson), line in sorted(self.lines.items()):
            s = line.score
            counted = (s.attempted, s.hints, s.right, s.exercises)
            rows.append((student, lesson, *counted, line.file, line.note))
        return pd.DataFrame(rows, columns=list(COLUMNS))


def gather_scores(folder: Path) -> Gathered:
    """The score lines in a folder's notebooks (what their cells printed) and texts.

    A student is called as the folder inside `folder` that holds the file, or else as the file,
    less the lesson's name in it. Hidden files and links to folders are not followed. Of several
    lines of a student in a lesson the best is kept. A file that cannot be read, or that is neither
    notebook nor text, is a sentence in `problems`. Raises OSError for a folder that cannot be read.
    """
    found = Gathered()
    for file in _files(folder, found.problems):
        name = file.relative_to(folder).as_posix()
        try:
            texts, note = _texts_of(file)
            when = file.stat().st_mtime
        except (OSError, ValueError) as error:
            said = error.strerror if isinstance(error, OSError) and error.strerror else error
            said = " ".join(str(said).split()).removeprefix(f"{file} ")
            found.problems.append(f"{name}: {said}")
            continue
        before = len(found.problems)
        scores = list(_scores(texts, name, found.problems))
        for score in scores:
            student = _student(file.relative_to(folder), score.lesson)
            found.add(Line(student, score, name, when, note or _doubt(score)))
        if not scores and len(found.problems) == before:
            found.without.append(name)
    return found


def _files(folder: Path, problems: list[str]) -> Iterator[Path]:
    os.scandir(folder).close()  # raises what is wrong with it

    def unreadable(error: OSError) -> None:
        problems.append(f"{error.filename}: {error.strerror}")

    for place, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and (Path(place) / name).is_file():
                yield Path(place) / name


def _texts_of(file: Path) -> tuple[list[str], str]:
    """What a file says, in its order, and what to know of it. Raises ValueError, naming it."""
    if file.suffix.lower() not in (".ipynb", *TEXTS):
        expected = ", ".join((".ipynb", *TEXTS))
        raise ValueError(f"is neither a notebook nor a text, expected one of {expected}")
    if file.stat().st_size > MOST_BYTES:
        raise ValueError(f"has {file.stat().st_size:,} bytes, expected {MOST_BYTES:,} at the most")
    if file.suffix.lower() == ".ipynb":
        return _texts_of_notebook(read_json(file))
    data = file.read_bytes()
    # Any other encoding has the line's letters where UTF-8 has them.
    coding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    return [data.decode(coding, "replace")], ""


def _texts_of_notebook(notebook: Mapping[str, Any]) -> tuple[list[str], str]:
    texts = []
    for output in outputs_of(notebook):
        data = output.get("data")
        text = data.get("text/plain") if isinstance(data, Mapping) else output.get("text")
        texts.append("".join(map(str, text)) if isinstance(text, list) else str(text or ""))
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        raise ValueError("holds no cells, expected a notebook")
    stubs = [STUB in "".join(c.get("source", "")) for c in cells if _is_tagged(c, "exercise")]
    if stubs and all(stubs):
        return texts, UNTOUCHED
    # One that was never run counted for nothing; whether this kernel ran it, a notebook cannot say.
    solved = any(
        cell.get("outputs") or cell.get("execution_count")
        for cell in cells
        if _is_tagged(cell, "solution")
    )
    return texts, SOLVED if solved else ""


def _is_tagged(cell: Any, tag: str) -> bool:
    about = cell.get("metadata") if isinstance(cell, Mapping) else None
    tags = about.get("tags") if isinstance(about, Mapping) else None
    whole = isinstance(tags, list) and isinstance(cell.get("source", ""), str | list)
    return whole and tag in tags


def _scores(texts: list[str], name: str, problems: list[str]) -> Iterator[Score]:
    unread = {}
    for text in texts:
        for begun in _BEGUN.finditer(text):
            found = LINE.match(text, begun.start())
            if found is None:
                unread[_short(begun[1])] = None  # the same line once, however often it stands there
                continue
            try:
                yield read_score(found[0])
            except ValueError as error:
                problems.append(f"{name}: {error}")
    problems += [
        f"{name}: {line!r} begins like a score line and cannot be read, expected one such as "
        f"'{EXAMPLE}'"
        for line in unread
    ]


def _short(line: str) -> str:
    line = " ".join(line.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def _doubt(score: Score) -> str:
    known = exercises_of(score.lesson)
    if known in (None, score.exercises):
        return ""
    return f"lesson {score.lesson} has {known} exercises, not {score.exercises}"


def _student(file: Path, lesson: str) -> str:
    """Whose a file is, by the folder or by its own name."""
    if len(file.parts) > 1:
        return file.parts[0]
    stem = file.stem
    for name in (*(path.stem for path in (ROOT / "notebooks").glob(f"{lesson}_*.ipynb")), lesson):
        stem = re.sub(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", "", stem, flags=re.I)
    return stem.strip(" _-.") or file.stem


def write_scores(file: Path, gathered: Gathered) -> None:
    """Write the table as CSV, for spreadsheets too: a name that they would compute is quoted.

    Raises NotOursError where a file is that is no such table.
    """
    table = gathered.table()
    for name in ("student", "file"):
        computed = table[name].str.match("[=+@-]")
        table[name] = table[name].mask(computed, "'" + table[name])
    text = _BOM + table.to_csv(index=False)
    check_ours(file, text[: text.index("\n") + 1])
    write_atomically(file, lambda path: path.write_text(text, "utf-8", newline=""))


def by_lesson(gathered: Gathered) -> list[str]:
    """For each lesson one line: how many students, and how many have everything right.

    A line with a note is no evidence: it is counted as left out, and nowhere else.
    """
    said = []
    for lesson in sorted({lesson for _, lesson in gathered.lines}):
        lines = [line for (_, other), line in gathered.lines.items() if other == lesson]
        its = [line.score for line in lines if not line.note]
        noted = len(lines) - len(its)
        left_out = f"{noted} with a note left out"
        if not its:
            said.append(f"lesson {lesson}: no line to count, {left_out}")
            continue
        right, of = sum(s.right for s in its), sum(s.exercises for s in its)
        everything = sum(s.right == s.exercises for s in its)
        students = "1 student" if len(its) == 1 else f"{len(its)} students"
        share = f"{100 * right / of:.0f} %" if of else "none"
        said.append(
            f"lesson {lesson}: {students}, {everything} with everything right; {right} of {of} "
            f"exercises right ({share})" + (f"; {left_out}" if noted else "")
        )
    return said
