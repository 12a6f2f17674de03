"""Laws of the figures: each is shown once, with a sentence that its numbers wrote."""

import io

import matplotlib
import matplotlib.pyplot
import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text
from PIL import Image

from facescreen import evaluation, plots

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


def shown_png(figure):
    return Image.open(io.BytesIO(plots.picture(figure, "A sentence.")[0]["image/png"]))


@pytest.mark.parametrize(
    ("columns", "given"),
    [(10, {}), (10, {"tile": 0.65}), (10, {"rows_named": ["first", "second"]}), (6, {}), (3, {})],
)
def test_ten_faces_or_fewer_in_a_row_are_large_and_no_wider_than_the_page(columns, given):
    faces = np.zeros((2 * columns, 64, 64, 3), np.uint8)  # black, on a white page
    png = shown_png(plots.draw_faces(faces, None, None, columns, **given))
    assert png.width <= 1000
    dark = np.asarray(png.convert("L")) < 128
    assert dark.sum(axis=1).max() >= 96 * columns
    assert dark.sum(axis=0).max() >= 96 * 2


def test_a_long_caption_is_wrapped_and_stays_readable():
    figure = plots.draw_faces(np.zeros((10, 8, 8, 3), np.uint8), ["passes\nbroken, missed"] * 10)
    label = figure.axes[0].xaxis.label
    assert label.get_fontsize() == 11
    assert label.get_text() == "passes\nbroken,\nmissed"
    matplotlib.pyplot.close(figure)


@pytest.mark.parametrize("width", [4, 8.5, 13])
def test_a_chart_uses_the_width_of_the_page_and_no_more(width):
    figure, _ = matplotlib.pyplot.subplots(figsize=(width, 3))
    png = shown_png(figure)
    assert png.width <= 1000
    assert png.width > 980 or width == 4


def test_faces_keep_their_brightest_and_darkest_shade(shown):
    faces = np.random.default_rng(0).integers(0, 256, (9, 64, 64, 3), np.uint8)
    faces[:, 10:40, 10:40] = (255, 0, 126)
    png = shown_png(plots.draw_faces(faces))
    assert png.mode == "RGB"
    assert (255, 0, 126) in {color for _, color in png.getcolors(png.width * png.height)}


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


# --- evaluation -----------------------------------------------------------------------------------

POINTS = pd.DataFrame(
    {
        "valid lost %": [0.0, 3.0, 60.0],
        "rate %": [18.0, np.nan, 1.0],
        "caught %": [0.0, 50.0, 99.0],
    },
    index=["none", "soft", "far"],
)


def screens(seed=0):
    """Labels and the scores of two screens, one of them often tied and once not finite."""
    random = np.random.default_rng(seed)
    broken = random.random(400) < 0.2
    scores = {"counts": random.poisson(5 + 9 * broken).astype(float), "chance": random.random(400)}
    scores["counts"][0] = np.nan
    return {name: evaluation.broken_rate_curve(s, broken) for name, s in scores.items()}


@pytest.mark.parametrize("y", ["rate %", "caught %"])
def test_the_sentence_of_a_tradeoff_holds_every_marked_point(shown, y):
    curves = screens()
    points = evaluation.at_thresholds(curves, {"counts": 10})
    plots.plot_tradeoff(curves, pd.concat([points, POINTS]), y)
    sentence = shown[0][1]["image/png"]["alt"]
    assert_one_figure(shown, sentence)
    assert f"counts loses {points.loc['counts', 'valid lost %']:.2f} % of the valid" in sentence
    assert f"{points.loc['counts', y]:.2f} %" in sentence
    assert "none loses 0.00 %" in sentence
    assert ("soft" in sentence) == (y == "caught %")  # a point without a height is not marked
    assert "far" not in sentence  # beyond the axis


@pytest.mark.parametrize("y", ["rate %", "caught %"])  # all lines end at 100 % caught
def test_names_of_lines_and_points_do_not_overlap(y):
    curves = screens() | {f"again {k}": curve for k, curve in enumerate(screens().values())}
    same = pd.DataFrame({"valid lost %": [0.1] * 5, y: [9.0] * 5}, index=list("abcde"))
    figure, _ = plots.draw_tradeoff(curves, same, y, up_to=100)
    axis = figure.axes[0]
    texts = axis.texts
    assert sorted(t.get_text() for t in texts) == sorted([*curves, *"abcde"])
    boxes = []
    for text in texts:
        text.update_positions(figure.canvas.get_renderer())
        boxes.append(Text.get_window_extent(text))
    for k, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[k + 1 :])
        assert axis.bbox.y0 - 10 < box.y0 and box.y1 < axis.bbox.y1 + 10
    matplotlib.pyplot.close(figure)


