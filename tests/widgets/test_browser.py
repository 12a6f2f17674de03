"""Widgets in a real JupyterLab in a real Chromium: what is moved changes what is read, and heard.

What a screen reader hears is asked of the browser's accessibility tree.
"""

import os
import re
from pathlib import Path

import nbformat
import pytest

pytest.importorskip("playwright")

from browser import (
    SECONDS,
    browser_page,
    choose,
    chromium,
    errors,
    jupyterlab,
    notebook,
    press,
    run_all,
    said,
    shown,
    use_theme,
)
from playwright.sync_api import expect

from facescreen import SingleColorRule, channel_histogram, load_reference, portraits
from facescreen.lessons import ROOT
from facescreen.widgets import BreakItLab, ThresholdDebate

if chromium() is None and not os.environ.get("CI"):
    pytest.skip(
        "no Chromium here (apt-get install chromium): widgets are not tried in a browser",
        allow_module_level=True,
    )

SHOTS = Path("build") / "browser"
expect.set_options(timeout=SECONDS * 1000)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    with jupyterlab(folder) as address:
        yield folder, address


def test_the_machine_that_runs_all_checks_has_a_browser():
    assert chromium(), "CI installs Chromium: see .ci/run"


FACES = "from facescreen import load_reference, portraits, widgets\nfaces = portraits(6)"


def opened(lab, page, call, name, setup=FACES):
    """Run a notebook that shows a widget; photograph it."""
    folder, address = lab
    run_all(page, address, notebook(folder, setup, call, name=f"{name}.ipynb"))
    page.locator(".jupyter-widgets").first.wait_for()
    photograph(page, name)


def photograph(page, name):
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")


def is_heard(page, values):
    """Every slider has a name, and a value text; a number box beside it shows the same."""
    sliders = page.get_by_role("slider").all()
    assert len(sliders) == len(values)
    for name, text in values.items():
        slider = page.get_by_role("slider", name=name, exact=True)
        expect(slider).to_have_attribute("aria-valuetext", text)
        box = page.get_by_role("spinbutton", name=f"{name}, typed", exact=True)
        expect(box).to_have_value(text.replace(",", ""))
    tree = page.locator(".jp-OutputArea:has(.jupyter-widgets)").first.aria_snapshot()
    unnamed = re.findall(r"- (?:slider|spinbutton|button|combobox|textbox|img)(?! \")[^\n]*", tree)
    assert not unnamed, f"controls without a name: {unnamed}"


def press_state(button):
    """Whether a toggle says that it is pressed, and how it looks: its frame and its mark."""
    return button.evaluate(
        "b => [b.getAttribute('aria-pressed'), getComputedStyle(b).boxShadow.includes('inset'),"
        " getComputedStyle(b, '::before').content.includes('✓')]"
    )


def test_the_explorer_reads_the_image_and_value_that_controls_choose(lab):
    with browser_page(SHOTS) as page:
        opened(lab, page, "widgets.histogram_explorer(faces)", "explorer")
        assert "pixels at value 255" in shown(page)
        is_heard(page, {"Image": "0", "Value": "255"})
        # A picture's description is that of its metadata, not the stopgap where none is known.
        picture = page.locator(".jp-RenderedImage img").first
        expect(picture).to_have_attribute(
            "alt", re.compile(r"^Image 0\. Pixels at value 255: red \d")
        )
        page.get_by_role("spinbutton", name="Value, typed").fill("144")
        page.keyboard.press("Enter")
        said(page, counts_in_words(0, 144))
        press(page, "Value", "ArrowLeft")
        said(page, counts_in_words(0, 143))
        page.get_by_role("button", name="Next").click()
        said(page, counts_in_words(1, 143))
        press(page, "Image", "End")
        said(page, counts_in_words(5, 143))
        is_heard(page, {"Image": "5", "Value": "143"})
        assert errors(page) == 0


def counts_in_words(image, value):
    """What the explorer's table says, as a pattern."""
    counts = channel_histogram(portraits(6))[image, :, value]
    assert counts.any()
    numbers = (*counts, counts.max() - counts.min())
    return rf"pixels at value {value}\s+" + r"\s+".join(f"{number:,}" for number in numbers)


