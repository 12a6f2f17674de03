"""A real disk that is full: where this user may mount a small one."""

import shutil
import subprocess

import pytest
from tiny_place import generate, model, photographs

from facescreen.commands import main as cli
from facescreen.widgets.label_file import LabelFile

pytestmark = pytest.mark.usefixtures("one_thread")
FULL = "No space left on device"


@pytest.fixture
def disk(tmp_path):
    """An empty disk of 256 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    line = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", place]
    try:
        subprocess.run(line, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no disk can be mounted here")
    yield place
    subprocess.run(["umount", place], check=True)


def fill(disk, left=0):
    """Fill the disk but for so many bytes."""
    filler = disk / "filler"
    filler.write_bytes(bytes(max(0, shutil.disk_usage(disk).free - left)))
    return filler


@pytest.mark.parametrize("left", [0, 4096, 8192, 16384])
def test_a_run_goes_on_when_there_is_room_again(tmp_path, disk, refused, left):
    photographs(tmp_path / "photos")
    model(tmp_path / "m.safetensors")
    command = [*generate(tmp_path)[:-1], disk / "run"]
    filler = fill(disk, left)
    said = refused(f"a full disk with {left} bytes left: generate", command, FULL, str(disk))
    assert said.endswith("what is saved stays, and the same command goes on from there")
    filler.unlink()
    for line in (command, generate(tmp_path)):
        assert cli.main([str(word) for word in line]) == cli.SUCCESS
    for name in ("manifest.jsonl", *(f"images/{n:06d}.png" for n in range(3))):
        assert (disk / "run" / name).read_bytes() == (tmp_path / "run" / name).read_bytes()
    assert not list((disk / "run").rglob("*.tmp"))


def test_a_screening_and_a_label_keep_what_was_there(tmp_path, disk, refused, told):
    photographs(tmp_path / "photos")
    line = ["screen", str(tmp_path / "photos"), "--out", str(disk)]
    assert cli.main(line) == cli.SUCCESS
    labels = LabelFile(disk / "labels.csv")
    labels.append("a" * 4000, "valid", "me")
    table = (disk / "verdicts.csv").read_bytes()
    filler = fill(disk)
    refused("a full disk: screen", line, FULL, str(disk))
    with pytest.raises(OSError, match=f"{FULL}|only a part") as full:
        labels.append("b" * 4000, "valid", "me")
    assert "labels.csv" in str(full.value)
    told["a full disk: a label"] = str(full.value).replace("b" * 4000, "…")
    assert (disk / "verdicts.csv").read_bytes() == table
    assert [row.image[:1] for row in LabelFile(disk / "labels.csv").rows()] == ["a"]
    filler.unlink()
    assert cli.main(line) == cli.SUCCESS
    assert (disk / "verdicts.csv").read_bytes() == table
