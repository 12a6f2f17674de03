"""The folder of a run: killed, damaged, edited or somebody else's, nothing in it is lost."""

import codecs
import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from tiny_run import SETTINGS, SIZE, Faces, combiner, contents, manifest, run, traces

from facescreen.generation import FaceMaker, RunFolderError, runfolder
from facescreen.images import pixels_checksum, read_image, save_png
from facescreen.screening import NoRule

pytestmark = pytest.mark.usefixtures("one_thread", "noisy_source")

MORE = replace(SETTINGS, count=30)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run of ten images that nobody disturbed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("facescreen.generation.maker.open_source", lambda *_, **__: Faces())
        out = tmp_path_factory.mktemp("whole") / "run"
        run(out)
    return out


@pytest.fixture
def out(whole, tmp_path):
    """A copy of it."""
    return shutil.copytree(whole, tmp_path / "run")


def saved(folder) -> list:
    """The files of the images saved, in order."""
    return [folder / line["file"] for line in manifest(folder) if line["file"]]


def photo(path, size=SIZE) -> bytes:
    """Somebody's picture, saved at `path`."""
    pixels = np.random.default_rng(9).integers(0, 256, (size, size, 3), dtype=np.uint8)
    save_png(path, pixels)
    return path.read_bytes()


@contextmanager
def refused(folder, said):
    """What happens inside is refused in one sentence, and not a byte of the folder changes."""
    before = traces(folder)
    with pytest.raises(RunFolderError, match=said) as error:
        yield
    assert "\n" not in str(error.value)
    assert traces(folder) == before


# --- going on -------------------------------------------------------------------------------------


def test_half_a_run_goes_on_wherever_it_was_cut(out):
    """Cut at every line end and inside some lines, with the files behind the cut still there."""
    whole = contents(out)
    text = whole["manifest.jsonl"]
    ends = [0, *(i + 1 for i, byte in enumerate(text) if byte == ord("\n"))]
    for end in (*ends, 1, ends[1] - 1, ends[2] + 7, len(text) - 1):
        (out / "manifest.jsonl").write_bytes(text[:end])
        run(out)
        assert contents(out) == whole, end


def test_an_image_that_a_killed_run_left_is_taken_over(out):
    lines = (out / "manifest.jsonl").read_bytes().splitlines(keepends=True)
    before, kept = contents(out), [traces(out)[str(file)] for file in saved(out)]
    files = saved(out)
    (out / "manifest.jsonl").write_bytes(b"".join(lines[:4]))
    run(out)
    assert contents(out) == before
    assert [traces(out)[str(file)] for file in files] == kept, "not one was written again"


@pytest.mark.parametrize("tail", [b'{"in', b'{"index": 14, "seed": 3, "sou', b"\0" * 300])
def test_a_torn_last_line_is_cut_off(out, tail):
    before = contents(out)
    assert len(manifest(out)) == 14
    with (out / "manifest.jsonl").open("ab") as file:
        file.write(tail)
    run(out)
    assert contents(out) == before


# --- what others put there ------------------------------------------------------------------------


def test_what_others_put_into_a_run_stays(out):
    (out / "images" / "notes.txt").write_text("image 3 is the best")
    (out / "images" / "ratings.csv").write_text("image,stars\n3,5\n")
    (out / "images" / "best.png").write_bytes(saved(out)[0].read_bytes())
    (out / "images" / "999999.png").write_bytes(b"an orphan")
    (out / "images" / ".hidden").write_text("")
    (out / "images" / "chosen").mkdir()
    photo(out / "images" / "chosen" / "000001.png")
    (out / "report.md").write_text("# Our run")
    before = contents(out)
    run(out)
    assert contents(out) == before
    run(out, MORE)
    run(out.with_name("longer"), MORE)
    assert contents(out) == {**before, **contents(out.with_name("longer"))}


def test_only_temporary_files_of_the_run_itself_go(out):
    before = contents(out)
    (out / "images" / ".000001.png.123-456.tmp").write_bytes(b"half")
    (out / ".settings.json.tmp").write_bytes(b"{")
    others = {"images/.mine.png.123-456.tmp": b"1", "images/000001.png.tmp": b"2", ".x.tmp": b"3"}
    for name, data in others.items():
        (out / name).write_bytes(data)
    run(out)
    assert contents(out) == {**before, **others}


def in_the_way(file, kind, image: bytes):
    """Put something where the run would save an image."""
    if kind == "text":
        file.write_text("my notes")
    elif kind == "photo":
        photo(file)
    elif kind == "cut":
        file.write_bytes(image[:-9])
    elif kind == "folder":
        file.mkdir()
    elif kind == "link":
        file.symlink_to(file.with_name("elsewhere.png"))
    elif kind == "link to the same":
        file.with_name("same.png").write_bytes(image)
        file.symlink_to("same.png")
    else:
        os.mkfifo(file)


