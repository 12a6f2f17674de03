"""The command for those who translate, and the choice of an edition's language."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from facescreen.language import Language

HELP = """\
examples:
  facescreen translate                    renew locale/ko from the lessons, say what is left
  facescreen translate 05 --list          and list lesson 05's paragraphs and sentences left
"""


def chosen_language(code: str) -> Language:
    """The language of this code. Raises ValueError for one without catalogs."""
    from facescreen.language import Language, known_languages

    if code not in known_languages():
        raise ValueError(f"no language {code!r}; there are {', '.join(known_languages())}")
    return Language(code)


def translate(options: argparse.Namespace) -> int:
    """Renew the catalogs from the English, and say what is left; 0 in any case."""
    from facescreen.lessons import ROOT, find_lessons
    from facescreen.lessons.edition import documents
    from facescreen.lessons.renewal import renew_all, report, unsaid

    language, folder = chosen_language(options.language), ROOT / "notebooks"
    left = renew_all(language, find_lessons(folder), documents(ROOT))
    report(left)
    by_name = {one.name: one for one in left}
    for lesson in find_lessons(folder, options.names):
        sentences = unsaid(lesson, language)
        print(f"{lesson.stem:<36} {len(sentences):5} sentences of its outputs stay English")
        if options.list:
            one = by_name[lesson.stem]
            for text in dict.fromkeys([*one.untranslated, *one.fuzzy, *sentences]):
                print(f"  {text!r}")
    return 0


def translate_options(add: argparse.ArgumentParser) -> None:
    add.add_argument("names", nargs="*", metavar="LESSON", help="list these; all are renewed")
    add.add_argument("--language", default="ko", metavar="CODE", help="of the catalogs (ko)")
    add.add_argument("--list", action="store_true", help="list what is left, by lesson")
