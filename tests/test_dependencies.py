"""The list of dependencies is one, true, and the same for pip and conda."""

import ast
import re
import sys
import tomllib
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import nbformat
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from facescreen.setup.needs import BASE, EXTRAS

# Only where the two registries call one package differently.
CONDA_NAME = {
    "torch": "pytorch",
    "jupyter-client": "jupyter_client",
    "playwright": "playwright-python",  # conda-forge's `playwright` is the tool for Node.js
}

# Only where a package is imported under another name than it is installed under.
IMPORT_NAME = {
    "pillow": "PIL",
    "pyyaml": "yaml",
    "scikit-learn": "sklearn",
    "ipython": "IPython",
    "jupyter-client": "jupyter_client",
    "pyzmq": "zmq",
}

# Imported only where found, and not needed: peers that benchmarks measure beside ours, what writes
# tables in Parquet, and what comes with the package distributed.
OPTIONAL = {"cleanvision", "cv2", "pyarrow", "psutil"}

# What Google Colab brought in its release 2026.01, of the packages of the first list and of `gan`:
# pip-freeze.txt in github.com/googlecolab/backend-info at bd8aaa4580401a7fbf96a52fab5a7acf96f50b73.
COLAB = {
    "numpy": "2.0.2",
    "numba": "0.60.0",
    "pillow": "11.3.0",
    "pandas": "2.2.2",
    "scipy": "1.16.3",
    "scikit-learn": "1.6.1",
    "matplotlib": "3.10.0",
    "tqdm": "4.67.1",
    "jinja2": "3.1.6",
    "packaging": "25.0",
    "torch": "2.9.0",
    "torchvision": "0.24.0",
    "safetensors": "0.7.0",
}

# Packages that no line of Python in facescreen/, tests/ or notebooks/ imports, and why they stay.
NOT_IMPORTED = {
    "scipy": "lessons' exact tests and intervals",
    "matplotlib": "lessons' figures",
    "jupyterlab": "`make lab` starts it",
    "ipywidgets": "notebooks show its widgets; the doctor checks it",
    "nbval": "a pytest plugin that `make test` uses",
    "pytest-xdist": "a pytest plugin that `make test` uses",
    "ruff": "a command that `make lint` runs",
}


@pytest.fixture(scope="module")
def project(checkout) -> dict:
    return tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def declared(project) -> dict[str, Requirement]:
    """Every package that `make` installs: those of the lessons, of the GANs and of the tests."""
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *extras["gan"], *extras["lessons"], *extras["test"]]
    return {Requirement(line).name: Requirement(line) for line in lines}


@pytest.fixture(scope="module")
def tested(checkout) -> dict[str, str]:
    lines = (checkout / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pins}


def imported_by(sources: list[str]) -> set[str]:
    """Top-level names that Python sources import, less the standard library and this package."""
    names = set()
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                names.add(node.module.split(".")[0])
    return names - set(sys.stdlib_module_names) - {"facescreen", "__future__"}


def python_files(folder: Path) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.py"))]


def lesson_code(folder: Path) -> list[str]:
    """Code cells, less lines of IPython's own (`%matplotlib`, `!ls`), which are no Python."""
    return [
        re.sub(r"(?m)^\s*[%!].*$", "", cell.source)
        for path in sorted(folder.glob("*.ipynb"))
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "code"
    ]


def test_conda_lists_the_same_packages_and_ranges(checkout, project, declared):
    text = (checkout / "environment.yml").read_text(encoding="utf-8")
    entries = yaml.safe_load(text)["dependencies"]
    *packages, last = entries
    assert last == {"pip": ["-e ."]}
    conda = {}
    for entry in packages:
        name, operators = re.fullmatch(r"([\w.-]+)(.*)", entry).groups()
        conda[name] = operators if name == "python" else SpecifierSet(operators)
    build = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]
    expected = {CONDA_NAME.get(name, name): need.specifier for name, need in declared.items()}
    expected |= {Requirement(line).name: Requirement(line).specifier for line in build["requires"]}
    python = conda.pop("python")
    assert conda == expected | {"pip": SpecifierSet()}
    # Binder reads the version of Python in this form alone, and else takes one of its own.
    assert re.fullmatch(r"=3\.\d+", python)
    assert SpecifierSet(project["requires-python"]).contains(python[1:])


def test_every_import_of_the_package_is_declared(checkout, project):
    needed = imported_by(python_files(checkout / "facescreen"))
    extras = project["optional-dependencies"]
    lists = [extras[name] for name in ("gan", "lessons", "parquet", "cluster", "site")]
    lines = [*project["dependencies"], *(line for lines in lists for line in lines)]
    names = {Requirement(line).name for line in lines}
    missing = needed - {IMPORT_NAME.get(name, name) for name in names}
    assert not missing, f"imported but not declared in pyproject.toml: {', '.join(sorted(missing))}"


