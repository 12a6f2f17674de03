"""Lessons: run from a fresh kernel, written as pages that read offline, indexed, and for students.

Imports `images` for writing files and `language`: lessons import the package, not the other way
round. Open `run.py` first. `pages.py` makes HTML of a notebook, `index_page.py` lists them,
`student.py` leaves out solutions and what answers a prediction, `student_zip.py` packs that for a
class, with all that it needs. `edition.py` says a lesson in
another language, `renewal.py` keeps that language's catalogs up to the English.
"""

from facescreen.lessons.run import (
    ROOT,
    LessonError,
    describe,
    execute,
    find_lessons,
    normalize,
    run_lessons,
)
from facescreen.lessons.student import write_student_edition
from facescreen.lessons.student_zip import write_student_zip

__all__ = [
    "ROOT",
    "LessonError",
    "describe",
    "execute",
    "find_lessons",
    "normalize",
    "run_lessons",
    "write_student_edition",
    "write_student_zip",
]