@pytest.mark.parametrize(
    "kind", ["text", "photo", "cut", "folder", "link", "link to the same", "pipe"]
)
def test_a_file_in_the_way_is_named_and_stays(out, tmp_path, kind):
    run(tmp_path / "longer", MORE)
    target = out / saved(tmp_path / "longer")[15].relative_to(tmp_path / "longer")
    in_the_way(target, kind, (tmp_path / "longer" / "images" / target.name).read_bytes())
    before = traces(target.parent)[str(target)]
    with pytest.raises(RunFolderError, match=f"{target}.*move it away") as error:
        run(out, MORE)
    assert "\n" not in str(error.value)
    assert traces(target.parent)[str(target)] == before
    target.rename(tmp_path / "moved away")
    (out / "images" / "same.png").unlink(missing_ok=True)
    run(out, MORE)
    assert contents(out) == contents(tmp_path / "longer")


@pytest.mark.parametrize("data", [b"", b"\0" * 700])
def test_a_file_that_a_crash_left_empty_is_written(out, tmp_path, data):
    run(tmp_path / "longer", MORE)
    stray = saved(tmp_path / "longer")[10]
    (out / "images" / stray.name).write_bytes(data)
    run(out, MORE)
    assert contents(out) == contents(tmp_path / "longer")


# --- saved images that were lost ------------------------------------------------------------------


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


DAMAGES = {
    "missing": None,
    "empty": lambda data: b"",
    "zeros": lambda data: b"\0" * len(data),
    "cut": cut,
    "one byte short": lambda data: data[:-1],
    "rubbish": lambda data: b"rubbish" * 100,
    "flipped": lambda data: data[:300] + bytes([data[300] ^ 8]) + data[301:],
}


@pytest.mark.parametrize("age", ["", "older"])
@pytest.mark.parametrize("how", DAMAGES)
def test_lost_images_are_made_again_and_nothing_else_is(out, how, age):
    if age:
        without_checksums(out)
    before, files = contents(out), saved(out)
    lost = [files[2], files[3], files[7]]
    untouched = {str(path) for path in [*files, out / "manifest.jsonl"]} - set(map(str, lost))
    kept = {name: trace for name, trace in traces(out).items() if name in untouched}
    for file in lost:
        data = file.read_bytes()
        file.unlink()
        if how != "missing":
            file.write_bytes(DAMAGES[how](data))
    result = run(out)
    assert (result.remade, result.saved, result.tried) == (3, 10, 14)
    assert "3 lost or damaged ones made again" in str(result)
    assert contents(out) == before
    assert {name: trace for name, trace in traces(out).items() if name in untouched} == kept
    assert run(out).remade == 0


def test_the_whole_folder_of_images_may_be_lost(out):
    before = contents(out)
    shutil.rmtree(out / "images")
    assert run(out).remade == 10
    assert contents(out) == before


def test_another_image_is_not_believed_and_stays(out):
    files = saved(out)
    photo(files[4])
    with refused(out, f"{files[4]} is not the image that this run saves there: move it away"):
        run(out)
    files[4].write_bytes(files[5].read_bytes())  # one of the run's own, under another number
    with refused(out, f"{files[4]} is not the image"):
        run(out)
    files[4].unlink()
    assert run(out).remade == 1


