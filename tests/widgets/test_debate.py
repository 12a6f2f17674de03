"""Laws of the threshold debate: what it shows is what counting image by image gives."""

import re
from math import comb, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facescreen.screening import MultiColorRule, SingleColorRule, reference_verdict
from facescreen.widgets import ThresholdDebate, threshold_debate

PAPER = {"threshold": 40, "color_threshold": 40, "sum_threshold": 1000}
COUNT, SIDE = 36, 40


def made_up(count=COUNT, seed=0):
    """Dark images, some with a patch of one color, of white, or of a value short of 255."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 200, (count, SIDE, SIDE, 3)).astype(np.uint8)
    for k in range(count):
        side = int(rng.integers(2, 24))
        color = [(255, 0, 0), (255, 255, 255), (0, 246, 0), (10, 20, 30)][k % 4]
        images[k, :side, :side] = color
    return images


def made_up_labels(count=COUNT, seed=1):
    names = ["valid", "broken_saturated", "broken_other", "unsure"]
    return np.random.default_rng(seed).choice(names, count, p=[0.5, 0.2, 0.2, 0.1])


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


def of(standing):
    return {name: getattr(standing, name) for name in ("caught", "missed", "lost", "kept")}


# --- the model ------------------------------------------------------------------------------------


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
    kinds = [debate.kind(k) for _, k in debate.pick(pairs)]
    assert len(kinds) == 8 and kinds.count("broken") == 4
    valid = [pair for pair in pairs if debate.kind(pair[1]) == "valid"]
    broken = [pair for pair in pairs if debate.kind(pair[1]) == "broken"]
    assert len(debate.pick(valid)) == 8 and debate.pick(valid[:1] + broken)[-1] == valid[0]
    assert len(debate.pick(valid[:1] + broken)) == 8 and debate.pick([]) == []


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


# --- the view -------------------------------------------------------------------------------------


@pytest.fixture
def view():
    box = threshold_debate(made_up(), made_up_labels())
    single, color, total, paper, *panes = box.children
    sliders = {"threshold": single, "color_threshold": color, "sum_threshold": total}
    return box, sliders, paper, *panes


def cells(pane):
    """The numbers of the confusion matrices, as a reader of the tables finds them."""
    html = pane.outputs[0]["data"]["text/html"]
    found = re.findall(r"<b>([\d,]+)</b> (caught|lost|missed|kept)", html)
    numbers = [(word, int(n.replace(",", ""))) for n, word in found]
    return dict(numbers[:4]), dict(numbers[4:])


def alt(pane):
    (output, _) = pane.outputs
    return output["metadata"]["image/png"]["alt"]


def test_it_opens_at_the_papers_thresholds(view):
    box, sliders, _, tables, faces = view
    assert {name: slider.value for name, slider in sliders.items()} == PAPER
    assert cells(tables) == (of(box.debate.at().single), of(box.debate.at().multi))
    assert "rules disagree on" in alt(faces)
    assert all(s.description and not s.continuous_update for s in sliders.values())


@pytest.mark.parametrize("name", list(PAPER))
@pytest.mark.parametrize("end", [0, -1])
def test_each_control_at_its_ends_and_back(view, name, end):
    box, sliders, paper, tables, faces = view
    value = sliders[name].options[end][1]
    sliders[name].value = value
    stand = box.debate.at(**PAPER | {name: value})
    assert cells(tables) == (of(stand.single), of(stand.multi))
    said = alt(faces) if len(faces.outputs) == 2 else faces.outputs[0]["data"]["text/markdown"]
    assert f"40 → {value:,}" in said or f"1,000 → {value:,}" in said
    paper.click()
    assert {name: slider.value for name, slider in sliders.items()} == PAPER
    assert cells(tables) == (of(box.debate.at().single), of(box.debate.at().multi))
    assert box.stand().settings == PAPER


def test_the_button_moves_all_at_once_and_nothing_twice(view):
    box, sliders, paper, _, faces = view
    for slider in sliders.values():
        slider.value = slider.options[0][1]
    paper.click()
    said = alt(faces)
    assert "Threshold 0 → 40, color threshold 0 → 40, sum threshold 0 → 1,000" in said
    before = faces.outputs
    paper.click()
    assert faces.outputs is before or faces.outputs == before
    sliders["threshold"].value = 20  # the slider is still listened to
    assert box.stand().settings["threshold"] == 20


def test_no_label_of_a_kind_is_said_and_not_divided_by(view):
    box = threshold_debate(made_up(4), ["valid"] * 4)
    assert "Broken images missed: there are none" in box.children[4].outputs[0]["data"]["text/html"]
    all_unsure = threshold_debate(made_up(4), ["unsure"] * 4)
    html = all_unsure.children[4].outputs[0]["data"]["text/html"]
    assert "Left out, as unsure: 4." in html and "nan" not in html
