"""Where what ships with the package lies: beside it in a checkout, inside it where installed."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
INSIDE = PACKAGE / "_shipped"  # a wheel brings `data` and `locale` here: see setup.py

ROOT = INSIDE if INSIDE.is_dir() else PACKAGE.parent
DATA = ROOT / "data"

_ENDINGS = (".state", ".lock", ".pyc", ".nbi", ".nbc")  # of trainings, and of compiled code


def left_out(folder: str, names: list[str]) -> list[str]:
    """Which names in a folder of a checkout are not shipped, as `shutil.copytree` asks.

    They are those that .gitignore leaves out: what a learner downloads, and what programs leave.
    """
    here = Path(folder)
    return [
        name
        for name in names
        if name.startswith((".", "__pycache__"))
        or name.endswith(_ENDINGS)
        or (here.name == "data" and name == "downloads")
        or (here.parts[-2:] == ("data", "models") and (here / name).is_dir())
    ]
