"""A report read back as a browser would: its tags, its text, its tables, its cards and pictures."""

import base64
import io
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
from PIL import Image

EMPTY = {"meta", "img"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags, self.attributes, self.text = set(), set(), []
        self.tables, self.cards = {}, []
        self.heading, self._open = "", []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.add(tag)
        self.attributes |= attrs.keys()
        if tag not in EMPTY:
            self._open.append((tag, attrs.get("class") or ""))
        if tag == "h2":
            self.heading = ""
        if tag == "tr":
            self.tables.setdefault(self.heading, []).append([])
        if tag in ("th", "td"):
            self.tables[self.heading][-1].append("")
        if tag == "li" and attrs.get("class") == "card":
            self.cards.append({"gallery": self.heading, "text": "", "name": "", "images": []})
        if tag == "img":
            self.cards[-1]["images"].append(attrs["src"])

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in EMPTY:
            self._open.pop()

    def handle_endtag(self, tag):
        assert self._open.pop()[0] == tag, f"</{tag}> closes another element"

    def handle_data(self, data):
        self.text.append(data)
        tags = [tag for tag, _ in self._open]
        if tags[-1:] == ["h2"]:
            self.heading += data
        if "td" in tags or "th" in tags:
            self.tables[self.heading][-1][-1] += data
        if ("li", "card") in self._open:
            self.cards[-1]["text"] += data
            if tags[-1] == "bdi":
                self.cards[-1]["name"] += data


def read_page(page: Path) -> _Reader:
    """The parsed page; every element in it is closed by its own end tag."""
    reader = _Reader()
    reader.feed(page.read_text("utf-8"))
    reader.close()
    assert not reader._open
    return reader


def decoded(address: str) -> np.ndarray:
    """A data address as uint8 (H, W, 3)."""
    kind, data = address.split(",")
    assert kind == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB"))
