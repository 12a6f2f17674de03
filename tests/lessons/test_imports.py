"""Lessons that only count and look load no torch when their packages are imported."""

import ast
import re
import subprocess
import sys

import nbformat
import pytest

WITHOUT_TORCH = ("00", "01", "04", "05", "06", "08")  # 08 leaves the step out that draws


def imports_of(source: str) -> list[str]:
    """The statements at the top of a cell that import something."""
    tree = ast.parse(re.sub(r"(?m)^\s*[%!].*$", "", source))
    return [
        ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def imported(statements: str, before: str) -> subprocess.CompletedProcess:
    program = f"import sys\n{before}\n{statements}"
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)


@pytest.fixture(scope="module")
def statements(checkout) -> dict[str, list[str]]:
    """By lesson, everything that its cells import."""
    found = {}
    for lesson in sorted((checkout / "notebooks").glob("*.ipynb")):
        cells = nbformat.read(lesson, as_version=4).cells
        sources = [cell.source for cell in cells if cell.cell_type == "code"]
        found[lesson.name[:2]] = [line for source in sources for line in imports_of(source)]
    return found


def test_these_lessons_import_everything_where_there_is_no_torch(statements):
    program = [line for lesson in WITHOUT_TORCH for line in statements[lesson]]
    assert len(program) > 5 * len(WITHOUT_TORCH)
    done = imported("\n".join(program), "sys.modules['torch'] = None")
    assert done.returncode == 0, done.stderr


def test_the_command_and_its_lessons_start_where_there_is_no_torch(checkout):
    modules = [
        ".".join(path.relative_to(checkout).with_suffix("").parts)
        for room in ("commands", "lessons", "setup")
        for path in (checkout / "facescreen" / room).glob("[a-z]*.py")
    ]
    assert len(modules) > 15
    program = "\n".join(f"import {name}" for name in modules if not name.endswith(".kernel"))
    done = imported(program, "sys.modules['torch'] = None")
    assert done.returncode == 0, done.stderr


def test_the_check_fails_for_a_lesson_that_needs_torch(statements):
    done = imported("\n".join(statements["02"]), "sys.modules['torch'] = None")
    assert done.returncode and "torch" in done.stderr
