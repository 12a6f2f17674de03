"""Screening: a histogram, a score measured on it, a verdict; the paper's rules and their rivals.

Imports `images`, and loads neither torch nor numba before a rule is called. Open `paper.py` first:
the two rules, and the reference that they are held against. `rules.py` says what every rule is,
`verdicts.py` what it answers, `histogram.py` counts, `counted.py` judges by counts alone;
`signs.py` holds a screen that looks at more than brightness, `measures.py` what it measures and
`profiles.py` its numbers; `calibration.py` says what a calibrated rule will lose, `walk.py` what
several rules make of one pool of images. Screens of the literature: `rejection.py` asks a critic,
`neighbors.py` real images, `inside.py` the generator, `lda.py` labels.
"""

from facescreen.screening.calibration import ExpectedLoss, expected_loss
from facescreen.screening.counted import judge_counts
from facescreen.screening.histogram import bright_counts, channel_histogram
from facescreen.screening.judge import PortraitJudge
from facescreen.screening.measures_maps import sign_map
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
from facescreen.screening.profiles import Profile, ProfileError, fit_profile
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
    "ExpectedLoss",
    "MultiColorRule",
    "NoRule",
    "PoolWalk",
    "PortraitJudge",
    "Profile",
    "ProfileError",
    "Rate",
    "Rule",
    "SignsRule",
    "SingleColorRule",
    "Verdicts",
    "bright_counts",
    "calibrate",
    "channel_histogram",
    "expected_loss",
    "fit_profile",
    "judge_counts",
    "label_names",
    "read_labels",
    "reference_verdict",
    "rule_from_name",
    "sign_map",
]