def test_a_point_of_a_line_looks_like_it():
    curves = screens()
    points = pd.concat([evaluation.at_thresholds(curves, {"chance": 0.9}), POINTS.iloc[:1]])
    figure, _ = plots.draw_tradeoff(curves, points)
    *lines, on_line, other = figure.axes[0].lines
    assert on_line.get_color() == lines[1].get_color() == plots.SCREENS[1]
    assert other.get_color() == plots.INK
    assert "≥ 0.9" in [text.get_text() for text in figure.axes[0].texts]
    matplotlib.pyplot.close(figure)


def test_a_tradeoff_without_valid_images_is_empty_but_no_error(shown):
    plots.plot_tradeoff({"s": evaluation.broken_rate_curve([1.0], [True])}, POINTS.iloc[:0])
    assert_one_figure(shown, "Nothing is marked.")


def test_every_share_of_a_kind_is_written_in_its_cell(shown):
    flags = {"one": np.array([True, True, False, False]), "two": np.array([True, False] * 2)}
    table = evaluation.kinds_table(flags, ["blob", "blob", "stripe", "blob"])
    figure, sentence = plots.draw_kinds(table)
    written = [text.get_text() for text in figure.axes[0].texts]
    assert written[::2] == ["67 %", "33 %", "0 %", "100 %"]
    assert written[1] == "21 to 94"
    assert "one 67 % of blob, 0 % of stripe; two 33 % of blob, 100 % of stripe." in sentence
    plots.plot_kinds(table)
    assert_one_figure(shown, sentence)
    matplotlib.pyplot.close(figure)
    kinds = [f"kind {k}" for k in range(13)]
    flags = {"r": np.arange(13) == 5}
    figure, sentence = plots.draw_kinds(evaluation.kinds_table(flags, kinds))
    assert "r from 0 % (kind 0) to 100 % (kind 5)" in sentence, "too many to say each"
    matplotlib.pyplot.close(figure)


def test_the_blind_line_has_a_look_of_its_own_and_shifts_no_other():
    curves = screens()
    names = list(curves)
    blind = {"blindly": curves[names[0]], **curves}
    figure, _ = plots.draw_tradeoff(blind, POINTS.iloc[:0])
    first, *others = figure.axes[0].lines[: len(blind)]
    assert (first.get_color(), first.get_linestyle()) == (plots.PAPER, ":")
    assert [line.get_color() for line in others] == list(plots.SCREENS[: len(names)])
    matplotlib.pyplot.close(figure)


def test_a_saved_figure_holds_its_sentence(tmp_path):
    figure, sentence = plots.draw_kinds(evaluation.kinds_table({"r": np.ones(1, bool)}, ["blob"]))
    plots.save_figure(figure, sentence, tmp_path / "kinds.png")
    with Image.open(tmp_path / "kinds.png") as picture:
        assert picture.format == "PNG"
        assert picture.text["Description"] == sentence
    assert not matplotlib.pyplot.get_fignums()


@pytest.mark.parametrize("seed", range(12))
def test_the_largest_count_of_each_half_that_does_not_fit_is_named_and_no_other(seed):
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 60, (3, 256))
    large = rng.choice(256, seed % 3, replace=False)
    counts[rng.integers(3), large] = rng.integers(3000, 9000, len(large))
    figure, axis = matplotlib.pyplot.subplots()
    plots.one_image._draw_whole_range(axis, counts, 240)
    named = [text.get_text() for text in axis.texts]
    matplotlib.pyplot.close(figure)
    halves = [large[large < 128], large[large > 127]]
    most = [half[counts.max(axis=0)[half].argmax()] for half in halves if len(half)]
    assert named == [f"cut off: {counts[:, at].max():,} at {at} ↑" for at in most]
    assert (counts.max() > axis.get_ylim()[1]) == bool(seed % 3), "both happen"
