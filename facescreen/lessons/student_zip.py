"""All that a class needs in one file: the student edition, its data, the package, what to install.

facescreen lessons --student class.zip
"""

from __future__ import annotations

import os
import re
import tomllib
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from facescreen.images.writing import NotOursError, write_atomically
from facescreen.language import ENGLISH, Language
from facescreen.lessons.parameters import LessonError
from facescreen.lessons.student import TEACHERS, student_files
from facescreen.setup import DATA, PACKAGE, ROOT
from facescreen.setup.shipped import left_out

TOP = "facescreen-class"  # the one folder that unpacking makes
MARK = b"facescreen: lessons for a class"  # the archive's comment: a file with it is ours
DATE = (1980, 1, 1, 0, 0, 0)  # of every member, so that the same lessons give the same bytes
LISTS = ("pyproject.toml", "constraints.txt")
DOCUMENTS = ("LICENSE", "LICENSE-texts", "CITATION.cff", "setup.py")
PRESSED = {".webp", ".png", ".jpg", ".safetensors"}  # deflating these gains nothing

README = {
    "en": """\
# Lessons on screening broken faces

The lessons are the files that end in `.ipynb`. Their exercises check themselves; the last line of
each lesson's exercises is a score to copy to your teacher. The solutions are not among them.

You need Python {python}, and {size} GB of disk for what is installed{why}.
Open a terminal in this folder, and once:

    python -m venv env
    . env/bin/activate            (on Windows: env\\Scripts\\activate)
    python -m pip install -r requirements.txt

Then, each time:

    . env/bin/activate            (on Windows: env\\Scripts\\activate)
    python -m jupyterlab

and begin with `{first}`. Nothing else is fetched from the network.
`python -m facescreen doctor` says what is wrong with a set-up, and what to do about it.

## Without a network

On a machine that has one, with the same system and the same Python, the teacher types once

    python -m pip download -r requirements.txt -d wheels

and hands the folder `wheels` out with this one. In place of the third command above, then:

    python -m pip install --no-index --find-links wheels -r requirements.txt
""",
    "ko": """\
# 파손된 얼굴 영상을 선별하는 수업

이름이 `.ipynb`로 끝나는 파일이 수업입니다. 연습 문제는 답을 쓰면 바로 채점됩니다. 수업마다 연습
문제 끝에 나오는 점수 한 줄을 복사해 선생님께 제출하세요. 풀이는 들어 있지 않습니다.

Python {python}이 필요하고, 설치에 디스크 {size} GB 정도가 듭니다{why}.
이 폴더에서 터미널을 열고, 처음 한 번만 다음 명령을 입력하세요.

    python -m venv env
    . env/bin/activate            (Windows에서는 env\\Scripts\\activate)
    python -m pip install -r requirements.txt

그다음부터는 수업을 할 때마다 다음 명령을 입력하세요.

    . env/bin/activate            (Windows에서는 env\\Scripts\\activate)
    export FACESCREEN_LANGUAGE=ko (Windows에서는 set FACESCREEN_LANGUAGE=ko)
    python -m jupyterlab

JupyterLab이 열리면 `{first}` 파일부터 시작하세요. 설치한 다음에는 네트워크에서 아무것도 받아 오지
않습니다. 무언가 잘되지 않으면 `python -m facescreen doctor` 명령을 입력하세요. 무엇이 잘못되었고
어떻게 고치면 되는지 알려 줍니다.

## 네트워크가 없을 때

네트워크에 연결되어 있고 운영 체제와 Python 버전이 같은 컴퓨터에서, 선생님이 한 번만 다음 명령을
입력합니다.

    python -m pip download -r requirements.txt -d wheels

내려받은 `wheels` 폴더를 이 폴더와 함께 학생에게 나누어 주세요. 학생은 맨 위의 세 번째 명령 대신
다음 명령을 입력합니다.

    python -m pip install --no-index --find-links wheels -r requirements.txt
""",
}

SIZES = ("0.7", "6.3")  # gigabytes installed, without and with torch
WHY = (
    {"en": " (other lessons, which train or use a GAN, need torch: 6.3 GB)",
     "ko": " (GAN을 쓰는 다른 수업에는 torch가 필요해 6.3 GB가 듭니다)"},
    {"en": ", most of it torch", "ko": " (대부분 torch입니다)"},
)  # fmt: skip
_LESSON_LINK = re.compile(r"\[([^\[\]]*)\]\(\.\./notebooks/([^()\s]+)\)")


