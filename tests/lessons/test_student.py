"""Laws of the student edition: no solutions, every prediction open, links that lead somewhere."""

import os
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from lesson_texts import LESSONS
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from facescreen.commands import main as cli
from facescreen.images.writing import NotOursError
from facescreen.lessons import ROOT, execute, find_lessons, write_student_edition
from facescreen.lessons.pages import lesson_html
from facescreen.lessons.student import answers_of_predictions, student_edition

EVERY = find_lessons(ROOT / "notebooks")
LINK = re.compile(r"\]\(([^()\s]+)\)|(?:href|src)=\"([^\"]*)\"")


def is_solution(cell) -> bool:
    return "solution" in cell.metadata.get("tags", [])


def files_linked(text: str) -> list[str]:
    """Targets of links that should be files: no code between marks, no address, no anchor."""
    text = re.sub(r"(?s)```.*?```|`[^`\n]*\]\([^`\n]*`", "", text)
    found = [a or b for a, b in LINK.findall(text)]
    return [unquote(t.partition("#")[0]) for t in found if not re.match(r"#|[a-z]+:", t)]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_what_is_missing_is_solutions_and_answers_and_the_rest_is_unchanged(path, tmp_path):
    lesson = nbformat.read(path, as_version=4)
    ((written, left_out),) = write_student_edition([path], tmp_path)
    edition = nbformat.read(written, as_version=4)
    solutions = [c for c in lesson.cells if is_solution(c)]
    assert left_out == len(solutions) > 0
    kept = [c for c in lesson.cells if not is_solution(c)]
    assert [c.id for c in edition.cells] == [c.id for c in kept]
    code = [(a, b) for a, b in zip(edition.cells, kept, strict=True) if a.cell_type == "code"]
    assert all(a.source == b.source and a.metadata == b.metadata for a, b in code)
    assert all(a.outputs in ([], b.outputs) for a, b in code)
    assert edition.metadata == lesson.metadata
    assert nbformat.read(path, as_version=4) == lesson


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_no_output_stands_between_a_prediction_and_its_check(path):
    """Told apart by reading on from line to line, without the code that clears them."""
    open_question = exercises = False
    questions = 0
    for cell in student_edition(nbformat.read(path, as_version=4)).cells:
        if cell.cell_type == "code":
            assert not (cell.outputs and (open_question or exercises)), cell.source
            assert bool(cell.outputs) <= (cell.execution_count is not None)
            continue
        for line in cell.source.splitlines():
            if line.startswith("#"):
                open_question = False
                exercises = line == "## Exercises" if line.startswith("## ") else exercises
            elif line.startswith("> **Check.**"):
                open_question = False
            elif line.startswith("> **Predict.**"):
                open_question, questions = True, questions + 1
    assert questions >= 3


@pytest.fixture(scope="module")
def edition(tmp_path_factory) -> Path:
    """The whole edition, carried to another place than the one it was written to."""
    made = tmp_path_factory.mktemp("made") / "edition"
    write_student_edition(EVERY, made)
    return shutil.move(made, tmp_path_factory.mktemp("elsewhere") / "for students")


def test_every_link_of_the_whole_edition_leads_to_a_file_inside_it(edition):
    seen = 0
    for file in edition.rglob("*"):
        if file.suffix == ".md":
            texts = [file.read_text("utf-8")]
        elif file.suffix == ".ipynb":
            cells = nbformat.read(file, as_version=4).cells
            texts = [c.source for c in cells if c.cell_type == "markdown"]
        else:
            continue
        for target in (t for text in texts for t in files_linked(text)):
            place = Path(os.path.normpath(file.parent / target))
            assert place.is_file(), f"{file.name} links to {target}"
            assert place.is_relative_to(edition)
            seen += 1
    assert seen >= 30


def test_documents_and_the_pictures_they_name_lie_beside(edition):
    for name in (
        "README.md",
        "data/README.md",
        "data/reference/GUIDE.md",
        "data/reference/guide.png",
    ):
        assert (edition / "reading" / name).is_file()
    assert not list((edition / "reading").rglob("*.ipynb")), "no lesson with its solutions"


def test_links_of_an_edition_of_one_lesson_are_words_where_the_other_is_not_there(tmp_path):
    (lesson,) = (path for path in LESSONS if path.stem.startswith("00"))
    write_student_edition([lesson], tmp_path)
    last = nbformat.read(tmp_path / lesson.name, as_version=4).cells[-1].source
    assert "**Next**: lesson 01" in last
    assert "[README](reading/README.md)" in last


def test_no_default_of_a_lesson_leads_out_of_the_folder_it_stands_in():
    """So that two students' label files, or two editions', are never one file."""
    for path in EVERY:
        for cell in nbformat.read(path, as_version=4).cells:
            if "parameters" in cell.metadata.get("tags", []):
                assert not re.search(r"""["'](\.\./|/|~)""", cell.source), path.stem


