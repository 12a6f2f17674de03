"""Laws of the lessons themselves: how they are written, and what is stored of them."""

import ast
import re
import statistics
import subprocess
import sys
from pathlib import Path

import nbformat
import papermill
import pytest
from lesson_texts import LESSONS

from facescreen.lessons import ROOT
from facescreen.lessons.pages import first_picture
from facescreen.lessons.parameters import parameters_of


@pytest.fixture(params=LESSONS, ids=lambda path: path.stem)
def lesson(request):
    return nbformat.read(request.param, as_version=4)


def test_one_title_and_no_empty_cell(lesson):
    titles = [
        line
        for cell in lesson.cells
        if cell.cell_type == "markdown"
        for line in cell.source.splitlines()
        if line.startswith("# ")
    ]
    assert len(titles) == 1
    assert all(cell.source.strip() for cell in lesson.cells)


HEAD = re.compile(
    r"^\*(Lesson \d\d|Appendix A\d) · teach \d+ minutes, exercises \d+ minutes, "
    r"run \d+\.\d minutes on \d+ cores · needs .+ · works offline\*$", re.MULTILINE
)  # fmt: skip


def test_the_head_says_minutes_needs_and_what_is_learned(lesson):
    head = lesson.cells[0].source
    assert HEAD.search(head)
    places = [head.index(f"**What you'll {verb}") for verb in ("do.**", "learn**", "need.**")]
    assert places == sorted(places)


def test_the_parts_of_a_lesson_come_in_their_order(lesson):
    headings = [
        line[3:]
        for cell in lesson.cells
        if cell.cell_type == "markdown"
        for line in cell.source.splitlines()
        if line.startswith("## ")
    ]
    appendix = "Appendix" in lesson.cells[0].source
    last = ["Exercises", "Limits", "Recap"]
    assert headings[-len(last) :] == last
    assert appendix or headings[-4] == "Explore"
    assert 3 <= len(headings) - 4 <= 7, "three to seven beats"


def test_explore_holds_one_widget_and_three_tasks(lesson):
    texts = [cell.source for cell in lesson.cells]
    starts = [k for k, text in enumerate(texts) if "## Explore" in text]
    if not starts:
        assert "Appendix" in texts[0]
        return
    end = next(k for k, text in enumerate(texts) if "## Exercises" in text)
    part = lesson.cells[starts[0] : end + 1]
    calls = [c for c in part if c.cell_type == "code" and re.search(r"widgets\.\w+\(", c.source)]
    assert len(calls) == 1
    before_exercises = "\n".join(
        cell.source.split("## Exercises")[0] for cell in part if cell.cell_type == "markdown"
    )
    assert re.findall(r"^(\d)\. ", before_exercises, re.MULTILINE) == ["1", "2", "3"]


def test_each_beat_asks_before_and_after(lesson):
    text = "\n".join(cell.source for cell in lesson.cells if cell.cell_type == "markdown")
    beats = re.split(r"^## ", text.split("## Exercises")[0], flags=re.MULTILINE)[1:]
    beats = [beat for beat in beats if not beat.startswith(("Explore", "Read the ledger"))]
    asking = sum("> **Predict.**" in beat for beat in beats)
    assert asking >= len(beats) - 2 or "Appendix" in lesson.cells[0].source
    assert text.count("> **Check.**") == text.count("<summary>Answer</summary>") >= 3


def test_every_exercise_has_a_stub_and_a_folded_solution(lesson):
    tags = [cell.metadata.get("tags", []) for cell in lesson.cells]
    assert 2 <= sum("exercise" in t for t in tags) == sum("solution" in t for t in tags) <= 3
    for cell, its in zip(lesson.cells, tags, strict=True):
        if "solution" in its:
            assert cell.metadata["jupyter"]["source_hidden"]
            assert "Right: " in cell.outputs[0]["text"]
        if "exercise" in its:
            assert "return None" in cell.source and "Not yet. " in cell.outputs[0]["text"]


def test_every_link_leads_somewhere(lesson):
    for cell in lesson.cells:
        if cell.cell_type == "markdown":
            for link in re.findall(r"(?:\]\(|href=\")([^)\"]+)[)\"]", cell.source):
                assert (ROOT / "notebooks" / link.partition("#")[0]).exists(), link
            answers = re.findall(r"<details>.*?</details>", cell.source, re.DOTALL)
            assert not [a for a in answers if re.search(r"\]\(|\*\w|`", a)], (
                "HTML holds no Markdown"
            )


def test_one_parameters_cell_of_typed_commented_literals(lesson):
    tagged = [c for c in lesson.cells if "parameters" in c.metadata.get("tags", [])]
    assert len(tagged) == 1
    for line in tagged[0].source.splitlines():
        (statement,) = ast.parse(line).body
        assert isinstance(statement, ast.AnnAssign), line
        ast.literal_eval(statement.value)
        assert re.search(r"  # \S+", line), f"no comment on: {line}"


