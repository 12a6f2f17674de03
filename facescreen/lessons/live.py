"""Widgets that work in a lesson's page: their numbers are embedded, one script draws from them.

A widget that can do so shows itself with a bundle of the type `LIVE`, whose `kind` names one of
the functions in `live.js`. The usual library for this, Vega, would add a megabyte to a page and
compiles its formulas at run time, which the pages' policy forbids.
"""

import json
from pathlib import Path
from typing import Any

LIVE = "application/vnd.facescreen.live+json"

STYLE = """
  .live { border-left: 3px solid #0072b2; padding: .2rem .8rem; font: 15px system-ui, sans-serif; }
  .live-row { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; margin: .35rem 0; }
  .live-row span { min-width: 15rem; }
  .live-row input[type="range"] { width: 20rem; }
  .live-row input[type="number"] { width: 6rem; font: inherit; }
  .live select, .live button { font: inherit; padding: .2rem .7rem; }
  .live-figure, .live-tables { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; }
  .live-tables > div { flex: 1 1 26rem; }
  .live-figure > div { flex: 1 1 36rem; }
  .live-figure img { width: 224px; image-rendering: pixelated; }
  .live svg { width: 100%; max-width: 42rem; font: 15px system-ui, sans-serif; }
  .live svg text { fill: currentColor; }
  .live-figure > svg { flex: 1 1 24rem; }
  .live table { border-collapse: collapse; }
  .live th, .live td { border: 1px solid currentColor; padding: 4px 10px; text-align: left; }
  .live h4 { margin: .8rem 0 .3rem; }
"""


def live_html(bundle: dict[str, Any]) -> str:
    """The place of a widget in a page, with its numbers; `script_html` brings it to life."""
    numbers = json.dumps(bundle, ensure_ascii=False, separators=(",", ":"))
    # Nothing inside may end the element or open another: names come from files.
    safe = numbers.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return (
        '<div class="live"><noscript>This widget needs scripts, which are switched off.</noscript>'
        f'<script type="application/json">{safe}</script></div>'
    )


def script_html() -> str:
    """The script that a page with live widgets ends with."""
    return f"<script>{Path(__file__).with_name('live.js').read_text(encoding='utf-8')}</script>"


def for_programs(output: dict[str, Any]) -> bool:
    """Whether an output holds nothing that a page can show, as values recorded on purpose do."""
    kinds = output.get("data", {})
    return bool(kinds) and all(kind.endswith("+json") for kind in kinds)
