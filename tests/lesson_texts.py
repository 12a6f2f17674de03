"""The prose of the lessons by heading, for the documents that point into it."""

import re
from functools import cache
from pathlib import Path

import nbformat

from facescreen.language import Language
from facescreen.lessons import ROOT, find_lessons

# The quiz is run, printed and handed out like a lesson, and is built in its own way.
LESSONS = [path for path in find_lessons(ROOT / "notebooks") if not path.stem.startswith("Q")]
LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


def number_of(path: Path) -> str:
    """ "05" of notebooks/05_screen_with_one_color.ipynb."""
    return path.stem.split("_")[0]


@cache
def sections_of(path: Path) -> dict[str, list[nbformat.NotebookNode]]:
    """The cells under each heading of the first and second level; a cell may hold several."""
    sections: dict[str, list[nbformat.NotebookNode]] = {}
    heading = ""
    for cell in nbformat.read(path, as_version=4).cells:
        parts = [cell.source]
        if cell.cell_type == "markdown":
            parts = [p for p in re.split(r"(?m)^(?=#{1,2} )", cell.source) if p.strip()]
        for part in parts:
            found = re.match(r"#{1,2} (.+)", part) if cell.cell_type == "markdown" else None
            heading = found[1].strip() if found else heading
            piece = nbformat.from_dict({**cell, "source": part})
            sections.setdefault(heading, []).append(piece)
    return sections


def in_korean(path: Path, heading: str) -> str:
    """A heading of a lesson as its Korean edition has it."""
    known = Language("ko").paragraphs_of(path.stem)
    found = {said.lstrip("# ") for level in ("#", "##", "###")
             if (said := known.get(f"{level} {heading}"))}  # fmt: skip
    (korean,) = found
    return korean


def prose(cells: list[nbformat.NotebookNode]) -> str:
    """What a reader sees of some cells' text: no marks, no tags, no addresses."""
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    text = re.sub(r"\]\([^)]*\)", "]", re.sub(r"<[^>]+>", " ", text))
    return re.sub(r"[*`_]", "", text)


def anchor(heading: str) -> str:
    """The address of a heading within a notebook, as Jupyter makes it."""
    return heading.replace(" ", "-")


def faulty_links(document: str) -> list[str]:
    """Links of a document at the root that lead nowhere, or say another place than they lead to.

    A link into a notebook reads "05 · Write the rule" and leads to that heading of lesson 05.
    """
    faulty = []
    for words, target in LINK.findall((ROOT / document).read_text("utf-8")):
        name, _, place = target.partition("#")
        path = ROOT / name
        if not path.exists():
            faulty.append(f"{target}: no such file")
        elif name and place:
            headings = {anchor(heading): heading for heading in sections_of(path)}
            if place not in headings:
                faulty.append(f"{target}: no such heading")
            elif words != f"{number_of(path)} · {headings[place]}":
                faulty.append(f"{words!r} leads to {headings[place]!r}")
    return faulty
