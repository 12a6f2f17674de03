"""Makes a kernel say figures' sentences, hints and prints in another language, where it can.

A lesson's code stays as it is: what it prints and displays is translated on its way to the page.
"""

from __future__ import annotations

import re
import sys
from html import escape, unescape
from typing import Any

from facescreen.language.catalogs import Language

_TAG = re.compile(r"(<(?:table|style|script)\b.*?</(?:table|style|script)>|<[^>]*>)", re.DOTALL)


_spoken: list[Language] = []  # by this kernel, if not English


def speak(code: str) -> None:
    """From now on, in the language of this code; without effect outside a Jupyter kernel."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    publisher, language = getattr(shell, "display_pub", None), Language(code)
    if code == "en" or not hasattr(publisher, "register_hook"):
        return

    def displayed(message: dict[str, Any]) -> dict[str, Any]:
        content = message.get("content", {})
        bundle(content.get("data", {}), content.get("metadata", {}), language)
        return message

    _spoken[:] = [language]
    publisher.register_hook(displayed)
    # IPython 9 puts a writing of its own into the stream for the time of each cell.
    shell.events.register("pre_run_cell", Lines(sys.stdout, language).attach)


def said(output: dict[str, Any]) -> dict[str, Any]:
    """What a widget's pane is to hold, translated: it is set there and passes no hook."""
    for language in _spoken:
        bundle(output["data"], output["metadata"], language)
    return output


def in_language(text: str) -> str:
    """A text that is about to be cut into lines, in which its sentences could not be found."""
    return _spoken[0].say(text) if _spoken else text


class Lines:
    """Translates what a stream is given, a line at a time: a print may come in several pieces."""

    def __init__(self, stream: Any, language: Language) -> None:
        self.stream, self.language, self.held = stream, language, ""
        self.under, self.flush_under, stream.flush = stream.write, stream.flush, self.flush
        self.attach()

    def attach(self, *_: Any) -> None:
        """Stand before the stream's writing, however often somebody else has replaced it."""
        if self.stream.write != self.write:
            self.under, self.stream.write = self.stream.write, self.write

    def write(self, text: str) -> int:
        lines, end, self.held = (self.held + text).rpartition("\n")
        if end:
            self.under(self.language.say(lines) + end)
        return len(text)

    def flush(self) -> None:
        rest, self.held = self.held, ""
        if rest:
            self.under(self.language.say(rest))
        self.flush_under()


def bundle(data: dict[str, Any], metadata: dict[str, Any], language: Language) -> None:
    """Translate what is displayed, in place: sentences and alt texts, no table of data."""
    for kind in ("text/markdown", "text/plain"):
        if isinstance(data.get(kind), str) and not (kind == "text/plain" and _is_value(data)):
            data[kind] = language.say(data[kind])
    if isinstance(data.get("text/html"), str):
        data["text/html"] = html(data["text/html"], language)
    about = metadata.get("image/png", {})
    if isinstance(about, dict) and isinstance(about.get("alt"), str):
        about["alt"] = language.say(about["alt"])


def html(source: str, language: Language) -> str:
    """The words between tags, but for tables, whose headings are names in the code."""
    parts = _TAG.split(source)
    # Entities read as the letters they stand for, so that "rule&#x27;s" is "rule's" to a catalog.
    parts[::2] = [
        escape(language.say(unescape(part)), quote=False) if part.strip() else part
        for part in parts[::2]
    ]
    return "".join(parts)


def _is_value(data: dict[str, Any]) -> bool:
    """Whether the plain text is a value's own form rather than a sentence."""
    return "image/png" not in data and not data["text/plain"].startswith("A widget")