def test_one_call_checks_every_parameter(lesson):
    (given,) = [c.source for c in lesson.cells if "parameters" in c.metadata.get("tags", [])]
    names = [statement.target.id for statement in ast.parse(given).body]
    calls = [
        call
        for cell in lesson.cells
        if cell.cell_type == "code"
        for call in ast.walk(ast.parse(cell.source))
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("check_parameters")
    ]
    assert [sorted(keyword.arg for keyword in call.keywords) for call in calls] == [sorted(names)]


def test_a_code_cell_is_short(lesson):
    own = [c for c in lesson.cells if "setup" not in c.metadata.get("tags", [])]
    lengths = [len(c.source.splitlines()) for c in own if c.cell_type == "code"]
    assert max(lengths) <= 14 and statistics.median(lengths) <= 5, lengths


def test_the_exercises_end_in_a_score(lesson):
    number = re.search(r"\*(?:Lesson|Appendix) (\w+)", lesson.cells[0].source)[1]
    code = [cell.source for cell in lesson.cells if cell.cell_type == "code"]
    last = max(k for k, source in enumerate(code) if "exercises.check_" in source)
    assert code[last + 1] == f'exercises.score("{number}");'


def test_what_is_said_above_a_score_is_true_of_its_lines(lesson):
    for above, cell in zip(lesson.cells, lesson.cells[1:], strict=False):
        if cell.source.startswith("exercises.score(") and above.cell_type == "markdown":
            assert "The line below that begins with `facescreen score` can be" in above.source
            lines = "".join(o.get("text", "") for o in cell.outputs).splitlines()
            assert sum(line.startswith("facescreen score") for line in lines) == 1


def test_every_cell_was_run_in_order_and_none_failed(lesson):
    code = [cell for cell in lesson.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert not [o for cell in code for o in cell.outputs if o.output_type == "error"]


def test_no_widget_state_and_no_timings_are_stored(lesson):
    assert not {"widgets", "papermill"} & set(lesson.metadata)
    assert not [c for c in lesson.cells if {"execution", "papermill"} & set(c.metadata)]


def test_every_picture_has_a_sentence_in_its_place(lesson):
    pictures = [
        output
        for cell in lesson.cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    assert pictures
    for output in pictures:
        assert output.metadata["image/png"]["alt"].endswith(".")


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_is_small_enough_to_open(path):
    assert path.stat().st_size <= 1_500_000


def test_papermill_knows_every_parameter():
    known = papermill.inspect_notebook(str(LESSONS[-1]))
    assert list(known) == list(parameters_of(LESSONS[-1]))
    assert all(p["inferred_type_name"] != "None" and p["help"] for p in known.values())


def test_the_picture_in_the_readme_is_the_lessons_own():
    shown = re.findall(r"!\[[^]]+\]\(([^)]+)\)", (ROOT / "README.md").read_text("utf-8"))
    assert shown
    for name in shown:
        notebook = nbformat.read(ROOT / "notebooks" / f"{Path(name).stem}.ipynb", as_version=4)
        assert (ROOT / name).read_bytes() == first_picture(notebook)


# --- what the checks themselves catch -------------------------------------------------------------

NETWORK = re.compile(
    r"\b(urllib|requests|httpx|aiohttp|socket|urlretrieve|urlopen|wget|curl)\b|https?://"
    r"|download\s*=\s*True|--download|^\s*[!%]", re.MULTILINE
)  # fmt: skip


def test_no_cell_calls_the_network_or_the_shell(lesson):
    for cell in lesson.cells:
        if cell.cell_type == "code":
            assert not NETWORK.search(cell.source), cell.source


def test_the_network_check_finds_what_it_looks_for():
    for source in (
        "import requests",
        "!ls",
        "x = open_source(s, download=True)",
        "get('http://a')",
    ):
        assert NETWORK.search(source)


def nbval(path: Path) -> subprocess.CompletedProcess:
    """What `make test` does with a lesson."""
    command = [sys.executable, "-m", "pytest", "-q", "--nbval-lax", "--nbval-current-env"]
    command += ["-p", "no:cacheprovider", str(path)]
    return subprocess.run(command, cwd=path.parent, capture_output=True, text=True)


def small_lesson(tmp_path, source: str) -> Path:
    """A lesson of one marked cell, as it was when run."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")  # the checkout's settings are not in reach
    path = tmp_path / "01_small.ipynb"
    output = nbformat.v4.new_output("stream", name="stdout", text="8 images\n")
    cell = nbformat.v4.new_code_cell(source, execution_count=1, outputs=[output])
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    return path


def test_a_right_number_passes_and_a_planted_wrong_one_fails(tmp_path):
    right = nbval(small_lesson(tmp_path, "# NBVAL_CHECK_OUTPUT\nprint(5 + 3, 'images')"))
    assert right.returncode == 0, right.stdout
    wrong = nbval(small_lesson(tmp_path, "# NBVAL_CHECK_OUTPUT\nprint(5 + 4, 'images')"))
    assert wrong.returncode == 1, wrong.stdout


def test_a_planted_broken_cell_fails(tmp_path):
    assert nbval(small_lesson(tmp_path, "print(5 + 3, 'images')\n1 / 0")).returncode == 1