def test_the_lab_judges_after_a_prediction(lab):
    with browser_page(SHOTS) as page:
        opened(lab, page, "widgets.break_it_lab(faces)", "lab")
        is_heard(page, {"Face": "0", "Strength": "1", "Area": "0.1"})
        press(page, "Area", "ArrowRight", 20)
        said(page, r"strength 1\.00, 30 % of the pixels")
        is_heard(page, {"Face": "0", "Strength": "1", "Area": "0.3"})
        page.get_by_role("spinbutton", name="Area, typed").fill("0.1")
        page.keyboard.press("Enter")
        for kind, judged in (("near blob", 1), ("warp", 2)):
            choose(page, "Kind", kind)
            said(page, rf"{kind}, strength 1.00")
            outcome = BreakItLab(portraits(6), kind=kind.replace(" ", "_")).outcome
            page.get_by_role("button", name=outcome).click()
            said(page, f"You predict {outcome}")
            answers = page.get_by_role("group", name="Prediction")
            expect(answers.get_by_role("button", pressed=True)).to_have_text(outcome)
            expect(answers.get_by_role("button", pressed=False)).to_have_count(3)
            page.get_by_role("button", name="Judge").click()
            said(page, rf"Right predictions: {judged} of {judged}")
        for theme in ("Dark", "Light"):
            use_theme(page, theme)
            photograph(page, f"lab_judged_{theme.lower()}")
            states = [press_state(b) for b in answers.get_by_role("button").all()]
            assert sorted(states) == [["false", False, False]] * 3 + [["true", True, True]], theme
        assert errors(page) == 0


def test_the_debate_counts_again_when_a_threshold_moves(lab):
    pool = load_reference("strong")
    setup = f"{FACES}\npool = load_reference('strong')"
    call = "widgets.threshold_debate(pool.images, pool.labels)"
    with browser_page(SHOTS) as page:
        opened(lab, page, call, "debate", setup)
        name = "Single color: threshold"
        values = {name: "40", "Multi color: color threshold": "40"}
        is_heard(page, values | {"Multi color: sum threshold": "1,000"})
        press(page, name, "ArrowRight", 12)  # held: told from the start, not from step to step
        stop = ThresholdDebate(pool.images, pool.labels).stops("threshold")[8 + 12]
        said(page, f"hreshold 40 → {stop}: single color passes")
        assert_counted(page, pool, stop)
        box = page.get_by_role("spinbutton", name=f"{name}, typed")
        box.fill("43")
        box.press("Enter")
        said(page, r"hreshold \d+ → 43: ")
        assert_counted(page, pool, 43)
        is_heard(page, values | {name: "43", "Multi color: sum threshold": "1,000"})
        press(page, name, "Home")
        said(page, r"hreshold \d+ → 0: ")
        assert assert_counted(page, pool, 0) == (pool.labels == "valid").sum()
        photograph(page, "debate_moved")
        compare = page.get_by_role("button", name="Compare with the paper", pressed=False)
        compare.click()
        said(page, "single color, threshold 20\\s+0.92% \\(23 of 2,500; Tables 2 and 3\\)")
        assert_counted(page, pool, 40)
        pressed = page.get_by_role("button", name="Compare with the paper", pressed=True)
        for theme in ("Dark", "Light"):
            use_theme(page, theme)
            photograph(page, f"debate_paper_{theme.lower()}")
            assert press_state(pressed) == ["true", True, True]
        assert errors(page) == 0


def assert_counted(page, pool, threshold):
    """The single-color rule's table shows a recount; how many valid images are lost."""
    lost = int(SingleColorRule(threshold)(pool.images).broken[pool.labels == "valid"].sum())
    said(page, rf"threshold\s+{threshold} pixels[^✓]+✓ \d+ caught\s+✗ {lost} lost")
    return lost


