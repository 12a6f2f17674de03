"""The gallery of a sweep: one page that holds all it shows, a card for each run."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from facescreen.classroom.grid import Run
from facescreen.classroom.one_run import FAILED, FIGURE, RAN, WAITING, Record
from facescreen.classroom.results import shown, value_names
from facescreen.images.writing import write_atomically

if TYPE_CHECKING:
    import jinja2

THUMBNAIL = (720, 540)  # pixels, at the most


class Card(NamedTuple):
    """What the page shows of a run."""

    number: int
    record: Record
    given: list[tuple[str, str]]  # of what differs
    values: list[tuple[str, str]]
    cells: list[str]  # of the table
    link: str
    picture: str


def write_gallery(
    page: Path, title: str, runs: Sequence[Run], records: Sequence[Record], varying: Sequence[str]
) -> None:
    """Write the page beside the folder `runs`.

    title: of the lesson. varying: names of the parameters that differ from run to run. Texts are
    escaped, figures are in the page, and it loads nothing.
    """
    from facescreen import __version__

    headings = value_names(records)
    cards = [
        _card(page.parent, number, run, record, varying, headings)
        for number, (run, record) in enumerate(zip(runs, records, strict=True), 1)
    ]
    same = dict.fromkeys(name for run in runs for name in run.given if name not in varying)
    columns = [[run.values[name] for run in runs] for name in varying]
    columns += [[r.values[n] for r in records if r.values and n in r.values] for n in headings]
    counts = [(sum(r.status == word for r in records), word) for word in (RAN, FAILED, WAITING)]
    text = _template().render(
        title=title,
        cards=cards,
        counts=[(number, word) for number, word in counts if number],
        same=[(name, shown(runs[0].values[name])) for name in same],
        varying=varying,
        columns=[*varying, *headings],
        numbers=[all(isinstance(value, int | float) for value in its) for its in columns],
        version=__version__,
    )
    write_atomically(page, lambda file: file.write_text(text, "utf-8"))


def _card(
    out: Path, number: int, run: Run, record: Record, varying: Sequence[str], headings: list[str]
) -> Card:
    values = record.values or {}
    name = record.page or record.notebook
    link = f"runs/{run.key}/{quote(name)}" if name else ""
    figure = out / "runs" / run.key / FIGURE
    picture = ""
    if record.figure and figure.is_file():
        picture = _thumbnail(figure, figure.stat().st_mtime_ns)
    return Card(
        number,
        record,
        [(name, shown(run.values[name])) for name in varying],
        [(name, shown(value)) for name, value in values.items()],
        [shown(run.values[name]) for name in varying]
        + [shown(values[name]) if name in values else "" for name in headings],
        link,
        picture,
    )


@lru_cache(maxsize=4096)
def _thumbnail(figure: Path, _changed: int) -> str:
    """A figure as an address that holds it; "" for one that cannot be read."""
    from PIL import Image

    small = io.BytesIO()
    try:
        with Image.open(figure, formats=["PNG"]) as picture:
            picture = picture.convert("RGB")
            picture.thumbnail(THUMBNAIL)
            picture.save(small, "WEBP", quality=80)
    except (OSError, ValueError, Image.DecompressionBombError):
        return ""
    return f"data:image/webp;base64,{base64.b64encode(small.getvalue()).decode('ascii')}"


@cache
def _template() -> jinja2.Template:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("gallery.html")
