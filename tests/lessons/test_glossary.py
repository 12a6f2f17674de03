"""GLOSSARY.md: every word that lessons list is there, in the same Korean, with its first place."""

import re

import pytest
from lesson_texts import (
    LESSONS,
    LINK,
    anchor,
    faulty_links,
    in_korean,
    number_of,
    prose,
    sections_of,
)  # fmt: skip

from facescreen.language import Language
from facescreen.lessons import ROOT
from facescreen.lessons.edition import document_in_language

TEXT = (ROOT / "GLOSSARY.md").read_text("utf-8")
ENGLISH, KOREAN = TEXT.split("\n## ")


def rows_of(part: str) -> list[list[str]]:
    lines = [line for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


TERMS = {row[0]: row[1:] for row in rows_of(ENGLISH)}


def korean_of(term: str) -> list[str]:
    return [word.strip(" †") for word in TERMS[term][0].split(",")]


def words_met(path) -> list[tuple[str, str]]:
    """Term and Korean of a lesson's line of words met."""
    recap = "\n".join(c.source for c in sections_of(path)["Recap"])
    (line,) = re.findall(r"Words met\W+(.+)", recap)
    pairs = re.findall(r"([a-zA-Z][\w\- ]*?) \(?([가-힣][가-힣 A-Z]*)", line)
    return [(one, k.strip()) for term, k in pairs for one in term.split(" or ")]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_word_of_a_lesson_is_there_in_the_same_korean(path):
    met = words_met(path)
    assert len(met) >= 4
    assert not [term for term, _ in met if term not in TERMS]
    assert not [(t, k, TERMS[t][0]) for t, k in met if korean_of(t)[0] != k]


def test_links_lead_to_the_first_lesson_whose_text_has_the_term():
    texts = [(p, h, prose(cells)) for p in LESSONS for h, cells in sections_of(p).items()]
    wrong = []
    for term, (*_, met) in TERMS.items():
        spelled = r"\s+".join(map(re.escape, term.split()))
        form = re.compile(rf"(?<!\w){spelled}(?:s|es)?(?!\w)", re.IGNORECASE)
        first = next(((p, h) for p, h, text in texts if form.search(text)), None)
        if first is None:
            wrong.append(f"{term}: in no lesson")
            continue
        path, heading = first
        expected = f"[{number_of(path)} · {heading}](notebooks/{path.name}#{anchor(heading)})"
        if met != expected:
            wrong.append(f"{term}: expected {expected}")
    assert not wrong


def test_every_link_leads_to_the_heading_that_it_names():
    assert not faulty_links("GLOSSARY.md")


def test_terms_are_sorted_and_each_is_explained():
    assert list(TERMS) == sorted(TERMS, key=str.lower)
    assert len(TERMS) == len(rows_of(ENGLISH)) >= 40
    assert all(len(row) == 3 and all(row) for row in TERMS.values())


def test_the_korean_list_is_the_english_one_turned_round():
    expected = sorted([word, term] for term in TERMS for word in korean_of(term))
    assert rows_of(KOREAN) == expected


def test_the_korean_edition_names_the_parts_of_lessons_as_they_stand_there():
    said = LINK.findall(document_in_language(TEXT, "GLOSSARY", Language("ko")))
    files = {path.name: path for path in LESSONS}
    parts = [(words, to) for words, to in LINK.findall(TEXT) if " · " in words]
    assert len(parts) == len(TERMS)
    for words, target in parts:
        number, heading = words.split(" · ")
        name = in_korean(files[target.split("#")[0].split("/")[-1]], heading)
        assert (f"{number} · {name}", target) in said
