"""Kinds of breakage told apart: by signs, by a sum of signs, by a small network; screens per kind.

Imports `breakage`, `labels`, `gan`, `evaluation`, `screening`, `faces` and `images`; torch only in
`network.py` and `training.py`, which are not loaded here. Open `signs.py` first: a sign for each
kind of planted damage. `planting.py` plants it, `network.py` is the classifier that `training.py`
makes, `linear.py` the one that adds up signs, `screens.py` sets a threshold for each kind, and
`tables.py` measures them all.
"""

from facescreen.kinds.planting import EYES, PLANTED, plant_kinds
from facescreen.kinds.signs import COUNTED, measure_kinds, sign_marks

__all__ = ["COUNTED", "EYES", "PLANTED", "measure_kinds", "plant_kinds", "sign_marks"]
