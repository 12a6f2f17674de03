"""Laws of what is shown of the study: sentences hold the numbers, the explorer the right pairs."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from facescreen import plots
from facescreen.benefit import compare_arms, load_study
from facescreen.widgets import BenefitExplorer, benefit_explorer


@pytest.fixture
def table():
    """Two sources, two amounts, three seeds; signs one point above the rest with 40 real images."""
    rows = [
        {"source": source, "real": real, "seed": seed, "arm": arm,
         "accuracy": 0.5 + seed / 50 + (real == 40) * (arm == "signs") * (0.01 + seed / 1000)}
        for source in ("finished", "while learning") for real in (40, 200)
        for seed in (0, 1, 2) for arm in ("unscreened", "signs")
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.fixture
def drawn():
    """What a draw function returns, closed after the test."""
    yield lambda made: (made[0].axes, made[1])
    plt.close("all")


def test_the_accuracies_are_told_in_percent(table, drawn):
    axes, said = drawn(plots.draw_accuracies(table, ["unscreened", "signs"]))
    assert "finished, unscreened: 52.0, 52.0 %" in said and "signs: 53.1, 52.0 %" in said
    assert said.startswith("Mean accuracy with 40 and 200 real images.") and len(axes) == 2


def test_filled_marks_are_those_that_count(table, drawn):
    found = compare_arms(table, ["signs"], "unscreened", "accuracy", ["source", "real"], 100)
    axes, said = drawn(plots.draw_differences({"signs − unscreened": found}, "points"))
    marks = [line for line in axes[0].lines if line.get_marker() not in ("", "None")]
    filled = [line.get_markerfacecolor() != "white" for line in marks]
    assert filled == (found["says"] == "helps").tolist() == [True, False, True, False]
    assert "helps 2 of 4" in said and "from +0.00 to +1.10" in said


def test_doses_are_told_as_losses_from_the_undamaged_start(drawn):
    rows = [
        {"seed": seed, "damage": "covered", "dose %": dose, "arm": arm,
         "accuracy": 0.8 + seed / 100 - (dose / 1000 if arm == "unscreened" else 0)}
        for seed in range(3) for dose in (0, 25, 75) for arm in ("unscreened", "dropped")
        if dose or arm == "unscreened"
    ]  # fmt: skip
    _, said = drawn(plots.draw_doses(pd.DataFrame(rows)))
    assert "covered, unscreened -2.5, -7.5; covered, dropped +0.0, +0.0" in said


def test_learning_is_told_from_the_first_to_the_last_moment(drawn):
    rows = [{"seed": s, "arm": arm, "images": x, "kid": y + s}
            for s in (0, 1) for arm in ("a", "b") for x, y in ((10, 4.0), (20, 1.5))]  # fmt: skip
    _, said = drawn(plots.draw_learning(pd.DataFrame(rows), ["a", "b"]))
    assert said.endswith("a 4.50 → 2.00; b 4.50 → 2.00.")


# --- the explorer ---------------------------------------------------------------------------------


def test_the_explorer_pairs_arms_by_seed(table):
    model = BenefitExplorer(table.sample(frac=1, random_state=1), "finished", 40)
    first, second = model.pairs
    assert first.index.tolist() == second.index.tolist() == [0, 1, 2]
    assert np.allclose(first - second, [1.0, 1.1, 1.2])
    assert "**signs** 53.1 %" in model.text and "better in 3 of 3 seeds" in model.text
    model.real = 200
    assert "better in 0 of 3 seeds, equal in 3" in model.text


def test_the_explorers_sentence_is_scipys_interval(table, drawn):
    model = BenefitExplorer(table, "finished", 40)
    _, said = drawn(plots.draw_pairs(*model.pairs))
    low, high = stats.ttest_rel(*model.pairs).confidence_interval(0.95)
    assert f"95 % interval {low:+.2f} to {high:+.2f}, right of 0" in said


def test_what_the_table_does_not_hold_is_refused(table):
    with pytest.raises(ValueError, match="no 'oracle' of 'finished' with 40 real images"):
        BenefitExplorer(table, first="oracle").pairs  # noqa: B018


def test_menus_move_the_model_and_the_pane():
    widget = benefit_explorer(load_study().downstream)
    before = widget.pane.outputs
    widget.menus["real"].value = 200
    assert widget.model.real == 200 and widget.pane.outputs != before
    widget.menus["first"].value = widget.menus["second"].value
    assert "equal in" in widget.pane.outputs[1]["data"]["text/markdown"]
