"""Lays out what Sphinx makes pages of: lessons and documents in one language, pictures, a gallery.

Of a folder, `en` and `ko` hold what becomes pages, where it lies in the checkout; `extra` holds the
lessons' pictures and what pages link to, once for both languages.
"""

from __future__ import annotations

import base64
import hashlib
import html
import io
import json
import os
import re
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote

import nbformat
from docutils.nodes import make_id
from live import live_run, with_live
from nbformat import NotebookNode
from PIL import Image

from facescreen.images.writing import write_atomically
from facescreen.language import Language, translated
from facescreen.lessons import ROOT, find_lessons
from facescreen.lessons.edition import in_language
from facescreen.lessons.live import STYLE, script_html
from facescreen.lessons.outline import aim_of, title_of
from facescreen.lessons.pages import ANSWER, first_picture, without_kernel_parts
from facescreen.lessons.typography import unbroken

HERE = Path(__file__).resolve().parent
WORDS = json.loads((HERE / "words.json").read_text(encoding="utf-8"))
DOCUMENTS = ("README.md", "TEACHING.md", "GLOSSARY.md", "data/README.md")
MORE = ("data/reference/GUIDE.md", "data/reference/KINDS.md")  # linked, in no list
MIXER_LESSONS = ("03_combine_faces", "06_screen_with_many_colors")
_LINK = re.compile(r"""(\]\(|<a\b[^>]*?\bhref=")([^()\s"]+)(\)|")""")
_HEADING = re.compile(r"^(#{1,6}) +(.+?)\s*$", re.MULTILINE)
_FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


