"""Laws of the break-it lab: its outcomes, its predictions, its controls."""

import numpy as np
import pytest
from ipywidgets import HTML
from widget_parts import controls, faces, pane, settings_of

from facescreen import breakage
from facescreen.plots.one_image import mask_words
from facescreen.screening import MultiColorRule, SingleColorRule, reference_verdict
from facescreen.widgets import BreakItLab, break_it_lab
from facescreen.widgets.break_it_lab import ANSWERS, AREAS, SEEDS
from facescreen.widgets.words import multi_color_words, single_color_words


@pytest.mark.parametrize("kind", breakage.KINDS)
def test_the_outcome_is_that_of_both_rules_on_what_plant_makes(kind):
    model = BreakItLab(faces(), 1, kind, 0.9, 0.3, 4)
    planted = breakage.plant(faces()[1], kind, 0.9, 0.3, seed=4)
    single, multi = (
        reference_verdict(planted.image, rule)[0] != ""
        for rule in (SingleColorRule(40), MultiColorRule(40, 1000))
    )
    if single == multi:
        assert model.outcome == ("both flag it" if single else "neither")
    else:
        assert model.outcome == ("only single color" if single else "only multi color")
    assert model.changed == (planted.image != faces()[1]).any(axis=-1).sum()


def test_all_four_outcomes_occur():
    model = BreakItLab(faces(size=64))
    model.multi = MultiColorRule(500, 10_000)
    assert model.outcome == "only single color"
    model.multi = MultiColorRule()
    seen = []
    for kind, area in (("blob", 0.1), ("near_blob", 0.3), ("white_out", 0.01)):
        model.change(kind=kind, area=area)
        seen.append(model.outcome)
    assert seen == ["both flag it", "only multi color", "neither"]


def test_a_prediction_is_needed_and_counted_once():
    model = BreakItLab(faces())
    model.judge()
    assert "Predict first" in model.message and not model.revealed and not model.history
    model.predict("both flag it")
    model.judge()
    assert model.revealed and model.message.startswith("**Right.**")
    assert model.score == "Right predictions: 1 of 1 (100 %)"
    model.judge()
    model.predict("neither")  # too late
    assert model.score == "Right predictions: 1 of 1 (100 %)"
    assert model.prediction == "both flag it"
    assert model.change(strength=0.0) and not model.revealed and model.prediction is None
    model.predict("both flag it")
    model.judge()
    assert model.message.startswith("**Not this time.**") and model.changed == 0
    assert model.score == "Right predictions: 1 of 2 (50 %)"
    model.change(strength=1.0)
    model.predict("neither")
    model.judge()  # judged at the start, so the answer is known
    assert "does not count again" in model.message
    assert model.score == "Right predictions: 1 of 2 (50 %)"


def test_nothing_is_given_away_before_the_verdict():
    model = BreakItLab(faces())
    model.predict("neither")
    shown = model.content()
    said = shown[0]["metadata"]["image/png"]["alt"] + shown[1]["data"]["text/markdown"]
    for secret in ("broken", "valid", "reaches", "below", "covers", "Pixels that changed"):
        assert secret not in said


@pytest.mark.parametrize("description", ["Face", "Strength", "Area", "Area, typed", "Seed", "Kind"])
@pytest.mark.parametrize("which", [0, 1, 2])
def test_each_control_of_the_lab_at_its_ends_and_default(description, which):
    view = break_it_lab(faces(), seed=5)
    found = controls(view)
    found[description].value = settings_of(found[description])[which]
    now = {name: found[name].value for name in ("Face", "Kind", "Strength", "Area", "Seed")}
    face = faces()[now["Face"]]
    planted = breakage.plant(face, now["Kind"], now["Strength"], now["Area"], seed=now["Seed"])
    _, alt, text = pane(view)
    assert "after the verdict" in alt and "covers" not in text
    found["Prediction"].value = "neither"
    assert "You predict *neither*" in pane(view)[2]
    found["Judge"].click()
    _, alt, text = pane(view)
    assert mask_words(planted.mask) in alt and mask_words(planted.mask) in text
    changed = (planted.image != face).any(axis=-1).sum()
    assert f"Pixels that changed: {changed:,}." in text
    single, multi = (rule(planted.image[None]) for rule in (SingleColorRule(), MultiColorRule()))
    assert f"Single-color rule: {single_color_words(single)}" in text
    assert f"Multi-color rule: {multi_color_words(multi)}" in text
    right = not (single.broken[0] or multi.broken[0])
    assert text.count("**Right.**") == right


def test_the_lab_offers_what_the_brief_says():
    found = controls(break_it_lab(faces(), seed=5))
    assert (found["Area"].min, found["Area"].max) == AREAS
    assert (found["Seed"].min, found["Seed"].value, found["Seed"].max) == (SEEDS[0], 5, SEEDS[1])
    assert [value for _, value in found["Kind"].options] == list(breakage.KINDS)
    assert tuple(found["Prediction"].options) == ANSWERS
    assert (found["Face"].min, found["Face"].max) == (0, 2)
    with pytest.raises(ValueError, match="no face"):
        break_it_lab(faces()[:0])


def test_a_new_setting_clears_the_prediction_and_a_verdict_locks_it():
    view = break_it_lab(faces())
    found = controls(view)
    found["Prediction"].value = "both flag it"
    found["Seed"].value = 3
    assert found["Prediction"].value is None
    found["Judge"].click()
    assert "Predict first" in pane(view)[2]
    found["Prediction"].value = "both flag it"
    found["Judge"].click()
    assert found["Prediction"].disabled
    (score,) = [box for row in view.children for box in getattr(row, "children", ())
                if isinstance(box, HTML)]  # fmt: skip
    assert score.value == "<b>Right predictions: 1 of 1 (100 %)</b>"
    found["Face"].value = 1
    assert not found["Prediction"].disabled and found["Prediction"].value is None


@pytest.mark.parametrize("description", ["Strength", "Area"])
def test_two_decimals_are_kept_and_no_more(description):
    found = controls(break_it_lab(faces()))
    for box in (found[description], found[f"{description}, typed"]):
        for value in (0.1 + 0.2, 0.09999999999999999, 0.333):
            box.value = value
            assert found[description].value == found[f"{description}, typed"].value
            assert str(found[description].value) in ("0.3", "0.1", "0.33")


def test_a_mask_in_words():
    mask = np.zeros((10, 10), bool)
    mask[2:5, 1:9] = True
    assert mask_words(mask) == (
        "The mask covers 24 of 100 pixels (24.0 %), in rows 2 to 4 and columns 1 to 8."
    )
