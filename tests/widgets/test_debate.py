"""Laws of the threshold debate: what it shows is what counting image by image gives."""

import re
from math import comb, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_debate import COUNT, PAPER, SIDE, made_up, made_up_labels, of

from facescreen.screening import MultiColorRule, SingleColorRule, reference_verdict
from facescreen.widgets import ThresholdDebate
from facescreen.widgets.debate_gallery import pick
from facescreen.widgets.debate_paper import paper_html
from facescreen.widgets.debate_stand import debate_html


@pytest.fixture(scope="module")
def debate():
    return ThresholdDebate(made_up(), made_up_labels())


def counted(rule, images, labels):
    """Caught, missed, lost, kept, one image after another, by the slow reference rule."""
    counts = {"caught": 0, "missed": 0, "lost": 0, "kept": 0}
    for image, label in zip(images, labels, strict=True):
        flagged = reference_verdict(image, rule)[0] != ""
        if label == "valid":
            counts["lost" if flagged else "kept"] += 1
        elif label != "unsure":
            counts["caught" if flagged else "missed"] += 1
    return counts


@settings(max_examples=25)
@given(st.integers(0, 600), st.integers(0, 600), st.integers(0, 1900))
def test_confusion_matrices_are_a_recount(debate, threshold, color, total):
    stand = debate.at(threshold, color, total)
    labels = made_up_labels()
    assert of(stand.single) == counted(SingleColorRule(threshold), debate.images, labels)
    assert of(stand.multi) == counted(MultiColorRule(color, total), debate.images, labels)


@pytest.mark.parametrize("setting", list(PAPER))
def test_every_stop_from_the_first_to_the_last(debate, setting):
    stops = debate.stops(setting)
    assert stops[0] == 0 and stops == sorted(set(stops))
    assert {20, 40, 1000} & set(stops) >= ({1000} if setting == "sum_threshold" else {20, 40})
    rule = "single" if setting == "threshold" else "multi"
    everything = getattr(debate.at(**PAPER | {setting: 0}), rule)
    assert everything.missed == everything.kept == 0, "a threshold of 0 flags every image"
    last = debate.at(**PAPER | {setting: stops[-1]})
    reason = "white" if setting == "sum_threshold" else "color"
    assert not (getattr(last, rule).verdicts.reason == reason).any(), "the last stop flags none"


def test_stops_hold_the_papers_thresholds_for_dark_images_too():
    debate = ThresholdDebate(np.zeros((1, 4, 4, 3), np.uint8), ["valid"])
    for setting, paper in PAPER.items():
        assert paper in debate.stops(setting) and debate.stops(setting)[-1] > paper


def wilson(count, total, z=1.959963984540054):
    share, spread = count / total, z * z / total
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * sqrt(share * (1 - share) / total + spread / (4 * total))
    return middle - half, middle + half


def test_rates_have_wilson_intervals(debate):
    stand = debate.at()
    for standing in (stand.single, stand.multi):
        for rate, count, total in (
            (standing.valid_lost, standing.lost, standing.lost + standing.kept),
            (standing.broken_missed, standing.missed, standing.missed + standing.caught),
            (standing.passed_broken, standing.missed, standing.missed + standing.kept),
        ):
            assert (rate.count, rate.total) == (count, total)
            assert (rate.low, rate.high) == pytest.approx(wilson(count, total))


@pytest.mark.parametrize("on", ["all", "broken", "valid"])
def test_the_duel_is_mcnemars_exact_test(debate, on):
    stand, labels = debate.at(threshold=300, color_threshold=40), made_up_labels()
    broken = np.isin(labels, ["broken_saturated", "broken_other"])
    asked = {"all": labels != "unsure", "broken": broken, "valid": labels == "valid"}[on]
    right = [(s.verdicts.broken == broken) & asked for s in (stand.single, stand.multi)]
    first, second = int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum())
    duel = stand.duels[on]
    assert (duel["only first"], duel["only second"]) == (first, second)
    differ = first + second
    tail = sum(comb(differ, k) for k in range(min(first, second) + 1)) / 2**differ
    assert duel["p"] == pytest.approx(min(1.0, 2 * tail))


def test_no_differing_image_gives_p_1(debate):
    stand = debate.at(threshold=0, color_threshold=0)
    assert all(duel["p"] == 1 for duel in stand.duels.values())


def test_bool_labels_are_judged_as_names_are(debate):
    names = made_up_labels()
    names[names == "unsure"] = "valid"
    by_name = ThresholdDebate(debate.images, names).at()
    by_bool = ThresholdDebate(debate.images, names != "valid").at()
    assert of(by_name.single) == of(by_bool.single) and of(by_name.multi) == of(by_bool.multi)


