"""Widgets in a real JupyterLab in a real Chromium: what is moved changes what is read."""

import os
from pathlib import Path

import nbformat
import pytest

pytest.importorskip("playwright")

from browser import (
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
)

from facescreen import SingleColorRule, channel_histogram, load_reference, portraits
from facescreen.lessons import ROOT
from facescreen.widgets import BreakItLab

if chromium() is None and not os.environ.get("CI"):
    pytest.skip(
        "no Chromium here (apt-get install chromium): widgets are not tried in a browser",
        allow_module_level=True,
    )

SHOTS = Path("build") / "browser"


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


def test_the_explorer_reads_the_image_and_value_that_controls_choose(lab):
    with browser_page(SHOTS) as page:
        opened(lab, page, "widgets.histogram_explorer(faces)", "explorer")
        assert "pixels at value 255" in shown(page)
        page.get_by_label("or type it").fill("144")
        page.keyboard.press("Enter")
        said(page, counts_in_words(0, 144))
        press(page, "Value", "ArrowLeft")
        said(page, counts_in_words(0, 143))
        page.get_by_role("button", name="Next").click()
        said(page, counts_in_words(1, 143))
        press(page, "Image", "End")
        said(page, counts_in_words(5, 143))
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
        for kind, judged in (("near blob", 1), ("warp", 2)):
            choose(page, "Kind", kind)
            said(page, rf"{kind}, strength 1.00")
            outcome = BreakItLab(portraits(6), kind=kind.replace(" ", "_")).outcome
            page.get_by_role("button", name=outcome).click()
            page.get_by_role("button", name="Judge").click()
            said(page, rf"Right predictions: {judged} of {judged}")
        photograph(page, "lab_judged")
        assert errors(page) == 0


def test_the_debate_counts_again_when_a_threshold_moves(lab):
    pool = load_reference("strong")
    setup = f"{FACES}\npool = load_reference('strong')"
    call = "widgets.threshold_debate(pool.images, pool.labels)"
    with browser_page(SHOTS) as page:
        opened(lab, page, call, "debate", setup)
        before = 40
        for key in ("ArrowRight", "ArrowRight", "Home"):
            press(page, "Single color: threshold", key)
            threshold = int(said(page, rf"hreshold {before} → (\d+): ")[1])
            lost = SingleColorRule(threshold)(pool.images).broken[pool.labels == "valid"].sum()
            said(page, rf"threshold\s+{threshold} pixels[^✓]+✓ \d+ caught\s+✗ {lost} lost")
            before = threshold
        assert threshold == 0 and lost == (pool.labels == "valid").sum()
        photograph(page, "debate_moved")
        assert errors(page) == 0


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


@pytest.mark.parametrize("number", ["01", "05"])
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
