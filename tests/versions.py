"""Runs the suite with the lowest versions that pyproject.toml allows, or with the newest.

`make versions ARGS=lowest` runs this, or `ARGS=newest`: each gets an environment of its own in
`build/versions`, and keeps it. Only what pyproject.toml names is lowered: what those packages need
in turn comes as new as they let it. It needs a package registry, 10 GB, and as long as `make test`.
"""

import os
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "build" / "versions"
RESOLUTIONS = {"lowest": "lowest-direct", "newest": "highest"}
EXTRAS = ("gan", "lessons", "test", "parquet", "cluster")
# pip itself cannot resolve to the lowest; this installer is used nowhere else.
INSTALLER = "uv"


def run(*command: str | Path) -> None:
    """Run a command in the checkout; end with its exit status where that is not 0."""
    print("$", *command, flush=True)
    status = subprocess.run(list(map(str, command)), cwd=ROOT).returncode
    if status:
        sys.exit(status)


def python_of(name: str) -> Path:
    """The `python` of an environment in `build/versions`, made where it is missing."""
    python = PLACE / name / "bin" / "python"
    if not python.exists():
        venv.create(PLACE / name, with_pip=True)
    return python


def install(which: str) -> Path:
    """An environment with the lowest or the newest versions; its `python`."""
    installer = python_of("installer")
    run(installer, "-m", "pip", "install", "--quiet", INSTALLER)
    python = python_of(which)
    run(installer, "-m", INSTALLER, "pip", "install", "--python", python, "--upgrade",
        "--resolution", RESOLUTIONS[which], "--editable", f".[{','.join(EXTRAS)}]")  # fmt: skip
    return python


def show(python: Path) -> None:
    """Print what was installed of the packages that pyproject.toml names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"]]
    for extra in EXTRAS:
        asked += project["optional-dependencies"][extra]
    code = (
        "import sys; from importlib.metadata import version; "
        "from packaging.requirements import Requirement\n"
        "for one in map(Requirement, sys.argv[1:]): print(f'  {one!s:32}', version(one.name))"
    )
    run(python, "-c", code, *dict.fromkeys(asked))


def main() -> None:
    if not sys.argv[1:] or sys.argv[1] not in RESOLUTIONS:
        sys.exit(f"expected {' or '.join(RESOLUTIONS)}, then what pytest is to be told")
    os.environ["OMP_NUM_THREADS"] = "1"
    # What one version of numba compiled, another one would throw away and compile again.
    os.environ["NUMBA_CACHE_DIR"] = str(PLACE / sys.argv[1] / "compiled")
    os.environ["PATH"] = f"{PLACE / sys.argv[1] / 'bin'}{os.pathsep}{os.environ['PATH']}"
    python = install(sys.argv[1])
    show(python)
    told = ["tests", "-n", "3", "--dist", "loadfile"]
    told += ["--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=900"]
    told = sys.argv[2:] or [*told, *sorted(ROOT.glob("notebooks/*.ipynb"))]
    run(python, "-m", "pytest", *told)


if __name__ == "__main__":
    main()
