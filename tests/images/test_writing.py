"""Laws of writing: whole or not at all, under names of their own, and nothing piles up."""

import errno
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from facescreen.images import InUseError, Passed, image_files, locked, save_png
from facescreen.images.temporary import OWN_FILE, sweep, temporary_beside
from facescreen.images.writing import NotOursError, check_ours, read_json, write_atomically

IMAGE = np.zeros((8, 8, 3), np.uint8)
GONE = 2**22 + 5  # Linux numbers no process so high


def left_by(process: int, path: Path, monkeypatch) -> Path:
    """What a killed writer of `path` has left."""
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: process)
        file = temporary_beside(path)
    file.write_bytes(b"half")
    return file


def test_threads_that_write_one_file_each_write_it_whole(tmp_path):
    """Both have begun before either ends: with one temporary name, they would mix."""
    path, both, errors = tmp_path / "a.csv", threading.Barrier(2), []

    def write(text):
        def slowly(file):
            with file.open("w") as opened:
                opened.write(text[:50])
                both.wait(20)
                opened.write(text[50:])

        try:
            write_atomically(path, slowly)
        except Exception as error:
            errors.append(error)

    writers = [threading.Thread(target=write, args=(letter * 100,)) for letter in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert not errors
    assert path.read_text() in ("a" * 100, "b" * 100)
    assert [file.name for file in tmp_path.iterdir()] == ["a.csv"]


def test_what_killed_writers_left_goes_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    left = left_by(GONE, path, monkeypatch)
    kept = [left_by(os.getpid(), path, monkeypatch), left_by(GONE, tmp_path / "b.csv", monkeypatch)]
    machine = OWN_FILE.fullmatch(left.name)["machine"]
    elsewhere = tmp_path / left.name.replace(machine, f"{int(machine, 16) ^ 1:08x}")
    mine = tmp_path / f".a.csv.{GONE}.tmp"
    for file in (elsewhere, mine):
        file.write_text("precious")
    write_atomically(path, lambda file: file.write_text("whole"))
    assert {*tmp_path.iterdir()} == {path, *kept[1:], elsewhere, mine}  # of its own it has used one
    sweep(tmp_path)
    assert {*tmp_path.iterdir()} == {path, elsewhere, mine}


KILLED = """
import os, signal, sys
from pathlib import Path
from facescreen.images.writing import write_atomically
def die(file):
    file.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
write_atomically(Path(sys.argv[1]), die)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs SIGKILL, and knows who is gone")
def test_a_real_kill_leaves_the_old_file_and_one_that_the_next_writer_removes(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("old")
    subprocess.run([sys.executable, "-c", KILLED, path], check=False)
    assert path.read_text() == "old" and len(list(tmp_path.iterdir())) == 2
    assert not list(image_files(tmp_path, passed := Passed())) and not passed.hidden
    write_atomically(path, lambda file: file.write_text("new"))
    assert path.read_text() == "new" and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("mask", [0o022, 0o002, 0o077])
def test_a_new_file_has_the_mode_of_the_umask_and_an_old_one_keeps_its_own(tmp_path, mask):
    path, old = tmp_path / "a", tmp_path / "b"
    old.write_text("")
    old.chmod(0o604)

    def closed(file):  # as a library that makes files for their owner alone
        file.unlink()
        os.close(os.open(file, os.O_CREAT | os.O_WRONLY, 0o600))

    before = os.umask(mask)
    try:
        write_atomically(path, closed)
        write_atomically(old, closed)
        save_png(tmp_path / "c.png", IMAGE)
        locked(tmp_path / "d").close()
    finally:
        os.umask(before)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes == {"a": 0o666 & ~mask, "b": 0o604, "c.png": 0o666 & ~mask, "d": 0o666 & ~mask}


@pytest.mark.parametrize(
    "error",
    [OSError(errno.ENOSPC, "No space left on device"), OSError("only a part could be written")],
)
def test_an_error_of_the_system_names_the_file_and_leaves_nothing(tmp_path, monkeypatch, error):
    def fail(*_given, **_named):
        raise error

    with pytest.raises(OSError, match=r"space|part") as told:
        write_atomically(tmp_path / "a.csv", fail)
    assert str(tmp_path / "a.csv") in str(told.value)
    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(OSError, match=r"space|part") as told:
        save_png(tmp_path / "a.png", IMAGE)
    assert str(tmp_path / "a.png") in str(told.value)
    assert not list(tmp_path.iterdir())


def test_the_lock_of_another_user_can_be_taken_though_not_written(tmp_path, monkeypatch):
    path, real = tmp_path / "lock", Path.open
    path.write_bytes(b"")

    def forbidden(self, mode="r", *rest, **named):
        if "a" in mode:
            raise PermissionError(errno.EACCES, "Permission denied", str(self))
        return real(self, mode, *rest, **named)

    monkeypatch.setattr(Path, "open", forbidden)
    with locked(path), pytest.raises(InUseError, match=r"another process holds"):
        locked(path)
    locked(path).close()
    with pytest.raises(PermissionError):
        locked(tmp_path / "absent")


def test_a_place_without_locks_is_not_told_to_be_in_use(tmp_path, monkeypatch):
    def flock(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("facescreen.images.locks.fcntl.flock", flock)
    with pytest.raises(OSError, match=r"cannot be locked.*No locks available") as told:
        locked(tmp_path / "lock")
    assert told.value.filename == str(tmp_path / "lock")


def test_a_folder_in_the_place_of_a_table_is_called_one(tmp_path):
    with pytest.raises(NotOursError, match=r"is a folder, expected the name of a file"):
        check_ours(tmp_path, "file,broken")


@pytest.mark.parametrize("text", ["", "[]", "5", "{", "[" * 100_000])
def test_json_of_another_kind_is_named(tmp_path, text):
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"a.json (holds|cannot be read)"):
        read_json(path)
    path.write_text('\ufeff{"a": 1}', "utf-8")
    assert read_json(path) == {"a": 1}
