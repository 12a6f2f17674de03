"""Laws of shards: what is in an archive or array is judged as the same images in files are."""

import io
import os
import tarfile
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mixed_folder import MID, UNREADABLE, lines, save, with_red_patch

from facescreen.folders import arrays, resume, screen_folder, tar
from facescreen.screening import MultiColorRule, NoRule

JUDGED = ("broken", "reason", "score", "channel", "bin", "note")


def tar_of(path, *members, format=tarfile.GNU_FORMAT):
    """A tar of (name, bytes or TarInfo) made by Python's own writer."""
    with tarfile.open(path, "w", format=format) as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            if isinstance(content, bytes):
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
            else:
                info.type, info.linkname = content
                archive.addfile(info)
    return path


def offsets(path):
    """Where the members' headers begin, and where their bytes end."""
    with tarfile.open(path) as archive:
        members = archive.getmembers()
    return [m.offset for m in members], [m.offset_data + m.size for m in members]


def png(image: np.ndarray) -> bytes:
    with io.BytesIO() as file:
        from PIL import Image

        Image.fromarray(image).save(file, "PNG")
        return file.getvalue()


def screened(folder, tmp_path, **options):
    summary = screen_folder(folder, MultiColorRule(), tmp_path / "out" / "verdicts.csv", **options)
    return summary, lines(summary.table)


@pytest.fixture
def shards(tmp_path):
    folder = tmp_path / "shards"
    folder.mkdir()
    return folder


# --- tar ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_members_are_judged_as_the_files_they_were_made_of(mixed, shards, tmp_path, format):
    plain = [p for p in sorted(mixed.iterdir()) if p.is_file() and p.name != "huge.png"]
    tar_of(shards / "a.tar", *((p.name, p.read_bytes()) for p in plain), format=format)
    summary, found = screened(shards, tmp_path)
    expected = lines(screen_folder(mixed, MultiColorRule(), tmp_path / "files.csv").table)
    assert len(found) > 10
    for name, line in found.items():
        assert name.startswith("a.tar/")
        same = expected[name.removeprefix("a.tar/")]
        assert [line[c] for c in JUDGED] == [same[c] for c in JUDGED]
    assert summary.other_files == 1  # notes.txt
    assert os.listdir(shards) == ["a.tar"], "nothing is unpacked"


names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200)


@given(st.lists(st.tuples(names, st.integers(0, 2000)), max_size=5), st.sampled_from([0, 1, 2]))
def test_the_walk_finds_what_pythons_own_reader_finds(made, format):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=format) as archive:
        for name, size in made:
            info = tarfile.TarInfo(name)
            info.size = size
            try:
                archive.addfile(info, io.BytesIO(bytes(size)))
            except ValueError:  # ustar has no room for it
                return
    file.seek(0)
    with tarfile.open(fileobj=file) as archive:
        theirs = [(m.name, m.offset_data, m.size) for m in archive if m.isfile()]
    with open(os.memfd_create("a"), "w+b") as copy:
        copy.write(file.getvalue())
        copy.flush()
        ours = [(m.name, m.start, m.stop - m.start) for m in tar.members(copy) if m.plain]
    assert [(n.rstrip("/"), *rest) for n, *rest in ours] == [
        (n.rstrip("/"), *rest) for n, *rest in theirs
    ]


def test_hostile_names_are_names_and_no_more(shards, tmp_path):
    image = png(MID)
    hostile = ["../../up.png", "/abs.png", "./here.png", "new\nline\r.png", 'a"b,c.png', "=1+1.png"]
    long = "d/" * 150 + "x.png"
    tar_of(shards / "a.tar", *((name, image) for name in [*hostile, long, "%s{0}.png"]))
    summary, found = screened(shards, tmp_path)
    inner = [name.removeprefix("./") for name in hostile]
    assert list(found) == [f"a.tar/{name}" for name in [*inner, long, "%s{0}.png"]]
    assert summary.judged == len(found)
    assert sorted(os.listdir(tmp_path)) == ["out", "shards"]
    raw = bytearray((shards / "a.tar").read_bytes())
    raw[:3] = b"\xff\xfe."
    raw[148:156] = b"%06o\0 " % (sum(raw[:148]) + sum(raw[156:512]) + 256)
    (shards / "a.tar").write_bytes(raw)
    assert os.fsdecode(b"a.tar/\xff\xfe.../up.png") in screened(shards, tmp_path)[1]