def slug(heading: str) -> str:
    """The anchor of a heading: as GitHub makes it; JupyterLab's, in lower case, gives the same."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


class Site:
    """One language's pages. `folder` is where both languages' are prepared, each in its own."""

    def __init__(self, folder: Path, language: Language, lessons: Iterable[Path]) -> None:
        self.language, self.words = language, WORDS[language.code]
        self.pages, self.extra = folder / language.code, folder / "extra"
        self.lessons = list(lessons)
        places = [path.relative_to(ROOT).as_posix() for path in self.lessons]
        self.made: set[Path] = set()
        self.known = {*places, *DOCUMENTS, *MORE}
        self.up = 1 if language.code != "en" else 0  # how far the site's root is above the pages'

    # --- text -----------------------------------------------------------------------------------

    def text(self, english: str, said: str, place: str) -> str:
        """A text in this language as MyST: links as they are in the site, headings as anchors."""
        return unbroken(self.linked(self.anchored(english, said), PurePosixPath(place)))

    def anchored(self, english: str, said: str) -> str:
        """A translation whose headings have their English anchors too, which links name."""
        if said == english:
            return said
        slugs = [slug(found[2]) for found in _HEADING.finditer(_FENCED.sub("", english))]
        headings = list(_HEADING.finditer(_FENCED.sub(_blank, said)))
        parts, at = [], 0
        for heading, anchor in zip(headings, slugs, strict=True):
            mark = f'<a id="{anchor}"></a>'
            if make_id(heading[2]) != anchor:
                first = len(heading[1]) == 1  # a page begins with its title
                start, end = heading.span()
                parts += [said[at : end if first else start], f"\n\n{mark}\n\n"]
                at = end if first else start
        return "".join([*parts, said[at:]])

    def linked(self, text: str, place: PurePosixPath) -> str:
        """Links to files of the checkout, as they have to be in the page of `place`."""

        def moved(link: re.Match) -> str:
            target, mark, part = link[2].partition("#")
            file = (ROOT / place.parent / unquote(target)).resolve()
            if ":" in target or not target or not file.is_relative_to(ROOT) or not file.is_file():
                return f"{link[1]}#{slug(unquote(part))}{link[3]}" if not target else link[0]
            path = file.relative_to(ROOT).as_posix()
            if path in self.known:
                target = os.path.relpath(PurePosixPath(path).with_suffix(".html"), place.parent)
            elif file.suffix in (".png", ".webp", ".jpg"):
                self.copied(file, self.pages / path)
                return link[0]
            else:
                self.copied(file, self.extra / path)
                target = self.outside(path, place)
            part = slug(unquote(part))
            return f"{link[1]}{quote(target)}{mark}{part}{link[3]}"

        return _LINK.sub(moved, text)

    def written(self, place: Path | str, text: str) -> None:
        """Write a page where it is new: Sphinx reads again what is newer than its page."""
        path = self.pages / place
        self.made.add(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            write_atomically(path, lambda file: file.write_text(text, encoding="utf-8"))

    def outside(self, path: str, place: PurePosixPath) -> str:
        """The address of a file in `extra` from a page."""
        return "../" * (len(place.parts) - 1 + self.up) + path

    def copied(self, file: Path, to: Path) -> None:
        to.parent.mkdir(parents=True, exist_ok=True)
        if not to.is_file() or to.read_bytes() != file.read_bytes():
            write_atomically(to, lambda new: new.write_bytes(file.read_bytes()))

    # --- pages ----------------------------------------------------------------------------------

    def lesson(self, path: Path, live: NotebookNode | None) -> dict[str, str]:
        """Write a lesson's page; what the gallery says of it."""
        place = path.relative_to(ROOT)
        notebook = nbformat.read(path, as_version=4)
        thumbnail = self.thumbnail(path.stem, first_picture(notebook))
        alive = with_live(notebook, live)
        page = without_kernel_parts(in_language(alive, path.stem, self.language), self.language)
        for cell, old in zip(page.cells, notebook.cells, strict=True):
            if cell.cell_type == "markdown":
                cell.source = self.text(old.source, cell.source, place.as_posix())
            else:
                self.code(cell, place)
        if live is not None:
            page.cells.append(raw(f"<style>{STYLE}</style>{script_html(self.language)}"))
        title, aim = title_of(page, path.stem), aim_of(page)
        self.written(place, nbformat.writes(page))
        return {"href": place.with_suffix(".html").as_posix(), "picture": thumbnail,
                "number": path.stem.split("_")[0], "title": title, "aim": aim}  # fmt: skip

    def code(self, cell: NotebookNode, place: Path) -> None:
        """A code cell's folds and pictures, as myst-nb understands them."""
        tags = cell.metadata.setdefault("tags", [])
        if cell.metadata.get("jupyter", {}).get("source_hidden"):
            tags.append("hide-input")
        if cell.metadata.get(ANSWER) and cell.outputs:
            tags.append("hide-output")
        word = self.words["output" if "hide-output" in tags else "code"]
        cell.metadata["mystnb"] = {"code_prompt_show": word, "code_prompt_hide": word}
        for output in cell.outputs:
            data = output.get("data", {})
            if "text/markdown" in data:
                data["text/markdown"] = unbroken(data["text/markdown"])
            if "<table" in data.get("text/html", ""):
                data["text/html"] = unbroken(data["text/html"])
            if "image/png" in data:
                alt = output.metadata.get("image/png", {}).get("alt", "")
                data["text/html"] = self.picture(data.pop("image/png"), alt, place)
                data.pop("text/plain", None)

    def picture(self, encoded: str, alt: str, place: Path) -> str:
        """A picture's file beside the pages, and the element that shows it.

        It is a link to the file: on a phone, a chart's lettering is to be read there.
        """
        png = base64.b64decode(encoded)
        name = f"figures/{hashlib.sha256(png).hexdigest()[:20]}.png"
        file = self.extra / name
        if not file.is_file():
            file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(file, lambda new: new.write_bytes(png))
        width, height = Image.open(io.BytesIO(png), formats=["PNG"]).size
        source = self.outside(name, PurePosixPath(place.as_posix()))
        return (
            f'<a href="{source}"><img class="figure" src="{source}" alt="{html.escape(alt)}" '
            f'width="{width}" height="{height}" loading="lazy"></a>'
        )

    def thumbnail(self, name: str, png: bytes | None) -> str:
        file = self.extra / "thumbnails" / f"{name}.png"
        kept = ROOT / "notebooks" / "pictures" / f"{name}.png"
        png = kept.read_bytes() if kept.is_file() else png
        if png is None:
            return ""
        with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
            small = picture.convert("RGB")
        small.thumbnail((560, 320))
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, lambda new: small.save(new, "PNG", optimize=True))
        return "../" * self.up + f"thumbnails/{name}.png"

    def document(self, name: str) -> None:
        english = (ROOT / name).read_text(encoding="utf-8")
        known = self.language.paragraphs_of(Path(name).stem) if "/" not in name else {}
        said = translated(english, lambda msgid: known.get(msgid, "")) if known else english
        text = self.text(english, said, name)
        beside = Path(name).with_name(f"{Path(name).stem.lower()}.png")
        if (ROOT / beside).is_file():  # the picture that a guide was written for
            self.copied(ROOT / beside, self.pages / beside)
            text += f"\n\n![{beside.name}, which the text describes]({beside.name})\n"
        if self.language.code != "en" and not known:
            text = re.sub(
                r"^(# .+)$", rf"\1\n\n*{self.words['english_only']}*", text, count=1, flags=re.M
            )
        self.written(name, f"---\norphan: true\n---\n{text}" if name in MORE else text)

    def mixer(self) -> None:
        """The page of the face mixer; what it loads lies in `extra/mixer`."""
        words, beside = self.words["mixer_page"], self.outside("mixer", PurePosixPath("mixer.md"))
        lessons = (f"notebooks/{name}.html" for name in MIXER_LESSONS)
        said = json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")
        scripts = ("ort.wasm.min.js", "runtime.js", "faces.js", "engine.js", "mixer.js")
        loads = [f'<script defer src="{beside}/{name}"></script>' for name in scripts]
        parts = [f'<link rel="stylesheet" href="{beside}/mixer.css">', '<div id="mixer-page">']
        parts += [f'<script type="application/json">{said}</script>']
        parts += [f'<p role="status">{words["loading"]}</p></div>', *loads]
        page = [f"# {words['title']}", " ".join(words["how"]), raw("\n".join(parts)).source]
        note = words["note"].replace("{0}", next(lessons)).replace("{1}", next(lessons))
        self.written("mixer.md", "\n\n".join([*page, note]) + "\n")

    def index(self, cards: list[dict[str, str]], mixer: bool) -> None:
        """The first page: what this is, a picture for each lesson, and the order of pages."""
        words = self.words
        hero = f'<p class="lead">{words["lead"]}</p>\n<p class="calls">'
        hero += f'<a class="call" href="{cards[0]["href"]}">{words["start"]}</a>'
        if mixer:
            hero += f'<a class="call second" href="mixer.html">{words["try"]}</a>'
        live = {
            "href": "mixer.html",
            "number": "▶",
            "title": words["mixer"],
            "aim": words["mixer_aim"],
        }
        live["picture"] = "../" * self.up + "thumbnails/mixer.png"
        shown = "\n".join(map(_card, [*[live] * mixer, *cards]))
        numbered = [(c["number"], f"{c['number']} {c['title']} <{c['href']}>") for c in cards]
        front = [entry for number, entry in numbered if number.isdigit()]
        rest = [entry for number, entry in numbered if not number.isdigit()]
        trees = [(words["lessons"], front), (words["beyond"], [*rest, *["mixer.md"] * mixer])]
        parts = ["# facescreen", f'{hero}</p>\n<div class="gallery">\n{shown}\n</div>']
        parts += [_toctree(caption, entries) for caption, entries in trees]
        about = [
            f"{words['about']} <README>",
            *DOCUMENTS[1:-1],
            f"{words['data']} <{DOCUMENTS[-1]}>",
        ]
        parts.append(_toctree(words["documents"], about))
        self.written("index.md", "\n\n".join(parts) + "\n")


