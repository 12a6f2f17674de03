"""Laws of the screen chooser: what it counts is what the screen keeps, what it shows was judged."""

import numpy as np
import pytest

from facescreen.widgets import ScreenChooser, screen_chooser

LABELS = np.array(["valid"] * 6 + ["broken_saturated"] * 3 + ["unsure"])


def images():
    return np.random.default_rng(0).integers(0, 256, (10, 16, 16, 3), dtype=np.uint8)


def keepers():
    worst = np.arange(10.0)
    return {
        "blind": lambda share: np.full(10, share),
        "last first": lambda share: (worst < round(10 * share)).astype(float),
    }


def test_numbers_are_sums_of_chances():
    model = ScreenChooser(images(), LABELS, keepers(), "blind", 0.5)
    assert "| saturated | 3 | 1.5 | 50% |" in model.text
    assert "| unsure | 1 | 0.5 | 50% |" in model.text
    assert model.kept.sum() == 5


def test_rows_show_broken_ones_kept_and_valid_ones_lost():
    model = ScreenChooser(images(), LABELS, keepers(), "last first", 0.8)
    assert model.rows() == ([[6, 7]], ["broken, kept: 2 images"])
    model.accept = 0.3
    assert model.rows() == ([[3, 4, 5]], ["valid, lost: 3 images"])


def test_controls_move_the_model():
    box = screen_chooser(images(), LABELS, keepers(), 0.5)
    screen, share = box.children[1].children[0], box.children[1].children[1].children[0]
    pane = box.children[2]
    screen.value, share.value = "last first", 0.8
    said = str(pane.outputs)
    assert "last first keeps 80%; broken, kept: 2 images." in said
    share.value = 0.6
    assert "No broken image is kept" in str(pane.outputs)


def test_screens_and_labels_have_to_be_there():
    with pytest.raises(ValueError, match="as many labels"):
        ScreenChooser(images(), LABELS[:9], keepers())
    with pytest.raises(ValueError, match="0 screens"):
        ScreenChooser(images(), LABELS, {})
