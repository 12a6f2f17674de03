"""Web pages of executed lessons, complete without a network: text, formulas, pictures, an index."""

import base64
import html
import io
import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
import nbformat
from latex2mathml.converter import convert as latex_to_mathml
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"

# The policy makes the promise binding: a browser that reads the page refuses to fetch anything.
_POLICY = (
    "default-src 'none'; img-src data:; font-src data:; media-src data:; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'"
)

# nbconvert's page, less the scripts that it would load from the network when viewed, and with each
# picture's description, which nbconvert leaves out.
_TEMPLATE = """{% extends 'lab/index.html.j2' %}
{% block html_head_js %}
<meta http-equiv="Content-Security-Policy" content="POLICY">
{% endblock %}
{% block jupyter_widgets %}{% endblock %}
{% block html_head_js_mathjax %}{% endblock %}
{% block html_head_js_mermaidjs %}{% endblock %}
{% block html_head_css %}
<style>
  main { max-width: 60rem; margin: 0 auto; }
  main img { max-width: 100%; }
  .source > summary { margin-left: calc(var(--jp-cell-prompt-width, 64px) + 12px); }
  .needs-kernel { border-left: 3px solid #0072b2; padding: .2rem .8rem; color: #444; }
</style>
{% endblock %}
{% block data_png scoped %}
<div class="jp-RenderedImage jp-OutputArea-output {{ extra_class }}">
<img src="data:image/png;base64,{{ output.data['image/png'] | escape_html }}"
 alt="{{ (output | get_metadata('alt', 'image/png') or '') | escape_html }}">
</div>
{% endblock data_png %}
{% block input_group %}
{%- if cell.metadata.get('jupyter', {}).get('source_hidden') -%}
<details class="source"><summary>Show the code</summary>{{ super() }}</details>
{%- else -%}{{ super() }}{%- endif -%}
{% endblock %}
""".replace("POLICY", _POLICY)


@dataclass(frozen=True)
class LessonResult:
    """One lesson's run: `message` is empty when no cell and no widget raised an error."""

    name: str
    title: str
    seconds: float
    message: str = ""
    page: Path | None = None
    picture: bytes | None = None

    @property
    def ok(self) -> bool:
        return not self.message


def mathml(source: str, display: str = "inline") -> str:
    """A formula as MathML, which browsers draw by themselves; its source text where that fails."""
    try:
        drawn = latex_to_mathml(source.strip(), display=display)
        return drawn.replace(' xmlns="http://www.w3.org/1998/Math/MathML"', "")  # HTML needs none
    except Exception:  # the converter raises its own kinds, and bare ValueError or IndexError
        return f"<code>{html.escape(source.strip())}</code>"


class _Markdown(IPythonRenderer):
    """nbconvert's Markdown, with formulas drawn and pictures embedded."""

    def block_math(self, body: str) -> str:
        return mathml(body, "block")

    def inline_math(self, body: str) -> str:
        return mathml(body)

    def latex_environment(self, name: str, body: str) -> str:
        return mathml(f"\\begin{{{name}}}{body}\\end{{{name}}}", "block")

    def _src_to_base64(self, src: str) -> str | None:
        """Embed files of this checkout, `../` included, which nbconvert's own rule leaves out."""
        if ":" in src:  # data: and http: addresses are no files
            return None
        file = (Path(self.path) / src).resolve()
        if not file.is_file() or not file.is_relative_to(Path(self.path).resolve().parent):
            return None
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return f"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode('ascii')}"


class OfflineExporter(HTMLExporter):
    """`HTMLExporter` whose pages refer to nothing on the network."""

    @jinja2.pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        renderer = _Markdown(
            escape=False,
            attachments=context.get("cell", {}).get("attachments", {}),
            embed_images=True,
            path=context.get("resources", {}).get("metadata", {}).get("path", ""),
            anchor_link_text=self.anchor_link_text,
        )
        return MarkdownWithMath(renderer=renderer).render(source)


