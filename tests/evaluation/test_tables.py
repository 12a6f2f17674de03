"""Laws of the tables: each number against a loop over images or a formula."""

from math import inf, isinf, nan

import numpy as np
import pytest
from by_hand import labels_of, percent, wilson
from hypothesis import given
from hypothesis import strategies as st

from facescreen.evaluation import (
    beside_paper,
    kinds_table,
    paper_table,
    pool_table,
    screening_table,
    with_intervals,
)
from facescreen.screening import PoolWalk, SingleColorRule

# --- the paper's counts and pools -----------------------------------------------------------------


def test_the_papers_rates_are_those_it_prints():
    table = paper_table()
    assert table["rate %"].round(2).tolist() == [15.84, 2.76, 0.92, 0.48]  # Tables 2 and 3
    assert (table["saved"] == 2500).all()


def test_what_follows_from_the_papers_counts():
    table = paper_table()
    assert table["reduction %"].round(1).tolist() == [0, 82.6, 94.2, 97.0]
    assert table["times fewer"].iloc[-1] == pytest.approx(33.0)
    for _, row in table.iterrows():
        assert (row["low %"], row["high %"]) == pytest.approx(wilson(row["broken"], 2500))


@given(st.integers(1, 12), st.lists(st.tuples(st.booleans(), st.booleans()), max_size=60))
def test_a_pools_table_is_what_a_loop_over_images_counts(count, says):
    names = ["none", "a", "b"]
    flags = {"none": [False] * len(says), "a": [x for x, _ in says], "b": [y for _, y in says]}
    walk = PoolWalk(count, {name: np.array(flags[name], bool) for name in names})
    table = pool_table(walk)
    for name in names:
        tried, saved = 0, []
        for image in range(len(says)):
            if len(saved) == count:
                break
            tried += 1
            if not flags[name][image]:
                saved.append(image)
        row = table.loc[name]
        assert (row["tried"], row["saved"], row["rejected"]) == (
            tried,
            len(saved),
            tried - len(saved),
        )
        flagged = sum(flags["a"][image] for image in saved)
        assert row["flagged by a"] == flagged
        assert row["flagged by b"] == sum(flags["b"][image] for image in saved)
        if saved:
            assert row["tries per image"] == pytest.approx(tried / len(saved))


# --- the paper's tables from labels ---------------------------------------------------------------


@given(
    st.integers(0, 15),
    st.lists(st.tuples(labels_of, st.booleans(), st.booleans()), max_size=60),
)
def test_a_screening_table_is_what_a_loop_over_images_counts(count, images):
    flags = {"none": [False for _ in images], "a": [i[1] for i in images]}
    flags["b"] = [i[2] for i in images]
    walk = PoolWalk(count, {name: np.array(f, bool) for name, f in flags.items()})
    table = screening_table(walk, [label for label, _, _ in images])
    first = None
    for name, flag in flags.items():
        saved, rejected = [], []
        for (label, _, _), flagged in zip(images, flag, strict=True):
            if len(saved) < count:
                (rejected if flagged else saved).append(label)
        row = table.loc[name]
        broken = sum(label.startswith("broken") for label in saved)
        sure = len(saved) - saved.count("unsure")
        counted = [len(saved) + len(rejected), len(saved), broken]
        counted += [saved.count("broken_saturated"), saved.count("unsure")]
        assert row[["tried", "saved", "broken", "saturated", "unsure"]].tolist() == counted
        rate = percent(broken, sure)
        first = rate if first is None else first
        lost, valid = rejected.count("valid"), rejected.count("valid") + saved.count("valid")
        wanted = {
            "rate %": rate,
            "most %": percent(broken + saved.count("unsure"), len(saved)),
            "valid lost %": percent(lost, valid),
            "tries per image": counted[0] / len(saved) if saved else nan,
            "reduction %": 100 * (first - rate) / first if first > 0 else nan,
            "times fewer": nan if not first > 0 else first / rate if rate else inf,
        }
        wanted["low %"], wanted["high %"] = wilson(broken, sure)
        limits = wilson(lost, valid)
        wanted["valid lost low %"], wanted["valid lost high %"] = limits
        for column, value in wanted.items():
            assert row[column] == pytest.approx(value, nan_ok=True, abs=1e-9), column


