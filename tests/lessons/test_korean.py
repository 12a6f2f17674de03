"""The Korean edition: complete, true to the English in all that is not prose, the same code."""

import copy
import io
import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from facescreen.language import LABELS, Language, paragraphs, translated
from facescreen.language.catalogs import SHARED, entries, read, renew, spoken
from facescreen.language.kernel import Lines, bundle
from facescreen.language.laws import differences
from facescreen.language.sentences import Sentences, pieces
from facescreen.lessons import (
    ROOT,
    find_lessons,
)
from facescreen.lessons.edition import (
    documents,
    in_language,
    in_place,
)
from facescreen.lessons.renewal import by_hand, left_of, prose, sentences, texts_of, unsaid
from facescreen.plots import fold

KOREAN = Language("ko")
LESSONS = find_lessons(ROOT / "notebooks")
FILES = documents(ROOT)
NAMES = [*(path.stem for path in (*LESSONS, *FILES)), SHARED]


@pytest.fixture(scope="module")
def english() -> dict[str, set[str]]:
    """Catalog -> the msgids that the English asks for today."""
    known = {}
    for path in KOREAN.folder.glob("*.po"):
        known |= spoken(KOREAN.catalog(path.stem))
    made = sentences(LESSONS, {key: key for key in known})
    return {path.stem: {*prose(path), *made.get(path.stem, ())} for path in (*LESSONS, *FILES)} | {
        SHARED: set(made[SHARED])
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_translation_keeps_numbers_links_code_and_formulas(name):
    assert left_of(KOREAN, name).wrong == []


@pytest.mark.parametrize("name", NAMES)
def test_every_english_paragraph_and_sentence_has_its_korean(name, english):
    left = left_of(KOREAN, name)
    assert left.untranslated == [] and left.fuzzy == []
    assert not left.obsolete, f"{name}.po ends with {left.obsolete} entries that serve nothing"
    here = {one.id for one in KOREAN.catalog(name) if one.id} - {*by_hand(KOREAN, name)}
    assert english[name] == here, "run `facescreen translate`, then translate what it names"


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_no_sentence_of_a_lesson_stays_english(lesson):
    assert unsaid(lesson, Language("ko")) == []


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_the_korean_lesson_has_the_same_code_and_the_same_marks(lesson):
    notebook = nbformat.read(lesson, as_version=4)
    edition = in_language(notebook, lesson.stem, KOREAN)
    assert [c.cell_type for c in edition.cells] == [c.cell_type for c in notebook.cells]
    for one, other in zip(notebook.cells, edition.cells, strict=True):
        assert one.id == other.id and one.metadata == other.metadata
        if one.cell_type == "code":
            assert one.source == other.source
    texts = [c.source for c in edition.cells if c.cell_type == "markdown"]
    assert all(re.search("[가-힣]", text) for text in texts)


# --- the means ------------------------------------------------------------------------------------

TEXT = """# A title

*Lesson 01 · run 0.4 minutes on 2 cores*

> **Check.** Why 16?
>
> <details><summary>Answer</summary>Each

pixel.</details>

```python
x = 1

y = 2
```

$$x = 1$$

- one
- two"""


def test_what_is_not_translated_comes_back_as_it_was():
    assert translated(TEXT, lambda msgid: "") == TEXT
    found = paragraphs(TEXT)
    assert len(found) == 4 and "{minutes}" in found[1] and "pixel.</details>" in found[2]
    loud = translated(TEXT, lambda msgid: msgid.upper() if msgid[0] == "#" else "")
    assert loud.startswith("# A TITLE\n\n*L")
    assert "0.4 분, 2 개" in translated(TEXT, lambda m: "{minutes} 분, {cores} 개" * ("run" in m))


@pytest.mark.parametrize(
    ("one", "other", "what"),
    [
        ("all 16 of them", "모두 61", "number"),
        ("see [it](a.ipynb)", "[여기](b.ipynb)", "link"),
        ("`minlength=256` is", "`minlength=265`", "code"),
        ("with $x_1$ there", "$x_2$", "formula"),
        ("<b>so</b>", "그렇게", "tag"),
        ("run {minutes} m", "{minute}", "placeholder"),
        ("> **Check.** So?", "> **점검.** 왜?", "Check"),
        ("- one\n- two", "- 하나", "line"),
        ("the **histogram** is", "**히스토그램(histogram)**은", "closes nothing"),
    ],
)
def test_a_translation_that_changes_more_than_prose_is_caught(one, other, what):
    assert any(what in problem for problem in differences(one, other))
    assert differences(one, one) == [] or "Check" in one


def test_a_long_table_is_translated_row_by_row():
    rows = [f"| word {k} | x |" for k in range(40)]
    assert paragraphs("\n".join(rows)) == rows
    said = translated("\n".join(rows), lambda row: row.replace("word", "말"))
    assert said.split("\n")[7] == "| 말 7 | x |"
    assert paragraphs("\n".join(rows[:9])) == ["\n".join(rows[:9])]


def test_hints_are_found_in_a_program():
    program = '"""A docstring of words."""\ncheck("count the red ones", f"it is {n} of {m} images")'
    assert texts_of(program, numbers=False) == ["count the red ones"]
    assert texts_of(program, numbers=True) == ["count the red ones", "it is 1 of 1 images"]


def test_sentences_are_said_piece_by_piece_with_their_numbers():
    text = "Face 5. Pixels at value 255: red 0, green 1,204; valid, lost at 40: 57."
    asked = pieces([text], {})
    assert asked == [
        *("face {1}", "pixels at value {1}", "red {1}, green {2}", "valid, lost at {1}"),
    ]
    said = Sentences(
        dict(zip(asked, ("얼굴 {1}", "값 {1}", "초록 {2}, 빨강 {1}", ""), strict=True))
    )
    assert said.say(text) == "얼굴 5. 값 255: 초록 1,204, 빨강 0; valid, lost at 40: 57."
    assert list(said.missing) == ["valid, lost at {1}"]
    assert said.say("red {2}, green {1}") == "초록 {1}, 빨강 {2}", "a place counts as a number"
    patterns = Sentences({"{group}, lost at {1}": "{1}에서 잃은 {group}", "valid": "유효"})
    assert patterns.say("*Valid, lost at 40: 57.*") == "*40에서 잃은 유효: 57.*"
    assert (
        patterns.say("facescreen score: valid, lost at 40") == "facescreen score: valid, lost at 40"
    )


@pytest.mark.parametrize("value", ["None", "valid", "[None\n none\n valid]", "['valid', 'none']"])
def test_an_answer_to_an_exercise_stays_as_it_is_up_to_the_hint(value):
    feedback = "Not yet. f({0})\n  expected: {0}\n  yours:    {0}\n  hint:     {1}"
    said = KOREAN.say(feedback.format(value, "the function returns nothing so far"))
    answers, hint = said.split("\n  모범 답안: ")[1].split("\n  힌트:     ")
    assert answers == f"{value}\n  낸 답:    {value}"
    assert re.search("[가-힣]", hint), "what follows the answers is translated"
    assert KOREAN.say(said) == said, "a page says what a kernel has said before"
    assert KOREAN.say("none") != "none" and KOREAN.say("valid") != "valid", "as words they are"


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_what_a_page_says_once_more_stays_as_a_kernel_said_it(path):
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", []):
            in_place(output, KOREAN)
            once = copy.deepcopy(output)
            in_place(output, KOREAN)
            assert output == once


def test_a_table_of_sentences_is_translated_and_a_table_of_data_is_not(tmp_path):
    path = tmp_path / "ko" / "a.po"
    renew(path, "ko", [], ["claim", "partly"])
    text = path.read_text("utf-8").replace('claim"\nmsgstr ""', 'claim"\nmsgstr "주장"')
    path.write_text(text.replace('partly"\nmsgstr ""', 'partly"\nmsgstr "일부"'), "utf-8")
    language, table = Language("ko", tmp_path), pd.DataFrame({"claim": ["partly: 4.0 %"]})
    for data in (table, table.style):
        shown = {"text/html": fold(data, "claim").data}
        bundle(shown, {}, language)
        assert "partly: 4.0 %" in shown["text/html"] and "주장</summary>" in shown["text/html"]
        said = {"text/html": fold(data, "claim", sentences=True).data}
        bundle(said, {}, language)
        assert "일부: 4.0 %" in said["text/html"] and "claim" not in said["text/html"]


def test_a_print_in_pieces_is_translated_as_one_line(tmp_path):
    class Stream(io.StringIO):
        """As a kernel's: its methods can be replaced."""

    renew(tmp_path / "ko" / "a.po", "ko", [], ["valid, lost at {1}", "and more"])
    path = tmp_path / "ko" / "a.po"
    text = path.read_text("utf-8").replace('{1}"\nmsgstr ""', '{1}"\nmsgstr "{1}에서 잃음"')
    path.write_text(text.replace('more"\nmsgstr ""', 'more"\nmsgstr "더"'), "utf-8")
    stream = Stream()
    lines = Lines(stream, Language("ko", tmp_path))
    lines.attach()
    print("Valid,", "lost at", 40, file=stream)
    print("and more", end="", file=stream, flush=True)
    assert stream.getvalue() == "40에서 잃음\n더"


def test_a_changed_paragraph_keeps_its_old_korean_and_is_marked(tmp_path):
    path = tmp_path / "a.po"
    renew(path, "ko", ["A picture is a grid of pixels.", "Gone."])
    path.write_text(
        path.read_text("utf-8").replace('pixels."\nmsgstr ""', 'pixels."\nmsgstr "격자"'), "utf-8"
    )
    catalog = renew(path, "ko", ["A picture is a grid of many pixels."])
    changed = catalog["A picture is a grid of many pixels."]
    assert changed.fuzzy and changed.string == "격자" and entries(read(path, "ko")) == {}
    before = path.read_bytes()
    renew(path, "ko", ["A picture is a grid of many pixels."])
    assert path.read_bytes() == before


def test_a_file_that_is_no_catalog_is_named(tmp_path):
    path = Path(tmp_path / "a.po")
    path.write_bytes(b"\xff\xfe nothing")
    with pytest.raises(ValueError, match=r"a\.po"):
        read(path, "ko")


def test_the_words_that_pages_look_for_are_known_in_korean():
    assert set(LABELS) == {"ko"}
    source = "\n".join(LABELS["ko"].values())
    assert not re.search("[A-Za-z]", source)
