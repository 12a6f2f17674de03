"""The law of lines: what belongs together stays together, and nothing else is changed."""

import re

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facescreen.language import Language
from facescreen.lessons import ROOT, find_lessons
from facescreen.lessons.edition import in_language
from facescreen.lessons.typography import mathml, unbroken

LESSONS = find_lessons(ROOT / "notebooks")


def read(text: str) -> str:
    """What somebody reads: the two characters that forbid a break as if they were not there."""
    return text.replace("\u00a0", " ").replace("\u2060", "")


@given(st.text(alphabet="얼굴은(pixel) 8×%`$<>[]#\n수업문제"))
def test_it_says_the_same(text):
    assert read(unbroken(text)) == text


@pytest.mark.parametrize(
    ("text", "torn"),
    [
        ("about 0.92 % of it", ["92 %"]),
        ("16 × 16 px", ["16 ×", "× 16", "16 px"]),
        ("수업 06에서, 연습 문제 2와", ["수업 06", "문제 2"]),
        ("In lesson 06, Figure 4", ["lesson 06", "Figure 4"]),
        ("픽셀(pixel)마다 5 %를", ["셀(", ")마", "%를"]),
        ("lost 16.2 (12.8–20.3)", ["12.8–20.3"]),
    ],
)
def test_what_belongs_together_stays_together(text, torn):
    made = unbroken(text)
    assert not [part for part in torn if part in made]
    assert unbroken(made) == made


@pytest.mark.parametrize(
    "text",
    [
        "`x(8 % 3)` and `가(나)다`",
        "```\n8 × 8 (가)나\n```",
        "$4 × 4$",
        '<img alt="8 × 8">',
        "[가](x.md#8-×-8)",
        "## 8 × 8 픽셀(pixel)마다",
        "a % b, 한 낱말, 수업 열",
    ],
)
def test_code_formulas_addresses_and_headings_are_left_alone(text):
    assert unbroken(text) == text


def test_a_function_stands_apart_from_what_it_is_taken_of():
    assert re.search(r"<mi>log</mi><mspace [^>]*><mi>D</mi>", mathml(r"\log D(x)"))
    assert "mspace" not in mathml(r"\log(1 - D)") + mathml("ab")


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_code_and_links_of_every_lesson_are_left_alone(path):
    notebook = in_language(nbformat.read(path, as_version=4), path.stem, Language("ko"))
    kept = re.compile(r"`[^`\n]*`|\]\([^)]*\)")
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            made = unbroken(cell.source)
            assert read(made) == cell.source.replace("\u00a0", " ")
            assert kept.findall(made) == kept.findall(cell.source)
