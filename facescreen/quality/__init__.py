"""Quality: how good a set of face images is, by the features of a small network.

Imports `generation`, `faces`, `screening` and what `gan` knows of checkpoints. Open `measure.py`
first: KID, density, coverage, shares flagged. `features.py` is the network, `training.py` teaches
it on portraits that `spoil.py` has spoiled: `python -m facescreen.quality.training`.
"""

from facescreen.quality.features import FaceFeatures, load_features, shipped_features
from facescreen.quality.measure import (
    COUNT,
    HELD_OUT_SEED,
    RECOGNIZABLE_KID,
    density_coverage,
    formatted,
    measure_model,
    measure_quality,
    precision_recall,
)
from facescreen.quality.spoil import SPOILING, spoil

__all__ = [
    "COUNT",
    "HELD_OUT_SEED",
    "RECOGNIZABLE_KID",
    "SPOILING",
    "FaceFeatures",
    "density_coverage",
    "formatted",
    "load_features",
    "measure_model",
    "measure_quality",
    "precision_recall",
    "shipped_features",
    "spoil",
]
