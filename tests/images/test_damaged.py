"""The law of damaged files: refused in one sentence, or read as the pixels that were saved.

`python -m pytest tests/images/test_damaged.py -s -k table` prints the table of data/README.md.
"""

import io
from collections import Counter

import pytest
from damage import KINDS, damaged, scene
from PIL import Image

from facescreen.images import ImageError, read_image

TRIES = 48  # of each way to damage each variant
VOUCHING = [*(("PNG", variant) for variant in KINDS["PNG"]), ("TIFF", "deflate")]  # by checksums
COLUMNS = ("tried", "refused", "equal", "wrong")
README = "data/README.md"


def pixels(file, content: bytes) -> bytes | None:
    """What is read, or None where it is refused, which takes one sentence."""
    file.write_bytes(content)
    try:
        image = read_image(file)
    except ImageError as error:
        assert str(error).startswith(f"{file}: ") and "expected" in str(error)
        assert "\n" not in str(error)
        return None
    return bytes(str(image.shape), "ascii") + image.tobytes()


def verified(content: bytes) -> bool:
    """Whether a PNG holds by itself: joined between two chunks, halves make another whole file."""
    try:
        Image.open(io.BytesIO(content)).verify()
    except Exception:
        return False
    return True


@pytest.fixture(scope="module")
def tally(tmp_path_factory) -> dict[tuple[str, str], Counter]:
    """Counts of every damaged file, by format and variant."""
    counts: dict[tuple[str, str], Counter] = {}
    folder = tmp_path_factory.mktemp("damaged")
    for seed, (kind, variant) in enumerate((k, v) for k in KINDS for v in KINDS[k]):
        file = folder / f"image.{kind.lower()}"
        one, other = (KINDS[kind][variant](scene(number)) for number in (0, 1))
        whole = {pixels(file, one), pixels(file, other)}
        assert None not in whole
        count = counts[kind, variant] = Counter()
        for way, content in damaged(one, other, TRIES, seed):
            if content in (one, other) or (kind == "PNG" and verified(content)):
                continue
            read = pixels(file, content)
            count["tried", way] += 1
            verdict = "refused" if read is None else "equal" if read in whole else "wrong"
            count[verdict, way] += 1
    return counts


def total(counts: list[Counter], column: str) -> int:
    return sum(n for count in counts for (name, _), n in count.items() if name == column)


def table(tally: dict[tuple[str, str], Counter]) -> list[str]:
    lines = ["| format | " + " | ".join(COLUMNS) + " |", "|---|" + "---|" * len(COLUMNS)]
    rows = {kind: [tally[kind, variant] for variant in KINDS[kind]] for kind in KINDS}
    rows["TIFF"] = [tally["TIFF", variant] for variant in ("raw", "LZW")]
    rows["TIFF, deflated"] = [tally["TIFF", "deflate"]]
    for kind, counts in rows.items():
        lines.append(f"| {kind} | " + " | ".join(f"{total(counts, c):,}" for c in COLUMNS) + " |")
    return lines


def is_row(line: str) -> bool:
    return line.count("|") == len(COLUMNS) + 2 and line.strip("| ")[-1].isdigit()


def numbers(line: str) -> list:
    """A line of the table: the format and its counts."""
    kind, *counts = (cell.strip() for cell in line.strip("|").split("|"))
    return [kind, *(int(count.replace(",", "")) for count in counts)]


def test_the_table_of_the_read_me_is_the_one_counted(tally, checkout):
    counted = table(tally)
    print("", *counted, sep="\n")
    said = (checkout / README).read_text(encoding="utf-8")
    assert total(list(tally.values()), "tried") >= 5000
    lines = {numbers(line)[0]: numbers(line)[1:] for line in said.splitlines() if is_row(line)}
    for kind, *now in map(numbers, counted[2:]):
        # Another version of a library writes other files, and damage strikes them elsewhere.
        apart = max(abs(a - b) for a, b in zip(now, lines[kind], strict=True))
        assert apart <= 0.03 * now[0], f"{README} has other counts for {kind}"


def test_where_checksums_vouch_no_pixel_is_wrong(tally):
    for kind, variant in VOUCHING:
        assert total([tally[kind, variant]], "wrong") == 0, (kind, variant)


def test_a_file_that_is_cut_is_refused_whatever_its_format(tally):
    for (kind, variant), count in tally.items():
        assert count["wrong", "cut"] == 0, (kind, variant)
        if variant not in ("MPO", "animated"):  # whose first picture may be whole
            assert count["equal", "cut"] == 0, (kind, variant)


@pytest.mark.parametrize("kind", ["WebP", "GIF", "BMP"])
def test_bytes_too_many_or_too_few_are_noticed_without_checksums(tally, kind):
    for variant in KINDS[kind]:
        for way in ("insert", "remove"):
            assert tally[kind, variant]["wrong", way] == 0, (kind, variant, way)


def test_most_damage_of_jpegs_is_noticed(tally):
    """Codes may find their place again behind the damage: what then is left is a whole file."""
    counts = [tally["JPEG", variant] for variant in KINDS["JPEG"]]
    assert total(counts, "refused") > 2 / 3 * total(counts, "tried")
