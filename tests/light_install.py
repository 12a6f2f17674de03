"""Installs facescreen without torch, into an environment of its own, and works in it.

`make light` runs this: it needs a package registry, and some minutes. It ends with an error where
the environment is too large, where torch came along, or where a lesson or a command fails.
"""

import os
import shutil
import subprocess
import sys
import time
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "build" / "light"
LESSONS = ["00", "01", "04", "05", "06", "08"]
MEGABYTES = 600  # of everything that is installed, at the most


def size_of(folder: Path) -> float:
    """Megabytes on disk, as `du -sm` counts them."""
    files = (path.lstat() for path in folder.rglob("*"))
    return sum(one.st_blocks for one in files) * 512 / 2**20


def installed() -> tuple[Path, Path]:
    """A new environment with the package and its lessons; its `python` and its packages' folder."""
    shutil.rmtree(PLACE, ignore_errors=True)
    shutil.rmtree(ROOT / "build" / "lib", ignore_errors=True)  # where a wheel is put together
    venv.create(PLACE / "env", with_pip=True)
    python = PLACE / "env" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile",
        f"{ROOT}[lessons]", "--constraint", ROOT / "constraints.txt")  # fmt: skip
    (packages,) = (PLACE / "env" / "lib").glob("python*/site-packages")
    return python, packages


def run(*command: str | Path, expected: int = 0) -> str:
    """What a command prints; it runs outside the checkout, with the environment's package alone."""
    left_out = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")  # a laptop keeps what Python compiles
    alone = {name: value for name, value in os.environ.items() if name not in left_out}
    begun = time.perf_counter()
    done = subprocess.run(
        list(map(str, command)), cwd=PLACE, env=alone, capture_output=True, text=True
    )
    seconds = time.perf_counter() - begun
    print(f"{seconds:4.0f} s  {' '.join(map(str, command[1:]))}", flush=True)
    if done.returncode != expected:
        sys.exit(
            f"it ended with {done.returncode}, expected {expected}:\n{done.stdout}{done.stderr}"
        )
    return done.stdout + done.stderr


def a_class(facescreen: tuple[Path | str, ...]) -> None:
    """An archive for a class is unpacked, and one of its lessons run with the package beside it."""
    subprocess.run([*facescreen, "lessons", "01", "--student", PLACE / "class.zip"],
                   cwd=ROOT, check=True)  # the checkout's own package  # fmt: skip
    with zipfile.ZipFile(PLACE / "class.zip") as archive:
        archive.extractall(PLACE)
    inside = PLACE / "facescreen-class"
    print(run(*facescreen, "lessons", "01", "--folder", inside, "--out", "class_pages"))


def main() -> None:
    python, packages = installed()
    megabytes = size_of(packages)
    print(f"{megabytes:.0f} MB in {packages}, {MEGABYTES} at the most")
    assert megabytes < MEGABYTES
    for heavy in ("torch*", "nvidia*", "numba*", "llvmlite*"):
        assert not list(packages.glob(heavy)), heavy
    facescreen = (python, "-m", "facescreen")
    doctor = run(*facescreen, "doctor")
    assert "Lessons 00, 01, " in doctor and " 0 to mend" in doctor, doctor
    run(*facescreen, "portraits", "--count", "8", "--out", "faces")
    print(run(*facescreen, "screen", "faces", "--rule", "signs", "--out", "report", "--report"))
    refused = run(*facescreen, "train", "--out", "model.safetensors", expected=1)
    assert "pip install" in refused and "Traceback" not in refused, refused
    print(refused)
    pages = run(*facescreen, "lessons", *LESSONS, "--folder", ROOT / "notebooks", "--out", "pages")
    print(pages)
    a_class(facescreen)
    refused = run(*facescreen, "lessons", "02", "--folder", ROOT / "notebooks", "--out", "refused",
                  expected=1)  # fmt: skip
    assert "This lesson needs" in refused and "pip install" in refused, refused
    print(refused)
    print(f"{size_of(packages):.0f} MB now, with what Python compiled on the way")


if __name__ == "__main__":
    main()
