"""Widgets that work in a lesson's page: their numbers are embedded, one script draws from them.

A widget that can do so shows itself with a bundle of the type `LIVE`, whose `kind` names one of
the functions in `live.js`. The usual library for this, Vega, would add a megabyte to a page and
compiles its formulas at run time, which the pages' policy forbids.
"""

import json
from html import escape
from pathlib import Path
from typing import Any

from facescreen.language import ENGLISH, Language

LIVE = "application/vnd.facescreen.live+json"

STYLE = """
  .live { border-left: 3px solid #0072b2; padding: .2rem .8rem; font: 15px system-ui, sans-serif; }
  .live-row { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; margin: .35rem 0; }
  .live-row span { flex: 0 1 12rem; }
  .live-row input[type="range"] { flex: 1 1 10rem; max-width: 20rem; min-width: 0; }
  .live-row input[type="number"] { width: 6rem; font: inherit; }
  .live select, .live button { font: inherit; padding: .2rem .7rem; }
  .live-figure, .live-tables { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; }
  .live-tables > div { flex: 1 1 26rem; }
  .live-figure > div { flex: 1 1 36rem; }
  .live-figure img { width: 224px; image-rendering: pixelated; }
  .live svg { width: 100%; max-width: 42rem; font: 15px system-ui, sans-serif; }
  .live svg text { fill: currentColor; }
  .live-figure > svg { flex: 1 1 30rem; }
  .live table { border-collapse: collapse; }
  .live th, .live td { border: 1px solid currentColor; padding: 4px 10px; text-align: left; }
  .live h4 { margin: .8rem 0 .3rem; }
"""

_OFF = "This widget needs scripts, which are switched off."
# What `live.js` says; {1} stands for a value that it puts in.
WORDS = (
    _OFF,
    *("{1}, typed", "Image", "Value", "◀ Previous", "Next ▶"),
    *("red", "green", "blue", "largest − smallest", "pixels at value {1}"),
    *("Single-color rule", "Multi-color rule"),
    *("value; counts past the top are cut", "Histograms of {1}, a line for each channel."),
    *("Single color", "Multi color", "of the broken", "of the valid"),
    "threshold in pixels, in growing steps",
    *("Single color: flagged by threshold", "Multi color: flagged by color threshold"),
    "{1}: share of the broken and of the valid images flagged, by threshold.",
    *("labeled broken", "labeled valid", "✗ flagged", "✓ passed"),
    *("✓ {1} caught", "✗ {1} lost", "✗ {1} missed", "✓ {1} kept"),
    *("Valid images lost", "Broken images missed", "Broken among the passed"),
    *("there are none", "{1}% ({2}% to {3}%; {4} of {5})"),
    *("Back to the paper's thresholds", "Compare with the paper"),
    *("Shares with Wilson 95 % intervals.", "Left out, as unsure: {1}."),
)
_FIXED = ("kind", "labels", "png")  # of a bundle: what is no words


def live_html(bundle: dict[str, Any], language: Language = ENGLISH) -> str:
    """The place of a widget in a page, with its numbers; `script_html` brings it to life."""
    return (
        f'<div class="live"><noscript>{escape(language.say(_OFF))}</noscript>'
        f'<script type="application/json">{_json(_said(bundle, language))}</script></div>'
    )


def script_html(language: Language = ENGLISH) -> str:
    """The script that a page with live widgets ends with, and its words in the page's language."""
    script = Path(__file__).with_name("live.js").read_text(encoding="utf-8")
    words = {word: language.say(word) for word in WORDS}
    held = f'<script type="application/json" class="live-words">{_json(words)}</script>'
    return f"{held if language.code != 'en' else ''}<script>{script}</script>"


def _json(value: Any) -> str:
    """As JSON in which nothing ends its element or opens another: names come from files."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _said(value: Any, language: Language) -> Any:
    """What a bundle holds, its sentences in a language."""
    if isinstance(value, str):
        return language.say(value)
    if isinstance(value, list):
        return [_said(one, language) for one in value]
    if isinstance(value, dict):
        return {k: one if k in _FIXED else _said(one, language) for k, one in value.items()}
    return value


def for_programs(output: dict[str, Any]) -> bool:
    """Whether an output holds nothing that a page can show, as values recorded on purpose do."""
    kinds = output.get("data", {})
    return bool(kinds) and all(kind.endswith("+json") for kind in kinds)
