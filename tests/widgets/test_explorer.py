"""Laws of the histogram explorer: its counts, its words, its controls, its pane in a kernel."""

import base64
import io
import subprocess
import sys

import nbformat
import numpy as np
import pytest
from PIL import Image
from widget_parts import controls, faces, pane, settings_of

from facescreen import plots
from facescreen.lessons import execute
from facescreen.screening import MultiColorRule, SingleColorRule, reference_verdict
from facescreen.widgets import HistogramExplorer, histogram_explorer
from facescreen.widgets.words import multi_color_words, single_color_words


def images():
    """Images of which a reader can count the bright pixels: none; red; white; red at 247."""
    made = faces(4)
    made[1][:10, :10] = (255, 3, 3)
    made[2][:20] = 255
    made[3][:6, :10] = (247, 7, 7)
    return made


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [SingleColorRule(), MultiColorRule(), MultiColorRule(40, 100)])
@pytest.mark.parametrize("k", range(4))
def test_words_agree_with_the_slow_verdict(rule, k):
    image = images()[k]
    reason, score, _, value, total = reference_verdict(image, rule)
    say = single_color_words if isinstance(rule, SingleColorRule) else multi_color_words
    said = say(rule(image[np.newaxis]))
    assert said.startswith(f"**✗ broken** ({reason})" if reason else "**✓ valid**")
    assert f"(largest − smallest), {score:,}, {'reaches' if score >= 40 else 'is below'} 40" in said
    if (image[..., :] >= 240).any() or isinstance(rule, SingleColorRule):
        assert f"at {value}" in said
    if isinstance(rule, MultiColorRule) and reason != "color":
        limit = int(rule.sum_threshold)
        compared = "reaches" if total >= limit else "is below"
        assert f"the sum, {total:,}, {compared} {limit:,}." in said


def test_words_of_a_rule_in_fractions_and_of_the_other_sum():
    image = images()[2:3]  # 640 of 1,024 pixels are white
    said = multi_color_words(MultiColorRule.scaled(0.5, 0.5, white_sum="others")(image))
    assert "is below 512; the sum of the two other channels, 1,280, reaches 512." in said
    said = single_color_words(SingleColorRule.scaled(0.01)(image))
    assert "every channel has 640 pixels" in said and "is below 11." in said


def test_words_at_the_threshold_itself():
    image = images()[3:]  # 60 red pixels at 247, none of the other channels
    assert "60, reaches 60." in multi_color_words(MultiColorRule(60)(image))
    assert "60, is below 61; the sum, 60, reaches 60." in multi_color_words(
        MultiColorRule(61, 60)(image)
    )


# --- histogram explorer ---------------------------------------------------------------------------


def test_counts_are_those_of_numpy_at_every_value():
    shown = images()
    for index in range(4):
        for value in (0, 3, 128, 247, 254, 255):
            model = HistogramExplorer(shown, index=index, value=value)
            expected = [int((shown[index][..., c] == value).sum()) for c in range(3)]
            assert model.counts.tolist() == expected
            assert model.difference == max(expected) - min(expected)
            row = " | ".join(f"{n:,}" for n in [*expected, max(expected) - min(expected)])
            assert f"| pixels at value {value} | {row} |" in model.text


def test_the_explorer_refuses_what_it_cannot_show():
    with pytest.raises(ValueError, match="no image"):
        histogram_explorer(images()[:0])
    with pytest.raises(ValueError, match="2 captions for 4 images"):
        histogram_explorer(images(), ["a", "b"])


@pytest.mark.parametrize("description", ["Image", "Value", "Image, typed", "Value, typed"])
@pytest.mark.parametrize("which", [0, 1, 2])
def test_each_control_of_the_explorer_at_its_ends_and_default(description, which):
    shown, view = images(), histogram_explorer(images(), ["plain", "blob", "white", "near"])
    found = controls(view)
    found[description].value = settings_of(found[description])[which]
    index, value = found["Image"].value, found["Value"].value
    assert (index, value) == (found["Image, typed"].value, found["Value, typed"].value)
    _, alt, text = pane(view)
    model = HistogramExplorer(shown, ["plain", "blob", "white", "near"], index, value)
    assert text == model.text
    reds, greens, blues = ((shown[index][..., c] == value).sum() for c in range(3))
    assert f"Pixels at value {value}: red {reds:,}, green {greens:,}, blue {blues:,};" in alt
    assert alt.startswith(f"Image {index}: {['plain', 'blob', 'white', 'near'][index]}.")


def test_arrows_step_through_all_images_and_around():
    view = histogram_explorer(images())
    found = controls(view)
    seen, pictures = [], set()
    for _ in range(4):
        seen.append(found["Image"].value)
        pictures.add(pane(view)[0])
        found["Next ▶"].click()
    assert seen == [0, 1, 2, 3] and found["Image"].value == 0
    assert len(pictures) == 4
    found["◀ Previous"].click()
    assert found["Image"].value == 3
    assert "Image 3." in pane(view)[1]


def test_the_explorer_takes_one_image_and_other_rules():
    view = histogram_explorer(images()[3:], single=SingleColorRule(20), multi=MultiColorRule(61))
    controls(view)["Next ▶"].click()
    _, _, text = pane(view)
    assert "0, is below 20." in text and "60, is below 61" in text


def test_an_error_of_a_control_is_raised_and_not_hidden(monkeypatch):
    view = histogram_explorer(images())
    monkeypatch.setattr(HistogramExplorer, "content", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        controls(view)["Value"].value = 3


# --- figures, and the widgets in a kernel ---------------------------------------------------------


def test_pictures_of_a_widget_have_one_size_whatever_they_show():
    sizes = []
    for index in range(4):
        shown = HistogramExplorer(images(), index=index).content()[0]["data"]["image/png"]
        with Image.open(io.BytesIO(base64.b64decode(shown))) as picture:
            sizes.append(picture.size)
    assert np.ptp(sizes, axis=0).max() <= 4


def test_the_picture_of_a_figure_is_what_present_shows():
    data, metadata = plots.picture(*plots.draw_image_histograms(images()[1], "image 1", 255))
    assert data["image/png"].startswith(b"\x89PNG")
    assert metadata["image/png"]["alt"] == data["text/plain"]


KERNEL = """
import numpy as np
from facescreen import widgets
faces = np.full((2, 32, 32, 3), 90, np.uint8)
view = {call}
view
"""


@pytest.mark.parametrize("name", ["histogram_explorer", "break_it_lab"])
def test_in_a_kernel_the_pane_holds_picture_and_text_and_no_error(name, tmp_path):
    source = KERNEL.format(call=f"widgets.{name}(faces)")
    steps = "view.children[1].children[0].children[0].value = 1"
    cells = [nbformat.v4.new_code_cell(text) for text in (source, steps)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbformat.write(notebook, tmp_path / "01_scratch.ipynb")
    result = execute(tmp_path / "01_scratch.ipynb", tmp_path / "done.ipynb", {})
    assert result.ok, result.message
    notebook = nbformat.read(tmp_path / "done.ipynb", as_version=4)
    state = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    outputs = [m["state"] for m in state.values() if m["model_name"] == "OutputModel"]
    (shown,) = [output for output in outputs if len(output["outputs"]) == 2]
    picture, text = shown["outputs"]
    assert "1" in picture["metadata"]["image/png"]["alt"].split(".")[0].split(",")[0]
    assert text["data"]["text/markdown"]


def test_the_room_does_not_load_torch():
    program = "import sys, facescreen.widgets; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr
