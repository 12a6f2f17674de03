"""Run folders that are not as a run left them: refused in one sentence, or put right."""

import json
import shutil

import pytest
from tiny_place import generate, model, photographs

from facescreen.commands import main as cli
from facescreen.images import locked

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A place with a run of three images."""
    place = tmp_path_factory.mktemp("place")
    photographs(place / "photos")
    model(place / "m.safetensors")
    assert cli.main([str(word) for word in generate(place)]) == cli.SUCCESS
    return place


@pytest.fixture
def place(whole):
    """The same place, whose run may be spoiled."""
    shutil.copytree(whole / "run", whole / "kept")
    yield whole
    shutil.rmtree(whole / "run")
    (whole / "kept").rename(whole / "run")


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def line(number, **changes):
    """Change entries of a line of the manifest."""

    def spoil(run):
        lines = [json.loads(text) for text in (run / "manifest.jsonl").read_text().splitlines()]
        lines[number] |= changes
        (run / "manifest.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))

    return spoil


def raw(name, data):
    return lambda run: (run / name).write_bytes(data)


def settings(**changes):
    """Change entries of the settings."""

    def spoil(run):
        path = run / "settings.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    return spoil


def linked(run):
    (run / "images").rename(run / "elsewhere")
    (run / "images").symlink_to("elsewhere")


def other_image(run):
    shutil.copy(run / "images" / "000001.png", run / "images" / "000002.png")


def own_words(run):
    shutil.rmtree(run)
    run.mkdir()
    (run / "notes.txt").write_text("precious")


WRONG = "of {}/manifest.jsonl is '"
REFUSED = {
    "a file entry with ../": (line(0, file="../../precious.png"), "line 1 " + WRONG),
    "a file entry that is a number": (line(1, file=5), "line 2 " + WRONG),
    "a file entry of another image": (line(1, file="images/000002.png"), "line 2 " + WRONG),
    "a reason that is a list": (line(0, reason=["color"]), "line 1 " + WRONG),
    "an index that is text": (line(2, index="2"), "line 3 " + WRONG),
    "a checksum that is a number": (line(2, sha256=1), "line 3 " + WRONG),
    "a manifest in UTF-16": (raw("manifest.jsonl", "{}\n".encode("utf-16")), "line 1 " + WRONG),
    "a manifest line of 100,000 brackets": (
        raw("manifest.jsonl", b"[" * 100_000 + b"\n"),
        "line 1 " + WRONG,
    ),
    "settings that are a list": (raw("settings.json", b"[]"), "settings.json is not the settings"),
    "settings cut short": (raw("settings.json", b'{"count": 3'), "is not readable as a run's"),
    "settings of 100,000 brackets": (raw("settings.json", b"[" * 100_000), "is not readable as"),
    "settings of another seed": (settings(seed=5), "was made with seed 5, not 0: choose another"),
    "a photograph was added to the source": (
        settings(source_fingerprint="0123"),
        "for a photograph of the source was added, changed or taken away",
    ),
    "images that are a link": (linked, "images is a link or no folder"),
    "another image under a saved name": (other_image, "is not the image that this run saves there"),
    "a folder of other files": (own_words, "holds notes.txt but no settings.json"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_run_that_was_changed_is_refused_and_stays(place, refused, what):
    spoil, words = REFUSED[what]
    run = place / "run"
    spoil(run)
    before = contents(run)
    refused(f"run folder: {what}", generate(place), str(run), words.format(run))
    assert {name: data for name, data in contents(run).items() if name != ".lock"} == {
        name: data for name, data in before.items() if name != ".lock"
    }


def test_fewer_images_than_are_there_are_refused(place, refused):
    words = "already holds 3 images, more than the 2 asked for"
    refused("run folder: fewer images than it holds", generate(place, count=2), words)


def gone(run):
    (run / "images" / "000001.png").unlink()


def half(run):
    path = run / "images" / "000002.png"
    path.write_bytes(path.read_bytes()[:50])


def cut_line(run):
    text = (run / "manifest.jsonl").read_bytes()
    (run / "manifest.jsonl").write_bytes(text[:-30])


def with_bom(run):
    text = (run / "settings.json").read_bytes()
    (run / "settings.json").write_bytes(b"\xef\xbb\xbf" + text)


@pytest.mark.parametrize("spoil", [gone, half, cut_line, with_bom])
def test_what_was_lost_is_made_again(place, told, capsys, spoil):
    run = place / "run"
    before = contents(run)
    spoil(run)
    assert cli.main([str(word) for word in generate(place)]) == cli.SUCCESS
    after = contents(run)
    assert {n: d for n, d in after.items() if n != "settings.json"} == {
        n: d for n, d in before.items() if n != "settings.json"
    }
    said = {"gone": "an image gone", "half": "an image cut in half", "cut_line": "a line cut short"}
    what = said.get(spoil.__name__, "settings with a byte order mark")
    told[f"run folder: {what}"] = capsys.readouterr().out.strip().splitlines()[-1]


def test_the_second_of_two_runs_in_one_folder_is_told(place, refused):
    with locked(place / "run" / ".lock"):
        refused("run folder: two runs at once", generate(place), "another process is writing to")


def test_a_run_inside_its_own_source_is_refused(place, refused):
    out = place / "photos" / "run"
    words = "lies inside", "whose images are the existing faces", "expected a place outside"
    refused("run folder: inside its own source", generate(place, out), str(out), *words)
    assert not out.exists()
