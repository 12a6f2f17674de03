"""Laws of the tables and tests: arithmetic against an independent calculation."""

from math import comb, inf, isinf, isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facescreen.evaluation import (
    agreement_table,
    beside_paper,
    compare_rules,
    compare_saved,
    confusion,
    holm,
    kappa,
    kinds_table,
    paper_fisher,
    paper_table,
    pool_table,
    screening_table,
    with_intervals,
)
from facescreen.screening import LABELS, PoolWalk, SingleColorRule

labels_of = st.sampled_from(LABELS)


def wilson(count, total, z=1.959963984540054):
    """The interval in percent by its textbook formula; of nothing, all that can be."""
    if not total:
        return 0, 100
    p, d = count / total, 1 + z * z / total
    middle, half = (
        (p + z * z / (2 * total)) / d,
        z / d * (p * (1 - p) / total + (z / (2 * total)) ** 2) ** 0.5,
    )
    return 100 * (middle - half), 100 * (middle + half)


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


def percent(count, total):
    return 100 * count / total if total else nan


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


# --- exact tests ----------------------------------------------------------------------------------


def mcnemar(only_a, only_b):
    """Both tails of a fair coin, thrown once for each image on which the two differ."""
    n = only_a + only_b
    tail = sum(comb(n, k) for k in range(min(only_a, only_b) + 1)) / 2**n
    return min(1.0, 2 * tail)


def fisher(a, n, b, m):
    """All tables with the same margins that are no likelier, by counting draws."""
    total, ill = comb(n + m, a + b), a + b
    ways = [comb(n, k) * comb(m, ill - k) for k in range(ill + 1)]
    return sum(way for way in ways if way <= ways[a]) / total


@given(st.lists(st.tuples(labels_of, st.booleans(), st.booleans()), max_size=50))
def test_mcnemar_counts_the_images_on_which_two_rules_differ(images):
    flags = {"a": np.array([i[1] for i in images], bool)}
    flags["b"] = np.array([i[2] for i in images], bool)
    labels = [i[0] for i in images]
    for on, asked in (("all", ("valid", "bro")), ("broken", ("bro",)), ("valid", ("valid",))):
        row = compare_rules(flags, labels, on).loc[("a", "b")]
        right = [
            (a == label.startswith("bro"), b == label.startswith("bro"))
            for label, a, b in images
            if label.startswith(asked)
        ]
        only_a, only_b = right.count((True, False)), right.count((False, True))
        counted = (row["images"], row["only first"], row["only second"])
        assert counted == (len(right), only_a, only_b)
        assert row["p"] == pytest.approx(mcnemar(only_a, only_b))
        share = percent(sum(a for a, _ in right), len(right))
        assert row["first right %"] == pytest.approx(share, nan_ok=True)


@given(st.data())
def test_fisher_counts_the_tables_that_are_no_likelier(data):
    n, m = data.draw(st.integers(0, 40)), data.draw(st.integers(0, 40))
    a, b = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    table = paper_table().iloc[:2].assign(saved=[n + 3, m], broken=[a, b], unsure=[3, 0])
    row = compare_saved(table).iloc[0]
    assert row["p"] == pytest.approx(fisher(a, n, b, m), rel=1e-6)
    assert row["first rate %"] == pytest.approx(percent(a, n), nan_ok=True)


def test_the_papers_last_improvement_is_not_significant():
    table = paper_fisher()
    assert len(table) == 6  # pairs of four generators
    p = table.loc[("single 20", "multi 40 / 1,000"), "p"]
    assert p == pytest.approx(fisher(23, 2500, 12, 2500))
    assert round(p, 3) == 0.088
    others = table.drop(("single 20", "multi 40 / 1,000"))
    assert (others["p Holm"] < 0.001).all()


def test_holm_multiplies_by_the_tests_that_are_left():
    assert holm([0.01, 0.04, 0.03]).tolist() == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]).tolist() == [1, 1]
    assert holm([]).tolist() == []


