"""Laws of the Korean edition as files: pages, documents, and the links between them."""

import html
import re

import nbformat
import pytest

from facescreen.images.writing import NotOursError
from facescreen.language import Language
from facescreen.language.catalogs import renew
from facescreen.lessons import (
    ROOT,
    LessonError,
    find_lessons,
    run_lessons,
    write_student_edition,
)
from facescreen.lessons.edition import (
    document_in_language,
    documents,
    write_documents,
)
from facescreen.lessons.student import student_edition

KOREAN = Language("ko")
LESSONS = find_lessons(ROOT / "notebooks")
FILES = documents(ROOT)


def test_the_edition_is_written_as_pages_in_its_language(tmp_path):
    lesson = LESSONS[0]
    (result,) = run_lessons([lesson], tmp_path, (), lambda line: None, KOREAN, kept=True)
    page, index = result.page.read_text("utf-8"), (tmp_path / "index.html").read_text("utf-8")
    assert result.kept and '<html lang="ko">' in page and '<html lang="ko">' in index
    assert 'alt="얼굴' in page and "결과 보기" in page and "Show what came out" not in page
    assert html.escape(result.title) in index and result.aim and result.aim in index
    nbformat.validate(nbformat.read(tmp_path / lesson.name, as_version=4))
    ((path, _),) = write_student_edition([lesson], tmp_path / "student", KOREAN)
    student = nbformat.read(path, as_version=4)
    assert re.search("[가-힣]", student.cells[0].source)
    hidden = student_edition(nbformat.read(lesson, as_version=4))
    assert [bool(c.get("outputs")) for c in student.cells] == [
        bool(c.get("outputs")) for c in hidden.cells
    ]


def test_the_readme_the_glossary_and_the_guide_have_an_edition():
    assert {"README.md", "GLOSSARY.md", "TEACHING.md"} <= {path.name for path in FILES}


def test_korean_text_calls_english_just_what_is_in_english_only():
    there = {path.name for path in FILES}
    for path in FILES:
        said = document_in_language(path.read_text("utf-8"), path.stem, KOREAN)
        called = re.findall(r"\[[^\]]*\]\(([^()\s#]+\.md)[^()\s]*\) 문서(\(영어\))?", said)
        assert not [file for file, english in called if bool(english) == (file in there)]


def test_every_link_between_korean_documents_and_lessons_arrives(tmp_path):
    for lesson in LESSONS:
        (tmp_path / lesson.name).write_bytes(lesson.read_bytes())
    made = {path: path.read_text("utf-8") for path in write_documents(FILES, tmp_path, KOREAN)}
    anchor = re.compile(r'<a id="([^"]*)"></a>\n\n#+ ')
    places = {path: {*anchor.findall(text)} for path, text in made.items()}
    for lesson in LESSONS:
        cells = [c for c in nbformat.read(lesson, as_version=4).cells if "# " in c.source]
        places[tmp_path / lesson.name] = {f"cell-id={cell.id}" for cell in cells}
    led, lost = 0, []
    for here, text in made.items():
        for file, part in re.findall(r"\]\(([^()\s#:]*)#?([^()\s]*)\)", text):
            path = (tmp_path / file).resolve() if file else here
            assert path not in FILES, f"{here.name} leads to {path}, which is English"
            led += path in places
            if part and part not in places.get(path, {part}):
                lost.append(f"{here.name}: {file}#{part}")
    assert led > 150 and not lost


def test_links_of_a_document_lead_where_they_led(tmp_path):
    root, out = tmp_path, tmp_path / "build" / "ko"
    out.mkdir(parents=True)
    (root / "b.md").write_text("b", "utf-8")
    (root / "data").mkdir()
    (root / "data/README.md").write_text("another", "utf-8")
    for folder, heading in ((root, "So, too"), (out, "또한")):
        cell = nbformat.v4.new_markdown_cell(f"## {heading}", id="first")
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder / "05.ipynb")
    (root / "GLOSSARY.md").write_text("none", "utf-8")
    (root / "README.md").write_text(
        "# So it is\n\n[here](#so-it-is), [b](b.md#x), [05](05.ipynb), [part](05.ipynb#So,-too), "
        "[words](GLOSSARY.md#a), [data](data/README.md), [no](no.md)",
        "utf-8",
    )
    renew(tmp_path / "ko" / "README.po", "ko", ["# So it is"])
    path = tmp_path / "ko" / "README.po"
    path.write_text(path.read_text("utf-8").replace('is"\nmsgstr ""', 'is"\nmsgstr "# 그렇다"'))
    for _ in range(2):  # the same where all is there already
        made, _ = write_documents(documents(root), out, Language("ko", tmp_path))
        assert made.read_text("utf-8") == (
            "<!-- an edition of facescreen in another language -->\n"
            '<a id="so-it-is"></a>\n\n# 그렇다\n\n'
            "[here](#so-it-is), [b](../../b.md#x), [05](05.ipynb), [part](05.ipynb#cell-id=first), "
            "[words](GLOSSARY.md#a), [data](../../data/README.md), [no](no.md)"
        )


def test_no_source_is_replaced_by_an_edition_of_it(tmp_path):
    lesson = tmp_path / "notebooks" / LESSONS[0].name
    lesson.parent.mkdir()
    lesson.write_bytes(LESSONS[0].read_bytes())
    (tmp_path / "README.md").write_text("mine")
    for out, said in ((lesson.parent, "read from"), (tmp_path, "README.md is there already")):
        with pytest.raises((LessonError, NotOursError), match=said):
            run_lessons([lesson], out, (), lambda line: None, KOREAN, kept=True)
    assert lesson.read_bytes() == LESSONS[0].read_bytes()
    assert (tmp_path / "README.md").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.md", "notebooks"]
