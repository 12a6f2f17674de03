"""Laws of the command: help for everything, one sentence for an error, documented exit codes."""

import csv
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from facescreen.commands import main as cli

COMMANDS = ["portraits", "train", "generate", "quality", "screen", "alarms", "evidence"]
COMMANDS += ["lessons", "sweep", "scores", "doctor"]


def run(*arguments: str, **options) -> subprocess.CompletedProcess:
    """The command as a person starts it."""
    return subprocess.run(
        [sys.executable, "-m", "facescreen", *arguments], capture_output=True, text=True, **options
    )


def test_top_help_names_every_command_and_every_exit_code(capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["--help"])
    assert stopped.value.code == 0
    text = capsys.readouterr().out
    assert all(f"    {command} " in text for command in COMMANDS)
    for code in (cli.SUCCESS, cli.ERROR, cli.USAGE, cli.SOME_UNREADABLE, cli.INTERRUPTED):
        assert f"\n  {code} " in text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples(command, capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main([command, "--help"])
    assert stopped.value.code == 0
    text = capsys.readouterr().out
    assert f"examples:\n  facescreen {command}" in text
    assert "exit codes:" in text


@pytest.mark.parametrize(
    "line",
    [
        "",
        "paint",
        "generate",
        "generate --count -5 --out x",
        "generate --count many --out x",
        "screen",
        "screen photos --rule triple",
        "portraits --setting beach --out x",
        "lessons -p count",
    ],
)
def test_a_wrong_command_line_ends_with_2_and_usage(line, capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main(line.split())
    assert stopped.value.code == cli.USAGE
    assert "usage: facescreen" in capsys.readouterr().err


def raising(error: BaseException):
    def doctor(_options):
        raise error

    return doctor


class OwnError(Exception):
    """An error as the package's rooms define them."""


OwnError.__module__ = "facescreen.somewhere"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            FileNotFoundError(2, "No such file or directory", "photos"),
            "No such file or directory: ",
        ),
        (ValueError("size is 7;\n expected 32"), "size is 7; expected 32"),
        (ModuleNotFoundError("No module named 'gdown'"), "gdown'; `facescreen doctor` says"),
        (ModuleNotFoundError("No module named 'torch'", name="torch"), "[gan]'` installs it"),
        (OwnError("the folder belongs to other settings"), "belongs to other settings"),
    ],
)
def test_an_error_is_one_sentence_without_traceback(monkeypatch, capsys, error, words):
    monkeypatch.setattr(cli, "doctor", raising(error))
    assert cli.main(["doctor"]) == cli.ERROR
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("facescreen: ")
    assert words in printed.err
    assert printed.err.count("\n") == 1


def test_the_tree_that_a_source_expects_keeps_its_lines(tmp_path, capsys):
    line = [
        "train",
        "--source",
        f"celeba:{tmp_path / 'real'}",
        "--out",
        str(tmp_path / "m.safetensors"),
    ]
    assert cli.main([*line, "--minutes", "1"]) == cli.ERROR
    sentence, *tree = capsys.readouterr().err.splitlines()
    assert sentence.endswith("(--download, or download=True); expected a folder such as")
    assert tree[:3] == ["    real/", "        celeba/", "            img_align_celeba/"]


def test_the_place_of_an_error_is_shown_on_demand_and_for_faults_of_ours(monkeypatch, capsys):
    monkeypatch.setattr(cli, "doctor", raising(ValueError("no")))
    assert cli.main(["doctor", "--traceback"]) == cli.ERROR
    assert "Traceback" in capsys.readouterr().err
    monkeypatch.setattr(cli, "doctor", raising(TypeError("a bug")))
    assert cli.main(["doctor"]) == cli.ERROR
    assert "Traceback" in capsys.readouterr().err


def test_an_interrupt_is_one_line_and_130(monkeypatch, capsys):
    monkeypatch.setattr(cli, "doctor", raising(KeyboardInterrupt()))
    assert cli.main(["doctor"]) == cli.INTERRUPTED
    assert capsys.readouterr().err == "facescreen: interrupted\n"


