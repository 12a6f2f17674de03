"""The built site: every link arrives, nothing comes from elsewhere, search and widgets work."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from facescreen.lessons import ROOT, find_lessons

LESSONS = [path.stem for path in find_lessons(ROOT / "notebooks")]
LOADED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}


class Read(HTMLParser):
    """A page's anchors, links, what it loads, and its pictures' descriptions."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids, self.links, self.loaded, self.pictures = [], [], [], []
        self.cards = 0
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.ids += [given["id"]] if given.get("id") else []
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
            self.cards += given.get("class") == "card"
        if tag in LOADED and given.get(LOADED[tag]):
            self.loaded.append(given[LOADED[tag]])
        if tag == "img":
            self.pictures.append(given)


@pytest.fixture(scope="module")
def read(site) -> dict[Path, Read]:
    pages = [path for path in site.rglob("*.html") if "_static" not in path.parts]
    return {path.resolve(): Read(path) for path in pages}


def test_each_lesson_has_its_page_and_card_in_both_languages(site, read):
    for folder in (site, site / "ko"):
        assert {path.stem for path in (folder / "notebooks").glob("*.html")} == set(LESSONS)
        assert read[(folder / "index.html").resolve()].cards == len(LESSONS) + 1  # the mixer's
    korean = (site / "ko/index.html").read_text(encoding="utf-8")
    assert '<html lang="ko"' in korean and len(re.findall("[가-힣]", korean)) > 500


@pytest.mark.parametrize("name", ["TEACHING", "GLOSSARY"])
def test_the_korean_site_names_its_documents_in_korean(site, name):
    page = (site / "ko" / f"{name}.html").read_text(encoding="utf-8")
    title = re.search(r"<h1>([^<]+)", page)[1]
    assert re.search("[가-힣]", title)
    assert title in (site / "ko/index.html").read_text(encoding="utf-8")


def test_every_link_and_anchor_arrives(site, read):
    lost = []
    for path, page in read.items():
        for href in page.links:
            parts = urlsplit(href)
            if parts.scheme:
                continue
            file = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchor = unquote(parts.fragment)
            if not file.is_file() or (anchor and file in read and anchor not in read[file].ids):
                lost.append(f"{path.relative_to(site.resolve())}: {href}")
    assert not lost


def test_nothing_is_loaded_from_elsewhere(site, read):
    for path, page in read.items():
        for source in page.loaded:
            parts = urlsplit(source)
            assert parts.scheme in ("", "data") and not parts.netloc, (path, source)
            if parts.path and not parts.scheme:
                assert (path.parent / unquote(parts.path)).resolve().is_file(), (path, source)
    sheets = [path.read_text(encoding="utf-8") for path in site.rglob("*.css")]
    assert sheets and not [u for s in sheets for u in re.findall(r"url\(\W?(https?:[^)]*)", s)]


def test_every_picture_says_what_it_shows(read):
    shown = 0
    for path, page in read.items():
        for picture in page.pictures:
            assert "alt" in picture, (path, picture["src"][:60])
            if "thumbnails/" not in picture["src"]:  # those stand in a link with their words
                assert picture["alt"].strip(), (path, picture["src"][:60])
                shown += 1
    assert shown > 100


@pytest.mark.parametrize("way", ["disk", "server"])
@pytest.mark.parametrize(("place", "word"), [("", "histogram"), ("ko/", "파손"), ("ko/", "임곗값")])
def test_search_finds_lessons(site, served, page, way, place, word):
    base = served if way == "server" else site.as_uri()
    page.goto(f"{base}/{place}search.html?q={word}")
    page.locator("#search-results ul.search li").first.wait_for()
    page.wait_for_function(
        "() => document.querySelectorAll('#search-results ul.search li').length >= 5"
    )
    found = page.locator("#search-results ul.search a").evaluate_all("all => all.map(a => a.href)")
    assert any("notebooks/" in href for href in found)


@pytest.mark.parametrize("place", ["", "ko/"])
def test_widgets_count_without_a_kernel(site, page, place):
    page.goto(f"{site.as_uri()}/{place}notebooks/01_read_faces_as_numbers.html")
    part = page.locator(".live").first
    box = part.locator("input[type=number]")
    box.fill("255")
    box.press("Enter")
    before = part.locator("table").first.inner_text()
    box.fill("90")
    box.press("Enter")
    assert "90" in part.locator("table").first.inner_text() != before
    page.goto(f"{site.as_uri()}/{place}notebooks/06_screen_with_many_colors.html")
    assert page.locator(".live table").count() >= 2


def test_dark_follows_the_system_and_the_button(site, page):
    def brightness() -> float:
        color = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(map(int, re.findall(r"\d+", color)[:3])) / 3

    page.emulate_media(color_scheme="dark")
    page.goto(f"{site.as_uri()}/index.html")
    assert brightness() < 60
    page.emulate_media(color_scheme="light")
    page.reload()
    assert brightness() > 200


@pytest.mark.parametrize(
    "name", ["index", "mixer", "TEACHING", "GLOSSARY", "README", "data/README"]
)
@pytest.mark.parametrize("place", ["", "ko/"])
def test_a_phone_scrolls_no_page_sideways(site, page, place, name):
    page.set_viewport_size({"width": 390, "height": 844})
    try:
        page.goto(f"{site.as_uri()}/{place}{name}.html")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    finally:
        page.set_viewport_size({"width": 1280, "height": 1000})


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["07_build_a_screened_dataset", "A1_paper_ledger"])
def test_a_table_fades_out_where_it_goes_on_and_nowhere_else(site, page, name, width):
    page.set_viewport_size({"width": width, "height": 1000})
    try:
        page.goto((site / "notebooks" / f"{name}.html").as_uri())
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        page.wait_for_timeout(300)  # until sizes were told of
        found = page.evaluate(
            "[...document.querySelectorAll('.cell_output, .cell_output .text_html')].map((one) =>"
            " [one.scrollWidth - one.clientWidth > 2, one.classList.contains('goes-on')])"
        )
        assert all(wide == fades for wide, fades in found) and len(found) > 20
        assert width > 390 or any(wide for wide, _ in found)
    finally:
        page.set_viewport_size({"width": 1280, "height": 1000})
