"""The command that runs lessons, and writes their editions."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from facescreen.commands.translate import chosen_language

if TYPE_CHECKING:
    from facescreen.language import Language

HELP = """\
examples:
  facescreen lessons                      every lesson, as web pages in build/lessons
  facescreen lessons 07 -p count 100      one lesson, with another value of a parameter
  facescreen lessons --in-place 07        run it and keep the outputs in the notebook
  facescreen lessons --language ko        the Korean edition, in build/ko
  facescreen lessons --student build/student   copies without the solutions, nothing is run
  facescreen lessons --student class.zip   the same in one file, with all that a class needs
"""


def lessons(options: argparse.Namespace) -> int:
    """Run lessons and write their pages, or keep their outputs in place."""
    from facescreen.lessons import ROOT, describe, find_lessons, normalize, run_lessons

    here = Path("notebooks")
    folder = Path(options.folder) if options.folder else here if here.is_dir() else ROOT / here
    chosen, language = find_lessons(folder.resolve(), options.names), _language_of(options)
    if options.student:
        return _student_edition(chosen, Path(options.student), language)
    if options.in_place:
        results = []
        for lesson in chosen:
            results.append(normalize(lesson))
            print(describe(results[-1]), flush=True)
    else:
        name = "lessons" if language.code == "en" else language.code
        out, say = Path(options.out or f"build/{name}").resolve(), partial(print, flush=True)
        results = run_lessons(chosen, out, options.parameters, say, language, options.kept)
        print(f"\npages: {out / 'index.html'}")
    if len(results) > 1:
        print("\nlesson                               status seconds")
        print(*map(describe, results), sep="\n")
    return 0 if all(result.ok for result in results) else 1


def _student_edition(chosen: list[Path], place: Path, language: Language) -> int:
    from facescreen.lessons import write_student_edition, write_student_zip

    packed = place.suffix.lower() == ".zip"
    write = write_student_zip if packed else write_student_edition
    for path, left_out in write(chosen, place, language):
        print(f"{path}: {left_out} solutions left out")
    if packed:
        print(f"{place}: {place.stat().st_size / 2**20:.0f} MB; unpacked, begin with README.md")
    return 0


def _language_of(options: argparse.Namespace) -> Language:
    """The language asked for. Raises ValueError for options that do not go together."""
    if options.in_place and options.language != "en":
        raise ValueError("--in-place keeps outputs in the English lessons: leave --language out")
    if options.kept and options.parameters:
        raise ValueError("--kept runs nothing: leave -p out")
    return chosen_language(options.language)


def lessons_options(add: argparse.ArgumentParser) -> None:
    add.add_argument("names", nargs="*", metavar="LESSON", help="07, A1, or a file; all if none")
    add.add_argument(
        "-p",
        dest="parameters",
        nargs=2,
        action="append",
        default=[],
        metavar=("NAME", "VALUE"),
        help="a value for the lesson's parameters cell; may be repeated",
    )
    add.add_argument("--out", help="folder for pages (build/lessons, or build/CODE)")
    add.add_argument("--folder", help="where the lessons are (notebooks)")
    add.add_argument("--language", default="en", metavar="CODE", help="of the edition (en)")
    add.add_argument("--kept", action="store_true", help="show kept outputs; run nothing")
    add.add_argument("--in-place", action="store_true", help="keep outputs in the notebooks")
    add.add_argument(
        "--student", metavar="PLACE", help="copies without solutions: a folder or .zip"
    )
