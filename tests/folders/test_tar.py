"""Laws of tar shards: members are judged as the files they were, and archives are not trusted."""

import io
import os
import tarfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from made_up_shards import JUDGED, offsets, png, screened, tar_of
from mixed_folder import MID, UNREADABLE, lines, with_red_patch

from facescreen.folders import screen_folder, tar
from facescreen.screening import MultiColorRule


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


@example([("/", 0), ("a/", 9)], 0)
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
