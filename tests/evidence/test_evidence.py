"""Laws of the evidence: its tables are what an independent count gives, its ledger is computed."""

import csv
from collections import Counter
from dataclasses import replace
from functools import cache
from math import comb
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from facescreen.breakage import KINDS
from facescreen.evidence import (
    FIGURES,
    TABLE_RULES,
    TABLES,
    Evidence,
    by_images,
    ledger,
    rebuild,
    tally,
)
from facescreen.evidence.claims import tuned
from facescreen.evidence.entry import APART, CHOSEN, NOT, OURS, PAPER, PARTLY, REPRODUCED, UNTESTED
from facescreen.evidence.gathered import VALID_LOST, calibrated_signs
from facescreen.labels import REFERENCE
from facescreen.screening import LearnedRule, SignsRule, reference_verdict

RULES = [name for name in TABLE_RULES if name != "none"]


@pytest.fixture(scope="module")
def proof() -> Evidence:
    return Evidence(images_per_kind=6, alarm_faces=96, audit_images=64)


@cache
def sheet_of(pool, number):
    with Image.open(REFERENCE / pool / f"{number:02d}.webp") as opened:
        return np.asarray(opened)


def cut_out(name):
    """A labeled image, cut from its sheet of 8 × 8."""
    pool, number = name.split("/")
    sheet, place = divmod(int(number), 64)
    left, top = 64 * (place % 8), 64 * (place // 8)
    return sheet_of(pool, sheet)[top : top + 64, left : left + 64]


@pytest.fixture(scope="module")
def counted() -> dict[str, tuple[str, dict[str, bool]]]:
    """By image of the default pool: label and flags, from the files by other means."""
    said: dict[str, list[tuple[str, str]]] = {}
    with (REFERENCE / "labels.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            said.setdefault(row["image"], []).append((row["rater"], row["label"]))
    found = {}
    for name in sorted(name for name in said if name.startswith("default/")):
        labels = [label for _, label in sorted(said[name])]
        ranked = Counter(labels).most_common()
        leads = len(ranked) == 1 or ranked[0][1] > ranked[1][1]
        image = cut_out(name)
        flags = {n: reference_verdict(image, TABLE_RULES[n])[0] != "" for n in RULES}
        found[name] = (ranked[0][0] if leads else labels[-1], {"none": False, **flags})
    return found


LAST = {"broken": ("broken_saturated",), "unusable": ("broken_saturated", "broken_other")}


def last_word(looks):
    """What most looks said; of labels said equally often, the last look's."""
    ranked = Counter(label for _, label in sorted(looks)).most_common()
    leads = len(ranked) == 1 or ranked[0][1] > ranked[1][1]
    return ranked[0][0] if leads else sorted(looks)[-1][1]


def flags_of(counts):
    """The paper's rules on the counts of values 240 to 255, (3, 16) integers, by plain Python."""
    at_255 = [int(channel[-1]) for channel in counts]
    single = max(at_255) - min(at_255)
    peak = max(max(int(n) for n in channel) for channel in counts)
    place = max(k for k in range(16) for channel in counts if int(channel[k]) == peak)
    here = [int(channel[place]) for channel in counts]
    multi = max(here) - min(here) >= 40 or sum(here) >= 1000
    return {"none": False, "single 40": single >= 40, "single 20": single >= 20,
            "multi 40 / 1,000": multi}  # fmt: skip


def labeled_files(pool):
    """Of a pool's images, in order: run, label and flags, from the files."""
    said: dict[str, list[tuple[str, str]]] = {}
    with (REFERENCE / "labels.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            said.setdefault(row["image"], []).append((row["rater"], row["label"]))
    with (REFERENCE / "drawn.csv").open(newline="", encoding="utf-8") as file:
        runs = {row["image"]: row["seed"] for row in csv.DictReader(file)}
    for name in sorted(name for name in said if name.startswith(f"{pool}/")):
        image = cut_out(name)
        counts = [np.bincount(image[..., k].ravel(), minlength=256)[240:] for k in range(3)]
        yield runs[name], last_word(said[name]), flags_of(counts)


def labeled_tiles():
    """The same of other people's GANs, from their table."""
    with (REFERENCE.parent / "elsewhere" / "tiles.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            counts = [[row[f"{channel}{value}"] for value in range(240, 256)] for channel in "rgb"]
            yield row["repository"], row["label"], flags_of(counts)


@pytest.fixture(scope="module")
def recounted():
    """Run, label and flags of every image of every population."""
    pools = {"while learning": "learning", "while learning, shipped recipe": "learning_plain",
             "finished": "default"}  # fmt: skip
    found = {name: list(labeled_files(pool)) for name, pool in pools.items()}
    return found | {"other people's GANs": list(labeled_tiles())}


def wilson(count, total, z=1.959963984540054):
    p, d = count / total, 1 + z * z / total
    half = z * (p * (1 - p) / total + (z / (2 * total)) ** 2) ** 0.5
    middle = p + z * z / (2 * total)
    return 100 * (middle - half) / d, 100 * (middle + half) / d


@pytest.mark.parametrize("rule", TABLE_RULES)
def test_tables_2_and_3_are_what_a_walk_through_the_files_counts(rule, proof, counted):
    tried, saved, lost, valid = 0, [], 0, 0
    for label, flags in counted.values():
        if len(saved) == 2500:
            break
        tried += 1
        valid += label == "valid"
        lost += flags[rule] and label == "valid"
        if not flags[rule]:
            saved.append(label)
    row = TABLES["screening"](proof).loc[rule]
    broken = sum(label.startswith("broken") for label in saved)
    sure = len(saved) - saved.count("unsure")
    assert (row["tried"], row["saved"], row["broken"]) == (tried, 2500, broken)
    assert row["saturated"] == saved.count("broken_saturated")
    assert row["rate %"] == pytest.approx(100 * broken / sure)
    assert (row["low %"], row["high %"]) == pytest.approx(wilson(broken, sure))
    assert row["valid lost %"] == pytest.approx(100 * lost / valid)
    assert row["tries per image"] == pytest.approx(tried / 2500)


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


def test_mcnemar_is_the_binomial_tail_of_the_pairs_that_differ(proof, counted):
    table = TABLES["rules_compared"](proof).loc[("broken", "single 40", "multi 40 / 1,000")]
    ill = [flags for label, flags in counted.values() if label.startswith("broken")]
    first = sum(f["single 40"] and not f["multi 40 / 1,000"] for f in ill)
    second = sum(f["multi 40 / 1,000"] and not f["single 40"] for f in ill)
    pairs = first + second
    tail = sum(comb(pairs, k) for k in range(min(first, second) + 1)) / 2**pairs
    assert (table["only first"], table["only second"]) == (first, second)
    assert table["p"] == pytest.approx(min(1, 2 * tail))


def test_every_kind_of_damage_is_measured_and_undamaged_portraits_beside_it(proof):
    table = TABLES["kinds"](proof)
    assert list(table.index) == [*KINDS, "no damage"]
    for kind in KINDS:
        images = proof.planted.images[proof.planted.kinds == kind]
        flagged = sum(reference_verdict(i, TABLE_RULES["single 40"])[0] != "" for i in images)
        assert table.loc[kind, ("images", "")] == len(images) == 6
        assert table.loc[kind, ("single 40", "caught")] == flagged


def test_no_screen_learns_from_the_images_it_is_measured_on(proof):
    measured = {pool.name for pool in (proof.test, proof.test_strong)}
    learned_from = {pool.name for pool in (proof.pool, proof.strong)}
    assert measured == {"test", "test_strong"} and not measured & learned_from
    assert calibrated_signs(proof.pool) == proof.signs
    assert calibrated_signs(proof.strong) == proof.strong_signs
    again = LearnedRule.fit(proof.pool.images, proof.pool.labels, VALID_LOST)
    scores = (rule(proof.test.images[:50]).score for rule in (again, proof.learned))
    np.testing.assert_allclose(*scores, rtol=1e-6)


@pytest.mark.parametrize("name", [n for n in TABLES if n not in ("alarms", "save_path")])
def test_every_table_has_rows_and_its_shares_are_shares(name, proof):
    table = TABLES[name](proof)
    assert len(table)
    shares = [c for c in table if str(c[-1] if isinstance(c, tuple) else c).endswith("%")]
    shares = [c for c in shares if "reduction" not in str(c)]
    values = table[shares].to_numpy(float)
    values = values[~np.isnan(values)]
    assert ((values >= 0) & (values <= 100)).all()


# --- the ledger -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def book(proof) -> pd.DataFrame:
    return ledger(proof)


def test_every_line_of_the_ledger_is_complete_and_has_one_of_the_outcomes(book):
    assert set(book["outcome"]) <= {REPRODUCED, PARTLY, NOT, UNTESTED, CHOSEN}
    assert set(book["whose"]) == {PAPER, OURS}
    assert book.map(lambda cell: bool(str(cell).strip())).all(axis=None)
    assert not book.duplicated(["claim", "images"]).any()
    assert not book["here"].str.contains("nan").any()


def test_every_claim_that_labels_can_test_is_tested_on_every_population(book, proof):
    own = book[book["images"] != APART]
    by_claim = own.groupby("claim")["images"].agg(set)
    early = by_claim.pop("Images come out broken early in training")
    assert early == {"while learning", "while learning, shipped recipe"}
    assert len(by_claim) > 15
    assert (by_claim == by_claim.map(lambda _: set(proof.populations))).all()


def test_the_ledger_by_images_holds_every_line_once(book):
    wide = by_images(book)
    assert (wide != "").sum().sum() == len(book)
    for _, line in book.sample(20, random_state=0).iterrows():
        cell = wide.loc[(line["whose"], line["section"], line["claim"]), line["images"]]
        assert cell == f"{line['outcome']}: {line['here']}"


def test_the_tally_counts_the_papers_claims_alone(book):
    counts = tally(book)
    for images, row in counts.iterrows():
        lines = [line for _, line in book.iterrows()
                 if line["images"] == images and line["whose"] == PAPER]  # fmt: skip
        assert row.sum() == len(lines)
        assert row.to_dict() == {o: sum(x["outcome"] == o for x in lines) for o in counts}


def test_what_was_aimed_at_is_no_finding(book):
    first = book[book["claim"] == "Without screening, about one image in six is broken"]
    told = first.set_index("images")["outcome"]
    assert told["finished"] == told["while learning"] == CHOSEN
    assert {told["other people's GANs"], told["while learning, shipped recipe"]} <= {
        REPRODUCED,
        NOT,
    }


def test_the_outcomes_follow_the_labels(proof, book):
    """Were exactly those images broken that rule 2 flags, its claims would be reproduced."""
    other = Evidence(proof.images_per_kind)
    flagged = proof.verdicts["multi 40 / 1,000"].broken
    labels = np.where(flagged, "broken_saturated", "valid")
    other.__dict__["pool"] = replace(proof.pool, labels=labels)
    other.__dict__["learning"], other.__dict__["learning_plain"] = (
        proof.learning,
        proof.learning_plain,
    )
    told = ledger(other).query("images == 'finished'").set_index("claim")["outcome"]
    assert told["multi 40 / 1,000 leaves 0.48 % broken, 97.0 % fewer"] == REPRODUCED
    assert told["multi 40 / 1,000 throws away hardly any valid images"] == REPRODUCED
    now = book.query("images == 'finished'").set_index("claim")["outcome"]
    assert now["multi 40 / 1,000 throws away hardly any valid images"] == NOT


def test_no_pair_of_thresholds_at_that_price_leaves_fewer_broken_images(proof, counted):
    """Against a plain search over other pairs, on images and labels read from the files."""
    names = [name for name, (label, _) in counted.items() if label != "unsure"]
    broken = np.array([counted[name][0] != "valid" for name in names])
    counts = np.stack([
        [np.bincount(channel.ravel(), minlength=256)[240:] for channel in np.moveaxis(image, 2, 0)]
        for image in map(cut_out, names)
    ])  # fmt: skip
    fullest = 15 - counts.max(axis=1)[:, ::-1].argmax(axis=1)
    at = counts[np.arange(len(counts)), :, fullest]
    score, total = at.max(axis=1) - at.min(axis=1), at.sum(axis=1)

    def lost_and_rate(color, white):
        flagged = (score >= color) | (total >= white)
        return (flagged & ~broken).sum(), broken[~flagged].mean()

    price, rate_before = lost_and_rate(40, 1000)
    color, white, before, best = tuned(proof.populations["finished"], "unusable")
    assert before.value == pytest.approx(rate_before)
    lost, rate = lost_and_rate(color, white)
    assert lost <= price and best.value == pytest.approx(rate)
    for other in [(c, w) for c in range(20, 2000, 60) for w in range(50, 8000, 250)]:
        lost, rate = lost_and_rate(*other)
        assert lost > price or rate > best.low


# --- what is written ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def written(proof, tmp_path_factory) -> list[Path]:
    return rebuild(tmp_path_factory.mktemp("evidence") / "out", proof, say=lambda line: None)


def test_one_call_writes_every_table_and_figure(written):
    names = {path.name for path in written}
    assert names == {
        *(f"{name}.csv" for name in (*TABLES, "ledger", "ledger_by_images", "ledger_tally")),
        *(f"{name}.png" for name in FIGURES),
        "sentences.md",
    }
    assert names == {path.name for path in written[0].parent.iterdir()}


def test_files_hold_what_the_functions_return(written, proof):
    folder = written[0].parent
    table = pd.read_csv(folder / "screening.csv", index_col=0)
    pd.testing.assert_frame_equal(
        table, TABLES["screening"](proof).round(4), check_dtype=False, check_names=False
    )
    for name in FIGURES:
        with Image.open(folder / f"{name}.png") as picture:
            sentence = picture.text["Description"]
            assert min(picture.size) > 200
        assert sentence.endswith(".") and "nan" not in sentence
        assert sentence in (folder / "sentences.md").read_text("utf-8")


def test_the_rules_defaults_are_what_its_words_say(proof):
    """5 % of the valid images of the default pool's even-numbered half, rounded."""
    even = proof.pool.images[::2][proof.pool.labels[::2] == "valid"]
    calibrated = SignsRule().calibrate(even, VALID_LOST)
    assert SignsRule().thresholds == pytest.approx(calibrated.thresholds, rel=0.02)
    assert 0.045 < SignsRule()(even).broken.mean() <= 0.05