def _blank(fence: re.Match) -> str:
    return re.sub(r"[^\n]", " ", fence[0])


def _card(card: dict[str, str]) -> str:
    picture = f'<img src="{card["picture"]}" alt="" loading="lazy">' if card["picture"] else ""
    return (
        f'<a class="card" href="{card["href"]}"><span class="shown">{picture}</span>'
        f"<b><i>{html.escape(card['number'])}</i> {html.escape(card['title'])}</b>"
        f"<span>{html.escape(card['aim'])}</span></a>"
    )


def _toctree(caption: str, entries: Iterable[str]) -> str:
    lines = [re.sub(r"\.(html|md)(?=>|$)", "", entry) for entry in entries]
    return "\n".join(["```{toctree}", ":hidden:", f":caption: {caption}", "", *lines, "```"])


def raw(source: str) -> NotebookNode:
    """A cell that stands in the page as this HTML."""
    return nbformat.v4.new_markdown_cell(f"```{{raw}} html\n{source}\n```")


def prepare(
    folder: Path, cache: Path, code: str, names: Iterable[str] = (), mixer: bool = True
) -> None:
    """Lay out the pages of one language under `folder`; runs of lessons are kept in `cache`."""
    lessons = find_lessons(ROOT / "notebooks", list(names))
    site = Site(folder, Language(code), lessons)
    cards = [site.lesson(path, live_run(path, cache / "live")) for path in lessons]
    for name in (*DOCUMENTS, *MORE):
        site.document(name)
    if mixer:
        site.mixer()
    site.index(cards, mixer)
    for page in [*site.pages.rglob("*.ipynb"), *site.pages.rglob("*.md")]:
        if page not in site.made:  # of an earlier build, when there was such a lesson
            page.unlink()
