"""Widgets in a real JupyterLab in a real Chromium: what is moved changes what is read."""

import os
from pathlib import Path

import pytest

pytest.importorskip("playwright")

from browser import browser_page, chromium, control, jupyterlab, notebook, run_all

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


def test_a_slider_moved_from_the_keyboard_changes_the_text_below(lab):
    folder, address = lab
    source = (
        "import ipywidgets as w\n"
        "s = w.IntSlider(3, 0, 9, description='Threshold'); t = w.HTML('at 3')\n"
        "s.observe(lambda c: setattr(t, 'value', f'at {c.new}'), 'value')\n"
        "w.VBox([s, t])"
    )
    with browser_page(SHOTS) as page:
        run_all(page, address, notebook(folder, source))
        page.get_by_text("at 3", exact=True).wait_for()
        handle = control(page, "Threshold").first.locator("[role=slider], .noUi-handle").first
        handle.focus()
        page.keyboard.press("ArrowRight")
        page.get_by_text("at 4", exact=True).wait_for()