def test_where_nothing_broken_is_saved_there_are_infinitely_times_fewer():
    walk = PoolWalk(2, {"none": np.zeros(3, bool), "all": np.array([True, False, False])})
    table = screening_table(walk, ["broken_other", "valid", "valid"])
    assert isinf(table.loc["all", "times fewer"])
    assert table.loc["all", "reduction %"] == 100
    sound = screening_table(walk, ["valid", "valid", "valid"])
    assert sound["reduction %"].isna().all()  # nothing to reduce
    assert sound["saved"].dtype.kind == "i"


def test_every_image_tried_needs_a_label():
    walk = PoolWalk(2, {"a": np.array([True, False, False])})
    with pytest.raises(ValueError, match=r"label for each of the 3 images tried, got shape \(2,\)"):
        screening_table(walk, ["valid", "valid"])
    with pytest.raises(ValueError, match="not 'False', 'True'"):
        screening_table(walk, [True, False, False])  # whether saturated, a bool cannot say


def test_the_paper_stands_beside_rows_of_the_same_name():
    walk = PoolWalk(1, {"none": np.zeros(1, bool), "mine": np.zeros(1, bool)})
    ours = screening_table(walk, ["valid"])
    both = beside_paper(ours)
    assert list(both.index) == [*paper_table().index, "mine"]
    assert both["paper"].loc["none", "broken"] == 396
    assert both["here"].loc["none", "broken"] == 0
    assert both["here"].loc["single 20"].isna().all()
    assert both["paper"].loc["mine"].isna().all()
    with pytest.raises(ValueError, match="got mine: rename"):
        beside_paper(ours.loc[["mine"]])


# --- kinds of breakage ----------------------------------------------------------------------------


@given(st.lists(st.tuples(st.sampled_from("xyz"), st.booleans(), st.booleans()), min_size=1))
def test_kinds_are_counted_one_by_one(images):
    flags = {"a": np.array([i[1] for i in images]), "b": np.array([i[2] for i in images])}
    table = kinds_table(flags, [kind for kind, _, _ in images])
    assert list(table.index) == list(dict.fromkeys(kind for kind, _, _ in images))
    for kind in table.index:
        for column, rule in ((1, "a"), (2, "b")):
            total = sum(image[0] == kind for image in images)
            caught = sum(image[column] for image in images if image[0] == kind)
            row = table.loc[kind]
            assert (row["images", ""], row[rule, "caught"]) == (total, caught)
            assert row[rule, "caught %"] == pytest.approx(100 * caught / total)
            low, high = wilson(caught, total)
            assert row[rule, "low %"] == pytest.approx(low, abs=1e-9)
            assert row[rule, "high %"] == pytest.approx(high, abs=1e-9)


def test_verdicts_serve_as_well_as_bools():
    images = np.zeros((3, 8, 8, 3), np.uint8)
    images[1, :, :, 0] = 255
    verdicts = SingleColorRule(40)(images)
    kinds = ["none", "red", "none"]
    assert kinds_table({"s": verdicts}, kinds).equals(kinds_table({"s": verdicts.broken}, kinds))
    with pytest.raises(ValueError, match=r"expected 3 kinds, one per image, not shape \(2,\)"):
        kinds_table({"s": verdicts}, kinds[:2])
    with pytest.raises(ValueError, match="'s' 3, 't' 1"):
        kinds_table({"s": verdicts, "t": np.zeros(1, bool)}, kinds)
    with pytest.raises(ValueError, match="one bool per image from 's', got int64"):
        kinds_table({"s": np.zeros(3, np.int64)}, kinds)
    with pytest.raises(ValueError, match="one or more rules, got none"):
        kinds_table({}, [])


# --- to read --------------------------------------------------------------------------------------


def test_a_table_to_read_keeps_every_number_and_joins_limits_to_their_share():
    table = screening_table(
        PoolWalk(2, {"none": np.zeros(4, bool), "a": np.array([True, False, False, False])}),
        ["valid", "broken_other", "valid", "unsure"],
    )
    shown = with_intervals(table, digits=2)
    assert not [name for name in shown if "low" in name or "high" in name]
    row = table.loc["a"]
    assert shown.loc["a", "tried"] == "3"
    assert shown.loc["a", "rate %"].replace("\N{NO-BREAK SPACE}", " ") == (
        f"{row['rate %']:.2f} ({row['low %']:.2f}–{row['high %']:.2f})"
    )
    lost = shown.loc["a", "valid lost %"]
    assert lost.startswith("50.00") and f"{row['valid lost high %']:.2f})" in lost
    assert with_intervals(table.assign(**{"times fewer": float("nan")}))["times fewer"].eq("").all()
