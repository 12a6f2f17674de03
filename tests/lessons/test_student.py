"""Laws of the student edition: it differs from the lesson by the solutions alone."""

import nbformat
import pytest

from facescreen.commands import main as cli
from facescreen.lessons import ROOT, execute, find_lessons, write_student_edition
from facescreen.lessons.student import without_solutions

LESSONS = find_lessons(ROOT / "notebooks")


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_what_is_missing_is_the_solutions_and_what_is_left_is_unchanged(path, tmp_path):
    lesson = nbformat.read(path, as_version=4)
    ((written, left_out),) = write_student_edition([path], tmp_path)
    edition = nbformat.read(written, as_version=4)
    solutions = [c for c in lesson.cells if "solution" in c.metadata.get("tags", [])]
    assert left_out == len(solutions) > 0
    assert edition.cells == [c for c in lesson.cells if c not in solutions]
    assert edition.metadata == lesson.metadata
    assert nbformat.read(path, as_version=4) == lesson


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_exercise_keeps_its_stub_and_its_check(path):
    edition = without_solutions(nbformat.read(path, as_version=4))
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


def test_the_command_says_what_it_left_out(tmp_path, capsys):
    assert cli.main(["lessons", "07", "--student", str(tmp_path)]) == cli.SUCCESS
    assert "2 solutions left out" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == [
        path.name for path in LESSONS if path.stem.startswith("07")
    ]
