"""The report in a real Chromium, from disk: nothing leaves or runs, and a large table opens."""

import os
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from mixed_folder import MID, save, with_red_patch

pytest.importorskip("playwright")

from browser import browser_page, chromium

from facescreen.folders import screen_folder, write_report
from facescreen.screening import SingleColorRule

if chromium() is None and not os.environ.get("CI"):
    pytest.skip(
        "no Chromium here (apt-get install chromium): the report is not opened in a browser",
        allow_module_level=True,
    )

SHOTS = Path("build") / "browser"
HOSTILE = "<script>alert(1)<img src=x onerror=alert(2)>\"'&\n😀.png"
ROWS, UNREADABLE = 100_000, 5_000


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The page of a table with 100,000 rows, whose galleries are of the costliest images."""
    folder, rng = tmp_path_factory.mktemp("photos"), np.random.default_rng(0)
    save(folder / HOSTILE, with_red_patch(4000))
    for red in (*range(1000, 1015), *range(40, 52), *range(28, 40)):  # each is in one gallery
        noise = rng.integers(0, 18, (128, 128, 3), np.uint8)  # with more noise it would be shrunk
        noise.reshape(-1, 3)[:red] = (255, 0, 0)
        save(folder / f"noise_{red}.png", noise)
    save(folder / "gray.png", MID)
    table = tmp_path_factory.mktemp("table") / "verdicts.csv"
    screen_folder(folder, SingleColorRule(40), table)
    with open(table, "a") as file:
        for k in range(ROWS - 41 - UNREADABLE):
            score = k % 8
            broken = "false,," if k % 50 else f"true,color,{score + 300}"
            file.write(f"far/{k:06d}.png,{broken}{'' if not k % 50 else score},R,255,\n")
        for k in range(UNREADABLE):
            file.write(f"far/bad_{k:04d}.png,,unreadable: it is empty,,,,\n")
    return write_report(table, folder, SingleColorRule(40))


@contextmanager
def opened(report, **view):
    """The page, and what it did: requests beyond the file itself, errors and dialogs."""
    with browser_page(SHOTS) as page:
        did = {"requests": [], "errors": [], "dialogs": []}
        page.on("request", lambda r: r.url[:5] != "data:" and did["requests"].append(r.url))
        page.on("console", lambda m: m.type == "error" and did["errors"].append(m.text))
        page.on("pageerror", lambda error: did["errors"].append(str(error)))
        page.on("dialog", lambda d: (did["dialogs"].append(d.message), d.dismiss()))
        page.goto(report.as_uri())
        yield page, did


def test_a_large_report_opens_from_disk_and_nothing_leaves_or_runs(report):
    assert report.stat().st_size <= 3_000_000
    with opened(report) as (page, did):
        assert page.get_by_text(f"{ROWS - UNREADABLE:,} images judged").first.is_visible()
        assert page.get_by_text("<script>alert(1)<img src=x onerror=alert(2)>").first.is_visible()
        pictures = page.locator("img")
        assert pictures.count() == 80  # of 40 images, and where
        assert page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
        folded = page.get_by_text(f"The first 100 of {UNREADABLE:,}")
        assert not page.get_by_text("far/bad_0099.png").is_visible()
        folded.click()
        assert page.get_by_text("far/bad_0099.png").is_visible()
        assert page.get_by_text("far/bad_0100.png").count() == 0
        assert did == {"requests": [report.as_uri()], "errors": [], "dialogs": []}
        # The watch itself sees what it should, and the page's policy holds for scripts of others.
        page.evaluate("alert('seen')")
        page.evaluate("fetch('http://127.0.0.1:9/').catch(() => 0)")
        page.evaluate("document.body.append(Object.assign(new Image(), {onerror: null, src: 'y'}))")
        page.wait_for_timeout(200)
        assert did["dialogs"] == ["seen"]
        assert len(did["errors"]) >= 2
        assert all("Content Security Policy" in error for error in did["errors"])


def test_a_report_fits_phones_and_desks_in_light_and_dark(report):
    with opened(report) as (page, did):
        SHOTS.mkdir(parents=True, exist_ok=True)
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            grounds = []
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                assert page.evaluate("document.documentElement.scrollWidth") == width
                style = "getComputedStyle(document.body)"
                grounds.append(page.evaluate(f"[{style}.color, {style}.backgroundColor]"))
                page.screenshot(path=SHOTS / f"report_{width}_{scheme}.png")
            assert len({ground for one in grounds for ground in one}) == 4
        assert did["errors"] == []
