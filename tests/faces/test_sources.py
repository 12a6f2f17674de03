"""Laws of the sources of existing faces: a stable order, nothing dropped in silence."""

import os
import warnings

import numpy as np
import pytest
from PIL import Image

from facescreen.faces import SourceError, open_source, photographs, portraits, sources

RNG = np.random.default_rng(0)
PHOTOS = RNG.integers(0, 256, (5, 40, 32, 3), dtype=np.uint8)


@pytest.fixture
def folder(tmp_path):
    """Five photographs, in an order that differs from that in which they are made."""
    root = tmp_path / "photos"
    (root / "more" / "deep").mkdir(parents=True)
    names = ["b.png", "more/deep/e.TIFF", "more/c.WebP", "more/d.bmp", "A.PNG"]
    for name, photo in zip(names, PHOTOS, strict=True):
        options = {"lossless": True} if name.endswith("WebP") else {}
        Image.fromarray(photo).save(root / name, **options)
    (root / "notes.txt").write_text("not an image, and not called one")
    (root / "._b.png").write_bytes(b"left behind by a file manager")
    return root


def test_a_folder_is_read_in_sorted_order_through_all_its_folders(folder):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        source = open_source(f"folder:{folder}", size=32)
    assert [file.relative_to(folder).as_posix() for file in source.files] == [
        "A.PNG",
        "b.png",
        "more/c.WebP",
        "more/d.bmp",
        "more/deep/e.TIFF",
    ]
    assert (source.name, source.size, len(source)) == (f"folder:{folder}", 32, 5)
    np.testing.assert_array_equal(source.load([0, 1, 1]), PHOTOS[[4, 0, 0], 4:36])
    assert source.load([]).shape == (0, 32, 32, 3)


def test_a_folder_too_big_to_keep_is_read_again_with_the_same_result(folder, monkeypatch):
    kept = open_source(f"folder:{folder}", size=24)
    monkeypatch.setattr(photographs, "KEEP_BYTES", 0)
    read_again = open_source(f"folder:{folder}", size=24)
    assert read_again.kept is None
    np.testing.assert_array_equal(read_again.load([4, 2]), kept.load([4, 2]))


