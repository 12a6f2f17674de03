"""The one notion of an image file, by content and name: the same wherever files are looked for."""

import inspect
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from damage import encoded, scene

from facescreen.faces import open_source
from facescreen.folders import screen_folder
from facescreen.images import ImageError, Passed, image_files, read_image
from facescreen.images.kinds import UNREAD, kind_by_name, kind_of
from facescreen.screening import NoRule

PNG, JPEG = encoded(scene(0), "PNG"), encoded(scene(1), "JPEG")
HEADS = {  # how files of kinds that are not read begin
    "HEIC": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "JPEG XL": b"\0\0\0\x0cJXL \r\n\x87\n",
    "JPEG 2000": b"\0\0\0\x0cjP  \r\n\x87\n",
    "camera raw": b"II*\0\x10\0\0\0CR\x02\0",
    "SVG": b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>',
    "Photoshop": b"8BPS\0\x01",
    "OpenEXR": b"\x76\x2f\x31\x01\x02\0\0\0",
    "Radiance": b"#?RADIANCE\n",
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0",
}


def made(folder: Path, **files: bytes) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def names(folder: Path, **options) -> list[str]:
    found = image_files(folder, Passed(), **options)
    return [one.path.relative_to(folder).as_posix() for one in found]


ODD = {"a.jfif": JPEG, "b.HEIC": JPEG, "c.txt": PNG, "d": PNG, "e.JPG": PNG, "f.gif": PNG}


def test_screening_and_training_find_the_same_files(tmp_path):
    folder = made(tmp_path / "photos", **ODD)
    summary = screen_folder(folder, NoRule(), tmp_path / "verdicts.csv")
    assert (summary.judged, summary.unreadable, summary.other_files) == (6, 0, 0)
    assert [file.name for file in open_source(f"folder:{folder}", 16).files] == list(ODD)


def test_what_is_hidden_is_no_data_but_is_named(tmp_path, capsys):
    folder = tmp_path / "photos"
    hidden = [".ipynb_checkpoints/a.png", ".thumbnails/b.png", "._x.png", "@eaDir/c.png"]
    made(folder, **dict.fromkeys(["x.png", "y.png", *hidden, "more/__MACOSX/x.png"], PNG))
    summary = screen_folder(folder, NoRule(), tmp_path / "verdicts.csv")
    assert (summary.judged, summary.unreadable, summary.other_files) == (2, 0, 0)
    assert "5 hidden left out (._x.png, .ipynb_checkpoints, .thumbnails and 2 more)" in str(summary)
    source = open_source(f"folder:{folder}", 16)
    assert [file.name for file in source.files] == ["x.png", "y.png"]
    assert source.passed.hidden == summary.passed.hidden


def test_names_of_hidden_files_are_one_line_of_text():
    passed = Passed(hidden=[".two\nlines", os.fsdecode(b".\xff")])
    assert passed.hidden_in_words() == r"2 hidden left out ('.two\nlines', '.\udcff')"
    passed.hidden_in_words().encode()
    assert Passed().hidden_in_words() == ""


@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize("named", ["own", "photo.png", "photo"])
def test_pictures_that_cannot_be_decoded_are_named_with_what_to_do(tmp_path, kind, named):
    name = f"photo{UNREAD[kind][1][0]}" if named == "own" else named
    folder = made(tmp_path / "photos", **{"a.png": PNG, "b.png": PNG, name: HEADS[kind]})
    summary = screen_folder(folder, NoRule(), tmp_path / "verdicts.csv")
    assert (summary.judged, summary.unreadable, summary.other_files) == (2, 1, 0)
    (line,) = [line for line in summary.table.read_text().splitlines() if "unreadable" in line]
    assert line.startswith(name)
    assert f"{kind} images cannot be decoded here" in line
    assert "magick" in line
    with pytest.warns(UserWarning, match=f"1 of 3 files cannot be read.*{kind} images"):
        assert len(open_source(f"folder:{folder}", 16)) == 2


def test_a_raw_photograph_is_not_read_as_the_preview_in_it(tmp_path):
    tiff = encoded(scene(0), "TIFF")
    made(tmp_path, **{"photo.nef": tiff, "photo.tif": tiff})
    assert read_image(tmp_path / "photo.tif").shape == (24, 28, 3)
    with pytest.raises(ImageError, match="camera raw images cannot be decoded here"):
        read_image(tmp_path / "photo.nef")
    preview = encoded(scene(0), "TIFF", tiffinfo={254: 1})
    with pytest.raises(ImageError, match="its first page is a preview"):
        read_image(made(tmp_path, **{"renamed.tif": preview}) / "renamed.tif")


def test_names_claim_and_contents_decide():
    assert kind_by_name(Path("photo.HEIC")) == "HEIC"
    assert kind_of(JPEG, Path("photo.HEIC")) == "JPEG"
    assert kind_of(b"no picture", Path("photo.HEIC")) == "HEIC"
    assert kind_of(b"no picture", Path("photo.png")) == ""
    assert kind_of(b"", Path("photo.HEIC")) == ""
    assert kind_of(b"\0\0\2\0", Path("photo.tga")) == "TGA"
    for text in (b"BMW is a make of cars, says this text.", b"P5 is a paper size", b"GIF", b"RIFF"):
        assert kind_of(text, Path("notes.txt")) == ""


