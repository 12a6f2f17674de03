"""Parameters, folders and places that make no sense: refused before any work, in one line."""

import os
import resource
import shutil
import subprocess
from contextlib import contextmanager

import pytest
from bad_images import packed
from tiny_place import generate, model, photographs

from facescreen.commands import main as cli
from facescreen.gan.recipes import recipe_named
from facescreen.gan.training import main_train
from facescreen.generation import GenerationSettings, Learning
from facescreen.images import locked

pytestmark = pytest.mark.usefixtures("one_thread")
WHOLE = "expected a whole number from"
PARAMETERS = {
    "train --threads 100000 --out {}/m.safetensors": f"--threads: '100000' given, {WHOLE} 1 to 256",
    "train --threads 0 --out {}/m.safetensors": f"--threads: '0' given, {WHOLE} 1 to 256",
    "train --minutes nan --out {}/m.safetensors": "--minutes: 'nan' given, expected a finite",
    "train --minutes=-1 --out {}/m.safetensors": "--minutes: '-1' given, expected minutes, more",
    "train --minutes soon --out {}/m.safetensors": "--minutes: 'soon' given, expected a finite",
    "train --seed 8589934592 --out {}/m.safetensors": f"--seed: '8589934592' given, {WHOLE} 0 to",
    "train --seed=-1 --out {}/m.safetensors": f"--seed: '-1' given, {WHOLE} 0 to 4,294,967,295",
    "train --size 48 --out {}/m.safetensors": "the size is 48, expected 16, 32, 64",
    "train --recipe vae --out {}/m.safetensors": "no recipe 'vae'; there are combiner",
    "train --device tpu --out {}/m.safetensors": "no device 'tpu'; there are auto",
    "train --out {}/m.pt": "m.pt is no name for weights: it must end in .safetensors",
    "train --source folder:{}/photos --out {}/photos/m.safetensors": "lies inside",
    "generate --alpha nan --out {}/r": "--alpha: 'nan' given, expected a finite number",
    "generate --alpha inf --out {}/r": "--alpha: 'inf' given, expected a finite number",
    "generate --count 1e3 --out {}/r": f"--count: '1e3' given, {WHOLE} 0 to 1,000,000,000",
    "generate --count 99999999999 --out {}/r": f"--count: '99999999999' given, {WHOLE}",
    "generate --scheme three --out {}/r": "no combination scheme 'three'; there are noise",
    "generate --model  --out {}/r": "model is '', expected a path or a name",
    "generate --model {} --out {}/r": "is no name for weights",
    "generate --images 5 --out {}/r": "--images goes with --while-learning",
    "generate --source photos --out {}/r": "there is no source 'photos'; expected portraits",
    "screen  --out {}/r": "folder is '', expected a path or a name",
    "screen {}/nothing --out {}/r": "nothing is not there, expected a folder of images",
    "screen {}/photos/0.png --out {}/r": "0.png is a file, expected a folder of images",
    "screen {}/photos --out {}/folder.csv": "folder.csv is a folder, expected the name of a file",
    "screen {}/photos --out {}/photos/0.png": "0.png is a file, expected a folder, or a .csv or",
    "screen {}/photos --out {}/photos/0.png/a.csv": "0.png is a file, expected a folder",
    "screen {}/photos --out {}/mine.csv": "mine.csv is there already and no table of this command",
    "screen {}/photos --rule single --threshold nan --out {}/r": "--threshold: 'nan' given",
    "screen {}/photos --rule single --threshold=-3 --out {}/r": "threshold must be a number of",
    "screen {}/photos --rule single --threshold 2.5 --out {}/r": "must be a whole number of pixels",
    "screen {}/photos --rule signs --profile {}/mine.csv --out {}/r": "cannot be read as JSON",
    "screen {}/photos --rule signs --profile {}/list.json --out {}/r": "expected an object whose",
    "screen {}/photos --workers 0 --out {}/r": f"--workers: '0' given, {WHOLE} 1 to 256",
    "screen {}/photos --workers 100000 --out {}/r": f"--workers: '100000' given, {WHOLE} 1 to 256",
    "screen {}/photos --max-valid-loss nan --out {}/r": "--max-valid-loss: 'nan' given, expected",
    "screen {}/photos --max-valid-loss 2 --out {}/r": "'2' given, expected a share from 0 to 1",
    "screen {}/photos --calibrate {}/nothing --out {}/r": "expected a folder of valid images",
    "screen {}/photos --calibrate {}/photos --rule signs --out {}/r": "calibration needs 8 or more",
    "alarms folder:{}/empty": "holds no image files, no files, expected a folder such as",
    "alarms folder:{}/nothing": "does not exist, expected a folder such as",
    "alarms folder:": "expected folder:PATH, with the path of a folder such as",
    "alarms portraits --size 7": "size is 7; expected 32 to 256 pixels",
    "alarms portraits --count 0": "the count of images must be 1 or more, not 0",
    "alarms folder:{}/photos --faces 1": "unrecognized arguments: --faces 1",
    "portraits --size 99999 --out {}/r": f"--size: '99999' given, {WHOLE} 1 to 4,096",
    "portraits --count 3 --size 32 --out {}/photos": "holds other files than these portraits",
    "quality --schemes three": "no combination scheme 'three'",
    "lessons 99 --folder {}/empty": "no lessons (files like 01_name.ipynb) in",
    "study --only nothing --out {}/r": "--only goes with --while-learning",
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    place = tmp_path_factory.mktemp("place")
    photographs(place / "photos")
    for name in ("empty", "folder.csv"):
        (place / name).mkdir()
    (place / "mine.csv").write_text("my notes\n")
    (place / "list.json").write_text("[]")
    return place


@pytest.mark.parametrize("line", PARAMETERS)
def test_a_wrong_parameter_is_refused_in_one_line(place, refused, line):
    before = sorted(place.rglob("*"))
    arguments = [word.replace("{}", str(place)) for word in line.split(" ")]
    refused(f"`{line}`", arguments, PARAMETERS[line])
    assert sorted(place.rglob("*")) == before
    assert (place / "mine.csv").read_text() == "my notes\n"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: recipe_named("quick", seed=2**32), "the seed is 4294967296, expected 0 to"),
        (lambda: recipe_named("quick", size=20), "the size is 20, expected 16"),
        (lambda: GenerationSettings(alpha=float("nan")), "a finite alpha"),
        (lambda: GenerationSettings(seed=-1), "expected a seed from 0"),
        (lambda: Learning(threads=100_000), "256 threads at most"),
        (lambda: main_train("portraits", "m.safetensors", None, 8, 0, threads=0), "0 threads"),
        (lambda: main_train("portraits", "m.safetensors", None, 8, 0, threads=-1), "-1 threads"),
    ],
)
def test_settings_refuse_the_same_in_python(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# --- folders --------------------------------------------------------------------------------------


def test_folders_1200_deep_are_screened(tmp_path, capsys):
    path = tmp_path / "deep"
    path.mkdir()
    here = os.getcwd()
    try:
        os.chdir(path)
        for _ in range(1200):
            os.mkdir("d")
            os.chdir("d")
        with open("a.png", "wb") as file:
            file.write(packed())
    finally:
        os.chdir(here)
    try:
        line = ["screen", str(path), "--rule", "single", "--out", str(tmp_path / "out")]
        assert cli.main(line) == cli.SUCCESS
        table = (tmp_path / "out" / "verdicts.csv").read_text().splitlines()
        assert table[1].startswith("d/" * 1200 + "a.png,true,color,144")
        assert cli.main(["alarms", f"folder:{path}", "--size", "32"]) == cli.ERROR  # one face alone
        assert "Traceback" not in capsys.readouterr().err
    finally:
        subprocess.run(["rm", "-r", path], check=True)  # Python's own way is not as deep


# --- a full disk, an output that is read-only, another run ----------------------------------------


@contextmanager
def full_disk(limit):
    """Within, no file may grow longer than so many bytes: writes fail midway, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


FULL = {
    "screen {}/photos --out {}/r": "verdicts.csv",
    "screen {}/photos --out {}/deep/er/a.csv": "a.csv",
    "portraits --count 2 --size 32 --out {}/r": "attributes.csv",
    "alarms folder:{}/photos --size 32 --out {}/a.csv": "a.csv",
}


@pytest.mark.parametrize("line", FULL)
def test_a_full_disk_is_one_sentence_with_a_path(place, refused, line):
    arguments = [word.replace("{}", str(place)) for word in line.split(" ")]
    with full_disk(20):
        refused(f"full disk: `{line}`", arguments, "File too large", FULL[line])
    left = [path for path in place.rglob("*") if path.suffix in (".csv", ".tmp", ".part")]
    assert {path.name for path in left} == {"folder.csv", "mine.csv"}
    for name in ("r", "deep"):
        shutil.rmtree(place / name, ignore_errors=True)


@pytest.mark.parametrize("stops", ["settings.json", "images/000001.png", "manifest.jsonl"])
def test_a_full_disk_in_a_run_costs_nothing_that_was_saved(tmp_path, refused, stops):
    photographs(tmp_path / "photos")
    model(tmp_path / "m.safetensors")
    assert cli.main([str(word) for word in generate(tmp_path, "whole")]) == cli.SUCCESS
    limit = (tmp_path / "whole" / stops).stat().st_size - 1
    full = "only a part of a line" if stops.endswith("jsonl") else "File too large"
    words = full, str(tmp_path / "run" / stops.split("/")[0]), "the same command goes on"
    with full_disk(limit):
        refused(f"full disk: generate, no room for {stops}", generate(tmp_path), *words)
    assert cli.main([str(word) for word in generate(tmp_path)]) == cli.SUCCESS
    names = ["manifest.jsonl", *(f"images/{n:06d}.png" for n in range(3))]
    for name in names:
        one, other = (tmp_path / out / name for out in ("run", "whole"))
        assert one.read_bytes() == other.read_bytes()
    assert not list((tmp_path / "run").rglob("*.tmp"))


def test_an_output_that_nobody_may_write_is_named(place, refused):
    if os.path.isdir("/proc/self"):  # where not even root makes files
        line = ["screen", place / "photos", "--out", "/proc/self/out"]
        refused("read-only output", line, "No such file or directory: /proc/")
    if os.geteuid():
        (place / "empty").chmod(0o555)
        line = ["screen", place / "photos", "--out", place / "empty"]
        refused("read-only folder", line, "Permission denied", "empty")


def test_the_second_of_two_screenings_of_one_table_is_told(place, refused, tmp_path):
    with locked(tmp_path / ".verdicts.csv.part"):
        line = ["screen", place / "photos", "--out", tmp_path]
        refused("two screenings into one table", line, "another process holds", "verdicts.csv.part")


def test_a_foreign_file_in_the_place_of_unfinished_lines_stays(place, refused, tmp_path):
    for name, text in ((".a.csv.part", "mine"), (".b.csv.asked.json", "[]")):
        (tmp_path / name).write_text(text)
        table = tmp_path / name[1:6]
        line = ["screen", place / "photos", "--out", table]
        refused(f"somebody's {name}", line, name, "none of this command's files")
        assert (tmp_path / name).read_text() == text
    (tmp_path / ".b.csv.asked.json").write_text("[" * 100_000)
    refused("unfinished lines: 100,000 brackets", line, "none of this command's files")
