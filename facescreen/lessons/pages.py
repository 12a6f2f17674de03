"""Web pages of executed lessons, complete without a network: text, formulas, pictures."""

import base64
import html
import mimetypes
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jinja2
import nbformat
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

from facescreen.language import ENGLISH, Language
from facescreen.lessons.edition import in_place
from facescreen.lessons.live import LIVE, STYLE, for_programs, live_html, script_html
from facescreen.lessons.student import answers_of_predictions
from facescreen.lessons.typography import mathml, unbroken

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"

# The policy makes the promise binding: a browser that reads the page refuses to fetch anything.
POLICY = (
    "default-src 'none'; img-src data:; font-src data:; media-src data:; "
    "style-src 'unsafe-inline'; script-src 'unsafe-inline'"
)

ANSWER = "answers_a_prediction"  # in a cell's metadata: its outputs are folded in the page

WORDS = ("Show the code", "Show what came out", "All lessons")  # of the page itself

# nbconvert's page, less the scripts that it would load from the network when viewed, and with each
# picture's description, which nbconvert leaves out.
_TEMPLATE = (
    """{% extends 'lab/index.html.j2' %}
{% block html_head_js %}
<meta http-equiv="Content-Security-Policy" content="POLICY">
{% endblock %}
{% block jupyter_widgets %}{% endblock %}
{% block html_head_js_mathjax %}{% endblock %}
{% block html_head_js_mermaidjs %}{% endblock %}
{% block html_head_css %}
<style>
  main, nav { max-width: 70rem; margin: 0 auto; }
  main { --jp-cell-prompt-width: 76px; --jp-content-font-size1: 16px;
         --jp-content-line-height: 1.55; --jp-code-font-size: 14px; }
  main img { max-width: 100%; }
  main .jp-RenderedMarkdown.jp-OutputArea-output { padding-left: 10px; }
  main .jp-RenderedImage { padding-left: 5px; }
  main .jp-RenderedHTMLCommon { overflow-x: auto; }
  main .dataframe td { white-space: nowrap; }
  main .jp-RenderedText pre { word-break: normal; overflow-wrap: anywhere; }
  nav { display: flex; gap: 1.5rem; padding: .8rem 1rem; font: 15px system-ui, sans-serif; }
  nav a { color: #00527f; }
  :lang(ko) { word-break: keep-all; }
  nav .after { margin-left: auto; text-align: right; }
  .source > summary { margin-left: calc(var(--jp-cell-prompt-width, 64px) + 12px); }
  .answer > summary { margin: .3rem 0 .3rem calc(var(--jp-cell-prompt-width, 64px) + 12px);
                      font: 16px system-ui, sans-serif; color: #00527f; cursor: pointer; }
  .needs-kernel { border-left: 3px solid #0072b2; padding: .2rem .8rem; color: #444; }
  LIVE_STYLE
</style>
{% endblock %}
{% block body_header %}{{ super() }}{{ resources.get('bar', '') }}{% endblock %}
{% block body_footer %}{{ resources.get('bar', '') }}{{ resources.get('live', '') }}
{{ super() }}{% endblock %}
{% block data_png scoped %}
<div class="jp-RenderedImage jp-OutputArea-output {{ extra_class }}">
<img src="data:image/png;base64,{{ output.data['image/png'] | escape_html }}"
 alt="{{ (output | get_metadata('alt', 'image/png') or '') | escape_html }}">
</div>
{% endblock data_png %}
{% block input_group %}
{%- if cell.metadata.get('jupyter', {}).get('source_hidden') -%}
<details class="source"><summary>{{ resources.words['Show the code'] }}</summary>
{{ super() }}</details>
{%- else -%}{{ super() }}{%- endif -%}
{% endblock %}
{% block output_group %}
{%- if cell.metadata.get('ANSWER') -%}
<details class="answer"><summary>{{ resources.words['Show what came out'] }}</summary>
{{ super() }}</details>
{%- else -%}{{ super() }}{%- endif -%}
{% endblock %}
""".replace("POLICY", POLICY)
    .replace("ANSWER", ANSWER)
    .replace("LIVE_STYLE", STYLE.strip())
)


@dataclass(frozen=True)
class LessonResult:
    """One lesson's run: `message` is empty when no cell and no widget raised an error."""

    name: str
    title: str
    seconds: float
    message: str = ""
    page: Path | None = None
    picture: bytes | None = None
    aim: str = ""  # the sentence after "What you'll do."
    kept: bool = False  # nothing was run: these are the outputs in the lesson's own file
    earlier: bool = False  # a page that lay there before
    given: Mapping[str, Any] | None = None  # parameters that the caller changed

    @property
    def ok(self) -> bool:
        return not self.message


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
        return MarkdownWithMath(renderer=renderer).render(unbroken(source))


