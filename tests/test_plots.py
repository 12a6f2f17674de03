"""Laws of the figures: each is shown once, with a sentence that its numbers wrote."""

import matplotlib
import numpy as np
import pandas as pd
import pytest

from facescreen import plots

matplotlib.use("agg")


@pytest.fixture
def shown(monkeypatch):
    """What a notebook would be handed: (data, metadata) of each display."""
    import IPython.display

    seen = []
    monkeypatch.setattr(
        IPython.display, "display", lambda data, **how: seen.append((data, how.get("metadata")))
    )
    return seen


def assert_one_figure(shown, sentence):
    (picture, metadata), (text, _) = shown
    assert picture["image/png"].startswith(b"\x89PNG")
    assert metadata["image/png"]["alt"] == sentence
    assert text.data == f"*{sentence}*"


@pytest.mark.parametrize("count", [0, 1, 7, 23])
def test_a_gallery_shows_any_number_of_faces(shown, count):
    faces = np.zeros((count, 16, 16, 3), np.uint8)
    plots.show_faces(faces, "Some faces.", captions=range(count), broken=[True] * count)
    assert_one_figure(shown, "Some faces.")


def test_picked_faces_stand_above_what_they_made(shown):
    picked = np.zeros((3, 2, 8, 8, 3), np.uint8)
    plots.show_combination(picked, picked[:, 0], ["face a", "face b"], "Three new faces.")
    assert_one_figure(shown, "Three new faces.")


def test_the_sentence_under_rates_holds_every_rate(shown):
    ours = pd.DataFrame(
        {"rate %": [12.34, 0.0], "low %": [11.0, 0.0], "high %": [14.0, 0.2]}, index=["x", "y"]
    )
    plots.plot_rates(ours, ours + 1, "flagged by y")
    (_, metadata), _ = shown
    sentence = metadata["image/png"]["alt"]
    assert_one_figure(shown, sentence)
    assert "x: 13.34 % in the paper, 12.34 % here" in sentence
    assert "y: 1.00 % in the paper, 0.00 % here" in sentence


def test_no_figure_stays_open(shown):
    import matplotlib.pyplot as plt

    plots.show_faces(np.zeros((2, 8, 8, 3), np.uint8), "Two faces.")
    assert not plt.get_fignums()
