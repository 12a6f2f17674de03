"""Laws of NumPy shards: rows are judged as the same images in files, and nothing is unpickled."""

import os
import zipfile

import numpy as np
import pytest
from made_up_shards import JUDGED, png, screened, tar_of
from mixed_folder import MID, lines, save, with_red_patch

from facescreen.folders import arrays, resume, screen_folder
from facescreen.screening import MultiColorRule, NoRule


@pytest.fixture(scope="module")
def images():
    return np.stack([with_red_patch(8 * n) for n in range(20)])


def save_npy(path, images):
    np.save(path, images)


def save_npy_fortran(path, images):
    np.save(path, np.asfortranarray(images))


def save_npz(path, images):
    np.savez(path, faces=images, labels=np.arange(len(images)))


def save_npz_fortran(path, images):
    np.savez(path, faces=np.asfortranarray(images))


def save_npz_compressed(path, images):
    np.savez_compressed(path, labels=np.arange(len(images)), faces=images)


WAYS = {
    save_npy: "a.npy",
    save_npy_fortran: "a.npy",
    save_npz: "a.npz",
    save_npz_fortran: "a.npz",
    save_npz_compressed: "a.npz",
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("piece", [1, 5 * MID.nbytes, 1 << 24])
def test_rows_are_judged_as_the_same_images_in_files(
    shards, tmp_path, monkeypatch, images, way, piece
):
    monkeypatch.setattr(arrays, "PIECE", piece)
    way(shards / WAYS[way], images)
    for n, image in enumerate(images):
        save(tmp_path / f"{n:06}.png", image)
    files = lines(screen_folder(tmp_path, MultiColorRule(), tmp_path / "o.csv").table)
    _, found = screened(shards, tmp_path)
    label = WAYS[way] + ("/faces" if way not in (save_npy, save_npy_fortran) else "")
    assert list(found) == [f"{label}/{n:06}" for n in range(20)]
    for name, line in found.items():
        same = files[f"{name.removeprefix(label)[1:]}.png"]
        assert [line[c] for c in JUDGED] == [same[c] for c in JUDGED]


def test_shards_come_out_the_same_from_several_processes(shards, tmp_path, monkeypatch, images):
    monkeypatch.setattr(arrays, "PIECE", 3 * MID.nbytes)
    save_npy(shards / "a.npy", images)
    save_npz_compressed(shards / "b.npz", images)
    tar_of(shards / "c.tar", *((f"{n}.png", png(image)) for n, image in enumerate(images)))
    one, _ = screened(shards, tmp_path)
    before = one.table.read_bytes()
    two, _ = screened(shards, tmp_path, workers=2)
    assert (two.table.read_bytes(), two.judged) == (before, 60)


def test_arrays_of_something_else_are_other_files_or_named(shards, tmp_path):
    np.save(shards / "labels.npy", np.arange(9))
    np.savez(shards / "features.npz", a=np.zeros((9, 512), np.float32))
    np.save(shards / "float.npy", np.zeros((2, 8, 8, 3), np.float32))
    np.save(shards / "planes.npy", np.zeros((2, 3, 8, 8), np.uint8))
    np.save(shards / "one.npy", np.zeros((8, 8, 3), np.uint8))
    np.save(shards / "flat.npy", np.zeros((2, 0, 8, 3), np.uint8))
    np.save(shards / "none.npy", np.zeros((0, 8, 8, 3), np.uint8))
    np.savez(shards / "both.npz", good=MID[np.newaxis], bad=np.zeros((2, 8, 8, 3)))
    summary, found = screened(shards, tmp_path)
    assert (summary.judged, summary.unreadable, summary.other_files) == (1, 5, 2)
    assert "float32 of shape (2, 8, 8, 3), expected uint8" in found["float.npy"]["reason"]
    assert "uint8 of shape (2, 3, 8, 8), expected" in found["planes.npy"]["reason"]
    assert "uint8 of shape (8, 8, 3), expected" in found["one.npy"]["reason"]
    assert "no pixels" in found["flat.npy"]["reason"]
    assert found["both.npz/good/000000"]["note"] == "constant"


class Bomb:
    """What must not be unpickled."""

    def __reduce__(self):
        return os.mkdir, ("exploded",)


def test_nothing_is_unpickled(shards, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    bombs = np.empty((2, 8, 8, 3), object)
    bombs[:] = Bomb()
    np.save(shards / "a.npy", bombs, allow_pickle=True)
    np.savez(shards / "b.npz", bombs=bombs)
    np.save(shards / "c.npy", np.array([Bomb()]), allow_pickle=True)
    (shards / "d.npy").write_bytes(b"\x80\x04cos\nmkdir\n(Vexploded\ntR.")
    summary, found = screened(shards, tmp_path)
    assert (summary.judged, summary.unreadable, summary.other_files) == (0, 3, 1)
    assert "object of shape" in found["a.npy"]["reason"]
    assert "no array" in found["d.npy"]["reason"]
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize("change", [-1, -5000, 1])
def test_an_array_of_another_length_is_named(shards, tmp_path, images, change):
    path = shards / "a.npy"
    np.save(path, images)
    content = path.read_bytes()
    path.write_bytes(content[:change] if change < 0 else content + b"x")
    summary, found = screened(shards, tmp_path)
    assert (summary.judged, summary.unreadable) == (0, 1)
    assert f"instead of {len(content):,}" in found["a.npy"]["reason"]


@pytest.mark.parametrize("way", [save_npz, save_npz_compressed])
def test_a_damaged_member_of_an_npz_is_named_before_its_first_row(shards, tmp_path, images, way):
    path = shards / "a.npz"
    way(path, images)
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("faces.npy")
        place = info.header_offset + info.compress_size // 2
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    summary, found = screened(shards, tmp_path)
    assert (summary.judged, summary.unreadable) == (0, 1)
    assert "damaged or cut short" in found["a.npz/faces"]["reason"]
    path.write_bytes(content[: len(content) // 2])
    assert "damaged or cut short" in screened(shards, tmp_path)[1]["a.npz"]["reason"]


def test_headers_of_arrays_that_lie_are_no_work(shards, tmp_path):
    for name, shape in (
        ("a", (10**12, 64, 64, 3)),
        ("b", (1, 10**5, 10**5, 3)),
        ("c", (-1, 8, 8, 3)),
    ):
        with open(shards / f"{name}.npy", "wb") as file:
            described = {"descr": "|u1", "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, described)
    summary, found = screened(shards, tmp_path)
    assert (summary.judged, summary.unreadable) == (0, 3)
    assert all(line["reason"] for line in found.values())


def test_an_array_replaced_between_two_runs_is_read_anew(shards, tmp_path, images):
    for chosen in (images[:5], images[15:]):
        np.save(shards / "a.npy", chosen)
        _, found = screened(shards, tmp_path)
        expected = ["true" if v else "false" for v in MultiColorRule()(chosen).broken]
        assert [line["broken"] for line in found.values()] == expected


def test_a_run_stopped_within_a_shard_goes_on_there(shards, tmp_path, monkeypatch, images):
    monkeypatch.setattr(arrays, "PIECE", 3 * MID.nbytes)
    save_npy(shards / "a.npy", images)
    labeled = ((f"{n}.{end}", content) for n, image in enumerate(images[:6])
               for end, content in (("cls", b"7"), ("png", png(image))))  # fmt: skip
    tar_of(shards / "b.tar", *labeled)
    whole, _ = screened(shards, tmp_path)
    expected = whole.table.read_bytes()
    part = tmp_path / "out" / ".verdicts.csv.part"
    for rows, kept in ((8, 6), (20, 20), (23, 23)):
        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(resume.Part, "finish", interrupted)
            screened(shards, tmp_path)
        part.write_bytes(b"".join(part.read_bytes().splitlines(keepends=True)[: 1 + rows]))
        summary, _ = screened(shards, tmp_path)
        assert (summary.resumed, summary.counts) == (kept, whole.counts)
        assert summary.table.read_bytes() == expected


def interrupted(_):
    raise KeyboardInterrupt


def test_no_rule_needs_no_pixels_of_an_array(shards, tmp_path, images):
    np.save(shards / "a.npy", images)
    assert screen_folder(shards, NoRule(), tmp_path / "out.csv").judged == len(images)
