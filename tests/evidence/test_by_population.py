"""Laws of the tables by population: they are what an independent count through the files gives."""

import csv

import numpy as np
import pytest
from recount import LAST, labeled_files, labeled_tiles, wilson

from facescreen.evidence import TABLE_RULES, TABLES
from facescreen.labels import REFERENCE


@pytest.fixture(scope="module")
def recounted():
    """Run, label and flags of every image of every population."""
    pools = {"while learning": "learning", "while learning, shipped recipe": "learning_plain",
             "finished": "default"}  # fmt: skip
    found = {name: list(labeled_files(pool)) for name, pool in pools.items()}
    return found | {"other people's GANs": list(labeled_tiles())}


@pytest.mark.parametrize("reading", LAST)
@pytest.mark.parametrize("rule", TABLE_RULES)
def test_tables_by_population_are_what_a_count_through_the_files_gives(
    rule, reading, proof, recounted
):
    table = TABLES["by_population"](proof)
    assert list(dict.fromkeys(table.index.get_level_values(0))) == list(recounted)
    for name, images in recounted.items():
        row = table.loc[name, reading, rule]
        kept = [label for _, label, flags in images if not flags[rule]]
        broken = sum(label in LAST[reading] for label in kept)
        sure = broken + kept.count("valid")
        lost = sum(flags[rule] for _, label, flags in images if label == "valid")
        valid = lost + kept.count("valid")
        assert row["broken"] == broken
        assert row["rate %"] == pytest.approx(100 * broken / sure)
        assert (row["low %"], row["high %"]) == pytest.approx(wilson(broken, sure))
        assert row["valid lost %"] == pytest.approx(100 * lost / valid)
        shares = []
        for run in {run for run, _, _ in images}:
            own = [label for r, label, flags in images if r == run and not flags[rule]]
            total = own.count("valid") + sum(label in LAST[reading] for label in own)
            if total >= 10:
                shares.append(100 * (1 - own.count("valid") / total))
        if len(shares) > 1:
            ends = row["lowest run %"], row["highest run %"]
            assert ends == pytest.approx((min(shares), max(shares)))
        else:
            assert np.isnan(row["lowest run %"])


@pytest.mark.parametrize("reading", LAST)
@pytest.mark.parametrize("rule", TABLE_RULES)
def test_2500_saved_while_learning_are_what_a_walk_through_the_files_counts(
    rule, reading, proof, recounted
):
    saved, tried = [], 0
    for _, label, flags in recounted["while learning"]:
        if len(saved) == 2500:
            break
        tried += 1
        if not flags[rule]:
            saved.append(label)
    row = TABLES["saved_2500"](proof).loc["while learning", reading, rule]
    broken = sum(label in LAST[reading] for label in saved)
    assert (row["tried"], row["saved"], row["broken"]) == (tried, 2500, broken)
    assert row["rate %"] == pytest.approx(100 * broken / (broken + saved.count("valid")))


def test_each_seed_and_stage_is_counted_by_itself(proof, recounted):
    by_seed, by_stage = TABLES["by_seed"](proof), TABLES["by_stage"](proof)
    with (REFERENCE / "drawn.csv").open(newline="", encoding="utf-8") as file:
        shown = {row["image"]: row["learned_from"] for row in csv.DictReader(file)}
    for name, pool in (("while learning", "learning"),
                       ("while learning, shipped recipe", "learning_plain")):  # fmt: skip
        images = recounted[name]
        for seed in {run for run, _, _ in images}:
            own = [label for run, label, _ in images if run == seed]
            row = by_seed.loc[name, seed, "broken", "none"]
            assert row["broken"] == own.count("broken_saturated")
        at = [int(shown[f"{pool}/{number:04d}"]) for number in range(len(images))]
        for stage in set(at):
            own = [image for image, moment in zip(images, at, strict=True) if moment == stage]
            row = by_stage.loc[name, stage]
            assert row["images"] == len(own)
            assert row["saturated"] == sum(label == "broken_saturated" for _, label, _ in own)
            assert row["valid"] == sum(label == "valid" for _, label, _ in own)


def test_auc_is_the_share_of_pairs_in_the_right_order(proof, recounted):
    """Of rule 1's score, ties counting half: on other people's tiles, from the table's numbers."""
    with (REFERENCE.parent / "elsewhere" / "tiles.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    score = {"valid": [], "broken_saturated": []}
    for row in rows:
        if row["label"] in score:
            at = [int(row[f"{channel}255"]) for channel in "rgb"]
            score[row["label"]].append(max(at) - min(at))
    pairs = [(a > b) + (a == b) / 2 for a in score["broken_saturated"] for b in score["valid"]]
    told = TABLES["told_apart"](proof).loc["other people's GANs", "all", "broken"]
    assert told["AUC"] == pytest.approx(sum(pairs) / len(pairs))
