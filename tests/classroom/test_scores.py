"""Laws of a class's scores: each line is read once, the best counts, no file stops the rest."""

import json
import os

import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output, writes

from facescreen.classroom.scores import by_lesson, gather_scores, write_scores
from facescreen.commands import main as cli
from facescreen.exercises import Score
from facescreen.images.writing import NotOursError
from facescreen.setup import ROOT


def line(lesson="05", right=2, of=3, attempted=3, hints=1) -> str:
    return str(Score(lesson, right, of, attempted, hints))


def notebook(*texts: str, stub: str = "return 2", solution: dict | None = None) -> str:
    """One that printed these, with an exercise, as a learner hands it in.

    solution: what is known of a cell with the solution; None for no such cell.
    """
    cells = [new_code_cell(f"def f():\n    {stub}", metadata={"tags": ["exercise"]})]
    if solution is not None:
        cells.append(new_code_cell("def f(): ...", metadata={"tags": ["solution"]}, **solution))
    for text in texts:
        printed = new_output("stream", name="stdout", text=f"Lesson: 2 of 3.\n{text}\n")
        cells.append(new_code_cell("score()", outputs=[printed]))
    cells.append(new_code_cell(f"# {line('11', 3)}"))  # typed into a cell, not printed
    return writes(new_notebook(cells=cells))


