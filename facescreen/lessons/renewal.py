"""Brings the catalogs up to the English lessons, and says what is left to translate."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat

from facescreen.language import Language, paragraphs
from facescreen.language.catalogs import BY_HAND, SHARED, SPOKEN, renew, spoken
from facescreen.language.laws import differences
from facescreen.language.sentences import pieces
from facescreen.lessons.edition import in_place
from facescreen.lessons.index_page import WORDS as INDEX_WORDS
from facescreen.lessons.live import WORDS as LIVE_WORDS
from facescreen.lessons.pages import WORDS as PAGE_WORDS
from facescreen.setup import PACKAGE

# What learners read of checks and what no kept output shows: hints, in files of one lesson each,
# and the reasons of the quiz.
CHECKS = {"exercises": "", "quiz": "q1"}

# What learners read on controls, in the widgets' programs: arguments by name, arguments by the
# function's name and place, and constants.
_BY_NAME = {"description", "tooltip", "placeholder"}
_BY_PLACE = {"control": 1, "slider": 0, "_button": 0}
_CONSTANTS = {
    *("AGAIN", "ANSWERS", "BY_HAND", "MEAN", "NAMES", "NOISE", "PICTURE", "READINGS", "READY"),
    *("ROWS", "SAID", "STOPPED"),
}


@dataclass(frozen=True)
class Left:
    """What is left of one catalog: entries, those without Korean, doubtful, wrong, and gone."""

    name: str
    entries: int
    untranslated: list[str]
    fuzzy: list[str]
    wrong: list[str]
    obsolete: int

    @property
    def done(self) -> bool:
        return not (self.untranslated or self.fuzzy or self.wrong or self.obsolete)

    def __str__(self) -> str:
        return (
            f"{self.name:<36} {self.entries:5} entries, {len(self.untranslated):4} untranslated, "
            f"{len(self.fuzzy):3} fuzzy, {len(self.wrong):3} wrong, {self.obsolete:3} obsolete"
        )


def prose(document: Path) -> list[str]:
    """The msgids of a lesson's Markdown cells, or of a Markdown file."""
    if document.suffix != ".ipynb":
        return paragraphs(document.read_text(encoding="utf-8"))
    cells = nbformat.read(document, as_version=4).cells
    return [one for c in cells if c.cell_type == "markdown" for one in paragraphs(c.source)]


def said_by(lesson: Path, known: dict[str, str]) -> list[str]:
    """The msgids of the sentences in a lesson's kept outputs, under the patterns of `known`."""
    heard = _Heard(known)
    for cell in nbformat.read(lesson, as_version=4).cells:
        for output in cell.get("outputs", []):
            in_place(output, heard)
    return heard.pieces()


def hints() -> Iterator[tuple[str, list[str]]]:
    """Of each file of checks, its lesson's number and the sentences that a learner may read."""
    for folder, number in CHECKS.items():
        for file in sorted((PACKAGE / folder).glob("*.py")):
            texts = texts_of(file.read_text("utf-8"), numbers=folder == "quiz")
            yield number or file.stem.removeprefix("lesson_"), texts


def texts_of(source: str, numbers: bool) -> list[str]:
    """The texts of three words or more in a program, without docstrings.

    numbers: f-strings too, as if all that they put in were numbers.
    """
    tree = ast.parse(source)
    joined = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    dull = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    dull |= {id(part) for node in joined for part in node.values}
    texts = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and numbers:
            texts += _said_in(node)
        elif (
            isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in dull
        ):
            texts.append(node.value)
    return [text for text in texts if len(text.split()) > 2]


def control_words() -> list[str]:
    """The texts on the controls of all widgets, and those that the controls offer to choose."""
    files = sorted((PACKAGE / "widgets").glob("*.py"))
    return [text for file in files for text in words_of(file.read_text("utf-8"))]


def words_of(source: str) -> list[str]:
    """The texts on the controls that a program makes; what f-strings put in counts as a number."""
    found: list[ast.AST] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            place = _BY_PLACE.get(getattr(node.func, "id", ""), len(node.args))
            found += [one.value for one in node.keywords if one.arg in _BY_NAME]
            found += node.args[place : place + 1]
        elif isinstance(node, ast.Assign):
            names = {n.id for to in node.targets for n in ast.walk(to) if isinstance(n, ast.Name)}
            found += [node.value] if names & _CONSTANTS else []
    return [text for part in found for text in _said_in(part)]