def small_lesson() -> nbformat.NotebookNode:
    def printed(text):
        return new_code_cell(
            f"print({text!r})",
            execution_count=1,
            outputs=[new_output("stream", name="stdout", text=f"{text}\n")],
        )

    failed = new_code_cell("1 / 0", execution_count=1)
    failed.outputs = [
        new_output("error", ename="ZeroDivisionError", evalue="", traceback=["Zero!"])
    ]
    return new_notebook(
        cells=[
            new_markdown_cell("# A lesson"),
            printed("before"),
            new_markdown_cell("Some prose.\n\n> **Predict.** What comes out?"),
            printed("first answer"),
            new_markdown_cell("```\n# no heading\n```\nMore prose."),
            printed("second answer"),
            new_markdown_cell("> **Check.** And why?\n\nOn.\n\n> **Predict.** And now?"),
            printed("third answer"),
            new_markdown_cell("## A heading ends it"),
            printed("after"),
            new_markdown_cell("> **Predict.** And if it fails?"),
            failed,
            new_code_cell("x = 1", execution_count=1),
            new_markdown_cell("## Exercises"),
            printed("stub"),
            new_markdown_cell("## Limits"),
            printed("end"),
        ]
    )


def words(cells) -> list[str]:
    return [o.text.strip() for c in cells for o in c.get("outputs", []) if "text" in o]


def test_predictions_are_open_from_their_mark_to_the_check_or_the_next_heading():
    notebook = small_lesson()
    answers = ["first answer", "second answer", "third answer"]
    assert words(answers_of_predictions(notebook.cells)) == answers
    assert words(student_edition(notebook).cells) == ["before", "after", "end"]


class Folded(HTMLParser):
    """Text of a page's outputs, inside and outside of what is folded as an answer."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.depth, self.folded, self.open = 0, "", ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag == "details":
            self.depth += self.depth > 0 or ("class", "answer") in attributes
            assert not [name for name, _ in attributes if name == "open"]

    def handle_endtag(self, tag):
        self.depth -= tag == "details" and self.depth > 0

    def handle_data(self, data):
        if self.depth:
            self.folded += data
        else:
            self.open += data


def test_a_page_folds_what_answers_a_prediction_and_shows_errors(tmp_path):
    page = lesson_html(small_lesson(), "A lesson", tmp_path / "a.ipynb", tmp_path / "a.html", {})
    found = Folded(page)
    assert found.folded.count("Show what came out") == 3, "not for a cell that says nothing"
    for text in ("first answer\n", "second answer\n", "third answer\n"):
        assert text in found.folded and text not in found.open
    for text in ("before\n", "after\n", "end\n", "Zero!", "stub\n"):
        assert text in found.open and text not in found.folded


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_exercise_keeps_its_stub_and_its_check(path):
    edition = student_edition(nbformat.read(path, as_version=4))
    stubs = [c.source for c in edition.cells if "exercise" in c.metadata.get("tags", [])]
    assert stubs
    assert all("return None" in stub and "check_" in stub for stub in stubs)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_solutions_are_folded_away(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if "solution" in cell.metadata.get("tags", []):
            assert cell.metadata.get("jupyter", {}).get("source_hidden") is True


def test_a_lesson_without_its_solutions_still_runs(tmp_path):
    cells = [
        nbformat.v4.new_markdown_cell("# A lesson"),
        nbformat.v4.new_code_cell(
            "from facescreen import exercises\n\n\ndef broken_left(a, b):\n    return None\n\n\n"
            "exercises.check_broken_left(broken_left);",
            metadata={"tags": ["exercise"]},
        ),
        nbformat.v4.new_code_cell("1 / 0", metadata={"tags": ["solution"]}),
    ]
    path = tmp_path / "01_small.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    ((written, _),) = write_student_edition([path], tmp_path / "student")
    assert execute(written, tmp_path / "done.ipynb", {}).ok
    assert not execute(path, tmp_path / "broken.ipynb", {}).ok


def test_the_lessons_themselves_are_never_overwritten(tmp_path):
    with pytest.raises(ValueError, match="choose another folder"):
        write_student_edition(LESSONS[:1], LESSONS[0].parent)


def test_a_students_work_is_never_overwritten(tmp_path):
    """And nothing else is written either."""
    work = tmp_path / LESSONS[1].name
    write_student_edition(LESSONS[1:2], tmp_path)
    notebook = nbformat.read(work, as_version=4)
    stub = next(c for c in notebook.cells if "exercise" in c.metadata.get("tags", []))
    stub.source = stub.source.replace("return None", "return 1")
    nbformat.write(notebook, work)
    before = work.read_bytes()
    with pytest.raises(NotOursError, match=f"{work.name} differs .* nothing was written"):
        write_student_edition(LESSONS[:2], tmp_path)
    assert work.read_bytes() == before
    assert not (tmp_path / LESSONS[0].name).exists()


def test_an_edition_grows_where_nobody_has_worked_in_it(tmp_path):
    """A link to a lesson is words until that lesson is there; the words are the same."""
    write_student_edition(LESSONS[:1], tmp_path)
    alone = (tmp_path / LESSONS[0].name).read_bytes()
    write_student_edition(LESSONS[:2], tmp_path)
    assert f"]({LESSONS[1].name})" in (tmp_path / LESSONS[0].name).read_text("utf-8")
    assert (tmp_path / LESSONS[0].name).read_bytes() != alone
    notes = tmp_path / "reading" / "README.md"
    notes.write_text(notes.read_text("utf-8") + "\nMy notes.\n", "utf-8")
    with pytest.raises(NotOursError, match=r"README\.md differs"):
        write_student_edition(LESSONS[:2], tmp_path)


def test_the_command_says_what_it_left_out(tmp_path, capsys):
    assert cli.main(["lessons", "07", "--student", str(tmp_path)]) == cli.SUCCESS
    assert "2 solutions left out" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == [
        path.name for path in LESSONS if path.stem.startswith("07")
    ]
