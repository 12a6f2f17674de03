"""What is needed and missing, asked without loading any of it: one sentence, with the command."""

from __future__ import annotations

import shlex
import sys
from importlib.util import find_spec
from pathlib import Path

from facescreen.setup.shipped import ROOT

# The names that packages are imported by. A test holds them to pyproject.toml.
BASE = ("numpy", "PIL", "pandas", "scipy", "sklearn", "matplotlib", "tqdm", "jinja2", "packaging")
EXTRAS = {
    "gan": ("torch", "torchvision", "safetensors", "numba"),
    "lessons": ("ipywidgets", "traitlets", "IPython", "ipykernel", "jupyterlab", "papermill",
                "nbformat", "nbconvert", "latex2mathml", "babel", "jupyter_client", "yaml"),
    "parquet": ("pyarrow",),
    "cluster": ("distributed",),
}  # fmt: skip
IN_PIP = {"PIL": "pillow", "sklearn": "scikit-learn", "yaml": "pyyaml"}  # names that differ there
IN_A_CELL = ("ipywidgets", "IPython")  # of the extra `lessons`, what a notebook's cells import
WANTS = {
    "gan": "the face GAN needs",
    "lessons": "lessons need",
    "parquet": "Parquet needs",
    "cluster": "a cluster needs",
}
WITHOUT_GAN = "Lessons 00, 01, 04, 05, 06 and 08 run without."


class MissingError(ImportError):
    """Something that is needed is not installed; the sentence says how to get it."""

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the sentence, not the lines of code that found it."""
        return [str(self)]


def missing(names: tuple[str, ...]) -> list[str]:
    """Which of these top-level modules are not installed; none of them is imported."""
    return [name for name in names if find_spec(name) is None]


def extra_of(module: str) -> str | None:
    """The extra that brings a module; "" for one that the package itself needs, else None."""
    top = module.split(".")[0]
    if top in BASE:
        return ""
    return next((extra for extra, names in EXTRAS.items() if top in names), None)


def arguments(*extras: str, root: Path = ROOT) -> str:
    """What follows `pip install` to get the package with these extras, or what it then lacks.

    In a class's folder that is its list; in a checkout the folder itself; and of a package that
    was installed from elsewhere the bare requirements, since no registry has facescreen.
    """
    if (root / "requirements.txt").is_file():
        return f"-r {shlex.quote(str(root / 'requirements.txt'))}"
    if (root / "pyproject.toml").is_file():
        return "-e " + shlex.quote(f"{root}[{','.join(extras)}]" if extras else str(root))
    return " ".join(shlex.quote(need) for need in requirements(*extras))


def requirements(*extras: str) -> list[str]:
    """The installed package's own list, of the base where no extra is named."""
    from importlib.metadata import PackageNotFoundError, requires

    try:
        lines = [line.partition(";") for line in requires("facescreen") or []]
    except PackageNotFoundError:
        lines = []
    found = []
    for need, _, marker in lines:
        wanted = any(f'"{extra}"' in marker.replace("'", '"') for extra in extras)
        if wanted if extras else not marker.strip():
            found.append(need.strip())
    names = BASE if not extras else [name for extra in extras for name in EXTRAS[extra]]
    return found or [IN_PIP.get(name, name) for name in names]


def install(*extras: str) -> str:
    """The command for a terminal that installs the package with these extras."""
    return f"{shlex.quote(sys.executable)} -m pip install {arguments(*extras)}"


def lacking(extra: str) -> str:
    """A sentence where modules of an extra are missing, with the command; "" where none is."""
    gone = missing(EXTRAS[extra])
    return f"{WANTS[extra]} {listed(gone)}, not installed here: `{install(extra)}`" if gone else ""


def needs(*extras: str) -> None:
    """The first cell of each lesson: raise MissingError, with what to type, or do nothing.

    extras: "gan" for a lesson that draws or trains with a GAN; what every lesson needs is always
    asked for. Nothing is imported, so it takes no time.
    """
    common = missing(BASE + IN_A_CELL)
    wanted = [extra for extra in extras if missing(EXTRAS[extra])]
    gone = common + [name for extra in wanted for name in missing(EXTRAS[extra])]
    if gone:
        if missing(IN_A_CELL):
            wanted.append("lessons")
        raise MissingError(
            f"This lesson needs {listed(gone)}, not installed here: run "
            f"`%pip install {arguments(*wanted)}` in a cell (without the % in a terminal), "
            f"then restart the kernel.{'' if common else ' ' + WITHOUT_GAN}"
        )


def listed(names: list[str]) -> str:
    """ "a, b and c"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