def lesson_html(notebook: NotebookNode, title: str, folder: Path) -> str:
    """The page of an executed notebook. `folder` is where its relative picture links start."""
    exporter = OfflineExporter(
        extra_loaders=[jinja2.DictLoader({"offline.html.j2": _TEMPLATE})],
        template_file="offline.html.j2",
    )
    resources = {"metadata": {"name": title, "path": str(folder)}}
    return exporter.from_notebook_node(without_live_parts(notebook), resources)[0]


def without_live_parts(notebook: NotebookNode) -> NotebookNode:
    """A copy in which widgets stand as what they last showed, and LaTeX outputs as MathML."""
    page = nbformat.from_dict(notebook)
    state = notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    for cell in page.cells:
        if cell.cell_type == "code":
            cell.outputs = [
                still for output in cell.outputs for still in _still_outputs(output, state)
            ]
    page.metadata.pop("widgets", None)
    return page


def _still_outputs(output: NotebookNode, state: dict[str, Any]) -> list[NotebookNode]:
    data = output.get("data", {})
    if WIDGET_VIEW in data:
        note = (
            '<p class="needs-kernel">This widget moves when the lesson is open in JupyterLab '
            "(<code>make lab</code>); below is what it last showed.</p>"
        )
        shown = _shown_by(data[WIDGET_VIEW].get("model_id", ""), state, set())
        return [nbformat.v4.new_output("display_data", {"text/html": note}), *shown]
    if "text/latex" in data and "text/html" not in data:
        data["text/html"] = mathml(data["text/latex"].strip().strip("$"), "block")
    return [output]


def _shown_by(model_id: str, state: dict[str, Any], seen: set[str]) -> list[NotebookNode]:
    """The outputs that a widget and its children captured, in the order of the state."""
    if model_id in seen or model_id not in state:
        return []
    seen.add(model_id)
    values = state[model_id].get("state", {})
    shown = [nbformat.from_dict(output) for output in values.get("outputs", [])]
    for child in values.get("children", []):
        shown += _shown_by(str(child).removeprefix("IPY_MODEL_"), state, seen)
    return shown


def first_picture(notebook: NotebookNode) -> bytes | None:
    """The first PNG that a lesson drew, or None."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                return base64.b64decode(output.data["image/png"])
    return None


def index_html(results: Sequence[LessonResult], heading: str = "Lessons") -> str:
    """A page that links lessons: picture, title, minutes, status."""
    rows = "\n".join(_index_row(result) for result in results)
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{html.escape(heading)}</title>
<style>
  body {{ font-family: system-ui, sans-serif; max-width: 50rem; margin: 2rem auto;
         padding: 0 1rem; }}
  li {{ display: flex; gap: 1rem; align-items: center; padding: .8rem 0;
       border-bottom: 1px solid #ccc; }}
  ul {{ list-style: none; padding: 0; }}
  .picture {{ flex: 0 0 160px; }}
  .picture img {{ max-width: 160px; max-height: 120px; }}
  .failed {{ font-weight: bold; color: #a33000; }}
  p {{ margin: .2rem 0; overflow-wrap: anywhere; }}
</style></head>
<body><main><h1>{html.escape(heading)}</h1>
<ul>
{rows}
</ul></main></body></html>
"""


def _index_row(result: LessonResult) -> str:
    title = html.escape(result.title)
    if result.page is not None:
        title = f'<a href="{html.escape(result.page.name, quote=True)}">{title}</a>'
    problem = html.escape(result.message)
    status = "ran" if result.ok else f'<span class="failed">FAILED</span> {problem}'
    picture = _thumbnail(result.picture) if result.picture else ""
    return (
        f'<li><div class="picture">{picture}</div><div><p>{title}</p>'
        f"<p>{result.seconds / 60:.1f} minutes · {status}</p></div></li>"
    )


def _thumbnail(png: bytes) -> str:
    from PIL import Image

    small = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        picture.thumbnail((320, 240))
        picture.save(small, "PNG")
    data = base64.b64encode(small.getvalue()).decode("ascii")
    return f'<img alt="" src="data:image/png;base64,{data}">'
