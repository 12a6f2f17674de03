"""What a lesson's notebook says of itself: its title, its aim, and errors inside its widgets."""

import re

from nbformat import NotebookNode

from facescreen.language import LABELS
from facescreen.lessons.pages import WIDGET_STATE


def widget_errors(notebook: NotebookNode) -> list[str]:
    """Errors raised inside widgets, which end up in an Output widget and stop nothing."""
    state = notebook.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    return [
        f"inside a widget: {output.get('ename', 'error')}: {output.get('evalue', '')}"
        for model in state.values()
        if model.get("model_name") == "OutputModel"
        for output in model.get("state", {}).get("outputs", [])
        if output.get("output_type") == "error"
    ]


def title_of(notebook: NotebookNode, otherwise: str) -> str:
    """The first heading of a notebook, without its mark."""
    for cell in notebook.cells:
        heading = (
            re.search(r"^#\s+(.+)$", cell.source, re.M) if cell.cell_type == "markdown" else None
        )
        if heading:
            return heading.group(1).strip()
    return otherwise


def aim_of(notebook: NotebookNode) -> str:
    """What a lesson says after "What you'll do.", as plain text; "" where it says nothing."""
    label = "**What you'll do.**"
    labels = "|".join(map(re.escape, [label, *(fixed[label] for fixed in LABELS.values())]))
    first = notebook.cells[0].source if notebook.cells else ""
    said = re.search(rf"(?:{labels})\s+(.+)", first)
    return re.sub(r"[*`]", "", said[1]).strip() if said else ""
