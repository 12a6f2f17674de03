"""The page that lists all lessons of a run: picture, title, aim, minutes, status."""

import base64
import html
import io
from collections.abc import Sequence

from facescreen.language import ENGLISH, Language
from facescreen.lessons.pages import POLICY, LessonResult

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
)


def index_html(results: Sequence[LessonResult], language: Language = ENGLISH) -> str:
    """A page that links the lessons of a run, in the order given, in their language."""
    return _PAGE.format(
        policy=POLICY,
        language=language.code,
        lessons=language.say("Lessons"),
        summary=language.say(f"{_AIM} {_status([one for one in results if not one.kept])}".strip()),
        rows="\n".join(_row(result, language) for result in results),
    )


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
    if result.kept:
        status = language.say("outputs as kept, not run again")
    elif result.ok:
        status = f'{minutes} · <span class="ran">{language.say("✓ ran")}</span>'
    else:
        status = f'{minutes} · <span class="failed">✗ FAILED</span> {html.escape(result.message)}'
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
