"""Laws of calibrating on a folder, by function and by command: which images count, what is said."""

import json
from dataclasses import replace

import numpy as np
import pytest
from mixed_folder import MID, lines, save

from facescreen import portraits
from facescreen.commands import main as cli
from facescreen.folders import calibrate_on_folder
from facescreen.screening import (
    MultiColorRule,
    NoRule,
    Profile,
    SignsRule,
    SingleColorRule,
    expected_loss,
)


@pytest.fixture(scope="module")
def faces():
    return portraits(30, size=64, seed=5)


@pytest.fixture
def valid(faces, tmp_path):
    """A folder with 24 valid images, some in a folder inside it."""
    folder = tmp_path / "valid"
    (folder / "inner").mkdir(parents=True)
    for n, face in enumerate(faces[:24]):
        save(folder / ("inner" if n % 2 else "") / f"{n:02}.png", face)
    return folder


@pytest.mark.parametrize("rule", [SignsRule(), SignsRule("photographs"), SingleColorRule()])
@pytest.mark.parametrize("loss", [0.05, 0.2])
def test_a_folder_calibrates_as_its_images_do(rule, loss, valid, faces):
    found = calibrate_on_folder(rule, valid, loss)
    assert found.rule == rule.calibrate(faces[:24], loss)
    assert (found.images, found.problems) == (24, ())
    assert found.flagged == found.rule(faces[:24]).broken.sum()
    assert repr(found.expected) == repr(expected_loss(rule, 24, loss))
    assert str(found).startswith("calibrated on 24 images, of which it flags ")


def test_files_that_cannot_be_read_are_named_and_change_nothing(valid, faces):
    (valid / "text.png").write_text("no picture at all")
    (valid / "notes.txt").write_text("taken in May")
    save(valid / "tiny.png", MID[:5, :5])
    found = calibrate_on_folder(SignsRule(), valid)
    assert found.rule == SignsRule().calibrate(faces[:24])
    text, tiny = found.problems
    assert text.startswith(f"{valid / 'text.png'}: not an image")
    assert tiny.startswith(f"{valid / 'tiny.png'}: expected images of 8 x 8 pixels or more")


def test_images_of_any_size_calibrate_the_signs_and_of_one_size_what_counts_pixels(valid, faces):
    large = faces[0].repeat(2, axis=0).repeat(2, axis=1)
    save(valid / "00.png", large)
    found = calibrate_on_folder(SignsRule(), valid)
    assert found.rule.threshold == pytest.approx(SignsRule().calibrate(faces[:24]).threshold)
    with pytest.raises(ValueError, match=r"images of 2 sizes \(64×64 to 128×128\)"):
        calibrate_on_folder(MultiColorRule(), valid)


def test_too_few_images_are_refused_in_one_sentence(tmp_path, faces):
    for n, face in enumerate(faces[:7]):
        save(tmp_path / f"{n}.png", face)
    (tmp_path / "text.png").write_text("no picture at all")
    with pytest.raises(ValueError, match="calibration needs 8 or more") as caught:
        calibrate_on_folder(SignsRule(), tmp_path)
    said = str(caught.value)
    assert said.startswith(f"{tmp_path} holds 7 images that can be read")
    assert f"1 cannot be read, as {tmp_path / 'text.png'}: not an image" in said
    save(tmp_path / "7.png", faces[7])
    assert calibrate_on_folder(SignsRule(), tmp_path).images == 8


def test_where_there_is_nothing_to_set_or_to_read_it_is_refused(tmp_path):
    with pytest.raises(ValueError, match="the rule 'none' has no threshold"):
        calibrate_on_folder(NoRule(), tmp_path)
    for path, seen in (
        (tmp_path / "absent", "not there"),
        (save(tmp_path / "a.png", MID), "a file"),
    ):
        with pytest.raises(ValueError, match=f"is {seen}, expected a folder of valid images"):
            calibrate_on_folder(SignsRule(), path)
    (tmp_path / "none").mkdir()
    with pytest.raises(ValueError, match="holds 0 images that can be read"):
        calibrate_on_folder(SingleColorRule(), tmp_path / "none")


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def made(faces, tmp_path):
    """A folder of images to judge: three faces, and one that is broken by noise."""
    folder = tmp_path / "made"
    folder.mkdir()
    for n, face in enumerate(faces[24:27]):
        save(folder / f"{n}.png", face)
    noise = np.random.default_rng(0).integers(0, 256, MID.shape, np.uint8)
    save(folder / "noise.png", noise)
    return folder


def screen(folder, *line):
    return cli.main(["screen", str(folder), "--rule", "signs", *map(str, line)])


