"""Widgets in a real JupyterLab in a real Chromium: what is moved changes what is read."""

import os
from pathlib import Path

import pytest

pytest.importorskip("playwright")

from browser import (
    browser_page,
    change,
    chromium,
    errors,
    jupyterlab,
    notebook,
    press,
    run_all,
    shown,
)

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
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")


def test_the_explorer_reads_another_value_when_its_slider_moves(lab):
    with browser_page(SHOTS) as page:
        opened(lab, page, "widgets.histogram_explorer(faces)", "explorer")
        page.get_by_text("255").first.wait_for()
        change(page, lambda: press(page, "Value", "ArrowLeft"))
        page.get_by_text("254").first.wait_for()
        assert errors(page) == 0


def test_the_lab_judges_after_a_prediction(lab):
    with browser_page(SHOTS) as page:
        opened(lab, page, "widgets.break_it_lab(faces)", "lab")
        page.get_by_role("button", name="neither").click()
        page.get_by_role("button", name="Judge").click()
        page.get_by_text("of 1", exact=False).first.wait_for()  # right predictions
        assert errors(page) == 0


def test_the_debate_counts_again_when_a_threshold_moves(lab):
    setup = f"{FACES}\npool = load_reference('strong')"
    call = "widgets.threshold_debate(pool.images, pool.labels)"
    with browser_page(SHOTS) as page:
        opened(lab, page, call, "debate", setup)
        page.locator(".noUi-handle").first.focus()
        before = shown(page)
        after = change(page, lambda: page.keyboard.press("ArrowRight"))
        assert after != before
        assert errors(page) == 0


def test_the_desk_writes_a_label_typed_on_the_keyboard(lab):
    folder, _ = lab
    call = "widgets.label_desk(faces, [f'{k}.png' for k in range(6)], 'mine.csv')"
    with browser_page(SHOTS) as page:
        opened(lab, page, call, "desk")
        page.wait_for_timeout(1000)  # a label too soon after the image came up is refused
        page.get_by_placeholder("click here, then type").focus()
        page.keyboard.type("o")
        page.get_by_text("Image 2 of 6").wait_for()
        assert errors(page) == 0
    rows = (folder / "mine.csv").read_text("utf-8").splitlines()
    assert rows[0] == "image,label,rater,when"
    assert rows[1].startswith("0.png,broken_other,")


def test_the_mixer_makes_another_face_when_surprised(lab):
    setup = "from facescreen import generation, widgets\nmaker = generation.FaceMaker("
    setup += "generation.GenerationSettings(existing=32))"
    with browser_page(SHOTS) as page:
        opened(lab, page, "widgets.face_mixer(maker)", "mixer", setup)
        change(page, lambda: page.get_by_role("button", name="Surprise me").click())
        assert errors(page) == 0


def test_the_monitor_stops_when_told_to(lab):
    call = "monitor = widgets.training_monitor('portraits', 'quick', images=100_000, faces=256)\n"
    call += "monitor"
    with browser_page(SHOTS) as page:
        opened(lab, page, call, "monitor")
        page.locator("button.jupyter-button", has_text="Start").click()
        page.get_by_text("training", exact=False).first.wait_for()
        page.locator("button.jupyter-button", has_text="STOP").click()
        page.get_by_text("stopped", exact=False).first.wait_for()
        page.screenshot(path=SHOTS / "monitor_stopped.png")
        assert errors(page) == 0
