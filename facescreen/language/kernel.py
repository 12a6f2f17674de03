"""Makes a kernel say figures' sentences, hints and prints in another language, where it can.

A lesson's code stays as it is: what it prints and displays is translated on its way to the page.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import wraps
from html import escape, unescape
from typing import Any

from facescreen.language.catalogs import Language

# What is no words: scripts, tables of data (pandas' and its Styler's, but for those marked as
# sentences), text marked as not to be translated, tags.
_TAG = re.compile(
    r"(<(?:style|script)\b.*?</(?:style|script)>"
    r"|<table\b(?![^>]*\bclass=\"sentences\")"
    r"[^>]*(?:class=\"[^\"]*\bdataframe\b|id=\"T_)[^>]*>.*?</table>"
    r"|<[^>]*\btranslate=\"no\"[^>]*>[^<]*|<[^>]*>)",
    re.DOTALL,
)
# What a control says. Nothing of it comes back from the page: a choice does as its number.
_SAYS = ("description", "tooltip", "placeholder")
_LISTS = ("_options_labels", "titles")
_SHOWS = ("HTMLModel", "HTMLMathModel", "LabelModel")  # whose value nobody types

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


def let_controls_speak(kind: Any) -> None:
    """Let what controls send to the page be in this kernel's language; Python's values stay.

    kind: `ipywidgets.Widget`, which this room does not import. Nothing is done for English.
    """
    for language in _spoken:
        kind.get_state = _in(language, kind.get_state)


def _in(language: Language, get_state: Callable[..., dict[str, Any]]) -> Callable[..., Any]:
    @wraps(get_state)
    def said_state(self: Any, *args: Any, **how: Any) -> dict[str, Any]:
        state = get_state(self, *args, **how)
        for name in _SAYS:
            if state.get(name):
                state[name] = language.say(state[name])
        for name in _LISTS:
            if state.get(name):
                state[name] = [language.say(text) for text in state[name]]
        if state.get("value") and self._model_name in _SHOWS:
            state["value"] = html(state["value"], language)
        return state

    return said_state


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
    """The words between tags, but for tables of data, whose headings are names in the code."""
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
