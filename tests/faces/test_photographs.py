"""Laws of photographs as sources: the layouts of CelebA and LFW, the download, the limit."""

import os
import shutil
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facescreen.faces import open_source, photographs, portraits
from facescreen.faces.sources import PORTRAITS, SourceError
from facescreen.images import read_image

PEOPLE = {"Zoe_Adams": 3, "Ali_Brown": 1, "Eva_Clark": 2}  # as people.txt lists them: in no order


@pytest.fixture(scope="module")
def faces():
    return portraits(6, size=64, seed=0)


def save_faces(faces, paths: list[Path]) -> list[Path]:
    """JPEG of CelebA's shape, 178×218: what is no square has to be cut."""
    for face, path in zip(faces, paths, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(face).resize((178, 218)).save(path, quality=95)
    return paths


@pytest.fixture
def celeba(tmp_path, faces):
    """ROOT/celeba with six images and every list, in the form of the real ones."""
    base = tmp_path / "real" / "celeba"
    names = [f"{number:06d}.jpg" for number in range(1, 7)]
    save_faces(faces, [base / "img_align_celeba" / name for name in names])
    splits = zip(names, (0, 0, 0, 1, 2, 2), strict=True)
    lists = {
        "list_eval_partition.txt": [f"{name} {split}" for name, split in splits],
        "identity_CelebA.txt": [f"{name} 7" for name in names],
        "list_attr_celeba.txt": ["6", "Bald Smiling", *(f"{name}  1 -1" for name in names)],
        "list_bbox_celeba.txt": ["6", "image_id x_1", *(f"{name}    95" for name in names)],
        "list_landmarks_align_celeba.txt": ["6", "lefteye_x", *(f"{name} 69" for name in names)],
    }
    for name, lines in lists.items():
        (base / name).write_text("\n".join(lines) + "\n")
    return base.parent


@pytest.fixture
def lfw(tmp_path, faces):
    """ROOT/lfw-py with three people, and every list of people in the form of the real ones."""
    base = tmp_path / "real" / "lfw-py"
    files = [f"{n}/{n}_{i:04d}.jpg" for n, count in PEOPLE.items() for i in range(1, count + 1)]
    save_faces(faces, [base / "lfw_funneled" / file for file in files])
    zoe, ali, eva = (f"{name}\t{count}\n" for name, count in PEOPLE.items())
    (base / "people.txt").write_text(f"2\n2\n{zoe}{ali}1\n{eva}")
    (base / "peopleDevTrain.txt").write_text(f"2\n{zoe}{ali}")
    (base / "peopleDevTest.txt").write_text(f"1\n{eva}")
    (base / "lfw-names.txt").write_text("".join(sorted((zoe, ali, eva))))
    return base.parent


@pytest.fixture(params=["celeba", "lfw"])
def real(request):
    """Either data set: what opens it, and its images in their order."""
    root = request.getfixturevalue(request.param)
    if request.param == "celeba":
        return f"celeba:{root}", sorted((root / "celeba" / "img_align_celeba").iterdir())
    images = root / "lfw-py" / "lfw_funneled"
    return f"lfw:{root}", [file for name in PEOPLE for file in sorted((images / name).iterdir())]


def test_faces_come_in_the_order_of_the_lists_read_like_any_photograph(real):
    text, files = real
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        source = open_source(text, size=32)
    assert (source.name, source.size, len(source)) == (text, 32, 6)
    assert list(source.files) == files
    np.testing.assert_array_equal(source.load([5, 0]), [read_image(files[i], 32) for i in (5, 0)])
    assert source.notes == {"lossy": 6, "resized": 6}


def test_the_data_sets_own_folder_is_taken_for_root_too(celeba, lfw):
    for kind, folder in (("celeba", celeba / "celeba"), ("lfw", lfw / "lfw-py")):
        whole, own = open_source(f"{kind}:{folder.parent}"), open_source(f"{kind}:{folder}")
        assert own.fingerprint == whole.fingerprint
        renamed = folder.rename(folder.with_name("unpacked"))
        assert open_source(f"{kind}:{renamed}").fingerprint == whole.fingerprint
        renamed.rename(folder)


def test_only_images_and_one_list_are_needed(celeba, lfw):
    for path in (celeba / "celeba").glob("*.txt"):
        if path.name != "list_eval_partition.txt":
            path.unlink()
    assert len(open_source(f"celeba:{celeba}")) == 6
    (lfw / "lfw-py" / "lfw-names.txt").unlink()
    everybody = open_source(f"lfw:{lfw}").fingerprint
    (lfw / "lfw-py" / "people.txt").unlink()
    assert open_source(f"lfw:{lfw}").fingerprint == everybody
    (lfw / "lfw-py" / "peopleDevTest.txt").unlink()
    assert len(open_source(f"lfw:{lfw}")) == 4


def test_damaged_and_missing_images_are_left_out_and_reported(real):
    text, files = real
    files[1].write_bytes(files[1].read_bytes()[:900])
    files[3].unlink()
    with pytest.warns(UserWarning, match="2 of 6 files cannot be read; the first: .*jpg") as caught:
        source = open_source(text)
    assert caught[0].filename == __file__
    assert list(source.files) == [files[i] for i in (0, 2, 4, 5)]
    assert [problem.split(": ")[0] for problem in source.problems] == [str(files[1]), str(files[3])]
    assert all("expected" in problem and "\n" not in problem for problem in source.problems)


CELEBA_TREE = """expected a folder such as
    real/
        celeba/
            img_align_celeba/
                000001.jpg
                000002.jpg
                …
            list_eval_partition.txt"""
LFW_TREE = """expected a folder such as
    real/
        lfw-py/
            lfw_funneled/
                Aaron_Eckhart/
                    Aaron_Eckhart_0001.jpg
                …
            people.txt"""


def break_off(root: Path, piece: str) -> None:
    """Remove a piece of the tree; "root" is all of it."""
    path = root if piece == "root" else root / piece
    shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.mark.parametrize(
    ("piece", "seen"),
    [
        ("root", "real does not exist; "),
        ("celeba", "real is empty, no folder celeba/img_align_celeba; "),
        (
            "celeba/img_align_celeba",
            "celeba holds identity_CelebA.txt, list_attr_celeba.txt, list_bbox_celeba.txt, "
            "list_eval_partition.txt, list_landmarks_align_celeba.txt, no folder img_align_celeba",
        ),
        (
            "celeba/list_eval_partition.txt",
            "list_landmarks_align_celeba.txt, no list_eval_partition.txt (folder:",
        ),
    ],
)
def test_a_missing_piece_of_celeba_is_named_with_the_tree(celeba, piece, seen):
    break_off(celeba, piece)
    with pytest.raises(SourceError) as caught:
        open_source(f"celeba:{celeba}")
    message = str(caught.value)
    assert message.startswith(str(celeba))
    assert seen in message
    assert "can be downloaded there (--download, or download=True); " in message
    assert message.endswith(CELEBA_TREE)


@pytest.mark.parametrize(
    ("piece", "seen"),
    [
        ("root", "real does not exist; "),
        ("lfw-py", "real is empty, no folder lfw-py/lfw_funneled; "),
        ("lfw-py/lfw_funneled", "peopleDevTest.txt, peopleDevTrain.txt, no folder lfw_funneled; "),
        ("lfw-py/people.txt", "no people.txt or peopleDevTrain.txt or peopleDevTest.txt (folder:"),
    ],
)
def test_a_missing_piece_of_lfw_is_named_with_the_tree(lfw, piece, seen):
    break_off(lfw, piece)
    for other in (lfw / "lfw-py").glob("peopleDev*") if piece.endswith("people.txt") else ():
        other.unlink()
    with pytest.raises(SourceError) as caught:
        open_source(f"lfw:{lfw}")
    message = str(caught.value)
    assert seen in message
    assert "unpack lfw-funneled.tgz" in message
    assert message.endswith(LFW_TREE)


@pytest.mark.parametrize("text", ["celeba:", "lfw:"])
def test_a_data_set_without_a_path_is_refused(text):
    with pytest.raises(SourceError, match=f"^expected {text}ROOT, with a path; .*\n    photos/"):
        open_source(text)


def test_a_file_for_a_root_and_lists_of_nothing_are_refused(celeba, lfw):
    people = lfw / "lfw-py" / "people.txt"
    with pytest.raises(SourceError, match=r"people.txt is a file; .*expected a folder such as"):
        open_source(f"lfw:{people}")
    people.write_text("not a number of folds")
    with pytest.raises(SourceError, match=r"LFW cannot be read \(ValueError: .*\); expected a"):
        open_source(f"lfw:{lfw}")
    (celeba / "celeba" / "list_eval_partition.txt").write_text("")
    with pytest.raises(SourceError, match="the list of images is empty; expected a folder"):
        open_source(f"celeba:{celeba}")
    (celeba / "celeba" / "list_eval_partition.txt").write_text("000001.jpg 0\n../nothing.jpg 0\n")
    with pytest.raises(SourceError, match="1 readable, expected 2 or more: 1 of 2 files"):
        open_source(f"celeba:{celeba}")


# --- download, without a network ------------------------------------------------------------------


def test_celeba_is_downloaded_and_checked_by_torchvision(celeba, tmp_path, monkeypatch):
    from torchvision.datasets import celeba as theirs

    fetched = []

    def fetch(_file_id, folder, filename, md5):
        fetched.append((filename, len(md5)))
        shutil.copytree(celeba / "celeba", folder, dirs_exist_ok=True)

    monkeypatch.setattr(theirs, "download_file_from_google_drive", fetch)
    monkeypatch.setattr(theirs, "extract_archive", lambda path: fetched.append((path, 0)))
    new = tmp_path / "new"
    with pytest.raises(SourceError, match=r"CelebA cannot be downloaded .*corrupted.*\n    new/"):
        open_source(f"celeba:{new}", download=True)  # the small files have other checksums
    assert ("img_align_celeba.zip", 32) in fetched
    assert fetched[-1] == (os.path.join(new, "celeba", "img_align_celeba.zip"), 0)
    monkeypatch.setattr(theirs, "check_integrity", lambda path, _md5: os.path.isfile(path))
    before = len(fetched)
    assert len(open_source(f"celeba:{new}", download=True)) == 6
    assert len(fetched) == before  # torchvision found its files in order


def test_a_download_that_fails_is_one_sentence(tmp_path, monkeypatch):
    import torchvision.datasets

    monkeypatch.setitem(sys.modules, "gdown", None)  # as if it were not installed
    with pytest.raises(SourceError, match=r"CelebA cannot be downloaded .*gdown"):
        open_source(f"celeba:{tmp_path}", download=True)

    asked = []

    class LFWPeople:
        def __init__(self, root, split, download):
            asked.append((root, split, download))
            raise ValueError("no longer available")

    monkeypatch.setattr(torchvision.datasets, "LFWPeople", LFWPeople)
    with pytest.raises(SourceError, match=r"LFW cannot be downloaded \(ValueError: no longer av"):
        open_source(f"lfw:{tmp_path}", download=True)
    assert asked == [(tmp_path, "10fold", True)]


# --- the limit ------------------------------------------------------------------------------------


def test_a_limit_takes_the_first_readable_faces_and_decodes_no_more(real, monkeypatch):
    text, files = real
    everything = open_source(text)
    read = []
    whole = photographs.read_image_with_notes
    monkeypatch.setattr(
        photographs, "read_image_with_notes", lambda *a: read.append(Path(a[0])) or whole(*a)
    )
    few = open_source(text, limit=3)
    assert list(few.files) == read == files[:3]
    np.testing.assert_array_equal(few.load(range(3)), everything.load(range(3)))
    assert len({few.fingerprint, everything.fingerprint}) == 2
    assert open_source(text, limit=99).fingerprint == everything.fingerprint
    files[1].write_bytes(b"")
    with pytest.warns(UserWarning, match="1 of 4 files cannot be read"):
        assert list(open_source(text, limit=3).files) == [files[i] for i in (0, 2, 3)]


def test_a_limit_holds_for_folders_and_portraits(celeba):
    text = f"folder:{celeba}"
    assert [file.name for file in open_source(text, limit=2).files] == ["000001.jpg", "000002.jpg"]
    some, same = (open_source("portraits", 32, limit=limit) for limit in (9, PORTRAITS + 1))
    assert (len(some), len(same)) == (9, PORTRAITS)
    assert some.fingerprint != same.fingerprint == open_source("portraits", 32).fingerprint
    for source in (text, "portraits"):
        with pytest.raises(SourceError, match="the limit must be 2 or more faces"):
            open_source(source, limit=1)


def test_reading_many_files_shows_a_bar_on_a_terminal(celeba, monkeypatch, capsys):
    def printed() -> str:
        open_source(f"celeba:{celeba}")
        return capsys.readouterr().err

    assert photographs.BAR_FROM > 6
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert printed() == ""
    monkeypatch.setattr(photographs, "BAR_FROM", 6)
    assert "0/6" in printed()
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    assert printed() == ""