def test_the_command_calibrates_says_what_is_lost_and_keeps_a_profile(
    valid, made, tmp_path, capsys
):
    out, again = tmp_path / "out", tmp_path / "again"
    assert screen(made, "--calibrate", valid, "--out", out) == cli.SUCCESS
    found, printed = calibrate_on_folder(SignsRule(), valid), capsys.readouterr()
    assert printed.err == ""
    assert printed.out.split("\n")[:2] == [str(found), f"the profile is {out / 'profile.json'}"]
    assert str(found.expected) in printed.out and "% to" in printed.out
    profile = Profile.load(out / "profile.json")
    assert profile.threshold == found.rule.threshold
    assert profile.name == "generated, calibrated"
    assert replace(profile, threshold=0, name="a") == replace(
        Profile.load("generated"), threshold=0, name="a"
    )
    told = profile.card["calibrated"]
    assert (told["images"], told["max_valid_loss"]) == (24, 0.05)
    assert told["expected"].keys() == {"lost", "low", "high"} and len(told["date"]) == 10
    assert screen(made, "--profile", out / "profile.json", "--out", again) == cli.SUCCESS
    tables = [(folder / "verdicts.csv").read_text() for folder in (out, again)]
    assert tables[0] == tables[1]
    assert lines(out / "verdicts.csv")["noise.png"]["broken"] == "true"
    line = ("--profile", out / "profile.json", "--calibrate", valid, "--max-valid-loss", "0.2")
    assert screen(made, *line, "--out", out) == cli.SUCCESS, "its own profile is replaced"
    stricter = Profile.load(out / "profile.json")
    assert stricter.threshold < profile.threshold
    assert stricter.name == "generated, calibrated"


@pytest.mark.parametrize("rule", ["single", "multi"])
def test_rules_that_count_pixels_are_calibrated_too(rule, valid, made, tmp_path, capsys):
    out = tmp_path / "out"
    assert screen(made, "--rule", rule, "--calibrate", valid, "--out", out) == cli.SUCCESS
    said = capsys.readouterr().out
    assert said.startswith("calibrated on 24 images, of which it flags ")
    assert "threshold=" in said and "it will lose about " in said
    assert [path.name for path in out.iterdir()] == ["verdicts.csv"]


def test_an_unreadable_valid_image_is_named_and_ends_with_3(valid, made, tmp_path, capsys):
    (valid / "text.png").write_text("no picture at all")
    line = ("--calibrate", valid, "--out", tmp_path / "out")
    assert screen(made, *line) == cli.SOME_UNREADABLE
    assert capsys.readouterr().err.startswith(f"facescreen: {valid / 'text.png'}: not an image")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("--max-valid-loss 0.1", "--max-valid-loss goes with --calibrate"),
        ("--calibrate absent", "absent is not there, expected a folder of valid images"),
        ("--calibrate made", "holds 4 images that can be read, and calibration needs 8 or more"),
        ("--calibrate made --threshold 1", "--threshold does not go with --calibrate"),
        ("--calibrate made --rule none", "the rule 'none' has no threshold"),
        ("--profile absent.json", "absent.json: it is not there, expected generated, photographs"),
        ("--profile photographs --rule multi", "'multi' has no setting 'profile'"),
        ("--color-threshold 4", "'signs' has no setting 'color_threshold'"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_1(made, monkeypatch, capsys, line, words):
    monkeypatch.chdir(made.parent)
    assert screen("made", *line.split(), "--out", "out") == cli.ERROR
    said = capsys.readouterr().err
    assert words in said and said.count("\n") == 1
    assert not (made.parent / "out").exists()


@pytest.mark.parametrize("loss", ["5", "-0.1", "nan", "many"])
def test_a_loss_that_is_no_share_is_a_wrong_command_line(made, valid, capsys, loss):
    with pytest.raises(SystemExit) as stopped:
        screen(made, "--calibrate", valid, f"--max-valid-loss={loss}")
    assert stopped.value.code == cli.USAGE
    assert "--max-valid-loss" in capsys.readouterr().err


def test_a_profile_of_somebody_else_stays(valid, made, tmp_path, capsys):
    other = tmp_path / "profile.json"
    other.write_text(json.dumps({"name": "mine"}))
    assert screen(made, "--calibrate", valid, "--out", tmp_path) == cli.ERROR
    assert "is there already and no" in capsys.readouterr().err
    assert json.loads(other.read_text()) == {"name": "mine"}


def test_of_large_images_the_signs_need_no_caution(made, faces, tmp_path, capsys):
    save(made / "large.png", faces[0].repeat(2, axis=0).repeat(2, axis=1))
    for rule, cautioned in (("signs", False), ("multi", True)):
        assert screen(made, "--rule", rule, "--out", tmp_path / "out") == cli.SUCCESS
        assert ("usual thresholds count pixels" in capsys.readouterr().err) == cautioned


def test_a_threshold_may_be_a_fraction_or_below_zero(made, tmp_path):
    flagged = []
    for threshold in ("-9", "-0.5", "9.5"):
        assert screen(made, "--threshold", threshold, "--out", tmp_path / "out") == cli.SUCCESS
        rows = lines(tmp_path / "out" / "verdicts.csv").values()
        flagged.append(sum(row["broken"] == "true" for row in rows))
    assert flagged[0] == 4 >= flagged[1] >= flagged[2] == 0