def test_links_devices_and_hidden_members_are_not_read(shards, tmp_path):
    links = [("a.png", (tarfile.SYMTYPE, "/etc/passwd")), ("b.png", (tarfile.LNKTYPE, "c.png"))]
    odd = [("pipe.png", (tarfile.FIFOTYPE, "")), ("zero.png", (tarfile.CHRTYPE, ""))]
    others = [
        ("._c.png", png(MID)),
        ("__MACOSX/c.png", png(MID)),
        ("dir.png", (tarfile.DIRTYPE, "")),
    ]
    text = [
        ("label.cls", b"7"),
        ("c.png", png(MID)),
        ("no_ending", png(MID)),
        ("link", links[0][1]),
    ]
    tar_of(shards / "a.tar", *links, *odd, *others, *text)
    summary, found = screened(shards, tmp_path)
    assert (summary.judged, summary.unreadable, summary.other_files) == (2, 4, 1)
    assert "a link or device in an archive" in found["a.tar/a.png"]["reason"]
    assert summary.passed.hidden == ["a.tar/._c.png", "a.tar/__MACOSX/c.png"]


def test_a_huge_member_is_refused_by_its_header(mixed, shards, tmp_path):
    tar_of(shards / "a.tar", ("huge.png", (mixed / "huge.png").read_bytes()))
    assert UNREADABLE["huge.png"] in screened(shards, tmp_path)[1]["a.tar/huge.png"]["reason"]


def test_an_archive_cut_anywhere_is_named_and_what_is_whole_is_judged(shards, tmp_path):
    path = tar_of(shards / "a.tar", *((f"{n}.png", png(with_red_patch(n))) for n in range(3)))
    whole = path.read_bytes()
    starts, ends = offsets(path)
    end = -(-ends[-1] // 512) * 512
    for length in [*range(0, end + 1, 97), *starts, *ends, end, end + 511]:
        path.write_bytes(whole[:length])
        summary, found = screened(shards, tmp_path)
        reason = found.pop("a.tar")["reason"]
        assert reason.startswith("unreadable: cut short: it "), length
        assert summary.unreadable == 1
        assert summary.judged == len(found) == sum(length >= e for e in ends), length
    path.write_bytes(whole[: end + 512])
    assert screened(shards, tmp_path)[0].unreadable == 0


@pytest.mark.parametrize("flip", range(0, 512, 7))
def test_a_damaged_header_is_named(shards, tmp_path, flip):
    path = tar_of(shards / "a.tar", *((f"{n}.png", png(MID)) for n in range(2)))
    content = bytearray(path.read_bytes())
    second = offsets(path)[0][1]
    content[second + flip] ^= 0x55
    path.write_bytes(content)
    summary, found = screened(shards, tmp_path)
    assert (summary.judged, summary.unreadable) == (1, 1)
    assert f"damaged: byte {second:,} begins no member" in found["a.tar"]["reason"]


def header(name: bytes, size: bytes, kind: bytes = b"0") -> bytes:
    block = bytearray(512)
    block[: len(name)], block[124 : 124 + len(size)], block[156:157] = name, size, kind
    block[148:156] = b"%06o\0 " % (sum(block) + 256)
    return bytes(block)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html>not found</html>" * 40, "no tar archive (it begins with b'<html>no')"),
        (b"", "cut short: it is empty"),
        (header(b"a.png", b"\xff" * 12), "negative size"),
        (header(b"a.png", b"\x80" + b"\x7f" * 11), "it ends within its member a.png"),
        (header(b"a.png", b"77777777777"), "it ends within its member a.png"),
        (header(b"x", b"77777777777", b"x"), "bytes of names"),
        (header(b"x", b"\xff" * 12, b"L"), "negative size"),
        (header(b"x", b"14", b"x") + b"99 path=a\n\n\n".ljust(512, b"\0"), "is none"),
        (
            header(b"x", b"14", b"x")
            + b"12 size=-9\n\n".ljust(512, b"\0")
            + header(b"a.png", b"0"),
            "",
        ),
        (header(b"\x1b[31m.png", b"77777"), r"its member '\x1b[31m.png'"),
    ],
)
def test_what_is_no_archive_or_lies_about_sizes_is_one_row(shards, tmp_path, content, words):
    (shards / "a.tar").write_bytes(content)
    summary, found = screened(shards, tmp_path)
    assert (summary.judged, summary.unreadable) == (0, 1)
    assert words in found["a.tar"]["reason"]


def test_a_long_run_of_name_headers_needs_no_stack_and_no_memory(shards, tmp_path):
    extra = header(b"x", b"4", b"L") + b"deep".ljust(512, b"\0")
    content = extra * 3000 + header(b"a.png", b"0") + bytes(1024)
    (shards / "a.tar").write_bytes(content)
    _, found = screened(shards, tmp_path)
    assert list(found) == []  # "deep" is empty, and no picture


# --- arrays ---------------------------------------------------------------------------------------


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