def lesson_html(
    notebook: NotebookNode,
    title: str,
    lesson: Path,
    page: Path,
    titles: Mapping[str, str],
    language: Language = ENGLISH,
) -> str:
    """The page of an executed notebook.

    lesson: the notebook's own file, from which its links and pictures start. page: where the page
    will be. titles: by name, all lessons that have a page beside it, in reading order. language:
    in which the notebook is written; what the page adds to it is said in it too.
    """
    exporter = OfflineExporter(
        extra_loaders=[jinja2.DictLoader({"offline.html.j2": _TEMPLATE})],
        template_file="offline.html.j2",
        language_code=language.code,
    )
    resources = {"metadata": {"name": title, "path": str(lesson.parent)}}
    resources["words"] = {word: language.say(word) for word in WORDS}
    resources["bar"] = _bar(lesson.stem, titles, resources["words"]["All lessons"])
    if any(LIVE in o.get("data", {}) for cell in notebook.cells for o in cell.get("outputs", [])):
        resources["live"] = script_html(language)
    made, _ = exporter.from_notebook_node(without_kernel_parts(notebook, language), resources)
    return _links_kept(made, lesson, page, titles)


def _bar(name: str, titles: Mapping[str, str], all_of_them: str) -> str:
    """Links to the lesson before, the index and the lesson after."""
    names = list(titles)
    at = names.index(name) if name in names else len(names)
    parts = ['<nav aria-label="Lessons">', f'<a href="index.html">{html.escape(all_of_them)}</a>']
    for other, side in ((at - 1, "before"), (at + 1, "after")):
        if 0 <= other < len(names) and name in titles:
            title = html.escape(f"{names[other].split('_')[0]} {titles[names[other]]}")
            words = f"← {title}" if side == "before" else f"{title} →"
            href = html.escape(f"{names[other]}.html", quote=True)
            parts.append(f'<a class="{side}" href="{href}">{words}</a>')
    return "\n".join([*parts, "</nav>"])


def _links_kept(made: str, lesson: Path, page: Path, titles: Mapping[str, str]) -> str:
    """Links of a notebook to other files, as they have to be in a page that lies elsewhere."""

    def moved(link: re.Match) -> str:
        before, href = link[1], html.unescape(link[2])
        target, mark, part = href.partition("#")
        file = lesson.parent / unquote(target)
        if not target or re.match(r"[a-z][a-z0-9+.-]*:", target, re.I) or not file.exists():
            return link[0]
        if file.suffix == ".ipynb" and file.stem in titles:
            target = f"{file.stem}.html"
        else:
            target = Path(os.path.relpath(file.resolve(), page.parent.resolve())).as_posix()
        return f'{before}"{html.escape(target + mark + part, quote=True)}"'

    return re.sub(r'(<a\b[^>]*?\bhref=)"([^"]*)"', moved, made)


def without_kernel_parts(notebook: NotebookNode, language: Language = ENGLISH) -> NotebookNode:
    """A copy that needs no kernel: LaTeX as MathML, widgets live in the page or as last shown.

    Cells whose outputs answer a prediction are marked, except where an error came out. What
    outputs say is said in the language.
    """
    page = with_still_widgets(notebook, language)
    for cell in page.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if not for_programs(output)]
    for cell in answers_of_predictions(page.cells):
        cell.metadata[ANSWER] = not any(one.output_type == "error" for one in cell.outputs)
    for cell in page.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/latex" in data and "text/html" not in data:
                data["text/html"] = mathml(data["text/latex"].strip().strip("$"), "block")
            in_place(output, language)
    return page


def with_still_widgets(notebook: NotebookNode, live: Language | None = None) -> NotebookNode:
    """A copy without widget state, in which widgets stand as what they last showed.

    live: the language of a page, in which those that can work in one do so.
    """
    still = nbformat.from_dict(notebook)
    state = notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    for cell in still.cells:
        if cell.cell_type == "code":
            outputs = (_still_outputs(output, state, live) for output in cell.outputs)
            cell.outputs = [one for several in outputs for one in several]
    still.metadata.pop("widgets", None)
    return still


def _still_outputs(
    output: NotebookNode, state: dict[str, Any], live: Language | None
) -> list[NotebookNode]:
    data = output.get("data", {})
    view = data.get(WIDGET_VIEW)
    if view is None:
        return [output]
    if live is not None and LIVE in data:
        shown = {"text/html": live_html(data[LIVE], live), "text/plain": "A widget."}
        return [nbformat.v4.new_output("display_data", shown)]
    note = (
        '<p class="needs-kernel">This widget moves once its cell has been run in JupyterLab '
        "(<code>make lab</code>); below is what it last showed.</p>"
    )
    text = "A widget, which moves once its cell has been run in JupyterLab."
    data = {"text/html": note, "text/plain": text}
    shown = _shown_by(view.get("model_id", ""), state, set())
    return [nbformat.v4.new_output("display_data", data), *shown]


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
