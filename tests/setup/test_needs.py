"""Laws of the set-up: where something is missing, one sentence says what, and what to type."""

import subprocess
import sys
from pathlib import Path

import pytest

from facescreen.commands import main as cli
from facescreen.setup import MissingError, lacking, needs
from facescreen.setup.needs import BASE, EXTRAS, arguments, extra_of, requirements


@pytest.fixture
def without(monkeypatch):
    """Makes modules look as if they were not installed."""
    return lambda *names: [monkeypatch.setitem(sys.modules, name, None) for name in names]


def test_where_everything_is_there_nothing_is_said():
    needs()
    needs("gan")
    assert lacking("gan") == lacking("lessons") == ""


def test_what_is_missing_is_named_with_the_command(without, checkout):
    without("torch", "torchvision")
    needs()
    with pytest.raises(MissingError) as refused:
        needs("gan")
    said = str(refused.value)
    assert said.startswith("This lesson needs torch and torchvision, not installed here")
    assert f"`%pip install -e '{checkout}[gan]'`" in said
    assert "Lessons 00, 01, 04, 05, 06 and 08 run without" in said and "\n" not in said
    assert f"-m pip install -e '{checkout}[gan]'`" in lacking("gan")


def test_what_every_lesson_needs_is_asked_of_each(without, checkout):
    without("numpy", "ipywidgets")
    with pytest.raises(MissingError, match="needs numpy and ipywidgets, not") as refused:
        needs()
    assert f"'{checkout}[lessons]'" in str(refused.value)
    assert "run without" not in str(refused.value)


def test_the_command_fits_the_place(tmp_path):
    assert "torch" in arguments("gan", root=tmp_path)
    (tmp_path / "pyproject.toml").touch()
    assert arguments(root=tmp_path) == f"-e {tmp_path}"
    assert arguments("gan", "lessons", root=tmp_path) == f"-e '{tmp_path}[gan,lessons]'"
    (tmp_path / "requirements.txt").touch()
    assert arguments("gan", root=tmp_path) == f"-r {tmp_path / 'requirements.txt'}"


def test_an_installed_package_names_requirements_and_never_itself(monkeypatch):
    lines = ["numpy>=2.0", 'torch>=2.4 ; extra == "gan"', "pyarrow; extra == 'parquet'"]
    monkeypatch.setattr("importlib.metadata.requires", lambda name: lines)
    assert requirements() == ["numpy>=2.0"]
    assert requirements("gan", "parquet") == ["torch>=2.4", "pyarrow"]
    monkeypatch.setattr("importlib.metadata.requires", lambda name: None)
    assert requirements("gan")[0] == "torch" and "pillow" in requirements()


def test_a_module_belongs_to_one_list():
    everything = [*BASE, *(name for names in EXTRAS.values() for name in names)]
    assert len(everything) == len(set(everything))
    assert extra_of("numpy.linalg") == "" and extra_of("torch.nn") == "gan"
    assert extra_of("something_else") is None


@pytest.mark.parametrize(
    ("line", "gone", "extra"),
    [
        ("train --out x.safetensors --minutes 1", "torch", "gan"),
        ("generate --count 3 --out x", "torch", "gan"),
        ("quality", "torch", "gan"),
        ("lessons 01", "papermill", "lessons"),
    ],
)
def test_a_command_says_what_it_lacks(line, gone, extra, tmp_path, checkout):
    program = (
        f"import sys; sys.modules[{gone!r}] = None\n"
        f"from facescreen.commands.main import main; sys.exit(main({line.split()!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == cli.ERROR
    assert done.stderr.count("\n") == 1, done.stderr
    assert f"-m pip install -e '{checkout}[{extra}]'" in done.stderr


ASKS = "import sys; sys.path += sys.argv[1:]; from facescreen.setup import needs; needs()"


def bare(program: str, *arguments: str) -> subprocess.CompletedProcess:
    """A Python that has no packages at all; `-S` leaves those of the environment out."""
    command = [sys.executable, "-S", "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={})


def test_it_answers_where_nothing_is_installed(checkout):
    program = (
        "import sys; sys.path.append(sys.argv[1]); from facescreen.setup import needs; needs()"
    )
    done = bare(program, str(checkout))
    assert "needs numpy, PIL, " in done.stderr and "pip install -e" in done.stderr


def test_the_check_sees_packages_where_there_are_some(checkout):
    packages = str(Path(pytest.__file__).parents[1])
    assert bare(ASKS, str(checkout), packages).stderr == ""
