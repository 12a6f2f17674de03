"""Outfits: clothes painted here, a rule that says what goes together, a GAN that designs to match.

Imports `gan`, `evaluation`, `screening`, `faces` for their random draws, and `images`. Open
`harmony.py` first: the rule, for colors as drawn and as seen. `draws.py` draws what an outfit is,
`garments.py` paints it (`painter.py`, `tops.py`, `bottoms.py`); `networks.py` are the two players,
`training.py` lets them play: `python -m facescreen.outfits.training`; `designer.py` loads them,
`measured.py` and `screened.py` ask what they do, `study.py` at length.
"""

from facescreen.outfits.colors import chroma_of, fullest, hue_difference, hue_of
from facescreen.outfits.designer import OutfitGan, load_outfit_gan
from facescreen.outfits.draws import Outfits, draw_outfits, in_color
from facescreen.outfits.garments import Pictures, outfit_pictures, painted
from facescreen.outfits.harmony import GRAY, Cloth, clash, harmony, lower_cloth, upper_cloth
from facescreen.outfits.measured import (
    best_of,
    judged_pairs,
    lowers_from,
    match_table,
    matches,
    nearest,
    of_others,
    variety,
)
from facescreen.outfits.screened import HUES, in_full_color, without_meant
from facescreen.outfits.study import study_table

__all__ = [
    "GRAY",
    "HUES",
    "Cloth",
    "OutfitGan",
    "Outfits",
    "Pictures",
    "best_of",
    "chroma_of",
    "clash",
    "draw_outfits",
    "fullest",
    "harmony",
    "hue_difference",
    "hue_of",
    "in_color",
    "in_full_color",
    "judged_pairs",
    "load_outfit_gan",
    "lower_cloth",
    "lowers_from",
    "match_table",
    "matches",
    "nearest",
    "of_others",
    "outfit_pictures",
    "painted",
    "study_table",
    "upper_cloth",
    "variety",
    "without_meant",
]
