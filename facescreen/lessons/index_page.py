"""The page that lists all lessons of a run: picture, title, aim, minutes, status."""

import base64
import html
import io
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path

import nbformat

from facescreen.language import ENGLISH, Language
from facescreen.lessons.outline import aim_of, title_of
from facescreen.lessons.pages import POLICY, LessonResult, first_picture
from facescreen.lessons.parameters import read_or

_PAGE = """<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>facescreen: {lessons}</title>
<style>
  body {{ font: 16px/1.5 system-ui, sans-serif; color: #222; margin: 0; background: #f6f6f4; }}
  header, ol {{ max-width: 56rem; margin: 0 auto; padding: 0 1.2rem; }}
  header {{ padding-top: 2.2rem; }}
  h1 {{ font-size: 2rem; margin: 0; }}
  header p {{ margin: .4rem 0 1.4rem; }}
  ol {{ list-style: none; padding-bottom: 3rem; }}
  li {{ display: grid; grid-template-columns: 200px 1fr; gap: 1.4rem; align-items: center;
       background: #fff; border: 1px solid #ddd; border-radius: 6px; padding: 1rem;
       margin-bottom: .8rem; }}
  .picture {{ text-align: center; }}
  .picture img {{ max-width: 200px; max-height: 130px; }}
  h2 {{ font-size: 1.15rem; margin: 0; }}
  h2 span {{ color: #666; font-weight: normal; padding-right: .4rem; }}
  li p {{ margin: .25rem 0; overflow-wrap: anywhere; }}
  :lang(ko) {{ word-break: keep-all; }}
  .status {{ font-size: .9rem; color: #444; }}
  .ran {{ color: #00527f; font-weight: bold; }}
  .failed {{ color: #a33000; font-weight: bold; }}
  a {{ color: #00527f; }}
  @media (max-width: 40rem) {{ li {{ grid-template-columns: 1fr; }} }}
</style></head>
<body><header><h1>{lessons}</h1>
<p>{summary}</p></header>
<main><ol>
{rows}
</ol></main></body></html>
"""

_AIM = "How a GAN makes faces, why some break, and how to screen them."
WORDS = (
    "Lessons",
    _AIM,
    "outputs as kept, not run again",
    "1 of 2 ran, in 3.5 minutes on this machine.",
    "✓ ran",
    "1.0 minutes",
    "page of an earlier run",
    "with changed values",
)


def index_html(
    results: Sequence[LessonResult], language: Language = ENGLISH, out: Path | None = None
) -> str:
    """A page that links the lessons of a run, in the order given, in their language.

    out: a folder whose pages of earlier runs are listed, too, all in the order of their names.
    """
    run = [result for result in results if not result.kept]
    if out is not None:
        others = _earlier(out, {result.name for result in results})
        results = sorted([*results, *others], key=lambda result: result.name)
    return _PAGE.format(
        policy=POLICY,
        language=language.code,
        lessons=language.say("Lessons"),
        summary=language.say(f"{_AIM} {_status(run)}".strip()),
        rows="\n".join(_row(result, language) for result in results),
    )


def _earlier(out: Path, names: Collection[str]) -> Iterator[LessonResult]:
    """The lessons of other names that have a page and the notebook it shows in a folder."""
    for file in sorted(out.glob("[0-9A-Z][0-9]_*.ipynb")):
        page = file.with_suffix(".html")
        notebook = read_or(file, partial(nbformat.read, as_version=4), None)
        if file.stem in names or notebook is None or not page.is_file():
            continue
        given = notebook.metadata.get("papermill", {}).get("parameters")
        yield LessonResult(
            file.stem, title_of(notebook, file.stem), 0.0, "", page, first_picture(notebook),
            aim_of(notebook), earlier=True, given=given,
        )  # fmt: skip


def _status(run: Sequence[LessonResult]) -> str:
    if not run:
        return ""
    ran, minutes = sum(result.ok for result in run), sum(result.seconds for result in run) / 60
    return f"{ran} of {len(run)} ran, in {minutes:.1f} minutes on this machine."


def _row(result: LessonResult, language: Language) -> str:
    number, title = html.escape(result.name.split("_")[0]), html.escape(result.title)
    if result.page is not None:
        title = f'<a href="{html.escape(result.page.name, quote=True)}">{title}</a>'
    minutes = language.say(f"{result.seconds / 60:.1f} minutes")
    if result.earlier:
        status = language.say("page of an earlier run")
    elif result.kept:
        status = language.say("outputs as kept, not run again")
    elif result.ok:
        status = f'{minutes} · <span class="ran">{language.say("✓ ran")}</span>'
    else:
        status = f'{minutes} · <span class="failed">✗ FAILED</span> {html.escape(result.message)}'
    if result.given:
        values = ", ".join(f"{name} = {value}" for name, value in result.given.items())
        status += f" · {language.say('with changed values')}: {html.escape(values)}"
    picture = _thumbnail(result.picture) if result.picture else ""
    return (
        f'<li><div class="picture">{picture}</div><div><h2><span>{number}</span>{title}</h2>'
        f"<p>{html.escape(result.aim)}</p>"
        f'<p class="status">{status}</p></div></li>'
    )


def _thumbnail(png: bytes) -> str:
    from PIL import Image

    small = io.BytesIO()
    with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
        picture.thumbnail((400, 260))
        picture.save(small, "PNG")
    data = base64.b64encode(small.getvalue()).decode("ascii")
    return f'<img alt="" src="data:image/png;base64,{data}">'
