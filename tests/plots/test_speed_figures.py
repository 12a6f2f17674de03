"""Laws of the figures on speed: marks stand where the numbers are, sentences say them."""

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.container import ErrorbarContainer

from facescreen import plots

matplotlib.use("agg")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.00079, "0.79 ms"),
        (0.39, "390 ms"),
        (1, "1 s"),
        (59.96, "60 s"),
        (90, "1.5 min"),
        (5400, "1.5 h"),
        (86_400, "1 day"),
        (2.5 * 86_400, "2.5 days"),
        (86_400 * 730, "2 years"),
    ],
)
def test_a_time_is_said_in_the_unit_that_suits_it(seconds, words):
    assert plots.duration(seconds) == words


def test_speeds_are_medians_over_rounds_and_shares_of_the_limit_within_them():
    rounds = {"slow": [1.0, 0.5, 4], "fast": [0.01, 0.02, 0.08], "limit": [0.01, 0.01, 0.02]}
    figure, sentence = plots.draw_speeds({"faces": pd.DataFrame(rounds)}, "limit")
    assert "faces: slow 1 (1 %), fast 50 (50 %); limit 100." in sentence
    (axis,) = figure.axes
    (bars,) = [c for c in axis.containers if isinstance(c, ErrorbarContainer)]
    assert bars.lines[0].get_xdata() == pytest.approx([1, 50, 100])
    spans = bars.lines[2][0].get_segments()
    ends = np.array([sorted(1 / span[:, 0]) for span in spans])
    assert ends == pytest.approx(np.array([[0.5, 4], [0.01, 0.08], [0.01, 0.02]]))
    assert [t.get_text() for t in axis.get_yticklabels()] == list(rounds)


def test_batches_say_where_each_way_is_fastest():
    table = pd.DataFrame({"a": [10.0, 50, 20], "b": [1.0, 2, 3]}, index=[1, 16, 256])
    figure, sentence = plots.draw_batches(table, 10**6)
    assert "a: fastest 16 at a time (50 a second), 20 with 256 at a time" in sentence
    assert sentence.endswith("b: fastest 256 at a time (3 a second).")
    ticks = [t.get_text() for t in figure.axes[0].get_xticklabels()]
    assert ticks == ["1\n1 MB", "16\n16 MB", "256\n256 MB"]


def test_parts_add_up_to_the_whole():
    table = pd.DataFrame({"read": [0.001, 0], "judge": [0.003, 0.002]}, index=["files", "rows"])
    figure, sentence = plots.draw_parts(table)
    assert "files 4 ms, of it read 25.0 %, judge 75.0 %; rows 2 ms, of it judge 100.0 %" in sentence
    ends = {}
    for bar in figure.axes[0].patches:
        row = round(bar.get_y() + bar.get_height() / 2)
        assert bar.get_x() == pytest.approx(ends.get(row, 0))
        ends[row] = bar.get_x() + bar.get_width()
    assert [ends[0], ends[1]] == pytest.approx([0.004, 0.002])


def test_growth_tells_what_was_measured_from_what_is_extrapolated():
    table = pd.DataFrame({"files": [1.5, 6.0], "rows": [0.2, 0.2]}, index=[1000, 10_000])
    figure, sentence = plots.draw_growth(table, [10**6, 10**9])
    said = "files: measured 1.5 s for 1,000, 6 s for 10,000; extrapolated 8.35 min for a million"
    assert said in sentence  # a second to start, then half a millisecond each
    measured, line, far, *_ = figure.axes[0].get_lines()
    assert measured.get_ydata().tolist() == [1.5, 6] and measured.get_linestyle() == "-"
    assert line.get_ydata() == pytest.approx(1 + 5e-4 * line.get_xdata())
    assert line.get_linestyle() == "--"
    assert far.get_xdata().tolist() == [10**6, 10**9] and far.get_markerfacecolor() == "white"
    assert far.get_ydata() == pytest.approx(1 + 5e-4 * far.get_xdata())


def test_where_more_images_took_no_longer_the_last_pace_is_carried():
    table = pd.DataFrame({"rows": [0.3, 0.2]}, index=[1000, 10_000])
    assert plots.carried(table, [10**6])["rows"].tolist() == pytest.approx([20])
