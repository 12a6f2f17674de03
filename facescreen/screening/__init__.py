"""Screening: a histogram, a score measured on it, a verdict; the paper's rules and their rivals.

Imports `images`, and loads neither torch nor numba before a rule is called. Open `paper.py` first:
the two rules, and the reference that they are held against. `rules.py` says what every rule is,
`verdicts.py` what it answers, `histogram.py` counts, `counted.py` judges by counts alone;
`signs.py` and `learned.py` hold screens that look at more than brightness, `walk.py` what several
rules make of one pool of images.
"""

from facescreen.screening.counted import judge_counts
from facescreen.screening.histogram import bright_counts, channel_histogram
from facescreen.screening.learned import LearnedRule, PortraitJudge
from facescreen.screening.paper import (
    PAPER_RULES,
    RULES,
    MultiColorRule,
    NoRule,
    SingleColorRule,
    calibrate,
    reference_verdict,
    rule_from_name,
)
from facescreen.screening.rules import AnyRule, Rule
from facescreen.screening.signs import SIGNS, SignsRule
from facescreen.screening.verdicts import (
    BROKEN_LABELS,
    LABELS,
    Agreement,
    Rate,
    Verdicts,
    label_names,
    read_labels,
)
from facescreen.screening.walk import PoolWalk

__all__ = [
    "BROKEN_LABELS",
    "LABELS",
    "PAPER_RULES",
    "RULES",
    "SIGNS",
    "Agreement",
    "AnyRule",
    "LearnedRule",
    "MultiColorRule",
    "NoRule",
    "PoolWalk",
    "PortraitJudge",
    "Rate",
    "Rule",
    "SignsRule",
    "SingleColorRule",
    "Verdicts",
    "bright_counts",
    "calibrate",
    "channel_histogram",
    "judge_counts",
    "label_names",
    "read_labels",
    "reference_verdict",
    "rule_from_name",
]