def test_output_into_a_closed_pipe_makes_no_noise():
    command = f"{sys.executable} -m facescreen doctor | true"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert "Traceback" not in done.stderr


def test_version_and_module_entry():
    done = run("--version")
    assert done.returncode == 0
    assert done.stdout == f"facescreen {cli.__version__}\n"


def test_portraits_writes_files_and_a_table_that_name_each_other(tmp_path):
    out = tmp_path / "faces"
    assert cli.main(["portraits", "--count", "5", "--size", "32", "--out", str(out)]) == cli.SUCCESS
    with open(out / "attributes.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["file"] for row in rows] == [f"{i:06d}.png" for i in range(5)]
    assert {"skin_tone", "glasses", "beard", "smile"} <= rows[0].keys()
    images = [np.asarray(Image.open(out / row["file"])) for row in rows]
    assert all(image.shape == (32, 32, 3) and image.dtype == np.uint8 for image in images)
    assert not np.array_equal(images[0], images[1])


def test_portraits_of_an_impossible_size_are_an_error(tmp_path, capsys):
    assert cli.main(["portraits", "--size", "7", "--out", str(tmp_path)]) == cli.ERROR
    assert "size is 7" in capsys.readouterr().err


def options(line: str):
    return cli.parser().parse_args(line.split())


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("--rule none", "NoRule()"),
        ("--rule single", "SingleColorRule()"),
        ("--rule single --threshold 20", "SingleColorRule(20)"),
        ("--rule multi", "MultiColorRule()"),
        (
            "--rule multi --color-threshold 20 --sum-threshold 500",
            "MultiColorRule(color_threshold=20, sum_threshold=500)",
        ),
        ("--rule signs", "SignsRule()"),
        ("--rule signs --profile photographs --threshold -0.5", "SignsRule('photographs', -0.5)"),
    ],
)
def test_rule_options_make_the_rule_that_they_name(line, expected):
    from facescreen import screening

    rule = eval(expected, vars(screening))  # the table above is the reader's form of it
    assert cli.make_rule(options(f"screen x {line}")) == rule


@pytest.mark.parametrize(
    "line",
    [
        "--rule multi --threshold 20",
        "--rule none --threshold 20",
        "--rule single --sum 9",
        "--rule single --threshold 20.5",
        "--rule signs --sum 9",
    ],
)
def test_a_threshold_of_another_rule_is_refused(line, tmp_path, capsys):
    code = cli.main(["screen", str(tmp_path), "--out", str(tmp_path), *line.split()])
    assert code == cli.ERROR
    assert "threshold" in capsys.readouterr().err
    assert not (tmp_path / "verdicts.csv").exists()


def test_generate_hands_over_what_was_given_and_leaves_defaults_alone(monkeypatch, capsys):
    from facescreen import generation
    from facescreen.screening import SingleColorRule

    handed = {}

    def generate(settings, rule, out, progress):
        handed.update(settings=settings, rule=rule, out=out)
        return generation.GenerationResult(out, tried=12, saved=9, rejected={"color": 3})

    monkeypatch.setattr(generation, "generate", generate)
    line = "generate --count 9 --rule single --threshold 20 --seed 4 --source folder:a --out run"
    assert cli.main(line.split()) == cli.SUCCESS
    assert handed["settings"] == generation.GenerationSettings(count=9, seed=4, source="folder:a")
    assert handed["rule"] == SingleColorRule(20)
    assert str(handed["out"]) == "run"
    assert capsys.readouterr().out == ("9 images saved of 12 made; rejected: 3 color; in run\n")


def test_a_run_that_gives_up_is_one_sentence_and_1(monkeypatch, capsys):
    from facescreen import generation

    def generate(settings, rule, out, progress):
        result = generation.GenerationResult(out)
        raise generation.GenerationStopped("0 of 9 images passed in 180 tries, the bound", result)

    monkeypatch.setattr(generation, "generate", generate)
    assert cli.main(["generate", "--count", "9", "--out", "run"]) == cli.ERROR
    assert capsys.readouterr().err == "facescreen: 0 of 9 images passed in 180 tries, the bound\n"