def test_the_desk_writes_labels_clicked_and_typed_and_takes_one_back(lab):
    folder, _ = lab
    call = "widgets.label_desk(faces, [f'{k}.png' for k in range(6)], 'mine.csv')"
    with browser_page(SHOTS) as page:
        opened(lab, page, call, "desk")
        page.wait_for_timeout(1000)  # a label too soon after the image came up is refused
        page.get_by_placeholder("click here, then type").focus()
        page.keyboard.type("o")
        page.get_by_text("Image 2 of 6").wait_for()
        page.wait_for_timeout(1000)
        page.get_by_role("button", name="valid (v)").click()
        page.get_by_text("Image 3 of 6").wait_for()
        page.keyboard.type("z")  # the box has the keys again after a click
        page.get_by_text("Image 2 of 6").wait_for()
        assert errors(page) == 0
    rows = (folder / "mine.csv").read_text("utf-8").splitlines()
    assert rows[0] == "image,label,rater,when"
    assert [row.split(",")[:2] for row in rows[1:]] == [["0.png", "broken_other"]]
    with browser_page(SHOTS) as page:
        opened(lab, page, call, "desk_again")
        page.get_by_text("Went on after 1 labels").wait_for()
        page.get_by_text("Image 2 of 6").wait_for()


def test_the_mixer_makes_other_faces_and_follows_its_layers(lab):
    setup = "from facescreen import generation, widgets\nmaker = generation.FaceMaker("
    setup += "generation.GenerationSettings(existing=32))"
    with browser_page(SHOTS) as page:
        opened(lab, page, "widgets.face_mixer(maker)", "mixer", setup)
        assert "from b + 0.4 (c − d)" in shown(page)
        page.get_by_role("button", name="Surprise me").click()
        said(page, "Last surprise: image 1 of seed 0")
        is_heard(page, {"Alpha α": "0.4"})
        press(page, "Alpha α", "End")
        said(page, r"fine \(64 × 64 px\) from b \+ 2 \(c − d\)\.")
        choose(page, "Scheme", "two faces")
        said(page, r"\(a = face \d+, b = face \d+\)[^_]+fine \(64 × 64 px\) from b\.")
        choose(page, "fine (64 × 64 px)", "a")
        said(page, r"fine \(64 × 64 px\) from a\.")
        scheme = page.locator(".widget-dropdown:has(.widget-label:text-is('Scheme')) select")
        assert (
            scheme.evaluate("list => list.selectedOptions[0].text.trim()").replace("\xa0", " ")
            == "by hand"
        )
        photograph(page, "mixer_by_hand")
        assert errors(page) == 0


def test_the_monitor_shows_a_training_and_stops_when_told_to(lab):
    call = "monitor = widgets.training_monitor('portraits', 'quick', images=100_000, faces=256)\n"
    call += "monitor"
    with browser_page(SHOTS) as page:
        opened(lab, page, call, "monitor")
        expect(page.get_by_role("slider", name="Redraw (s)")).to_have_attribute(
            "aria-valuetext", "3"
        )
        page.locator("button.jupyter-button", has_text="Start").click()
        page.get_by_text("images/s").first.wait_for()
        page.locator(".jp-OutputArea img").first.wait_for()  # losses and samples
        photograph(page, "monitor_running")
        page.locator("button.jupyter-button", has_text="STOP").click()
        images = said(page, r"Stopped · ([\d,]+) of 100,000 images")[1]
        assert int(images.replace(",", "")) > 0
        at_the_end = said(page, rf"Losses after {images} images") and shown(page)
        page.wait_for_timeout(1500)
        assert shown(page) == at_the_end, "nothing goes on after the stop"
        photograph(page, "monitor_stopped")
        assert errors(page) == 0


@pytest.mark.parametrize("number", ["01"])
def test_a_lesson_runs_in_the_lab_as_it_stands(lab, number):
    folder, address = lab
    lesson = next((ROOT / "notebooks").glob(f"{number}_*.ipynb"))
    unrun = nbformat.read(lesson, as_version=4)
    for cell in unrun.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(unrun, folder / lesson.name)
    with browser_page(SHOTS) as page:
        run_all(page, address, folder / lesson.name)
        page.locator(".jupyter-widgets").first.wait_for(state="attached")
        photograph(page, f"lesson_{number}")
        assert errors(page) == 0