def test_checksums_are_those_of_the_file_and_of_the_pixels(out):
    for line in manifest(out):
        assert line.keys() >= {"sha256", "pixels"} if line["file"] else "sha256" not in line
        if line["file"]:
            file = out / line["file"]
            assert line["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
            assert line["pixels"] == pixels_checksum(read_image(file))


def test_an_image_saved_again_without_loss_is_still_the_image(out):
    """By software that packs PNG files tighter, or a later version of ours."""
    for file in saved(out):
        Image.open(file).save(file, compress_level=1)
    before = contents(out)
    assert run(out).remade == 0
    assert contents(out) == before


def without_checksums(folder):
    """Make the manifest one of an older version."""
    lines = [
        {k: v for k, v in line.items() if k not in ("sha256", "pixels")}
        for line in manifest(folder)
    ]
    (folder / "manifest.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_a_run_of_an_older_version_goes_on(out, tmp_path):
    without_checksums(out)
    lines = (out / "manifest.jsonl").read_bytes()
    run(out, MORE)
    run(tmp_path / "longer", MORE)
    ours, theirs = contents(out), contents(tmp_path / "longer")
    assert ours.pop("manifest.jsonl").startswith(lines)
    theirs.pop("manifest.jsonl")
    assert ours == theirs


def test_an_older_version_believes_no_image_of_another_size(out):
    without_checksums(out)
    photo(saved(out)[4], SIZE + 1)
    with refused(out, "is not the image that this run saves there"):
        run(out)


def test_an_image_that_comes_out_otherwise_is_not_put_in_its_place(out):
    class Otherwise(FaceMaker):
        def floats(self, start, stop):
            return -super().floats(start, stop)

    saved(out)[4].unlink()
    with refused(out, "made again it differs"):
        run(out, maker=Otherwise(SETTINGS, combiner()))


def test_a_saved_image_that_is_a_link_is_not_believed(out, tmp_path):
    file = saved(out)[4]
    elsewhere = file.rename(tmp_path / "elsewhere.png")
    file.symlink_to(elsewhere)
    with refused(out, f"{file} is a link"):
        run(out)
    elsewhere.unlink()
    with refused(out, f"{file} is a link"):
        run(out)


@pytest.mark.parametrize("part", ["images", "manifest.jsonl", "settings.json", ".lock"])
def test_a_run_stays_inside_its_folder(out, tmp_path, part):
    elsewhere = (out / part).rename(tmp_path / "elsewhere")
    (out / part).symlink_to(elsewhere)
    with refused(tmp_path, f"{out / part} is a link"):
        run(out)


def test_a_run_folder_may_itself_be_a_link(out, tmp_path):
    (tmp_path / "name").symlink_to(out)
    run(tmp_path / "name", MORE)
    run(tmp_path / "longer", MORE)
    assert contents(out) == contents(tmp_path / "longer")


# --- manifests that somebody edited ---------------------------------------------------------------


def edited(line: bytes, **changes) -> bytes:
    return json.dumps({**json.loads(line), **changes}).encode() + b"\n"


EDITS = {
    "an absolute path": lambda line: edited(line, file="/etc/hostname"),
    "a path outside": lambda line: edited(line, file="../precious.png"),
    "another image": lambda line: edited(line, file="images/000001.png"),
    "a wrong index": lambda line: edited(line, index=99),
    "an index of another type": lambda line: edited(line, index=str(json.loads(line)["index"])),
    "a reason of another type": lambda line: edited(line, reason=["color"]),
    "a file of another type": lambda line: edited(line, file=7),
    "a checksum of another type": lambda line: edited(line, sha256=7),
    "half a checksum": lambda line: edited(line, sha256="0", pixels=None),
    "the line twice": lambda line: line + line,
    "no line": lambda line: b"",
    "no JSON": lambda line: b"{]\n",
    "a list": lambda line: b"[1, 2]\n",
    "null": lambda line: b"null\n",
    "deep": lambda line: b"[" * 100_000 + b"\n",
    "no text": lambda line: b"\xff\xfe\0\n",
    "a note": lambda line: line + b"# checked up to here, Kim\n",
}


@pytest.mark.parametrize("place", [0, 5, 13])
@pytest.mark.parametrize("edit", EDITS)
def test_a_line_that_is_not_the_runs_is_named(out, tmp_path, edit, place):
    """And what the sentence advises ends in the very same folder."""
    before, precious = contents(out), photo(tmp_path / "precious.png")
    lines = (out / "manifest.jsonl").read_bytes().splitlines(keepends=True)
    changed = [*lines[:place], EDITS[edit](lines[place]), *lines[place + 1 :]]
    (out / "manifest.jsonl").write_bytes(b"".join(changed))
    if (edit, place) == ("no line", 13):  # then nothing is wrong with those left
        run(out)
        assert contents(out) == before
        return
    number = place + 1 + (edit in ("the line twice", "a note"))
    with refused(tmp_path, f"line {number} of {out / 'manifest.jsonl'} is .* did not write"):
        run(out)
    kept = b"".join(changed).splitlines(keepends=True)[: number - 1]
    (out / "manifest.jsonl").write_bytes(b"".join(kept))
    run(out)
    assert contents(out) == before
    assert (tmp_path / "precious.png").read_bytes() == precious


@pytest.mark.parametrize(
    "edit",
    {
        "byte order mark": lambda text: codecs.BOM_UTF8 + text,
        "line ends": lambda text: text.replace(b"\n", b"\r\n"),
        "blank lines": lambda text: text.replace(b"\n", b"\n\n", 3) + b"\n",
        "a note in a line": lambda text: text.replace(b'"seed"', b'"note": "Kim", "seed"', 4),
    }.items(),
    ids=lambda edit: edit[0],
)
def test_a_manifest_that_an_editor_saved_goes_on_as_it_is(out, tmp_path, edit):
    text = edit[1]((out / "manifest.jsonl").read_bytes())
    (out / "manifest.jsonl").write_bytes(text)
    before = contents(out)
    assert run(out).saved == 10
    assert contents(out) == before
    run(out, MORE)
    run(tmp_path / "longer", MORE)
    added = contents(tmp_path / "longer")["manifest.jsonl"].splitlines(keepends=True)[14:]
    assert (out / "manifest.jsonl").read_bytes() == text + b"".join(added)


def test_a_last_line_without_its_end_is_completed(out):
    before = contents(out)
    (out / "manifest.jsonl").write_bytes(before["manifest.jsonl"][:-1])
    run(out)
    assert contents(out) == before


# --- refused, and not a byte changed --------------------------------------------------------------


@pytest.mark.parametrize("locked_before", [True, False])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": 9}, "was made with seed 3, not 9"),
        ({"scheme": "self"}, "was made with scheme 'two_faces', not 'self'"),
        ({"count": 1}, "already holds 10 images, more than the 1 asked for"),
        ({}, "was made with rule 'Third\\(\\)', not 'NoRule"),
    ],
)
def test_a_refused_run_changes_nothing(out, change, said, locked_before):
    if not locked_before:  # a copy by somebody who left hidden files behind
        (out / ".lock").unlink()
    with refused(out, said):
        run(out, replace(SETTINGS, **change), rule=None if change else NoRule())