def test_generate_into_a_folder_of_other_files_is_one_sentence_and_1(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("precious")
    line = ["generate", "--count", "1", "--rule", "none", "--out", str(tmp_path)]
    assert cli.main(line) == cli.ERROR
    said = capsys.readouterr().err
    assert said.startswith(f"facescreen: {tmp_path} holds notes.txt but no settings.json")
    assert said.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


def test_train_hands_over_what_was_given(monkeypatch, tmp_path):
    from facescreen.gan import training

    handed = {}
    monkeypatch.setattr(training, "main_train", lambda **given: handed.update(given))
    out = tmp_path / "mine.safetensors"
    assert cli.main(["train", "--minutes", "2.5", "--seed", "3", "--out", str(out)]) == cli.SUCCESS
    expected = {"source": "portraits", "minutes": 2.5, "images": None, "seed": 3, "size": 64}
    expected |= {"out": out, "resume": True, "threads": None}
    assert handed == expected
    handed.clear()
    few = ["train", "--minutes", "2.5", "--seed", "3", "--faces", "500", "--download"]
    assert cli.main([*few, "--out", str(out)]) == cli.SUCCESS
    assert handed == {**expected, "faces": 500, "download": True}


def test_lessons_reports_each_and_fails_if_one_does(tmp_path, monkeypatch, capsys):
    from facescreen import lessons
    from facescreen.lessons import pages

    for name in ("01_good", "02_bad"):
        (tmp_path / f"{name}.ipynb").write_text("{}")
    results = [
        pages.LessonResult("01_good", "Good", 1.5),
        pages.LessonResult("02_bad", "Bad", 2.5, "cell 3 (In [2]): ValueError: no"),
    ]
    monkeypatch.setattr(lessons, "run_lessons", lambda *_: results)
    line = ["lessons", "--folder", str(tmp_path), "--out", str(tmp_path / "out")]
    assert cli.main(line) == cli.ERROR
    text = capsys.readouterr().out
    assert "01_good" in text
    assert "cell 3 (In [2]): ValueError: no" in text
    monkeypatch.setattr(lessons, "run_lessons", lambda *_: results[:1])
    assert cli.main(line) == cli.SUCCESS


def test_an_unknown_lesson_is_one_sentence(tmp_path, capsys):
    (tmp_path / "01_good.ipynb").write_text("{}")
    assert cli.main(["lessons", "99", "--folder", str(tmp_path)]) == cli.ERROR
    assert "no lesson '99'; there are 01_good" in capsys.readouterr().err


# --- what others made stays -----------------------------------------------------------------------


def test_tables_and_folders_of_others_are_not_replaced(tmp_path, capsys):
    photos, mine = tmp_path / "photos", "my notes, not yours\n"
    photos.mkdir()
    assert cli.main(f"portraits --count 2 --size 32 --out {photos}".split()) == cli.SUCCESS
    table = tmp_path / "verdicts.csv"
    table.write_text(mine)
    assert cli.main(f"screen {photos} --out {table}".split()) == cli.ERROR
    assert "is there already and no table of this command" in capsys.readouterr().err
    assert cli.main(f"alarms portraits --count 40 --size 32 --out {table}".split()) == cli.ERROR
    assert table.read_text() == mine
    table.unlink()
    for _ in range(2):  # its own table is replaced
        assert cli.main(f"screen {photos} --out {table}".split()) == cli.SUCCESS
    before = {path.name: path.read_bytes() for path in photos.iterdir()}
    assert cli.main(f"portraits --count 3 --seed 5 --size 32 --out {photos}".split()) == cli.ERROR
    assert "holds other files than these portraits" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in photos.iterdir()} == before
    (photos / "000001.png").unlink()
    assert cli.main(f"portraits --count 3 --size 32 --out {photos}".split()) == cli.SUCCESS
    assert {path.name: path.read_bytes() for path in photos.iterdir()}.items() >= {
        (name, data) for name, data in before.items() if name.endswith(".png")
    }


def test_the_help_names_the_schemes_that_there_are(capsys):
    from facescreen.gan.combine import SCHEMES

    with pytest.raises(SystemExit):
        cli.main(["generate", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert f"are combined: {', '.join(SCHEMES)}" in said
