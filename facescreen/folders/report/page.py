"""The page: one HTML file that holds all it shows, made from a finished table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from facescreen import __version__
from facescreen.folders.report.chart import Chart
from facescreen.folders.report.galleries import galleries
from facescreen.folders.report.pictures import Seen, look_again
from facescreen.folders.report.rows import rows_of
from facescreen.folders.report.scale import LogOdds
from facescreen.folders.report.tally import PASSED, Tally, judges_by_sum, tally
from facescreen.folders.report.words import reason_words, rule_name, rule_words, shown
from facescreen.folders.screen import Summary
from facescreen.images.writing import check_ours, write_atomically
from facescreen.screening import MultiColorRule, Rate, SignsRule, Verdicts

# As in page.html; a page is replaced only by another.
BEGINNING = "<!DOCTYPE html>\n<!-- A report of facescreen screen. -->\n"
MOST_SERIES = 5  # reasons with a panel of their own in a histogram


class Line(NamedTuple):
    """A line of the table of counts."""

    name: str
    words: str
    rate: Rate


def page_of(table: Path, page: Path | bool | None = None) -> Path:
    """Where the page of a table goes: beside it as TABLE.html, or where it is asked for.

    Raises NotOursError if a file that is no such page stands there.
    """
    page = page if isinstance(page, Path) else table.with_suffix(".html")
    check_ours(page, BEGINNING, "page")
    return page


def write_report(
    table: Path,
    folder: Path,
    rule: Callable[[np.ndarray], Verdicts],
    page: Path | None = None,
    summary: Summary | None = None,
) -> Path:
    """Write a web page of a folder's finished table, and return where it is.

    It shows counts, rates with their Wilson 95 % intervals, the scores beside the threshold, the
    worst and the borderline images with what was counted marked on them, and what could not be
    read. One file, which opens without a network; at most some 3 MB, whatever the table's length.

    table, folder, rule: as `screen_folder` was called; the same table makes the same page. Of the
    folder, only the images shown are read again, and one that has changed since is not shown. page:
    None puts it beside the table, as TABLE.html. summary: what `screen_folder` returned; without
    it, files that are no images are not counted, because the table does not hold them.

    Raises ValueError for a table that is not finished, not this command's or not of this rule,
    NotOursError where a file that is no such page stands in its place, OSError where a file cannot
    be read or written.
    """
    page = page_of(table, page)
    since = table.stat().st_mtime_ns
    found = tally(rows_of(table), rule)
    seen = look_again(found.chosen, folder, rule, since)
    found.counts.most_pixels = _most_pixels(seen.values(), rule, summary)
    text = _template().render(
        version=__version__,
        folder=shown(folder.resolve().name or str(folder)),
        table=shown(table.name),
        rule=rule_words(rule),
        rule_line=rule_name(rule),
        found=found,
        lines=_lines(found, judges_by_sum(rule)),
        unreadable_rate=Rate.of(found.counts.unreadable, found.judged + found.counts.unreadable),
        cautions=Summary(table, found.counts).cautions(),
        charts=_charts(found, rule),
        galleries=galleries(found, rule, seen),
        unreadable=[(shown(name), shown(problem)) for name, problem in found.unreadable],
        summary=summary,
        others=_others(summary),
        percent=percent,
    )
    write_atomically(page, lambda file: file.write_bytes(text.encode("utf-8")))
    return page


@cache
def _template() -> Any:
    """The page's template, in which every text from outside is escaped."""
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template("page.html")


def percent(share: float) -> str:
    """A share, with as many digits as tell it from 0 and from 1."""
    if share != share:
        return "–"
    for digits in (1, 2, 3, 4):
        text = f"{100 * share:.{digits}f}"
        if share in (0, 1) or 0 < float(text) < 100:
            break
    return f"{text} %"


def _most_pixels(seen: Iterable[Seen], rule: Any, summary: Summary | None) -> int:
    """Of an image whose pixels were counted; where no summary says so, of those that are shown."""
    if summary is not None:
        return summary.counts.most_pixels
    if isinstance(rule, SignsRule):  # which looks at every size alike
        return 0
    return max((width * height for width, height in (one.sides for one in seen)), default=0)


# --- counts ---------------------------------------------------------------------------------------


def _lines(found: Tally, by_sum: bool) -> list[Line]:
    judged, reasons = found.judged, found.counts.reasons
    lines = [Line("flagged", "all that the rule calls broken", Rate.of(found.flagged, judged))]
    for reason, count in sorted(reasons.items(), key=lambda one: (-one[1], one[0])):
        if reason != PASSED:
            words = reason_words(reason, by_sum)
            lines.append(Line(shown(reason), words, Rate.of(count, judged)))
    return [*lines, Line("passed", "kept", Rate.of(reasons[PASSED], judged))]


def _others(summary: Summary | None) -> list[tuple[str, int]]:
    """Files that are no images, by how their names end."""
    if summary is None:
        return []
    both = summary.passed.others + summary.counts.others
    return [(shown(kind), n) for kind, n in sorted(both.items(), key=lambda one: (-one[1], one[0]))]


# --- charts ---------------------------------------------------------------------------------------


def _series(bars: dict[str, Counter[int]]) -> dict[str, Counter[int]]:
    """What passed, then the most frequent reasons; the others together."""
    order = sorted(bars, key=lambda reason: (reason != PASSED, -bars[reason].total(), reason))
    own = order[: MOST_SERIES + (PASSED in bars)]
    if len(order) == len(own) + 1:
        own = order
    found = {shown(reason) or "passed": bars[reason] for reason in own}
    rest = order[len(own) :]
    if rest:
        together = sum((bars[reason] for reason in rest), Counter())
        found[f"{len(rest)} other reasons"] = together
    return found


def _charts(found: Tally, rule: Any) -> list[tuple[str, str, Chart]]:
    """Title, sentence and drawing of each histogram."""
    charts, scale = [], found.scale
    if found.bars and scale is not None:
        ends = [bar for counter in found.bars.values() for bar in counter]
        ends += [] if scale.over is None else [scale.over]
        joined = scale.joined(min(ends), max(ends))
        line = None
        if scale.over is not None:
            at = f"{scale.threshold:.3f}" if isinstance(scale, LogOdds) else scale.label(scale.over)
            line = scale.over, f"threshold {at}".replace("-", "−")
        drawn = Chart(_series(found.bars), scale.words, scale.label, scale.axis, joined, line)
        charts.append(("Scores", _of_scores(bool(found.white.offered)), drawn))
    if found.values and isinstance(rule, MultiColorRule):
        words = "Of the flagged images, the value at which the rule found the largest count."
        drawn = Chart(
            _series(found.values),
            lambda bar, _: f"value {bar}",
            str,
            "Value of the channel, 255 the brightest",
            centered=True,
        )
        charts.append(("Values", words, drawn))
    return charts


def _of_scores(white: bool) -> str:
    if white:
        return (
            "How far the channels are apart. What is flagged as white has its place here too, "
            "though another number decided: its sum, which the table does not hold."
        )
    return "How many images have each score. Everything from the line on is flagged."
