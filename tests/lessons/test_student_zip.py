"""Laws of the archive for a class: whole, safe to unpack, the same bytes, works by itself."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import nbformat
import pytest
from packaging.requirements import Requirement

from facescreen.commands import main as cli
from facescreen.images.writing import NotOursError
from facescreen.language import ENGLISH, Language
from facescreen.lessons import ROOT, LessonError, find_lessons, student_zip, write_student_zip
from facescreen.setup.shipped import left_out

LIGHT = find_lessons(ROOT / "notebooks", ["00", "01"])


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory) -> Path:
    """The folder that an archive of two lessons unpacks to, in an empty place."""
    archive = tmp_path_factory.mktemp("made") / "class.zip"
    write_student_zip(LIGHT, archive)
    place = tmp_path_factory.mktemp("a student's place")
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        for member in opened.infolist():
            name = PurePosixPath(member.filename)
            assert not name.is_absolute() and ".." not in name.parts and "\\" not in str(name)
            assert member.filename.isascii() and member.external_attr >> 16 == 0o644
        opened.extractall(place)
    (top,) = place.iterdir()
    return top


@pytest.fixture
def small(monkeypatch):
    """Archives without the package and its data, which take their time."""
    monkeypatch.setattr(student_zip, "_whole", lambda language: {})


def test_everything_that_a_class_needs_is_there(unpacked):
    names = {path.name for path in unpacked.iterdir()}
    assert {"README.md", "requirements.txt", "constraints.txt", "facescreen", "data"} <= names
    assert {path.name for path in LIGHT} == {path.name for path in unpacked.glob("*.ipynb")}
    for name in ("facescreen/screening/histogram.py", "facescreen/lessons/live.js",
                 "data/reference/labels.csv", "data/screens/generated.json",
                 "reading/README.md"):  # fmt: skip
        assert (unpacked / name).is_file(), name
    assert not list(unpacked.rglob("*.pyc")) and not list(unpacked.rglob("tests"))


def test_nothing_for_teachers_is_in_it_and_its_documents_link_to_no_missing_lesson(unpacked):
    assert not list(unpacked.rglob("TEACHING*"))
    assert not [name for name in student_zip._whole(Language("ko")) if "TEACHING" in name]
    assert "../notebooks/" not in (unpacked / "data/README.md").read_text("utf-8")


def test_no_solution_is_in_it_and_its_notebooks_open(unpacked):
    for path in unpacked.rglob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        tags = [tag for cell in notebook.cells for tag in cell.metadata.get("tags", [])]
        assert "solution" not in tags and "exercise" in tags


def test_its_exercises_run_unsolved_with_its_package_alone(unpacked):
    """The cells up to the imports, and all exercises; `make light` runs a lesson of it whole."""
    cells = nbformat.read(unpacked / LIGHT[1].name, as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    last = next(k for k, cell in enumerate(code) if "check_parameters(" in cell.source)
    chosen = [cell.source for cell in code[: last + 1]]
    chosen += [cell.source for cell in code[last:] if "exercises." in cell.source]
    assert sum("return None" in source for source in chosen) == 3
    program = "\n".join([*chosen, "import facescreen; print('package:', facescreen.__file__)"])
    alone = {**os.environ, "PYTHONPATH": str(unpacked)}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=unpacked, env=alone, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert f"package: {unpacked / 'facescreen'}" in done.stdout
    assert done.stdout.count("Not yet. ") == 3 and "score" in done.stdout


def test_the_same_lessons_give_the_same_bytes(small, tmp_path):
    one, other = tmp_path / "one.zip", tmp_path / "other.zip"
    write_student_zip(LIGHT, one)
    write_student_zip(LIGHT[::-1], other)
    assert one.read_bytes() == other.read_bytes()


def requirements_in(archive: Path) -> dict[str, Requirement]:
    with zipfile.ZipFile(archive) as opened:
        lines = opened.read(f"{student_zip.TOP}/requirements.txt").decode().splitlines()
    assert lines[0] == "-c constraints.txt"
    return {Requirement(line).name: Requirement(line) for line in lines[1:]}


def test_what_is_to_be_installed_is_what_the_lessons_need_in_tested_versions(small, tmp_path):
    write_student_zip(LIGHT, tmp_path / "light.zip")
    light = requirements_in(tmp_path / "light.zip")
    write_student_zip(find_lessons(ROOT / "notebooks", ["02"]), tmp_path / "gan.zip")
    assert {*requirements_in(tmp_path / "gan.zip")} - {*light} == {
        *("torch", "torchvision", "safetensors", "numba"),
    }
    for name, size in (("light", "0.7 GB of disk"), ("gan", "6.3 GB of disk")):
        with zipfile.ZipFile(tmp_path / f"{name}.zip") as opened:
            assert size in opened.read(f"{student_zip.TOP}/README.md").decode("utf-8")
    assert {"numpy", "jupyterlab", "jupyter-client"} <= {*light}
    tested = (ROOT / "constraints.txt").read_text("utf-8")
    for need in light.values():
        assert str(need.specifier).startswith("=="), need
        assert str(need.specifier)[2:] in tested


def test_the_page_to_begin_with_is_in_the_language_of_the_lessons(small, tmp_path):
    for code, words in (("ko", "네트워크가 없을 때"), ("en", "Without a network")):
        path = tmp_path / f"{code}.zip"
        write_student_zip(LIGHT, path, Language(code) if code == "ko" else ENGLISH)
        with zipfile.ZipFile(path) as opened:
            page = opened.read(f"{student_zip.TOP}/README.md").decode("utf-8")
        assert words in page and "`00_start_here.ipynb`" in page and "{" not in page
        assert all(f"    python -m pip {how}" in page for how in ("install -r", "download -r"))


def test_the_korean_archive_brings_its_catalogs():
    korean = student_zip._whole(Language("ko"))
    assert "locale/ko/sentences.po" in korean
    assert not [name for name in student_zip._whole(ENGLISH) if name.startswith("locale")]


def test_only_what_it_made_is_replaced(small, tmp_path):
    path = tmp_path / "class.zip"
    write_student_zip(LIGHT, path)
    write_student_zip(LIGHT[:1], path)
    with zipfile.ZipFile(path) as opened:
        assert len([name for name in opened.namelist() if name.endswith(".ipynb")]) == 1
    others = tmp_path / "others.zip"
    with zipfile.ZipFile(others, "w") as archive:
        archive.writestr("a.txt", "mine")
    (tmp_path / "text.zip").write_text("no archive")
    (tmp_path / "folder.zip").mkdir()
    for name in ("others.zip", "text.zip", "folder.zip"):
        with pytest.raises(NotOursError, match=name):
            write_student_zip(LIGHT, tmp_path / name)
    with zipfile.ZipFile(others) as archive:
        assert archive.namelist() == ["a.txt"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("class.zip", "folder.zip", "others.zip", "text.zip"),
    ]


def test_outside_a_checkout_it_says_what_it_misses(monkeypatch, tmp_path):
    monkeypatch.setattr(student_zip, "ROOT", tmp_path)
    monkeypatch.setattr(student_zip, "_whole", lambda language: {})
    with pytest.raises(LessonError, match=r"has no pyproject\.toml"):
        write_student_zip(LIGHT, tmp_path / "class.zip")
    assert not any(tmp_path.iterdir())


def test_the_command_packs_where_the_place_ends_in_zip(small, tmp_path, capsys):
    path = tmp_path / "a class.zip"
    assert cli.main(["lessons", "07", "--student", str(path)]) == cli.SUCCESS
    said = capsys.readouterr().out
    assert "2 solutions left out" in said and "begin with README.md" in said
    assert zipfile.is_zipfile(path)


def test_what_git_leaves_out_is_not_shipped():
    names = ["images.csv", "a.state", "b.lock", ".git", "__pycache__", "x.pyc", "README.md"]
    assert left_out("data/reference", names) == [
        "a.state",
        "b.lock",
        ".git",
        "__pycache__",
        "x.pyc",
    ]
    assert left_out("data", ["downloads", "models"]) == ["downloads"]
    samples = [name for name in os.listdir(ROOT / "data/models") if name.endswith(".json")]
    assert samples and left_out(str(ROOT / "data/models"), samples) == []
