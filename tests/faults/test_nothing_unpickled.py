"""The law of pickles: whatever a file is called, no code in it runs, and the command says so.

Unpickling runs what the file asks for. Weights are safetensors, tables CSV and JSON, arrays read
without objects; pickle stays where this package talks to processes that it has started itself.
"""

import ast
import io
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch

import facescreen
from facescreen.commands import main as cli
from facescreen.gan.checkpoints import save_model, sha256_of
from facescreen.gan.models import FaceCombiner
from facescreen.gan.moments import weights_at

PACKAGE = Path(facescreen.__file__).parent
# What is unpickled comes from processes of ours, never from a file.
ALLOWED = {
    "classroom/sweep.py": "what processes are to begin with; reads nothing",
    "folders/worker.py": "what it reads comes from the process that has started it",
    "folders/aside.py": "what it reads comes from the processes that it has started",
    "folders/remote.py": "messages of a cluster, which is trusted as a login is",
    "folders/cluster.py": "writes those messages; reads none",
    "folders/workers.py": "asks whether a rule can travel; reads nothing",
    "folders/screen.py": "bytes to take a checksum of; reads nothing",
    "generation/blocks.py": "what processes are to begin with; reads nothing",
}
READERS = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}
# What unpickles, or runs text, under an innocent name; `x.load` counts for torch and NumPy only.
CALLS = {"read_pickle", "loads_pickle", "unpickle", "eval", "exec", "unsafe_load", "full_load"}


def unpickling(tree: ast.AST) -> list[str]:
    """What in a module's code could unpickle a file, each as its line and name."""
    found = []
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(alias.name for alias in node.names)]
            if node.module in ("torch", "numpy") and "load" in names:
                found.append(f"line {node.lineno}: {node.module}.load")
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            plain = isinstance(node.func, ast.Name)
            last = called.split(".")[-1]
            if last in CALLS and (plain or last not in ("eval", "exec")):
                found.append(f"line {node.lineno}: {called}")
            given = {k.arg: ast.unparse(k.value) for k in node.keywords}
            if called == "torch.load" or (
                called in ("np.load", "numpy.load") and given.get("allow_pickle") != "False"
            ):
                found.append(f"line {node.lineno}: {called}")
        found += [f"line {node.lineno}: {n}" for n in names if n.split(".")[0] in READERS]
    return found


def test_no_module_unpickles_files():
    found = {}
    for path in PACKAGE.rglob("*.py"):
        if seen := unpickling(ast.parse(path.read_text(encoding="utf-8"))):
            found[path.relative_to(PACKAGE).as_posix()] = seen
    unexpected = {name: seen for name, seen in found.items() if name not in ALLOWED}
    assert not unexpected
    assert found.keys() == ALLOWED.keys(), "an exception that is none any more"


def test_what_reads_nothing_calls_no_reader():
    for name, why in ALLOWED.items():
        calls = [
            ast.unparse(node.func)
            for node in ast.walk(ast.parse((PACKAGE / name).read_text(encoding="utf-8")))
            if isinstance(node, ast.Call)
        ]
        reads = {"pickle.load", "pickle.loads", "pickle.Unpickler"} & set(calls)
        assert bool(reads) != why.endswith(("reads nothing", "reads none")), name


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from pickle import load",
        "def f():\n    import joblib",
        "torch.load(path)",
        "from torch import load",
        "np.load(path)",
        "numpy.load(path, allow_pickle=True)",
        "pd.read_pickle(path)",
        "eval(text)",
    ],
)
def test_the_search_finds_every_way(code):
    assert unpickling(ast.parse(code))


def test_the_search_lets_other_calls_pass():
    code = "np.load(path, allow_pickle=False)\nnetwork.eval()\njson.load(file)\nre.compile('x')"
    assert not unpickling(ast.parse(code))


# --- files that would run code --------------------------------------------------------------------


