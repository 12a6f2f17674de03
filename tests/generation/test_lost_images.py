"""Saved images of a run: lost ones are made again; others' images and links are not believed."""

import hashlib
import json
import shutil

import pytest
from PIL import Image
from tiny_run import (
    MORE,
    SETTINGS,
    SIZE,
    combiner,
    contents,
    manifest,
    photo,
    refused,
    run,
    saved,
    traces,
)

from facescreen.generation import FaceMaker
from facescreen.images import pixels_checksum, read_image

pytestmark = pytest.mark.usefixtures("one_thread", "noisy_source")


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