@pytest.fixture
def handed_in(tmp_path):
    folder = tmp_path / "class"
    files = {
        "kim/05_screen_with_one_color.ipynb": notebook(line()),
        "kim/mail.txt": f"hello,\n> {line('06', 1, 3, 2, 4)}\n",
        "이수진_05_screen_with_one_color.ipynb": notebook(line(right=3)),
        "lee_07.txt": line("07", 0, 2, 0, 0),
        "park.txt": "I did all of it",
        "choi.ipynb": '{"cells": [',
        "jung.pdf": "%PDF",
        ".hidden/ahn.txt": line(),
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def kept(found) -> dict[tuple[str, str], tuple[int, int, int, int]]:
    its = {key: one.score for key, one in found.lines.items()}
    return {key: (s.attempted, s.hints, s.right, s.exercises) for key, s in its.items()}


def test_each_student_and_lesson_is_a_row_whatever_was_handed_in(handed_in):
    found = gather_scores(handed_in)
    assert kept(found) == {
        ("kim", "05"): (3, 1, 2, 3),
        ("kim", "06"): (2, 4, 1, 3),
        ("이수진", "05"): (3, 1, 3, 3),
        ("lee", "07"): (0, 0, 0, 2),
    }
    assert found.without == ["park.txt"] and not found.twice
    assert [p.split(":")[0] for p in found.problems] == ["choi.ipynb", "jung.pdf"]
    assert "cannot be read as JSON" in found.problems[0]
    assert "neither a notebook nor a text, expected one of .ipynb" in found.problems[1]
    assert by_lesson(found)[0] == (
        "lesson 05: 2 students, 1 with everything right; 5 of 6 exercises right (83 %)"
    )


@pytest.mark.parametrize(
    ("first", "second", "best"),
    [
        ({"right": 1}, {"right": 3}, 1),
        ({"right": 3, "hints": 9}, {"right": 2, "hints": 0}, 0),
        ({"right": 2, "attempted": 2}, {"right": 2, "attempted": 3}, 1),
        ({"right": 2, "hints": 1}, {"right": 2, "hints": 4}, 0),
        ({}, {}, 1),
    ],
)
def test_of_two_lines_the_best_is_kept_and_that_is_said(tmp_path, first, second, best):
    files = [tmp_path / "kim" / name for name in ("a.txt", "b.txt")]
    files[0].parent.mkdir()
    for when, (file, given) in enumerate(zip(files, (first, second), strict=True), 1000):
        file.write_text(line(**given))
        os.utime(file, (when, when))
    found = gather_scores(tmp_path)
    (one,) = found.lines.values()
    assert one.file == f"kim/{files[best].name}"
    (said,) = found.twice
    assert f"of kim/{files[best].name}, not" in said and "kim has more than one line" in said


def test_a_line_that_cannot_be_is_a_problem_and_one_in_doubt_a_note(tmp_path):
    (tmp_path / "a.txt").write_text(line(right=4))
    (tmp_path / "b.txt").write_text(line(right=4, of=5, attempted=5))
    (tmp_path / "c.ipynb").write_text(notebook(line(), stub="return None  # your code here"))
    (tmp_path / "d.txt").write_text(line().encode("utf-16").decode("latin-1"), "latin-1")
    (tmp_path / "e.txt").write_bytes("김 ".encode("cp949") + line().encode())
    found = gather_scores(tmp_path)
    assert [p for p in found.problems if "no score has these numbers" in p] == found.problems
    assert found.problems[0].startswith("a.txt: ") and len(found.problems) == 1
    notes = {student: one.note for (student, _), one in found.lines.items()}
    assert notes["b"] == "lesson 05 has 3 exercises, not 5"
    assert "no exercise is filled in" in notes["c"]
    assert notes["d"] == notes["e"] == ""


PRINTED = [new_output("stream", name="stdout", text="Right: f agrees on all 3 cases.\n")]


@pytest.mark.parametrize(
    ("solution", "note"),
    [
        (None, ""),
        ({}, ""),
        ({"execution_count": 3}, "holds the solutions: its line is no evidence"),
        ({"outputs": PRINTED}, "holds the solutions: its line is no evidence"),
    ],
)
def test_a_notebook_with_solutions_that_were_run_is_noted(tmp_path, solution, note):
    (tmp_path / "a.ipynb").write_text(notebook(line(right=3), solution=solution))
    (only,) = gather_scores(tmp_path).lines.values()
    assert only.note == note


def test_a_line_with_a_note_is_in_the_table_and_in_no_sum(tmp_path):
    (tmp_path / "a.ipynb").write_text(notebook(line(right=3), solution={"execution_count": 3}))
    (tmp_path / "b.ipynb").write_text(notebook(line(right=3), stub="return None  # your code here"))
    found = gather_scores(tmp_path)
    assert by_lesson(found) == ["lesson 05: no line to count, 2 with a note left out"]
    (tmp_path / "c.txt").write_text(line(right=1))
    found = gather_scores(tmp_path)
    assert by_lesson(found) == [
        "lesson 05: 1 student, 0 with everything right; 1 of 3 exercises right (33 %); "
        "2 with a note left out"
    ]
    assert found.table()["student"].tolist() == ["a", "b", "c"]


def test_of_two_lines_one_without_a_note_is_kept(tmp_path):
    (tmp_path / "kim").mkdir()
    solved = notebook(line(right=3), solution={"execution_count": 3})
    (tmp_path / "kim" / "a.ipynb").write_text(solved)
    (tmp_path / "kim" / "b.txt").write_text(line(right=1))
    (one,) = gather_scores(tmp_path).lines.values()
    assert (one.file, one.score.right, one.note) == ("kim/b.txt", 1, "")


@pytest.mark.parametrize(
    "text",
    [
        "facescreen score: lesson 5, right 3 of 3 attempted 3, hints 1",
        "Facescreen Score: Lesson 5, right 3 of 3, attempted 3",
        "facescreen score lesson 05, right 3 of 3, attempted 3, hints 1",
    ],
)
def test_a_line_that_only_begins_like_one_is_quoted_with_what_is_expected(tmp_path, text):
    (tmp_path / "a.txt").write_text(f"hello,\n> {text}\nthanks\n{text} {'and on ' * 99}\n")
    (tmp_path / "b.txt").write_text(f"{text}\n{line()}\n{text}\n")
    found = gather_scores(tmp_path)
    assert list(found.lines) == [("b", "05")] and not found.without
    mended, long, beside = found.problems
    said = "begins like a score line and cannot be read, expected one such as"
    assert mended == f"a.txt: {text!r} {said} '{line()}'"
    assert beside == f"b.txt: {text!r} {said} '{line()}'", "once, beside a line that is read"
    assert "…" in long and len(long) < 250


@pytest.mark.parametrize(
    "text", ["[1]", "{}", '{"cells": [1, {"metadata": 1, "outputs": [2]}]}', "[" * 90_000, "\0"]
)
def test_a_notebook_of_any_shape_stops_nothing(tmp_path, text):
    (tmp_path / "a.ipynb").write_text(text)
    (tmp_path / "b.txt").write_text(line())
    found = gather_scores(tmp_path)
    assert list(found.lines) == [("b", "05")]
    assert len(found.problems) + len(found.without) == 1
    assert all("\n" not in problem for problem in found.problems)


def test_the_table_is_written_for_spreadsheets_and_replaces_no_other(handed_in, tmp_path):
    (handed_in / "=HYPERLINK(1).txt").write_text(line("08"))
    found, out = gather_scores(handed_in), tmp_path / "scores.csv"
    write_scores(out, found)
    write_scores(out, found)
    assert out.read_bytes()[:3] == b"\xef\xbb\xbf"
    table = pd.read_csv(out, dtype={"lesson": str})
    assert table["student"].tolist() == ["'=HYPERLINK(1)", "kim", "kim", "lee", "이수진"]
    assert table["lesson"].tolist() == ["08", "05", "06", "07", "05"]
    assert table["right"].tolist() == [2, 2, 1, 0, 3] and table["of"].tolist() == [3, 3, 3, 2, 3]
    out.write_text("mine")
    with pytest.raises(NotOursError):
        write_scores(out, found)
    assert out.read_text() == "mine"


def test_the_command_prints_the_table_and_names_what_it_could_not_read(handed_in, capsys):
    assert cli.main(["scores", str(handed_in), "--out", str(handed_in.parent / "s.csv")]) == 3
    printed = capsys.readouterr()
    assert "student lesson  attempted  hints  right  of" in printed.out
    assert "no score line in 1 of the files: park.txt" in printed.out
    assert printed.err.count("facescreen: ") == 2 and "choi.ipynb" in printed.err
    assert cli.main(["scores", str(handed_in / "none")]) == 1
    assert "No such file or directory" in capsys.readouterr().err
    assert json.dumps(sorted(p.name for p in handed_in.parent.iterdir())) == '["class", "s.csv"]'


@pytest.mark.parametrize("where", ["help", "TEACHING.md"])
def test_what_attempted_and_hints_count_is_said(where, capsys):
    if where == "help":
        with pytest.raises(SystemExit):
            cli.main(["scores", "--help"])
        said = capsys.readouterr().out
    else:
        said = (ROOT / where).read_text("utf-8")
    said = " ".join(said.split()).replace("* counts", ":").replace(" *", " ").lower()
    assert "attempted: the exercises to which, at least once, some answer was given" in said
    assert "hints: the wrong answers checked, each of which was given a hint." in said