def write_student_zip(
    lessons: Sequence[Path], path: Path, language: Language = ENGLISH
) -> list[tuple[Path, int]]:
    """Pack an edition for a class; its lessons' names, and how many solutions are left out.

    The archive holds one folder: a page to begin with, the lessons without solutions and what they
    link to, the package with its data, and the list of what to install, with the versions last
    tested. Lessons find the package beside them. The same lessons give the same bytes. Raises
    NotOursError where the file at `path` was made by something else, LessonError outside a
    checkout, and OSError where it cannot write.
    """
    check_zip(path)
    place = path.resolve().parent / TOP  # which is not made: links are reckoned from it
    edition, written = student_files(lessons, place, language)
    files = {file.relative_to(place).as_posix(): data for file, data in edition.items()}
    torch = any(b'needs(\\"gan\\")' in data for data in edition.values())
    files |= _whole(language) | _lists(torch)
    files |= {name: _linked(name, data, files) for name, data in files.items()
              if name.startswith("data/") and name.endswith(".md")}  # fmt: skip
    first, python = min(written)[0].name, _project()["requires-python"].removeprefix(">=")
    said = README.get(language.code, README["en"])
    or_newer = f"{python} 이상" if language.code == "ko" else f"{python} or newer"
    size, why = SIZES[torch], WHY[torch].get(language.code, WHY[torch]["en"])
    page = said.format(python=or_newer, first=first, size=size, why=why)
    files["README.md"] = page.encode("utf-8")
    write_atomically(path, lambda file: _pack(file, files))
    return [(Path(TOP, lesson.name), count) for lesson, count in written]


def check_zip(path: Path) -> None:
    """Raise NotOursError, naming it, where a file is there that this command did not make."""
    if not os.path.lexists(path):
        return
    if path.is_file() and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if archive.comment == MARK:
                return
    raise NotOursError(
        f"{path} is there already, and is no archive for a class that this command made: move it "
        "away, or name another place"
    )


def _project() -> dict:
    for name in LISTS:
        if not (ROOT / name).is_file():
            raise LessonError(f"an archive for a class is made in a checkout: {ROOT} has no {name}")
    return tomllib.loads((ROOT / LISTS[0]).read_text(encoding="utf-8"))["project"]


def _whole(language: Language) -> dict[str, bytes]:
    """The package and what it reads, as they are; nothing for teachers."""
    folders = [PACKAGE, DATA, *([language.folder] if language.code != "en" else [])]
    found = [file for folder in folders for file in _files_of(folder)
             if file.stem != TEACHERS]  # fmt: skip
    found += [ROOT / name for name in (*LISTS, *DOCUMENTS) if (ROOT / name).is_file()]
    return {file.relative_to(ROOT).as_posix(): file.read_bytes() for file in found}


def _linked(name: str, data: bytes, files: Mapping[str, bytes]) -> bytes:
    """A document with links to lessons where they stand here; of one not here, its words."""
    up = "../" * name.count("/")

    def moved(link: re.Match) -> str:
        return f"[{link[1]}]({up}{link[2]})" if link[2].partition("#")[0] in files else link[1]

    return _LESSON_LINK.sub(moved, data.decode("utf-8")).encode("utf-8")


def _files_of(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder):
        out = {*left_out(here, folders + names)}
        folders[:] = sorted(name for name in folders if name not in out)
        yield from (Path(here, name) for name in sorted(names) if name not in out)


def _lists(gan: bool) -> dict[str, bytes]:
    """requirements.txt: what these lessons need, in the versions last tested.

    What these need in turn is held to constraints.txt, and is whatever the system asks for.
    """
    project = _project()
    tested = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        name, _, version = line.partition("==")
        tested[_canonical(name)] = version
    extras = project["optional-dependencies"]
    needed = [*project["dependencies"], *extras["lessons"], *(extras["gan"] if gan else [])]
    lines = ["-c constraints.txt"]
    for need in needed:
        name = re.match(r"[\w.-]+", need)[0]
        version = tested.get(_canonical(name))
        lines.append(f"{name}=={version}" if version else need)
    return {"requirements.txt": ("\n".join(lines) + "\n").encode("utf-8")}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _pack(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name in sorted(files):
            member = zipfile.ZipInfo(f"{TOP}/{name}", DATE)
            member.create_system, member.external_attr = 3, 0o644 << 16  # on every system the same
            pressed = Path(name).suffix.lower() in PRESSED
            member.compress_type = zipfile.ZIP_STORED if pressed else zipfile.ZIP_DEFLATED
            archive.writestr(member, files[name])
        archive.comment = MARK
