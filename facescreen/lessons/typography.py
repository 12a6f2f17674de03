"""What the lines of a page must not tear apart: number and unit, Korean word and bracket.

And formulas, which browsers draw by themselves from MathML.
"""

import html
import re

from latex2mathml.converter import convert

# Code, formulas, addresses, elements, headings: left as they are.
_KEPT = re.compile(
    r"(^(?:```|~~~).*?^(?:```|~~~)|`[^`\n]*`|\$[^$\n]*\$|\]\([^)\s]*\)|<[^>]*>|^#[^\n]*$)",
    re.DOTALL | re.MULTILINE,
)
_NO_BREAK_SPACE, _WORD_JOINER = "\u00a0", "\u2060"
_SPACES = re.compile(
    r"(?<=\d) (?=[%×]|px\b)|(?<=×) (?=\d)|"
    r"\b(수업|부록|문제|규칙|그림|표|[Ll]esson|[Rr]ule|Figure|Table) (?=\d)"
)
_JOINTS = re.compile(r"(?<=[가-힣])(?=\()|(?<=[)%])(?=[가-힣])|(?<=\d–)(?=\d)")

_FUNCTIONS = re.compile(r"(<mi>(?:log|exp|sin|cos|tanh)</mi>)(?=<mi>)")  # log D, not logD


def unbroken(markdown: str) -> str:
    """A Markdown text whose lines do not break there; it says the same.

    Korean is broken at spaces alone, by the pages' style, except beside a bracket: a particle would
    stand at the beginning of a line.
    """
    parts = _KEPT.split(markdown)
    for place in range(0, len(parts), 2):
        spaced = _SPACES.sub(lambda one: (one[1] or "") + _NO_BREAK_SPACE, parts[place])
        parts[place] = _JOINTS.sub(_WORD_JOINER, spaced)
    return "".join(parts)


def mathml(source: str, display: str = "inline") -> str:
    """A formula as MathML, which browsers draw by themselves; its source text where that fails."""
    try:
        drawn = convert(source.strip(), display=display)
    except Exception:  # the converter raises its own kinds, and bare ValueError or IndexError
        return f"<code>{html.escape(source.strip())}</code>"
    drawn = drawn.replace(' xmlns="http://www.w3.org/1998/Math/MathML"', "")  # HTML needs none
    return _FUNCTIONS.sub(r'\1<mspace width="0.17em"/>', drawn)