def test_every_import_of_tests_and_lessons_is_declared(checkout, declared):
    sources = python_files(checkout / "tests") + lesson_code(checkout / "notebooks")
    known = {IMPORT_NAME.get(name, name) for name in declared} | OPTIONAL
    ours = {file.stem for folder in ("tests", "site") for file in (checkout / folder).rglob("*.py")}
    missing = imported_by(sources) - known - ours
    assert not missing, f"imported but not declared in pyproject.toml: {', '.join(sorted(missing))}"


def test_every_declared_package_is_imported_or_has_a_reason(checkout, declared):
    sources = [
        *python_files(checkout / "facescreen"),
        *python_files(checkout / "tests"),
        *lesson_code(checkout / "notebooks"),
    ]
    used = imported_by(sources)
    idle = {name for name in declared if IMPORT_NAME.get(name, name) not in used}
    assert idle <= NOT_IMPORTED.keys(), f"no import and no reason: {idle - NOT_IMPORTED.keys()}"


def test_every_declared_package_has_a_comment_with_its_reason(checkout, declared):
    text = (checkout / "pyproject.toml").read_text(encoding="utf-8")
    for name in declared:
        assert re.search(rf'(?m)^    "{name}[><=].*",\s+# \w+', text), name


def closure(lines: list[str]) -> set[str]:
    """What these requirements bring along, as the installed packages have it."""
    found, waiting = set(), [Requirement(line) for line in lines]
    while waiting:
        need = waiting.pop()
        name = canonicalize_name(need.name)
        if name in found or (need.marker and not need.marker.evaluate({"extra": ""})):
            continue
        found.add(name)
        with suppress(PackageNotFoundError):
            waiting += [Requirement(line) for line in requires(name) or []]
    return found


def test_screening_and_the_light_lessons_bring_no_torch(project):
    extras = project["optional-dependencies"]
    light = closure([*project["dependencies"], *extras["lessons"]])
    heavy = {"torch", "torchvision", "triton", "safetensors", "numba", "llvmlite"}
    assert len(light) > 60 and not light & heavy
    assert "torch" in closure(extras["gan"])
    assert "jupyterlab" not in closure(project["dependencies"])


def test_the_lists_are_those_that_a_missing_package_is_looked_up_in(project):
    extras = project["optional-dependencies"]

    def imports(lines: list[str]) -> set[str]:
        names = [Requirement(line).name for line in lines]
        return {IMPORT_NAME.get(name, name) for name in names}

    assert imports(project["dependencies"]) == set(BASE)
    for extra, names in EXTRAS.items():
        assert imports(extras[extra]) == set(names), extra


def test_an_install_on_colab_replaces_nothing(project):
    lines = [*project["dependencies"], *project["optional-dependencies"]["gan"]]
    needs = [Requirement(line) for line in lines]
    assert {need.name for need in needs} == set(COLAB)
    assert not [need.name for need in needs if not need.specifier.contains(COLAB[need.name])]


def test_make_installs_every_list_but_what_is_needed_for_nothing_else(checkout, project):
    makefile = (checkout / "Makefile").read_text(encoding="utf-8")
    assert "--editable '.[gan,lessons,test]' --constraint constraints.txt" in makefile
    assert "--editable '.[site]' --constraint constraints.txt" in makefile  # by `make site` alone
    apart = {"gan", "lessons", "test", "parquet", "cluster", "bench", "site", "all"}
    assert set(project["optional-dependencies"]) == apart


def test_the_tested_versions_are_allowed_and_cover_the_list(declared, tested):
    for name, need in declared.items():
        assert canonicalize_name(name) in tested, f"{name} is not in constraints.txt"
        assert need.specifier.contains(tested[canonicalize_name(name)]), name


def test_the_tested_list_holds_no_library_of_one_kind_of_machine(tested):
    machine = [name for name in tested if re.match(r"nvidia|cuda|triton", name)]
    assert not machine
    assert not [name for name, version in tested.items() if "+" in version]


def test_ranges_are_no_pins(declared):
    for need in declared.values():
        assert not re.search("==|~=", str(need.specifier)), need
        assert ">=" in str(need.specifier), need


def test_the_version_floor_is_the_same_everywhere(checkout, project):
    assert project["requires-python"] == ">=3.11"
    makefile = (checkout / "Makefile").read_text(encoding="utf-8")
    assert "sys.version_info < (3, 11)" in makefile
