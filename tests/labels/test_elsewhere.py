"""Laws of the tiles of other people's GANs: counts say what pixels would; faults are named."""

import csv
import hashlib
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from facescreen.labels.elsewhere import COLUMNS, ELSEWHERE, ElsewhereError, load_elsewhere
from facescreen.labels.elsewhere.__main__ import INDEX, at_side, main
from facescreen.screening import (
    PAPER_RULES,
    MultiColorRule,
    NoRule,
    SignsRule,
    SingleColorRule,
)

LABELS = ("valid", "broken_saturated", "broken_other", "unsure")
STYLE = ("mohenghui/stylegan2_unet", "yhy258/stylegan2_experiment")
EARLY = 350  # iterations of these two
WGAN = "ShreeSinghi/WassersteinGAN-master"


@pytest.fixture(scope="module")
def shipped():
    return load_elsewhere()


@pytest.fixture(scope="module")
def rows():
    with open(ELSEWHERE / "tiles.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def read_me(checkout):
    return (checkout / "data" / "README.md").read_text(encoding="utf-8").splitlines()


# --- the shipped table ----------------------------------------------------------------------------


def slow_flags(row):
    """What the paper's rules say of one row: read from the flow charts, value by value."""
    count = {(c, v): int(row[f"{c}{v}"]) for c in "rgb" for v in range(240, 256)}
    at_255 = [count[c, 255] for c in "rgb"]
    value = max(range(255, 239, -1), key=lambda v: max(count[c, v] for c in "rgb"))
    there = [count[c, value] for c in "rgb"]
    return {
        "none": False,
        "single@40": max(at_255) - min(at_255) >= 40,
        "single@20": max(at_255) - min(at_255) >= 20,
        "multi": max(there) - min(there) >= 40 or sum(there) >= 1000,
    }


def test_what_the_papers_rules_save_of_the_tiles_is_what_the_read_me_says(rows, shipped, read_me):
    sure = [row for row in rows if row["label"] != "unsure"]
    assert len(sure) == 463
    figures = {}
    for name in ("none", *PAPER_RULES):
        saved = Counter(row["label"] for row in sure if not slow_flags(row)[name])
        valid, saturated = saved["valid"], saved["broken_saturated"]
        broken = 100 * saturated / (valid + saturated)
        unusable = 100 * (len(saved := [*saved.elements()]) - valid) / len(saved)
        figures[name] = (f"{broken:.2f}", f"{unusable:.2f}", f"{100 * (310 - valid) / 310:.1f}")
        line = f"| `{name}` | {broken:.2f} | {unusable:.2f} | {figures[name][2]} |"
        assert line in read_me, line
        rule = PAPER_RULES.get(name, NoRule())
        assert shipped.flagged(rule).tolist() == [slow_flags(row)[name] for row in rows]
    assert [figure[0] for figure in figures.values()] == ["16.22", "2.29", "2.33", "2.65"]
    assert [figure[2] for figure in figures.values()] == ["0.0", "3.5", "5.5", "17.1"]


def test_the_read_me_counts_every_repositorys_tiles(rows, read_me):
    for repository in {row["repository"] for row in rows}:
        own = [row for row in rows if row["repository"] == repository]
        (commit, license), *others = {(row["commit"], row["license"]) for row in own}
        assert not others
        sides = ", ".join(sorted({row["side"] for row in own}, key=int))
        counts = " | ".join(str(n) for n in by_label(own))
        link = f"[{repository}](https://github.com/{repository})"
        line = f"| {link} | `{commit}` | {license} | {sides} | {len(own)} | {counts} |"
        assert line in read_me, line
    assert Counter(row["side"] for row in rows) == {"64": 343, "128": 128, "256": 71}
    assert by_label(rows) == [310, 60, 93, 79]


def by_label(rows):
    return [sum(row["label"] == label for row in rows) for label in LABELS]


def group_of(row):
    if row["repository"] in STYLE:
        early = int(row["stage"].removeprefix("iter ")) <= EARLY
        return "two StyleGAN2, iterations 0 to 350" if early else "the same two, later"
    return WGAN if row["repository"] == WGAN else "the other ten"


def test_nearly_all_saturated_tiles_are_the_first_iterations_of_two_repositories(rows, read_me):
    found = {}
    for group in ("two StyleGAN2, iterations 0 to 350", "the same two, later", WGAN):
        found[group] = [row for row in rows if group_of(row) == group]
    found["the other ten"] = [row for row in rows if group_of(row) == "the other ten"]
    for group, own in found.items():
        line = f"| {group} | {len(own)} | {' | '.join(str(n) for n in by_label(own))} |"
        assert line in read_me, line
    early = by_label(found["two StyleGAN2, iterations 0 to 350"])
    assert early[:2] == [0, 52] and by_label(rows)[1] == 60


def test_the_table_is_read_as_it_is_written(rows, shipped):
    assert len(shipped) == len(rows) == 542 == len(set(shipped.checksums)) == len({*shipped.names})
    for k, row in enumerate(rows):
        assert [row["tile"], row["label"]] == [shipped.names[k], shipped.labels[k]]
        assert [row["source"], row["stage"]] == [shipped.sources[k], shipped.stages[k]]
        assert int(row["side"]) == shipped.sides[k]
        assert [int(row[f"b{v}"]) for v in range(240, 256)] == shipped.counts[k, 2].tolist()
        assert float(row["grain"]) == shipped.signs[k, 3]
    assert len({(row["repository"], row["source"]) for row in rows}) == 96
    assert sum(not row["stage"] for row in rows) == 221
    assert shipped.counts.shape == (542, 3, 16) and shipped.signs.shape == (542, 4)
    assert repr(shipped).startswith("Elsewhere(542 tiles, 310 valid, 60 broken_saturated")


def test_no_image_lies_in_the_folder_and_no_cell_could_hold_one(rows):
    assert [path.name for path in ELSEWHERE.iterdir()] == ["tiles.csv"]
    assert max(len(cell) for row in rows for cell in row.values()) < 120


def test_a_part_of_the_tiles_is_judged_as_the_whole_is(shipped):
    mask = shipped.labels != "unsure"
    rule = SingleColorRule(20) | SignsRule()
    assert len(shipped[mask]) == 463
    assert shipped[mask].flagged(rule).tolist() == shipped.flagged(rule)[mask].tolist()
    assert shipped[mask].scores(PAPER_RULES["multi"]).max() <= 4096
    assert np.isnan(shipped.scores(NoRule())).all()


# --- counts say what pixels would -----------------------------------------------------------------


def bright_tile(seed, side):
    """A tile with bright patches and bright pixels alone."""
    rng = np.random.default_rng(seed)
    tile = rng.integers(0, 256, (side, side, 3)).astype(np.uint8)
    tile[: rng.integers(side // 2), :, rng.integers(3)] = rng.integers(240, 256)
    tile[-rng.integers(1, side // 2) :] = rng.integers(240, 256)
    return tile


def same(one, other):
    for field in ("reason", "score", "channel", "bin", "white_sum"):
        np.testing.assert_array_equal(getattr(one, field), getattr(other, field))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder of made-up tiles of four sizes, with the index; and the tiles."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "tiles").mkdir()
    sides = (64, 64, 64, 128, 128, 256, 80)
    tiles = [bright_tile(seed, side) for seed, side in enumerate(sides)]
    for k, tile in enumerate(tiles):
        Image.fromarray(tile).save(folder / "tiles" / f"{k}.png")
    with open(folder / "index.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*INDEX, "tile_size"])
        for k, tile in enumerate(tiles):
            license = "The MIT License (MIT) Copyright" if k % 2 else "own, “odd”"
            cells = [f"{k}.png", LABELS[k % 4], "a/b", "0123", license, "c, d.png", "", "clamp"]
            writer.writerow([*cells, len(tile)])
    return folder, tiles


@pytest.fixture(scope="module")
def measured(made, tmp_path_factory):
    out = tmp_path_factory.mktemp("measured") / "new"
    main([str(made[0]), "--out", str(out)])
    return out


@given(st.integers(0, 4097), st.integers(0, 12289), st.integers(240, 255))
def test_tiles_are_judged_at_any_threshold_as_their_images_are(made, measured, color, white, floor):
    table, images = load_elsewhere(measured), np.stack([at_side(tile) for tile in made[1]])
    rules = [MultiColorRule(color, white, floor, reading) for reading in ("all", "others")]
    for rule in (*rules, SingleColorRule(color), SingleColorRule.scaled(color / 4096)):
        same(table.verdicts(rule), rule(images))


def test_what_is_known_of_a_tile_is_kept_and_its_signs_judge_it_too(made, measured):
    table, images = load_elsewhere(measured), np.stack([at_side(tile) for tile in made[1]])
    for rule in (SignsRule(), SignsRule() | SingleColorRule(20) | NoRule()):
        same(table.verdicts(rule), rule(images))
    assert table.sides.tolist() == [64, 64, 64, 128, 128, 256, 80]
    assert table.licenses[:2].tolist() == ["own, “odd”", "MIT"]
    assert table.sources[0] == "c, d.png" and table.labels.tolist()[:4] == list(LABELS)
    with pytest.raises(ValueError, match="looks from 239 up"):
        table.flagged(MultiColorRule(floor=239))


def test_a_checksum_is_of_the_tile_as_it_was_cut(made, measured):
    for tile, checksum in zip(made[1], load_elsewhere(measured).checksums, strict=True):
        text = str(tile.shape).encode() + tile.tobytes()
        assert hashlib.sha256(text).hexdigest() == checksum


def test_larger_tiles_are_averaged_along_rows_then_columns_each_rounded(made):
    for tile in made[1][:6]:
        factor = len(tile) // 64
        sums = tile.astype(int).reshape(len(tile), 64, factor, 3).sum(axis=2)
        rows = (sums + factor // 2) // factor
        sums = rows.reshape(64, factor, 64, 3).sum(axis=1)
        np.testing.assert_array_equal(at_side(tile), (sums + factor // 2) // factor)


def test_measuring_again_writes_the_same_table_and_nothing_of_others(made, measured, tmp_path):
    before = (measured / "tiles.csv").read_bytes()
    main([str(made[0]), "--out", str(measured)])
    assert (measured / "tiles.csv").read_bytes() == before
    (tmp_path / "tiles.csv").write_text("mine\n")
    assert "no table of this command" in refusal(made[0], tmp_path)
    assert (tmp_path / "tiles.csv").read_text() == "mine\n"


def refusal(folder, out):
    with pytest.raises(SystemExit) as caught, pytest.MonkeyPatch.context() as patch:
        said = []
        patch.setattr("sys.stderr.write", said.append)
        main([str(folder), "--out", str(out)])
    assert caught.value.code == 1
    return "".join(said)


def test_a_folder_that_cannot_be_measured_is_named(made, tmp_path):
    assert "index.csv cannot be read as a table" in refusal(tmp_path, tmp_path / "out")
    index = (made[0] / "index.csv").read_text(encoding="utf-8")
    (tmp_path / "index.csv").write_text(index.replace("licence", "terms"), encoding="utf-8")
    assert "index.csv has no column 'licence'" in refusal(tmp_path, tmp_path / "out")
    (tmp_path / "index.csv").write_text(index, encoding="utf-8")
    (tmp_path / "tiles").mkdir()
    assert "tiles/0.png: " in refusal(tmp_path, tmp_path / "out").replace("\\", "/")
    Image.new("RGB", (96, 64)).save(tmp_path / "tiles" / "0.png")
    said = refusal(tmp_path, tmp_path / "out")
    assert "0.png has 96 x 64 pixels; expected a square of 64 x 64 or more" in said
    assert not (tmp_path / "out").exists()


# --- what is wrong with a table is named ----------------------------------------------------------


def changed(folder, column, value, row=1):
    """The table of a folder with one cell changed, in a folder of its own."""
    with open(folder / "tiles.csv", newline="", encoding="utf-8") as file:
        lines = list(csv.reader(file))
    lines[row][COLUMNS.index(column)] = value
    return lines


def problem(folder, lines):
    with open(folder / "tiles.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(lines)
    with pytest.raises(ElsewhereError) as caught:
        load_elsewhere(str(folder))
    said = str(caught.value)
    assert "\n" not in said and said.startswith(str(folder / "tiles.csv"))
    return said.removeprefix(str(folder / "tiles.csv"))


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("tile", "1.png", ", row 2: the tile '1.png' is there twice"),
        ("tile", "", ", row 1: the tile '' has no tile"),
        ("source", "", "has no source"),
        ("label", "good", "has the label 'good'; expected one of valid, broken_saturated"),
        ("sha256", "0" * 63, "expected 64 hexadecimal digits"),
        ("side", "63", "has the side 63; expected 64 pixels or more"),
        ("r240", "-1", "has the r240 '-1'; expected a whole number, 0 or more"),
        ("g255", "1.0", "has the g255 '1.0'; expected a whole number, 0 or more"),
        ("b250", "", "has the b250 ''; expected a whole number, 0 or more"),
        ("b250", "9" * 5000, "expected a whole number, 0 or more"),
        ("g250", "4097", "pixels counted in g; there are 4,096"),
        ("color", "1.5", "has the color '1.5'; expected a number from 0 to 1"),
        ("white", "nan", "has the white 'nan'; expected a number from 0 to 1"),
        ("grain", "inf", "has the grain 'inf'; expected a number 0 or more"),
        ("dark", "some", "has the dark 'some'; expected a number from 0 to 1"),
    ],
)
def test_a_cell_that_no_tile_can_have_is_named(measured, tmp_path, column, value, said):
    assert said in problem(tmp_path, changed(measured, column, value))


def test_a_table_of_another_form_is_named(measured, tmp_path):
    lines = changed(measured, "label", "valid")
    assert problem(tmp_path, [lines[0], lines[1][:-1]]) == ", row 1, has 61 cells; expected 62"
    lines[0][1] = "said"
    assert problem(tmp_path, lines) == " has the column 'said' where 'label' is expected"
    assert "has the column None where 'tile' is expected" in problem(tmp_path, [])
    (tmp_path / "tiles.csv").write_bytes(b"\xff\xfe\x00 no text")
    with pytest.raises(ElsewhereError, match=r"tiles\.csv cannot be read as a table"):
        load_elsewhere(tmp_path)
    with pytest.raises(ElsewhereError, match=r"tiles\.csv cannot be read as a table"):
        load_elsewhere(tmp_path / "nowhere")