def test_images_that_changed_side_are_those_whose_verdict_differs(debate):
    before, now = debate.at(), debate.at(threshold=200, color_threshold=0)
    changed = debate.changed(before, now)
    expected = [
        (rule, k)
        for rule in ("single", "multi")
        for k in range(COUNT)
        if getattr(before, rule).verdicts.broken[k] != getattr(now, rule).verdicts.broken[k]
    ]
    assert changed == expected and expected
    sentence = debate.moved_sentence(before, now)
    assert sentence.startswith("Threshold 40 → 200, color threshold 40 → 0: single color passes ")
    assert sum(int(n) for n in re.findall(r"(\d+) more", sentence)) == len(changed)
    assert debate.moved_sentence(now, debate.at(200, 0, 900)).endswith("no image changed side.")


def test_the_gallery_holds_broken_and_valid_images(debate):
    pairs = [("multi", k) for k in range(COUNT)]
    kinds = [debate.kind(k) for _, k in pick(debate, pairs)]
    assert len(kinds) == 8 and kinds.count("broken") == 4
    valid = [pair for pair in pairs if debate.kind(pair[1]) == "valid"]
    broken = [pair for pair in pairs if debate.kind(pair[1]) == "broken"]
    assert len(pick(debate, valid)) == 8 and pick(debate, valid[:1] + broken)[-1] == valid[0]
    assert len(pick(debate, valid[:1] + broken)) == 8 and pick(debate, []) == []


@settings(max_examples=30)
@given(st.lists(st.sets(st.integers(0, COUNT - 1)), min_size=1, max_size=6))
def test_images_that_are_shown_and_still_changed_keep_their_order(debate, steps):
    shown = []
    for changed in steps:
        pairs = [("single", k) for k in sorted(changed)]
        before, shown = shown, pick(debate, pairs, shown)
        kept = [pair for pair in before if pair in pairs]
        assert shown[: len(kept)] == kept
        assert len(shown) == len(set(shown)) == min(8, len(pairs)) and set(shown) <= set(pairs)


def test_the_share_of_the_sum_is_that_of_all_three_channels():
    white = np.full((1, SIDE, SIDE, 3), 255, np.uint8)
    debate = ThresholdDebate(white, ["valid"])
    (total,) = debate.measured[1].white_sum
    html = debate_html(debate.at(sum_threshold=int(total)), debate.pixels, 0)
    assert (
        f"sum threshold <b>{3 * SIDE * SIDE:,}</b> (100.0% of 3 × {SIDE * SIDE:,} pixels)" in html
    )
    assert f"color threshold <b>40</b> pixels ({40 / SIDE**2:.1%})" in html


PAPER_ROWS = {  # as printed in its Tables 2 and 3
    "no screening": (396, "15.84%", "Tables 2 and 3"),
    "single color, threshold 40": (69, "2.76%", "Table 2"),
    "single color, threshold 20": (23, "0.92%", "Tables 2 and 3"),
    "multi color, thresholds 40 and 1,000": (12, "0.48%", "Table 3"),
}


def test_the_papers_figures_stand_beside_a_recount_at_its_thresholds(debate):
    rows = re.findall("<tr>(.*?)</tr>", paper_html(debate))
    found = [re.findall("<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]
    assert found[0][1].startswith("the paper:") and all(c.startswith("here:") for c in found[0][2:])
    rules = (None, SingleColorRule(40), SingleColorRule(20), MultiColorRule(40, 1000))
    labels = made_up_labels()
    assert [row[0] for row in found[1:]] == list(PAPER_ROWS)
    for (name, paper, *here), rule in zip(found[1:], rules, strict=True):
        broken, rate, where = PAPER_ROWS[name]
        assert paper == f"<b>{rate}</b> ({broken} of 2,500; {where})"
        passed = np.array([rule is None or not reference_verdict(image, rule)[0]
                           for image in debate.images])  # fmt: skip
        for cell, counted in zip(here, (["broken_saturated"], ["broken_saturated", "broken_other"]),
                                 strict=False):  # fmt: skip
            one = (passed & np.isin(labels, counted)).sum()
            assert f"; {one} of {one + (passed & (labels == 'valid')).sum()})" in cell
        valid = labels == "valid"
        assert f"; {(valid & ~passed).sum()} of {valid.sum()})" in here[2]


def test_labels_that_tell_no_kind_have_one_reading(debate):
    html = paper_html(ThresholdDebate(debate.images, made_up_labels() != "valid"))
    assert "here: labeled broken, among the passed" in html and "by color" not in html


def test_images_of_which_none_is_broken_otherwise_have_one_reading(debate):
    labels = np.where(made_up_labels() == "broken_other", "unsure", made_up_labels())
    html = paper_html(ThresholdDebate(debate.images, labels))
    assert "here: broken by color, among the passed" in html and "in any way" not in html


@pytest.mark.parametrize(
    ("images", "labels", "said"),
    [
        (made_up(3), ["valid"] * 2, "expected 3 labels"),
        (made_up(1), ["good"], "good"),
        (np.zeros((0, 4, 4, 3), np.uint8), [], "finite"),
        (np.full((1, 4, 4, 3), np.nan), ["valid"], "0 of 1 images are finite"),
        (np.zeros((2, 4, 4), np.uint8), ["valid"] * 2, "shape"),
    ],
)
def test_wrong_input_is_told(images, labels, said):
    with pytest.raises(ValueError, match=said):
        ThresholdDebate(images, labels)
