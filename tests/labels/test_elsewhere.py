"""Laws of the tiles of other people's GANs: the table says what their pixels would."""

import csv
import hashlib
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up_tiles import LABELS

from facescreen.evaluation.peers import cleanvision_score, over_exposure, unnatural_color
from facescreen.labels.elsewhere import COLUMNS, ELSEWHERE, PEER_SCORES, load_elsewhere
from facescreen.labels.elsewhere.__main__ import at_side, main
from facescreen.screening import (
    PAPER_RULES,
    MultiColorRule,
    NoRule,
    SignsRule,
    SingleColorRule,
)
from facescreen.screening.measures import SIGNS, measure_signs

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
        assert [float(row[sign]) for sign in SIGNS] == shipped.signs[k].tolist()
        assert [float(row[peer]) for peer in PEER_SCORES] == shipped.peers[k].tolist()
    assert len({(row["repository"], row["source"]) for row in rows}) == 96
    assert sum(not row["stage"] for row in rows) == 221
    assert shipped.counts.shape == (542, 3, 16)
    assert shipped.signs.shape == (542, 12) and shipped.peers.shape == (542, 4)
    assert repr(shipped).startswith("Elsewhere(542 tiles, 310 valid, 60 broken_saturated")


def test_shipped_signs_and_peers_agree_with_the_counts_beside_them(shipped):
    at_255 = shipped.counts[:, :, 15]
    clipped = np.log((at_255.max(axis=1) - at_255.min(axis=1)) / 4096 + 0.003)
    columns = dict(zip(SIGNS, shipped.signs.T, strict=True))
    np.testing.assert_allclose(columns["clipped"], clipped, rtol=1e-4)
    white = (np.exp(columns["white"]) - 0.01) * 28 * 24  # pixels of the face, no channel below 240
    assert (white < shipped.counts.sum(axis=2).min(axis=1) + 0.01).all() and white.max() > 500
    exposed = shipped.peers[:, 0] * 28 * 25  # pixels of its window: of luminance 247 and above,
    assert (exposed < shipped.counts[:, 1].sum(axis=1) + 0.01).all()  # so of a bright green


def test_the_read_me_names_every_column(rows, read_me):
    start = read_me.index("| column | what |")
    table = "".join(read_me[start : read_me.index("", start)])
    assert list(rows[0]) == list(COLUMNS)
    for column in (*COLUMNS[:10], "r240", "b255", *SIGNS, *PEER_SCORES):
        assert f"`{column}`" in table, column


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


def same(one, other, rtol=0):
    for field in ("reason", "channel", "bin", "white_sum"):
        np.testing.assert_array_equal(getattr(one, field), getattr(other, field))
    np.testing.assert_allclose(one.score, other.score, rtol=rtol, atol=rtol)


@given(st.integers(0, 4097), st.integers(0, 12289), st.integers(240, 255))
def test_tiles_are_judged_at_any_threshold_as_their_images_are(made, measured, color, white, floor):
    table, images = load_elsewhere(measured), np.stack([at_side(tile) for tile in made[1]])
    rules = [MultiColorRule(color, white, floor, reading) for reading in ("all", "others")]
    for rule in (*rules, SingleColorRule(color), SingleColorRule.scaled(color / 4096)):
        same(table.verdicts(rule), rule(images))


def test_what_is_known_of_a_tile_is_kept_and_its_signs_judge_it_too(made, measured):
    table, images = load_elsewhere(measured), np.stack([at_side(tile) for tile in made[1]])
    for rule in (SignsRule(), SignsRule() | SingleColorRule(20) | NoRule()):
        same(table.verdicts(rule), rule(images), rtol=1e-3)  # signs are written to six digits
    assert table.sides.tolist() == [64, 64, 64, 128, 128, 256, 80]
    assert table.licenses[:2].tolist() == ["own, “odd”", "MIT"]
    assert table.sources[0] == "c, d.png" and table.labels.tolist()[:4] == list(LABELS)
    with pytest.raises(ValueError, match="looks from 239 up"):
        table.flagged(MultiColorRule(floor=239))


def test_signs_and_peers_are_those_of_each_tile_at_64(made, measured, judge):
    table, images = load_elsewhere(measured), [at_side(tile)[np.newaxis] for tile in made[1]]
    assert list(PEER_SCORES) == ["over_exposure", "natural_color", "cleanvision", "portrait_judge"]
    for k, image in enumerate(images):
        np.testing.assert_allclose(table.signs[k], measure_signs(image)[0], rtol=1e-4, atol=1e-6)
        peers = [f(image)[0] for f in (over_exposure, unnatural_color, cleanvision_score, judge)]
        np.testing.assert_allclose(table.peers[k], peers, rtol=1e-4)
    assert (table.signs < 0).any() and np.ptp(table.peers, axis=0).min() > 0


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


def test_measuring_again_writes_the_same_table(made, measured):
    before = (measured / "tiles.csv").read_bytes()
    main([str(made[0]), "--out", str(measured)])
    assert (measured / "tiles.csv").read_bytes() == before
