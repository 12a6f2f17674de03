"""Laws of exact tests and of two raters' agreement: each against an independent calculation."""

from math import comb, isnan

import numpy as np
import pytest
from by_hand import labels_of, percent, wilson
from hypothesis import given
from hypothesis import strategies as st

from facescreen.evaluation import (
    agreement_table,
    compare_rules,
    compare_saved,
    confusion,
    holm,
    kappa,
    paper_fisher,
    paper_table,
)
from facescreen.screening import LABELS

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