def test_files_that_cannot_be_read_are_listed_and_warned_about(folder):
    (folder / "text.png").write_text("no image")
    whole = (folder / "b.png").read_bytes()
    (folder / "more" / "cut.png").write_bytes(whole[: len(whole) // 2])
    with pytest.warns(
        UserWarning, match="2 of 7 files cannot be read; the first: .*cut.png"
    ) as caught:
        source = open_source(f"folder:{folder}")
    assert caught[0].filename == __file__
    assert len(source) == 5
    assert len(source.problems) == 2
    assert all("expected" in problem and "\n" not in problem for problem in source.problems)


def test_conversions_are_counted(folder):
    Image.fromarray(PHOTOS[0]).convert("L").save(folder / "gray.png")
    Image.fromarray(PHOTOS[0]).save(folder / "lossy.jpg")
    source = open_source(f"folder:{folder}")
    assert source.notes == {"gray": 1, "lossy": 1, "resized": 7}


def test_every_kind_of_photograph_becomes_an_upright_square_in_8_bit_rgb(tmp_path):
    photo = Image.fromarray(face := portraits(1, size=64, seed=0)[0])
    sideways = Image.Exif()
    sideways[0x0112] = 6  # to be turned clockwise to be upright
    photo.save(tmp_path / "0.png")
    photo.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "1.png", exif=sideways)
    (tmp_path / "in" / "side").mkdir(parents=True)
    photo.putalpha(255)
    photo.save(tmp_path / "in" / "2.png")
    photo.putalpha(0)
    photo.save(tmp_path / "in" / "side" / "3.png")
    photo = Image.fromarray(face)
    photo.convert("CMYK").save(tmp_path / "4.tif")
    gray = np.asarray(photo.convert("L"))
    Image.fromarray(gray).save(tmp_path / "5.png")
    Image.fromarray(gray.astype(np.uint16) * 257).save(tmp_path / "6.png")
    photo.quantize(32).save(tmp_path / "7.png")
    source = open_source(f"folder:{tmp_path}", size=64)
    names = [file.stem for file in source.files]
    loaded = dict(zip(names, source.load(range(8)), strict=True))
    for same in ("0", "1", "2", "4"):
        np.testing.assert_array_equal(loaded[same], face, err_msg=same)
    assert (loaded["3"] == 128).all()  # nothing but the mid-gray behind it
    for same in ("5", "6"):
        np.testing.assert_array_equal(loaded[same], np.repeat(gray[..., None], 3, axis=2))
    assert np.abs(loaded["7"].astype(int) - face).mean() < 10
    expected = {"alpha": 2, "rotated": 1, "cmyk": 1, "gray": 2, "16-bit": 1, "palette": 1}
    assert source.notes == expected


def test_links_are_followed_once(folder):
    os.symlink(folder, folder / "more" / "loop")
    os.symlink(folder / "nowhere.png", folder / "broken.png")
    with pytest.warns(UserWarning, match="1 of 6 files cannot be read"):
        assert len(open_source(f"folder:{folder}")) == 5


def test_the_fingerprint_is_that_of_the_data(folder, tmp_path):
    import shutil

    shutil.copytree(folder, tmp_path / "copy")
    fingerprint = open_source(f"folder:{folder}").fingerprint
    assert open_source(f"folder:{tmp_path / 'copy'}").fingerprint == fingerprint
    assert open_source(f"folder:{folder}", size=32).fingerprint != fingerprint
    Image.fromarray(255 - PHOTOS[0]).save(tmp_path / "copy" / "b.png")
    assert open_source(f"folder:{tmp_path / 'copy'}").fingerprint != fingerprint


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda root: "", "expected folder:PATH"),
        (lambda root: root / "nowhere", "nowhere does not exist, expected a folder such as"),
        (lambda root: root / "notes.txt", "notes.txt is a file, expected a folder"),
        (lambda root: root / "none", "holds no image files"),
        (lambda root: root / "one", r"1 readable, expected 2 or more: 1 of 2 .*/bad\.png: not an"),
    ],
)
def test_a_folder_without_faces_is_refused_with_what_was_expected(folder, make, message):
    (folder / "none").mkdir()
    (folder / "one").mkdir()
    (folder / "one" / "good.png").write_bytes((folder / "b.png").read_bytes())
    (folder / "one" / "bad.png").write_bytes(b"")
    with pytest.raises(SourceError, match=message):
        open_source(f"folder:{make(folder)}")


@pytest.mark.parametrize("text", ["faces", "", "portraits:beach"])
def test_an_unknown_source_is_refused_with_the_known_ones(text):
    with pytest.raises(SourceError, match="expected portraits"):
        open_source(text)
    with pytest.raises(SourceError, match="size must be 1 or more"):
        open_source("portraits", size=0)


@pytest.mark.parametrize("indices", [[-1], [5], [[0]], [0.5]])
def test_faces_that_do_not_exist_are_refused(folder, indices):
    with pytest.raises(IndexError):
        open_source(f"folder:{folder}").load(indices)


def test_portraits_are_a_source_whose_faces_do_not_depend_on_how_they_are_asked_for():
    source = open_source("portraits", size=32, seed=3)
    faces = source.load([7, 2, 3, 7])
    assert faces.shape == (4, 32, 32, 3)
    assert faces.dtype == np.uint8
    np.testing.assert_array_equal(faces[0], faces[3])
    np.testing.assert_array_equal(source.load([3])[0], faces[2])
    assert source.load([]).shape == (0, 32, 32, 3)
    assert len(source) == sources.PORTRAITS
    studio = open_source("portraits:studio", size=32, seed=3)
    assert studio.name == "portraits:studio"
    assert source.fingerprint == open_source("portraits", size=32, seed=3).fingerprint
    assert len({s.fingerprint for s in (source, studio, open_source("portraits", 32, 4))}) == 3
