"""An edition of the lessons in another language: the same code, its prose from the catalogs."""

from __future__ import annotations

import copy

from nbformat import NotebookNode

from facescreen.language import Language, translated
from facescreen.language.kernel import bundle


def in_language(notebook: NotebookNode, name: str, language: Language) -> NotebookNode:
    """A copy of a lesson's notebook in a language: prose and outputs; code stays as it is.

    name: of the lesson's catalog. What no entry knows stays English.
    """
    edition = copy.deepcopy(notebook)
    if language.code == "en":
        return edition
    known = language.paragraphs_of(name)
    for cell in edition.cells:
        if cell.cell_type == "markdown":
            cell.source = translated(cell.source, lambda msgid: known.get(msgid, ""))
        for output in cell.get("outputs", []):
            in_place(output, language)
    edition.metadata["language"] = language.code
    return edition


def in_place(output: NotebookNode, language: Language) -> None:
    """Translate one output: what was printed, or a figure's sentence."""
    if output.output_type == "stream" and output.name == "stdout":
        output.text = language.say(output.text)
    elif output.output_type in ("display_data", "execute_result"):
        bundle(output.data, output.metadata, language)
