"""The order of rooms: an import inside the package may only point down this list."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import facescreen

PACKAGE = Path(facescreen.__file__).parent

# From the door down to the foundation; rooms on one line stand side by side and share no import.
# A folder's modules count as its room and may import each other.
ROOMS = [
    ["__main__"],
    ["commands"],
    ["classroom", "quiz"],
    ["evidence", "widgets"],
    ["plots"],
    ["benefit", "kinds", "outfits"],
    ["breakage"],
    ["labels", "quality"],
    ["generation"],
    ["gan"],
    ["evaluation", "exercises", "folders"],
    ["faces", "screening", "lessons"],
    ["language"],
    ["images"],
    ["setup"],
]
LEVEL = {room: level for level, rooms in enumerate(ROOMS) for room in rooms}

# Rooms that must not know of each other, whatever their order: they meet in generation alone.
STRANGERS = [("gan", "screening"), ("gan", "evaluation")]

LINES = 300  # of a file, at the most

NUMPY_ROOMS = ["images", "screening", "faces", "folders", "evaluation", "labels", "breakage"]


def modules() -> dict[str, Path]:
    """Dotted names inside the package, "" for the package itself."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = list(path.relative_to(PACKAGE).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def room_of(module: str) -> str:
    return module.split(".")[0]


def imports_of(module: str, tree: ast.AST) -> set[str]:
    """Modules of the package that a module imports, at its top or inside a function."""
    is_package = MODULES[module].name == "__init__.py"
    parts = ["facescreen", *filter(None, module.split("."))]
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = parts[: len(parts) - node.level + is_package] if node.level else []
            source = ".".join([*base, *filter(None, [node.module])])
            # `from facescreen.gan import losses` may name a module or something inside one.
            found |= {source, *(f"{source}.{alias.name}" for alias in node.names)}
    inside = {name.removeprefix("facescreen.") for name in found if name.startswith("facescreen.")}
    return {name for name in inside if name in MODULES}


IMPORTS = {
    module: imports_of(module, ast.parse(path.read_text(encoding="utf-8")))
    for module, path in MODULES.items()
}


def test_no_file_lies_loose_in_the_root():
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "__main__.py"}


@pytest.mark.parametrize("room", [room for rooms in ROOMS[1:] for room in rooms])
def test_a_room_says_what_it_is_for(room):
    said = ast.get_docstring(ast.parse((PACKAGE / room / "__init__.py").read_text("utf-8")))
    assert said, f"{room}/__init__.py says nothing"
    words = " ".join(said.split())
    assert "mports " in words, f"{room} does not say what it may import"
    opened = re.findall(r"Open `(\w+\.py)`", words)
    assert len(opened) == 1, f"{room} does not say which file to open first"
    assert (PACKAGE / room / opened[0]).is_file(), f"{room} names {opened[0]}, which is not there"


@pytest.mark.parametrize("module", [module for module in MODULES if module])
def test_a_file_stays_short(module):
    lines = MODULES[module].read_text(encoding="utf-8").count("\n")
    assert lines <= LINES, f"{MODULES[module]} has {lines} lines, expected {LINES} at the most"


def test_every_module_belongs_to_a_room():
    unknown = sorted({room_of(module) for module in MODULES if module} - LEVEL.keys())
    assert not unknown, (
        f"{', '.join(unknown)}: no such room. Put new code in the room it belongs to, or add the "
        "room to ROOMS at its height"
    )


@pytest.mark.parametrize("module", [module for module in MODULES if room_of(module) in LEVEL])
def test_imports_point_down(module):
    room = room_of(module)
    up = [
        other
        for other in IMPORTS[module]
        if room_of(other) != room and LEVEL.get(room_of(other), -1) <= LEVEL[room]
    ]
    assert not up, f"{module} imports {', '.join(sorted(up))}, which stands no lower"


@pytest.mark.parametrize(("one", "other"), STRANGERS)
def test_strangers_do_not_import_each_other(one, other):
    for module, imported in IMPORTS.items():
        rooms = {room_of(name) for name in imported}
        assert not (room_of(module) == one and other in rooms), f"{module} imports {other}"
        assert not (room_of(module) == other and one in rooms), f"{module} imports {one}"


def test_modules_of_a_room_do_not_import_in_a_circle():
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join([*trail[trail.index(module) :], module])
        if module in done:
            return
        for other in IMPORTS[module]:
            if other != module and not module.startswith(f"{other}."):
                visit(other, (*trail, module))
        done.add(module)

    for module in MODULES:
        if module:  # the package itself names its rooms for type checkers only
            visit(module, ())


def test_one_file_says_where_what_ships_lies():
    """An installed package has its data elsewhere than a checkout."""
    for module, path in MODULES.items():
        found = re.search(r"__file__\)[\w.()]*\.parents\[", path.read_text(encoding="utf-8"))
        assert bool(found) == (module == "setup.shipped"), module


def test_the_import_walk_sees_every_form():
    source = (
        "import facescreen.images\nfrom facescreen import screening\n"
        "def f():\n    from ..evaluation import auc\n"
        "    from facescreen.faces import portraits\n"
    )
    found = imports_of("commands.main", ast.parse(source))
    assert found == {"images", "screening", "evaluation", "faces", "faces.portraits"}


# --- what an import costs -------------------------------------------------------------------------


def loaded_by(statement: str, watched: list[str]) -> list[str]:
    """Which of the watched packages a fresh interpreter has loaded after a statement."""
    program = f"{statement}\nimport sys\nprint(*[m for m in {watched!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_the_check_itself_sees_a_loaded_package():
    assert loaded_by("import numpy", ["numpy", "torch"]) == ["numpy"]


@pytest.mark.parametrize("module", NUMPY_ROOMS)
def test_numpy_rooms_load_neither_torch_nor_numba(module):
    assert loaded_by(f"import facescreen.{module}", ["torch", "numba"]) == []


@pytest.mark.parametrize("module", ["", ".commands.main"])
def test_the_package_and_its_command_load_nothing_heavy(module):
    heavy = ["torch", "numba", "scipy", "pandas", "matplotlib", "papermill", "nbconvert", "IPython"]
    assert loaded_by(f"import facescreen{module}", heavy) == []


def test_reading_a_model_does_not_load_the_compiler_of_torch():
    """Which takes longer than all the rest."""
    statement = "from facescreen.gan.checkpoints import load_model; load_model()"
    assert loaded_by(statement, ["torch", "torch._dynamo", "sympy"]) == ["torch"]


def test_public_names_are_listed_and_found():
    assert set(facescreen.__all__) <= set(dir(facescreen))
    for name in facescreen.__all__:
        assert getattr(facescreen, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'channel_histgram'"):
        facescreen.channel_histgram  # noqa: B018
