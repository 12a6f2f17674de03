"""Laws of the lab of costs: Amdahl's law, and a bill that multiplies what was measured."""

import math

import numpy as np
import pandas as pd
import pytest
from widget_parts import controls, pane

from facescreen.widgets import CostLab, cost_lab

TABLE = pd.DataFrame(
    {"draw": [0.006, np.nan], "judge": [0.001, 0.001], "save": [0.003, np.nan],
     "decode": [np.nan, 0.004]},
    index=["make", "screen"],
)  # fmt: skip


@pytest.mark.parametrize("part", ["draw", "judge", "save"])
@pytest.mark.parametrize("times", [2.0, 100.0, math.inf])
def test_a_faster_part_makes_the_whole_as_fast_as_amdahl_says(part, times):
    lab = CostLab(TABLE, 0.1, part=part, times=times)
    share = TABLE.loc["make", part] / 0.01
    assert lab.speedup == pytest.approx(1 / (1 - share + share / times))
    assert lab.most == pytest.approx(1 / (1 - share))
    others = lab.before.drop(part)
    assert lab.after.drop(part).tolist() == others.tolist()


def test_machines_save_hours_and_no_dollars():
    one = CostLab(TABLE, 0.36, part="draw", times=2.0, images=10**6)
    ten = CostLab(TABLE, 0.36, part="draw", times=2.0, images=10**6, machines=10)
    assert (one.seconds, ten.seconds) == pytest.approx((7000, 700))
    assert one.dollars == ten.dollars == pytest.approx(0.7)


def test_a_way_has_the_parts_that_were_measured_of_it():
    lab = CostLab(TABLE, 0.1, work="screen", part="draw")
    assert lab.parts == ["judge", "decode"] and lab.part == "judge"
    assert CostLab(TABLE[["judge"]], 0.1, times=math.inf).speedup == math.inf


def test_the_menus_choose_and_the_text_says_it():
    view = cost_lab(TABLE, 3.6)
    found = controls(view)
    found["Work"].value = "screen"
    assert found["Faster"].options == ("judge", "decode")
    settings = {"Faster": "decode", "By": math.inf, "Images": 10**9, "Machines": 100}
    for name, value in settings.items():
        found[name].value = value
    _, alt, text = pane(view)
    assert "*decode* takes 80.0 % of the time. ∞ times as fast" in text
    assert "the whole **5 times** as fast; without it, 5 times" in text
    assert "**2.78 h** and **1,000.00 dollars**" in text
    assert "measured 5 ms, of it judge 20.0 %, decode 80.0 %; then 1 ms" in alt