def _said_in(part: ast.AST) -> Iterator[str]:
    """The texts in an expression, of a dictionary those that its keys stand for."""
    if isinstance(part, ast.Constant) and isinstance(part.value, str):
        yield part.value
    elif isinstance(part, ast.JoinedStr):
        yield "".join(p.value if isinstance(p, ast.Constant) else "1" for p in part.values)
    elif isinstance(part, ast.Dict | ast.Tuple | ast.List):
        for one in part.values if isinstance(part, ast.Dict) else part.elts:
            yield from _said_in(one)


class _Heard(Language):
    """Listens to what would be translated."""

    def __init__(self, known: dict[str, str]) -> None:
        self.code, self.known, self.texts = "heard", known, []

    def say(self, text: str) -> str:
        self.texts.append(text)
        return text

    def pieces(self) -> list[str]:
        return pieces(self.texts, self.known)


def sentences(lessons: Sequence[Path], known: dict[str, str]) -> dict[str, list[str]]:
    """Catalog -> msgids of the sentences that its lesson alone says; the rest are `SHARED`."""
    by_number = {lesson.stem.split("_")[0].lower(): lesson.stem for lesson in lessons}
    places: dict[str, set[str]] = {}
    shared = [*PAGE_WORDS, *INDEX_WORDS, *LIVE_WORDS, *control_words()]
    said = [(SHARED, pieces(shared, known))]
    said += [(lesson.stem, said_by(lesson, known)) for lesson in lessons]
    for number, texts in hints():
        said.append((by_number.get(number, SHARED), pieces(texts, known)))
    for where, msgids in said:
        for msgid in msgids:
            places.setdefault(msgid, set()).add(where)
    found: dict[str, list[str]] = {name: [] for name in (*by_number.values(), SHARED)}
    for msgid, where in places.items():
        found[where.pop() if len(where) == 1 else SHARED].append(msgid)
    return found


def renew_all(language: Language, lessons: Sequence[Path], documents: Sequence[Path]) -> list[Left]:
    """Renew every catalog of a language from all the English, and say what is left in each."""
    every = [language.catalog(path.stem) for path in sorted(language.folder.glob("*.po"))]
    ids = {one.id: one.id for catalog in every for one in catalog if SPOKEN in one.auto_comments}
    known = {key: said for catalog in every for key, said in spoken(catalog).items()}
    said = sentences(lessons, ids)
    for name, msgids in said.items():
        msgids += [msgid for msgid in by_hand(language, name) if msgid not in msgids]
    texts = {file.stem: prose(file) for file in (*lessons, *documents)} | {SHARED: []}
    for name, english in texts.items():
        path = language.folder / f"{name}.po"
        renew(path, language.code, english, said.get(name, ()), known)
    return [left_of(language, name) for name in texts]


def by_hand(language: Language, name: str) -> list[str]:
    """The sentences that somebody wrote into a catalog: no text of a lesson asks for them."""
    return [one.id for one in language.catalog(name) if BY_HAND in one.user_comments]


def left_of(language: Language, name: str) -> Left:
    """What is left of a catalog."""
    catalog = language.catalog(name)
    every = [one for one in catalog if one.id]
    wrong = [
        f"{one.id[:60]!r}: {problem}"
        for one in every
        if one.string and not one.fuzzy
        for problem in differences(one.id, one.string, language.code)
    ]
    untranslated = [one.id for one in every if not one.string]
    fuzzy = [one.id for one in every if one.fuzzy]
    return Left(name, len(every), untranslated, fuzzy, wrong, len(catalog.obsolete))


def unsaid(lesson: Path, language: Language) -> list[str]:
    """The sentences of a lesson's kept outputs that stay English in this language."""
    language.sentences.missing.clear()
    for cell in nbformat.read(lesson, as_version=4).cells:
        for output in cell.get("outputs", []):
            in_place(output, language)
    return list(language.sentences.missing)


def report(left: Sequence[Left], say: Callable[[str], None] = print) -> None:
    """A line for each catalog, and each law that a translation breaks."""
    for one in left:
        say(str(one))
        for problem in one.wrong:
            say(f"    {problem}")
