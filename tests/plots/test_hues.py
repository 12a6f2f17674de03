"""Laws of the figure by hue: a line for each sort of images, and a sentence from its numbers."""

import matplotlib
import numpy as np
import pandas as pd

from facescreen import plots

matplotlib.use("agg")


def test_each_line_shows_its_column_and_the_sentence_its_ends():
    hues = [0, 90, 180, 270]
    table = pd.DataFrame(
        {("rule 1", "clean"): [10.0, 40, np.nan, 20], ("rule 1", "designed"): [0.0, 0, 0, 5],
         ("rule 2", "clean"): [100.0, 80, 90, 95], ("rule 2", "designed"): [1.0, 2, 3, 4]},
        index=hues,
    )  # fmt: skip
    figure, sentence = plots.draw_hues(table, np.full((4, 3), 200, np.uint8))
    assert "rule 1: clean 10 to 40 %, designed 0 to 5 %" in sentence
    assert "rule 2: clean 80 to 100 %, designed 1 to 4 %." in sentence
    for axis, screen in zip(figure.axes, ("rule 1", "rule 2"), strict=True):
        assert axis.get_title() == screen
        for line, (_, shares) in zip(axis.get_lines(), table[screen].items(), strict=True):
            assert np.array_equal(line.get_xdata(), hues)
            assert np.array_equal(line.get_ydata(), shares, equal_nan=True)
        assert len(axis.patches) == len(hues)  # the band of colors
