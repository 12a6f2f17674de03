"""Benefit: does screening help those who train on the images? Two studies, and how they are judged.

Imports `breakage.planted`, `labels`, `quality`, `generation`, `gan`, `evaluation`, `screening`,
`faces` and `images`. Open `design.py` first: what is asked, and what counts as an answer.
`downstream.py` trains classifiers on real and added images that `labeled.py` draws with their
labels, `doses.py` on images damaged on purpose, `second_gan.py` GANs; `study.py` runs all of it and
goes on where it was killed; `results.py` reads what is shipped, `paired.py` asks what it shows.
"""

from facescreen.benefit.paired import Difference, compare_arms, judged, paired_difference
from facescreen.benefit.results import (
    Study,
    StudyError,
    learning_areas,
    load_study,
    shipped_moments,
)

__all__ = [
    "Difference",
    "Study",
    "StudyError",
    "compare_arms",
    "judged",
    "learning_areas",
    "load_study",
    "paired_difference",
    "shipped_moments",
]
