"""Laws of the figures of kinds: their cells and sentences hold the numbers that were given."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from facescreen import plots
from facescreen.breakage import plant
from facescreen.plots.one_kind import MOST, draw_one_kind

matplotlib.use("agg")
FACE = np.full((64, 64, 3), 90, np.uint8)


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def texts(axis) -> list[str]:
    return [text.get_text() for text in axis.texts]


def test_cells_of_moves_are_the_shares_and_the_sentence_names_the_ends():
    kinds = ["blob", "wrap"]
    shares = {("clean", "blob"): 4, ("clean", "wrap"): 5, ("blob", "blob"): 97, ("blob", "wrap"): 3}
    shares |= {("wrap", "blob"): 9, ("wrap", "wrap"): 88}
    rows = {key: {"images": 60, "moved %": share} for key, share in shares.items()}
    figure, said = plots.draw_sign_moves(pd.DataFrame.from_dict(rows, orient="index"))
    assert texts(figure.axes[0]) == ["4", "5", "97", "3", "9", "88"]
    assert "least by wrap, 88 %" in said and "most by wrap, that of blob, 9 %" in said
    frames = [p for p in figure.axes[0].patches if not p.get_fill()]
    assert len(frames) == len(kinds)


def test_cells_of_confusions_are_counts_and_the_sentence_adds_up_the_diagonal():
    table = pd.DataFrame(
        [[5, 1, 0], [2, 3, 1]], ["valid", "tint"], ["valid", "tint", "no such kind"]
    )
    other = pd.DataFrame([[0, 6, 0], [0, 6, 0]], table.index, table.columns)
    figure, said = plots.draw_confusions({"one": table, "two": other})
    assert texts(figure.axes[0]) == ["5", "1", "0", "2", "3", "1"]
    assert said == "Images called as by eye: one 8 of 12; two 6 of 12."
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert names == ["valid (6)", "tint (6)"]
    for column, row in ((0, 0), (1, 1)):  # a frame where both have a name
        assert any(p.get_xy() == (column - 0.5, row - 0.5) for p in figure.axes[0].patches)


def test_called_so_says_every_share_and_leaves_out_what_nobody_asked():
    columns = ["n", "recall %", "recall low %", "recall high %"]
    index = pd.MultiIndex.from_tuples([("raters", "tint"), ("raters", "dark"), ("network", "tint")])
    table = pd.DataFrame([[34, 80, 64, 90], [5, 60, 23, 88], [34, 50, 34, 66]], index, columns)
    figure, said = plots.draw_called_so(table)
    assert said == "Called as by eye: raters tint 80 %, dark 60 %; network tint 50 %."
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["tint\n(n = 34)", "dark\n(n = 5, 0)"]
    assert figure.axes[0].get_xlabel().endswith("n in the order of the marks")


@pytest.mark.parametrize("count", [1, 8])
def test_places_show_each_image_over_its_maps(count):
    images = np.repeat(FACE[np.newaxis], count, axis=0)
    maps = {"network": np.random.default_rng(1).random((count, 16, 16))}
    masks = np.zeros((count, 64, 64), bool)
    masks[:, 20:40, 20:40] = True
    for given in (masks, None):
        figure = plots.draw_places(images, maps, ["white_out"] * count, given)
        shown = [axis for axis in figure.axes if axis.images]
        assert len(shown) == 2 * count and shown[0].get_title() == "white out"
        data = shown[count].images[-1].get_array()
        np.testing.assert_array_equal(data, maps["network"][0])
        outlines = [c for axis in shown for c in axis.collections]
        assert bool(outlines) == (given is not None)


def test_bars_are_signs_as_multiples_of_their_limits():
    damaged = plant(FACE, "blob", area=0.2)
    before, after = np.array([0.2, 0.0]), np.array([30.0, 0.4])
    figure, said = draw_one_kind(FACE, damaged, ["blob", "near_blob"], before, after, np.eye(16))
    bars = figure.axes[-1].patches
    assert [bar.get_width() for bar in bars] == [MOST, 0.4]
    assert " 30" in texts(figure.axes[-1])
    assert said.endswith("Beyond the limit: blob.")
