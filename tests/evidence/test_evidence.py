"""Laws of the evidence: its tables are what an independent count gives, and are written as such."""

from math import comb
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from recount import wilson

from facescreen.breakage import KINDS
from facescreen.evidence import FIGURES, TABLE_RULES, TABLES, rebuild
from facescreen.screening import reference_verdict


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


# --- what is written ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def written(proof, tmp_path_factory) -> list[Path]:
    return rebuild(tmp_path_factory.mktemp("evidence") / "out", proof, say=lambda line: None)


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_rows_and_its_shares_are_shares(name, written):
    table = pd.read_csv(written[0].parent / f"{name}.csv")
    assert len(table)
    shares = [c for c in table if c.endswith("%") and "reduction" not in c]
    values = table[shares].to_numpy(float)
    values = values[~np.isnan(values)]
    assert ((values >= 0) & (values <= 100)).all()


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
