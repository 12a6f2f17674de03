"""The folder of a run: cut short, shared with others or on a full disk, nothing in it is lost."""

import os
import resource
from contextlib import contextmanager

import pytest
from tiny_run import MORE, contents, manifest, photo, run, saved, traces

from facescreen.generation import RunFolderError, runfolder

pytestmark = pytest.mark.usefixtures("one_thread", "noisy_source")

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
