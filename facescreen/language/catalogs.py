"""The catalogs of a language: `locale/LANGUAGE/NAME.po`, read for saying, renewed from English."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from facescreen.images.writing import write_atomically
from facescreen.language.sentences import Sentences
from facescreen.setup import ROOT

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

FOLDER = ROOT / "locale"
SHARED = "sentences"  # sentences of two lessons or more, and of the pages around a lesson
SPOKEN = "a sentence that code makes"  # the comment of an entry that is no paragraph
VARIABLE = "FACESCREEN_LANGUAGE"  # in a kernel's environment: the language it speaks

BY_HAND = "by hand"  # the comment of a sentence that no kept output holds, or with {names}


class Language:
    """One language: its paragraphs by document, and its sentences. English says all as it is."""

    def __init__(self, code: str, folder: Path = FOLDER) -> None:
        self.code, self.folder = code, folder / code

    @cached_property
    def sentences(self) -> Sentences:
        found: dict[str, str] = {}
        for path in sorted(self.folder.glob("*.po")):
            found |= spoken(self.catalog(path.stem))
        return Sentences(found)

    def catalog(self, name: str) -> Catalog:
        return read(self.folder / f"{name}.po", self.code)

    def say(self, text: str) -> str:
        """A sentence that code made."""
        return text if self.code == "en" else self.sentences.say(text)

    def paragraphs_of(self, name: str) -> Mapping[str, str]:
        """msgid -> msgstr of a document's catalog, what is fuzzy left out."""
        return {} if self.code == "en" else entries(self.catalog(name))


ENGLISH = Language("en")


def known_languages(folder: Path = FOLDER) -> list[str]:
    """The codes of the languages that have catalogs, English first."""
    found = sorted(path.name for path in folder.glob("*") if any(path.glob("*.po")))
    return ["en", *found]


def read(path: Path, code: str) -> Catalog:
    """A catalog; an empty one where there is no file.

    Raises ValueError, naming the file, for one that is no catalog.
    """
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import PoFileError, read_po

    if not path.is_file():
        return Catalog(locale=code, project="facescreen", fuzzy=False)
    try:
        with path.open("rb") as file:
            return read_po(file, locale=code, abort_invalid=True)
    except (PoFileError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: no gettext catalog ({error})") from None


def entries(catalog: Catalog) -> dict[str, str]:
    """msgid -> msgstr of what is translated and not fuzzy."""
    return {one.id: one.string for one in catalog if one.id and one.string and not one.fuzzy}


def spoken(catalog: Catalog) -> dict[str, str]:
    """msgid -> msgstr of the sentences among a catalog's entries; not what is fuzzy."""
    said = entries(catalog)
    marked = [one.id for one in catalog if SPOKEN in one.auto_comments]
    return {msgid: said[msgid] for msgid in marked if msgid in said}


def renew(
    path: Path,
    code: str,
    prose: Iterable[str],
    sentences: Iterable[str] = (),
    known: Mapping[str, str] = MappingProxyType({}),
) -> Catalog:
    """Bring a catalog up to the English, msgids in order, and write its file if anything changed.

    A changed paragraph keeps its old translation, marked fuzzy, with the English it had as a
    comment; a translation that serves nothing any more is kept as obsolete, at the end of the file.
    known: translations in other catalogs, for entries that moved.
    """
    from babel.messages.catalog import Catalog

    catalog = read(path, code)
    template = Catalog(project="facescreen", creation_date=catalog.creation_date, fuzzy=False)
    for msgid in prose:
        template.add(msgid)
    for msgid in sentences:
        template.add(msgid, auto_comments=[SPOKEN])
    catalog.update(template, update_creation_date=False)
    for one in catalog:
        if one.id in known and (not one.string or one.fuzzy):
            one.string = known[one.id]
            one.flags.discard("fuzzy")
        elif SPOKEN in one.auto_comments and one.fuzzy:  # too short to be like each other
            one.string = ""
            one.flags.discard("fuzzy")
        one.user_comments = [text for text in one.user_comments if one.fuzzy or text[:5] != "was: "]
        if one.fuzzy and one.previous_id:
            one.user_comments = [f"was: {' '.join(one.previous_id[0].split())}"]
    for key in [key for key, one in catalog.obsolete.items() if not one.string]:
        del catalog.obsolete[key]
    made = written(catalog)
    if not path.is_file() or path.read_bytes() != made:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, lambda file: file.write_bytes(made))
    return catalog


def written(catalog: Catalog) -> bytes:
    """A catalog as the bytes of its file.

    A paragraph is one line however long, so that a change of a word changes a line.
    """
    from babel.messages.pofile import write_po

    catalog.fuzzy = False
    catalog.header_comment = f"# {catalog.locale.english_name} edition of facescreen."
    file = io.BytesIO()
    write_po(file, catalog, width=0, include_lineno=False)
    return file.getvalue()
