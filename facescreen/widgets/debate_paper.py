"""The paper's own figures, and beside each what the same thresholds leave of the images here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from facescreen.evaluation import PAPER_BROKEN, PAPER_SAVED, as_read
from facescreen.widgets.debate_stand import Standing, rate_words, table_html

if TYPE_CHECKING:
    from facescreen.widgets.debate_model import ThresholdDebate

# The rows of the paper's Tables 2 and 3: what each is called here, and the tables that hold it.
ROWS = {
    "none": ("no screening", "Tables 2 and 3"),
    "single 40": ("single color, threshold 40", "Table 2"),
    "single 20": ("single color, threshold 20", "Tables 2 and 3"),
    "multi 40 / 1,000": ("multi color, thresholds 40 and 1,000", "Table 3"),
}
READINGS = {"broken": "broken by color", "unusable": "broken in any way"}
_NOTE = (
    "The paper counts by eye, among 2,500 images that each generator saved; it tells neither their "
    "size nor how many valid ones a rule cost. Other images, another generator: compare how far "
    "each rule goes down from the first row, not the shares themselves."
)


def paper_html(model: ThresholdDebate) -> str:
    """The paper's Tables 2 and 3 beside what is here, by each reading of "broken"."""
    title = "<p><b>The paper's own figures, and the images here</b></p>"
    return f"{title}{table_html(paper_rows(model))}<p>{_NOTE}"


def paper_bundle(model: ThresholdDebate) -> dict[str, Any]:
    """The same for a page that makes its own elements: plain text."""
    plain = [[re.sub("</?b>", "", cell) for cell in row] for row in paper_rows(model)]
    return {"rows": plain, "note": _NOTE}


def paper_rows(model: ThresholdDebate) -> list[tuple[str, ...]]:
    """A line of headings and one for each screening, as HTML."""
    readings = READINGS if model.named else {"": "labeled broken"}
    if model.named and "broken_other" not in model.labels:  # both would count the same images
        readings = {"broken": READINGS["broken"]}
    heads = ["screening", "the paper: broken among the saved"]
    heads += [f"here: {words}, among the passed" for words in readings.values()]
    rows: list[tuple[str, ...]] = [(*heads, "here: valid images lost")]
    for name, standings in _standings(model, list(readings)).items():
        words, where = ROWS[name]
        paper = f"<b>{PAPER_BROKEN[name] / PAPER_SAVED:.2%}</b> ({PAPER_BROKEN[name]:,} of "
        paper += f"{PAPER_SAVED:,}; {where})"
        here = [rate_words(standing.passed_broken) for standing in standings]
        rows.append((words, paper, *here, rate_words(standings[0].valid_lost)))
    return rows


def _standings(model: ThresholdDebate, readings: list[str]) -> dict[str, list[Standing]]:
    """By the paper's rows: how each does on the labels, as each reading counts them."""
    single, multi = model.measured
    none = single.at(threshold=int(single.score.max()) + 1)  # flags nothing
    verdicts = {
        "none": none,
        "single 40": single.at(threshold=40),
        "single 20": single.at(threshold=20),
        "multi 40 / 1,000": multi.at(color_threshold=40, sum_threshold=1000),
    }
    sure = [as_read(model.labels, r) if r else model.sure for r in readings]
    return {n: [Standing.of(v, model.broken & s, s) for s in sure] for n, v in verdicts.items()}