@given(st.lists(st.floats(0, 1), max_size=8), st.floats(0.001, 0.999))
def test_holm_rejects_what_stepping_down_rejects(p, level):
    rejected = set()
    for step, k in enumerate(sorted(range(len(p)), key=p.__getitem__)):
        if p[k] * (len(p) - step) > level:
            break
        rejected.add(k)
    assert {k for k, adjusted in enumerate(holm(p)) if adjusted <= level} == rejected


def test_what_cannot_be_compared_is_refused():
    one = {"a": np.zeros(2, bool)}
    with pytest.raises(ValueError, match="two or more rules to compare, got 1"):
        compare_rules(one, ["valid", "valid"])
    with pytest.raises(ValueError, match="one of all, broken, valid; not 'unsure'"):
        compare_rules(one | {"b": one["a"]}, ["valid", "valid"], on="unsure")
    with pytest.raises(ValueError, match="expected 2 labels, one per image"):
        compare_rules(one | {"b": one["a"]}, ["valid"])
    with pytest.raises(ValueError, match="but broken is missing"):
        compare_saved(paper_table()[["saved"]])
    with pytest.raises(ValueError, match="expected 0 to saved"):
        compare_saved(paper_table().assign(unsure=2400))


# --- two raters -----------------------------------------------------------------------------------


@given(st.lists(st.tuples(labels_of, labels_of), max_size=40))
def test_kappa_is_agreement_beyond_chance(rated):
    a, b = [x for x, _ in rated], [y for _, y in rated]
    for merge in (False, True):
        pairs = rated
        if merge:
            sure = [pair for pair in rated if "unsure" not in pair]
            pairs = [(x[:5].strip("_"), y[:5].strip("_")) for x, y in sure]  # valid, broke
        found, n = kappa(a, b, merge), len(pairs)
        assert (found.agreement.total, found.left_out) == (n, len(rated) - n)
        names = {name for pair in pairs for name in pair}
        chance = sum(
            sum(x == name for x, _ in pairs) * sum(y == name for _, y in pairs) for name in names
        )
        if not n or chance == n * n:
            assert isnan(found.value)
            assert (found.low, found.high) == (-1, 1)
            continue
        same = sum(x == y for x, y in pairs)
        assert found.agreement.count == same
        value = (same / n - chance / n**2) / (1 - chance / n**2)
        assert found.value == pytest.approx(value, abs=1e-9)
        low, high = (
            (limit / 100 - chance / n**2) / (1 - chance / n**2) for limit in wilson(same, n)
        )
        assert found.low == pytest.approx(max(low, -1), abs=1e-9)
        assert found.high == pytest.approx(min(high, 1), abs=1e-9)
        assert found.low <= found.value + 1e-12 and found.value <= found.high + 1e-12


@given(st.lists(st.tuples(labels_of, labels_of), max_size=30))
def test_confusion_counts_each_pair_of_labels(rated):
    table = confusion([x for x, _ in rated], [y for _, y in rated])
    for x in LABELS:
        for y in LABELS:
            assert table.loc[x, y] == rated.count((x, y))
    merged = confusion([x for x, _ in rated], [y for _, y in rated], merge=True)
    assert merged.loc["valid", "valid"] == rated.count(("valid", "valid"))
    assert merged.to_numpy().sum() == sum("unsure" not in pair for pair in rated)


def test_full_agreement_on_few_images_is_not_certain():
    few = kappa(["valid", "broken_other"] * 2, ["valid", "broken_other"] * 2)
    assert few.value == few.high == 1
    assert few.low < 0.1
    assert "kappa 1.00" in str(few)


def test_agreement_is_told_on_four_labels_and_on_two():
    a = ["valid", "broken_other", "broken_saturated", "unsure"]
    b = ["valid", "broken_saturated", "broken_saturated", "valid"]
    table = agreement_table(a, b)
    assert table["images"].tolist() == [4, 3]
    assert table["left out"].tolist() == [0, 1]
    assert table["same %"].tolist() == [50, 100]
    assert kappa([False, True, True], b[:3], merge=True).value == 1  # a bool is a label of two
    with pytest.raises(ValueError, match="expected 4 labels, one per image"):
        kappa(a, b[:3])
    with pytest.raises(ValueError, match="expected labels valid, broken_saturated"):
        kappa(["fine"] * 4, b)


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
