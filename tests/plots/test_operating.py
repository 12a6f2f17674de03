"""Laws of the charts for choosing thresholds: what lies at no valid image lost is seen whole."""

import matplotlib
import matplotlib.pyplot
import pandas as pd

from facescreen import plots

matplotlib.use("agg")


def test_a_line_of_costs_starts_inside_its_frame_at_an_open_mark():
    rows = [[0.0, 0.0, 900.0], [0.0, 60.0, 400.0], [50.0, 100.0, 500.0]]
    curve = pd.DataFrame(rows, columns=["valid lost %", "caught %", "cost"])
    figure, said = plots.draw_threshold_costs({"a rule": curve}, 40)
    axis = figure.axes[0]
    start = next(line for line in axis.lines if line.get_markerfacecolor() == "white")
    assert (start.get_xdata()[0], start.get_ydata()[0]) == (0, 900)
    assert axis.get_xlim()[0] < 0 and axis.get_ylim()[1] > 900
    assert "a rule 400, losing 0.0 %" in said
    matplotlib.pyplot.close(figure)


def test_a_price_of_0_does_not_touch_the_name_of_its_row():
    rows = {
        "valid lost %": [0.0, 20.0],
        "valid lost low %": [0, 19],
        "valid lost high %": [0.5, 21],
    }
    table = pd.DataFrame(rows, index=["used here · set there", "used there · set there"])
    figure, said = plots.draw_prices(table, 5)
    axis = figure.axes[0]
    figure.canvas.draw()
    value = next(text for text in axis.texts if text.get_text() == "0.0 %")
    name = axis.get_yticklabels()[0]
    assert value.get_window_extent().x0 > name.get_window_extent().x1
    assert "used here · set there 0.0 %" in said
    matplotlib.pyplot.close(figure)
