"""How one's own labels and the reference's agree, and how that is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from facescreen.evaluation import Kappa

LISTED = 60  # differing images in the list
_LEFT = 'style="text-align:left;font-size:1.1em"'
_NAME = f'translate="no" {_LEFT}'  # of a file, or a label as the file of labels has it


@dataclass(frozen=True)
class Comparison:
    """One's labels beside the reference's, for the images that one has labeled.

    four: agreement on all four labels. merged: on valid against broken, without "unsure".
    differing: (image's index, own label, reference label) where the two are not the same.
    """

    four: Kappa
    merged: Kappa
    differing: tuple[tuple[int, str, str], ...]


def comparison_html(found: Comparison, names: Sequence[str]) -> str:
    """Both kappas with intervals and a list of the differing images, names escaped."""
    lines = [
        f"<li>All four labels: {_kappa_words(found.four)}</li>",
        f"<li>Valid against broken, unsure ones left out: {_kappa_words(found.merged)}</li>",
    ]
    said = f"<ul>{''.join(lines)}</ul>"
    if not found.differing:
        return f"{said}<p>No image is labeled otherwise.</p>"
    rows = "".join(
        f"<tr><td {_NAME}>{escape(names[k])}</td><td {_NAME}>{own}</td>"
        f"<td {_NAME}>{theirs}</td></tr>"
        for k, own, theirs in found.differing[:LISTED]
    )
    more = len(found.differing) - LISTED
    rest = f"<p>and {more:,} more.</p>" if more > 0 else ""
    titles = "".join(f"<th {_LEFT}>{title}</th>" for title in ("image", "you", "reference"))
    head = f"<tr>{titles}</tr>"
    return f"{said}<table>{head}{rows}</table>{rest}"


def _kappa_words(found: Kappa) -> str:
    same = found.agreement
    if not same.total:
        return "nothing to compare yet."
    share = f"same label for {same.count:,} of {same.total:,}"
    share += f" ({same.value:.0%}; {same.low:.0%} to {same.high:.0%})"
    if np.isnan(found.value):
        return f"{share}; one label throughout, so kappa says nothing."
    said = f"<b>kappa {found.value:.2f}</b> ({found.low:.2f} to {found.high:.2f}); {share}."
    return said.replace("-", "−")