# --- what must not be opened ----------------------------------------------------------------------


@pytest.fixture
def pipes(tmp_path) -> Path:
    folder = made(tmp_path / "photos", **{"a.png": PNG, "b.png": PNG})
    os.mkfifo(folder / "pipe.png")
    os.mkfifo(folder / "pipe")
    (folder / "device.png").symlink_to("/dev/zero")
    listening = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    os.chdir(folder)  # a socket's path must be short
    listening.bind("socket.png")
    os.chdir(here)
    yield folder
    listening.close()


def test_pipes_sockets_and_devices_hang_nothing(pipes, tmp_path):
    summary = screen_folder(pipes, NoRule(), tmp_path / "verdicts.csv")
    assert (summary.judged, summary.unreadable, summary.other_files) == (2, 3, 1)
    with pytest.warns(UserWarning, match=r"3 of 5 files cannot be read; .*device\.png: no plain"):
        source = open_source(f"folder:{pipes}", 16)
    assert len(source) == 2
    assert all("no plain file" in problem for problem in source.problems)
    for name in ("pipe.png", "pipe", "device.png", "socket.png"):
        with pytest.raises(ImageError, match="no plain file, expected a PNG"):
            read_image(pipes / name)


def test_a_pipe_in_a_listed_data_set_hangs_nothing(tmp_path):
    base = tmp_path / "celeba"
    files = [f"{number:06d}.jpg" for number in (1, 2, 3)]
    made(base / "img_align_celeba", **dict.fromkeys(files[:2], JPEG))
    os.mkfifo(base / "img_align_celeba" / files[2])
    (base / "list_eval_partition.txt").write_text("".join(f"{name} 0\n" for name in files))
    with pytest.warns(UserWarning, match="1 of 3 files cannot be read.*no plain file"):
        assert len(open_source(f"celeba:{tmp_path}", 16)) == 2


# --- the order and the folders --------------------------------------------------------------------


def test_paths_come_in_their_order_whatever_is_a_folder(tmp_path):
    files = ["a.png", "a/b.png", "a/b/c.png", "a-b.png", "a0.png", "B/x.png", "b.png"]
    folder = made(tmp_path, **dict.fromkeys(files, PNG))
    assert names(folder) == names(folder, once=True) == sorted(files)


def test_folders_may_lie_deeper_than_calls_may(tmp_path):
    deep = "/".join(["d"] * 250) + "/x.png"
    folder = made(tmp_path, **{deep: PNG})
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 100)
    try:
        found = list(image_files(folder, Passed()))
    finally:
        sys.setrecursionlimit(before)
    assert [one.path for one in found] == [folder / deep]


def test_a_folder_that_may_be_listed_but_not_entered_stops_nothing(tmp_path, monkeypatch):
    folder = made(tmp_path / "photos", **{"a.png": PNG, "closed/b.png": PNG})
    real = os.stat

    def stat(path, *arguments, **options):  # root may enter everything, so modes would not do
        if Path(path).parent.name == "closed":
            raise PermissionError(13, "Permission denied")
        return real(path, *arguments, **options)

    monkeypatch.setattr(os, "stat", stat)
    found = list(image_files(folder, Passed()))
    assert [(one.path.name, one.problem) for one in found] == [
        ("a.png", ""),
        ("b.png", "Permission denied"),
    ]


def test_a_real_folder_wins_over_a_link_to_it(tmp_path):
    folder = made(tmp_path, **{"a/x.png": PNG, "b/y.png": PNG})
    (folder / "a" / "link").symlink_to(folder / "b")
    (folder / "b" / "loop").symlink_to(folder)
    assert names(folder, once=True) == ["a/x.png", "b/y.png"]
    assert names(folder) == ["a/link/loop", "a/link/y.png", "a/x.png", "b/loop", "b/y.png"]


@pytest.mark.skipif(os.name == "nt", reason="folders so deep can be made where one stands in them")
@pytest.mark.parametrize("once", [False, True])
def test_folders_whose_path_is_too_long_are_named_and_the_others_walked(tmp_path, once):
    root = made(tmp_path / "photos", **{"a.png": PNG, "z.png": PNG})
    here = os.getcwd()
    os.chdir(root)
    try:
        for _ in range(25):
            os.mkdir("d" * 200)
            os.chdir("d" * 200)
    finally:
        os.chdir(here)
    try:
        found = list(image_files(root, Passed(), once=once))
    finally:
        subprocess.run(["rm", "-r", root], check=True)  # Python's own way is not as deep
    assert [one.path.name for one in found if not one.problem] == ["a.png", "z.png"]
    (problem,) = [one.problem for one in found if one.problem]
    assert problem == "folder cannot be opened: File name too long"
