"""The law of the gallery: names, values, messages and figures' sentences are text, never markup."""

from html.parser import HTMLParser

import pytest
from PIL import Image

from facescreen.classroom.gallery import write_gallery
from facescreen.classroom.grid import Run
from facescreen.classroom.one_run import Record

HOSTILE = "</title></style></script><script>alert(1)</script>"
HOSTILE += "<img src=x onerror=alert(2)>\"'&{{1234*5678}}"


class Tags(HTMLParser):
    """The tags of a page, each with its attributes' names, its text and its links."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags, self.text, self.links = [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, *(name for name, _ in attributes)))
        self.links += [value for name, value in attributes if name in ("href", "src")]

    def handle_data(self, data):
        self.text.append(data)


def page_with(folder, text: str) -> str:
    """A gallery in which a text stands wherever somebody's own may come from."""
    runs = [Run({text: text}, {text: text, "x": 1}), Run({"x": 2, text: 3}, {text: 3, "x": 2})]
    values = {text: text, "left": 0.123456}
    records = [
        Record("", "ran", 3.25, "", values, "a.ipynb", f"{text.replace('/', '')}.html", text),
        Record("", "failed", 1.0, text, {}, "", "", ""),
    ]
    for run in runs:
        (folder / "runs" / run.key).mkdir(parents=True)
        Image.new("RGB", (9, 5)).save(folder / "runs" / run.key / "figure.png")
    write_gallery(folder / "index.html", text, runs, records, [text, "x"])
    return (folder / "index.html").read_text("utf-8")


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    return {
        text: Tags(page_with(tmp_path_factory.mktemp("out"), text)) for text in (HOSTILE, "plain")
    }


def test_the_page_has_the_same_tags_whatever_its_texts_hold(pages):
    hostile, plain = pages[HOSTILE], pages["plain"]
    assert hostile.tags == plain.tags
    assert not any(name.startswith("on") for tag in hostile.tags for name in tag[1:])
    assert "".join(hostile.text).count("<script>alert(1)</script>") >= 6
    assert "7006652" not in "".join(hostile.text)


def test_the_page_loads_nothing_and_links_to_what_is_beside_it(pages):
    inside = ("#", "runs/", "results.csv", "data:image/webp;base64,")
    for page in pages.values():
        assert page.links and all(link.startswith(inside) for link in page.links)
        assert not [tag for tag in page.tags if tag[0] in ("script", "link", "iframe")]
        assert not [link for link in page.links if any(mark in link for mark in "<>\"' ")]


def test_a_failed_run_is_shown_with_its_sentence(pages):
    said = " ".join(" ".join(pages["plain"].text).split())
    assert "1 ran , 1 failed" in said and "✗ failed in 1.0 s" in said
    assert said.count("0.1235") == 2  # in the table and on the card