class Bomb:
    """Unpickled, it makes a file."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self):
        return Path.touch, (self.target,)


def torch_archive(bomb: Bomb) -> bytes:
    file = io.BytesIO()
    torch.save({"weights": bomb}, file)
    return file.getvalue()


def object_array(bomb: Bomb) -> bytes:
    file = io.BytesIO()
    np.save(file, np.array([bomb], object), allow_pickle=True)
    return file.getvalue()


def array_archive(bomb: Bomb) -> bytes:
    file = io.BytesIO()
    np.savez(file, images=np.array([bomb], object))
    return file.getvalue()


BOMBS = {"pickle": pickle.dumps, "torch": torch_archive, "npy": object_array, "npz": array_archive}


@pytest.fixture
def target(tmp_path):
    """What the bombs would make; that they can is tried first."""
    ran = tmp_path / "ran"
    pickle.loads(pickle.dumps(Bomb(ran)))
    torch.load(io.BytesIO(torch_archive(Bomb(ran))), weights_only=False)
    np.load(io.BytesIO(object_array(Bomb(ran))), allow_pickle=True)
    assert ran.exists()
    ran.unlink()
    yield ran
    assert not ran.exists(), "the code in the file ran"


def place_with(weights: bytes, path: Path) -> None:
    """Weights with a card that fits: a checksum is no protection from who wrote both."""
    architecture = {"size": 64, "style": 8, "encoder_width": 2, "generator_width": 2}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_model(FaceCombiner({**architecture, "mapping_layers": 0}), path, {})
    card, before = path.with_suffix(".json"), sha256_of(path)
    path.write_bytes(weights)
    card.write_text(card.read_text().replace(before, sha256_of(path)))


COMMANDS = {
    "generate": "generate --count 3 --scheme two_faces --model {model} --out {place}/run",
    "quality": "quality --count 8 --model {model}",
    "study": "study --count 8 --images 64 --model {model} --out {place}/study",
}


@pytest.mark.parametrize("kind", ["pickle", "torch"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_model_that_would_run_code_is_refused(command, kind, target, tmp_path, capsys):
    model = tmp_path / "m.safetensors"
    place_with(BOMBS[kind](Bomb(target)), model)
    line = COMMANDS[command].format(model=model, place=tmp_path)
    assert cli.main(line.split()) == cli.ERROR
    assert f"{model} is not a safetensors file" in capsys.readouterr().err


@pytest.mark.parametrize("ending", ["pt", "pth", "pkl", "npy"])
def test_a_model_of_another_name_is_refused(ending, target, tmp_path, capsys):
    model = tmp_path / f"m.{ending}"
    model.write_bytes(torch_archive(Bomb(target)))
    line = COMMANDS["generate"].format(model=model, place=tmp_path)
    assert cli.main(line.split()) == cli.ERROR
    assert "it must end in .safetensors" in capsys.readouterr().err


@pytest.mark.parametrize("kind", BOMBS)
def test_a_folder_of_files_that_would_run_code_is_screened(kind, target, tmp_path, capsys):
    folder = tmp_path / "shards"
    folder.mkdir()
    for ending in ("npy", "npz", "png", "tar", "pt"):
        (folder / f"a.{ending}").write_bytes(BOMBS[kind](Bomb(target)))
    line = ["screen", str(folder), "--out", str(tmp_path / "verdicts.csv")]
    assert cli.main(line) == cli.SOME_UNREADABLE
    rows = (tmp_path / "verdicts.csv").read_text().splitlines()[1:]
    assert rows and all(",unreadable: " in row or ',"unreadable: ' in row for row in rows)


def test_a_moment_of_learning_that_would_run_code_is_learned_again(target, tmp_path):
    from facescreen.gan.moments import kept_moments

    for kind in ("pickle", "torch"):
        place_with(BOMBS[kind](Bomb(target)), weights_at(tmp_path, 1))
        assert list(kept_moments(tmp_path, 1)) == []