def test_another_model_is_not_continued(out):
    with refused(out, "model_sha256 'model 0', not 'model 1'"):
        run(out, maker=FaceMaker(SETTINGS, combiner(1)))


@pytest.mark.parametrize(
    "name", ["images/holiday.png", "notes.txt", "manifest.jsonl", "images/", "run/settings.json"]
)
def test_a_folder_of_somebodys_files_is_left_alone(tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).mkdir() if name.endswith("/") else (tmp_path / name).write_text("precious")
    with refused(tmp_path, f"{tmp_path} holds .* not a run's folder"):
        run(tmp_path)


def test_a_folder_with_hidden_files_alone_is_as_good_as_empty(tmp_path):
    (tmp_path / ".DS_Store").write_bytes(b"\0")
    assert run(tmp_path).saved == 10


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "x").write_text("precious")
    with refused(tmp_path, "x is a file, expected a folder"):
        run(tmp_path / "x")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"{", r"settings\.json is not readable as a run's settings"),
        (b"", "not readable"),
        (b"\xff\xfe{}", "not readable"),
        (b"[" * 100_000, "not readable"),
        (b"[]", "is not the settings of a run"),
        (b"null", "is not the settings of a run"),
        (b'{"editor.fontSize": 12}', "is not the settings of a run"),
    ],
)
def test_settings_that_are_no_runs_are_named(out, text, said):
    (out / "settings.json").write_bytes(text)
    with refused(out, said):
        run(out)


def test_settings_that_an_editor_saved_stay_as_they_are(out):
    text = codecs.BOM_UTF8 + json.dumps(json.loads((out / "settings.json").read_text())).encode()
    (out / "settings.json").write_bytes(text)
    run(out)
    assert (out / "settings.json").read_bytes() == text


def test_one_process_at_a_time(out):
    program = (
        "import sys; from facescreen.images import locked; from pathlib import Path; "
        "lock = locked(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, out / ".lock"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout.readline() == b"held\n"
        with refused(out, "another process is writing"):
            run(out, MORE)
        holder.kill()
    run(out)  # the lock died with its holder


# --- a system that refuses ------------------------------------------------------------------------


@contextmanager
def files_up_to(size: int):
    """As on a full disk, what is written beyond so many bytes of a file fails, in its middle."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [100, 500, 2000, 2100, 2500])
def test_a_full_disk_is_one_sentence_and_the_run_goes_on_from_there(tmp_path, size):
    """Full while the settings, an image, or a line of the manifest is written."""
    said = r"(too large|only a part).*; what is saved stays, and the same command goes on from"
    with files_up_to(size), pytest.raises(RunFolderError, match=said) as error:
        run(tmp_path / "full", MORE)
    assert "\n" not in str(error.value)
    text = tmp_path / "full" / "manifest.jsonl"
    assert not text.exists() or text.read_bytes()[-1:] in (b"", b"\n"), "no half line stays"
    run(tmp_path / "full", MORE)
    run(tmp_path / "whole", MORE)
    assert contents(tmp_path / "full") == contents(tmp_path / "whole")


def test_a_folder_that_cannot_be_written_is_one_sentence(out, tmp_path):
    def refuse(path, image):
        raise PermissionError(13, "Permission denied", str(path))

    said = r"images/\d+\.png: Permission denied; what is saved stays"
    with pytest.MonkeyPatch.context() as patch, pytest.raises(RunFolderError, match=said):
        patch.setattr(runfolder, "save_png", refuse)
        run(out, MORE)
    run(out, MORE)
    run(tmp_path / "longer", MORE)
    assert contents(out) == contents(tmp_path / "longer")
