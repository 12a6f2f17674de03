"""The quiz: one right answer each, worked out from data, and a notebook that gives none away."""

import re
from collections import Counter

import nbformat
import numpy as np
import pytest
from lesson_runs import refusal, run_lesson
from lesson_texts import LESSONS, number_of, sections_of

from facescreen import exercises, quiz
from facescreen.lessons import ROOT, student
from facescreen.quiz import material
from facescreen.quiz.core import LETTERS, QUESTIONS, worked_out

PATH = ROOT / "notebooks" / "Q1_check_yourself.ipynb"
NUMBERS = range(1, 21)


@pytest.fixture(scope="module")
def notebook():
    return nbformat.read(PATH, as_version=4)


def asked(notebook) -> dict[int, list[str]]:
    """The four choices of each question, as the notebook words them."""
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    parts = re.split(r"(?m)^\*\*(\d+)\.\*\* ", text)
    return {
        int(number): re.findall(r"(?m)^- \*\*[A-D]\*\* (.+)$", part)
        for number, part in zip(parts[1::2], parts[2::2], strict=True)
    }


def test_there_are_twenty_questions_and_a_cell_for_each(notebook):
    assert len(QUESTIONS) == 20
    assert {n: len(choices) for n, choices in asked(notebook).items()} == dict.fromkeys(NUMBERS, 4)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    calls = [source for source in code if source.startswith("quiz.check(")]
    assert calls == [f'quiz.check({n}, "");  # A, B, C or D' for n in NUMBERS]


def test_every_lesson_has_a_question_that_names_a_heading_of_it():
    there = {number_of(path): path for path in LESSONS}
    assert {q.lesson for q in QUESTIONS} == set(there)
    for question in QUESTIONS:
        assert question.heading in sections_of(there[question.lesson])


def test_numbers_that_are_compared_are_those_of_the_choices(notebook):
    for number, choices in asked(notebook).items():
        numbers = QUESTIONS[number - 1].numbers
        for value, choice in zip(numbers.values(), choices, strict=bool(numbers)):
            assert re.search(rf"(?<![\d.,]){re.escape(f'{value:,}')}(?![\d,]|\.\d)", choice), choice


def test_a_worked_out_number_is_near_one_choice_and_far_from_the_others():
    for question in QUESTIONS:
        if question.numbers:
            found, _ = question.work_out()
            near, next_one = sorted(abs(np.array(list(question.numbers.values())) - found))[:2]
            assert near <= 0.1 * next_one, question.heading


def test_no_letter_gives_itself_away():
    letters = [quiz.right_letter(n) for n in NUMBERS]
    assert all(4 <= count <= 6 for count in Counter(letters).values())
    assert len(set(letters)) == 4
    assert not [n for n in range(17) if len(set(letters[n : n + 4])) == 1]


def test_a_right_answer_gives_its_reason_and_a_wrong_one_what_it_overlooks(capsys):
    for number in NUMBERS:
        right, reason = worked_out(number)
        slips = QUESTIONS[number - 1].slips
        assert set(slips) == set(LETTERS) - {right}, number
        for letter in LETTERS:
            assert quiz.check(number, letter.lower()) is (letter == right)
            said = " ".join(capsys.readouterr().out.split())
            assert said.startswith(f"Right, {letter}." if letter == right else f"Not {letter}.")
            assert " ".join((reason if letter == right else slips[letter]).split()) in said
            assert QUESTIONS[number - 1].heading in said
            assert letter == right or reason not in said


def test_answers_are_kept_for_the_score(capsys):
    for number in NUMBERS:
        quiz.check(number, quiz.right_letter(number))
    quiz.check(3, next(letter for letter in LETTERS if letter != quiz.right_letter(3)))
    capsys.readouterr()
    exercises.score("Q1")
    kept = exercises.read_score(capsys.readouterr().out)
    assert (kept.lesson, kept.right, kept.exercises, kept.attempted) == ("Q1", 19, 20, 20)


@pytest.mark.parametrize("answer", ["", "  ", "E", "AB", "ABCD", 2, None])
def test_what_is_no_letter_is_said_and_raises_nothing(answer, capsys):
    assert not quiz.check(1, answer)
    said = capsys.readouterr().out
    assert "no answer yet" in said if not str(answer).strip() else "is not one of" in said


def test_a_number_that_no_question_has_is_refused():
    for number in (0, 21):
        with pytest.raises(ValueError, match="there are 1 to 20"):
            quiz.check(number, "A")


def test_two_true_claims_are_found_out(monkeypatch):
    question = quiz.core.Question("00", "x", lambda: (dict.fromkeys(LETTERS, True), ""), {}, {})
    monkeypatch.setattr(quiz.core, "QUESTIONS", [question])
    with pytest.raises(RuntimeError, match="4 of its claims are true"):
        worked_out.__wrapped__(1)


def test_pictures_are_what_their_sentences_say():
    face = material.dull_face()
    assert face.max() < 240
    for pictures, pixels in ((quiz.four_colors(), 300), (quiz.four_patches(), 900)):
        assert ((pictures != face).any(axis=3).sum(axis=(1, 2)) == pixels).all()
    images = quiz.four_kinds()
    learning = material.pool("learning")
    for image, kind in zip(images, material.KINDS, strict=True):
        assert (learning.images[learning.kinds == kind] == image).all(axis=(1, 2, 3)).any()


def test_the_stored_notebook_has_run_and_answers_nothing(notebook):
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert not {"widgets", "papermill"} & set(notebook.metadata)
    shown = [o for cell in code for o in cell.outputs]
    said = "".join(o.get("text", "") for o in shown)
    assert said.count("no answer yet") == 20 and "Right" not in said
    assert "right 0 of 20, attempted 0" in said
    pictures = [o for o in shown if "image/png" in o.get("data", {})]
    assert len(pictures) == 3
    assert all(o.metadata["image/png"]["alt"].endswith(".") for o in pictures)


def test_the_student_edition_keeps_the_quiz_whole(notebook):
    assert student.student_edition(notebook).cells == notebook.cells


def test_a_whole_set_of_answers_is_checked_at_once(tmp_path):
    letters = [quiz.right_letter(n) for n in NUMBERS]
    given = ["", *letters[1:-1]]  # neither the first nor the last
    said, _ = run_lesson(PATH, tmp_path, "", {"answers": given})
    kept = exercises.read_score(said)
    assert (kept.lesson, kept.right, kept.exercises, kept.attempted) == ("Q1", 18, 20, 18)


@pytest.mark.parametrize("wrong", [["E"], ["A"] * 21, "ABCD"])
def test_answers_that_no_question_can_have_are_refused(wrong):
    assert "expected a list of 0 to 20 entries, each one of" in refusal(PATH, {"answers": wrong})
