"""Make the shipped profiles of `SignsRule` again, and the tables of how far screens travel.

    python -m facescreen.evidence.screens --out data/screens

`generated.json` is learned from all populations of `learning_set.py`, its threshold, spread and
shape found by leaving out one repository after the other. `photographs.json` has the same weights,
its threshold where 5 % of photograph-like portraits are lost; no photograph was at hand.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from facescreen.evidence.gathered import VALID_LOST, Evidence
from facescreen.evidence.learning_set import LearningSet, scored
from facescreen.evidence.travel import AIMED, threshold_for
from facescreen.evidence.travel_tables import TRAVEL, expected, travel_calibrated
from facescreen.faces import portraits
from facescreen.images.writing import write_atomically
from facescreen.screening import SignsRule
from facescreen.screening.measures import measure_signs
from facescreen.screening.profiles import SCREENS, Profile, spread_and_shape

DIGITS = 4  # of a profile's numbers, behind the point
LIKE, LIKE_SEED = 900, 970  # portraits that are made to look like photographs
COMMAND = "python -m facescreen.evidence.screens --out data/screens"


def main(arguments: Sequence[str] | None = None) -> None:
    """The command: write profiles and tables into a folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=SCREENS, help="data/screens")
    out = parser.parse_args(arguments).out
    out.mkdir(parents=True, exist_ok=True)
    evidence = Evidence()
    profile = generated(evidence)
    for one in (profile, photographs(profile)):
        one.save(out / f"{one.name}.json")
        print(f"{out / one.name}.json: broken from log odds {one.threshold:.3f} up")
    for name, table in TRAVEL.items():
        write_atomically(out / f"{name}.csv", table(evidence).round(4).to_csv)
        print(f"{out / name}.csv")


def generated(evidence: Evidence) -> Profile:
    """The profile for images that GANs made."""
    trip = evidence.travel
    few = expected(travel_calibrated(evidence, shipped=False))
    card = _card(trip.images) | {
        "threshold": f"loses {AIMED:.0%} of the valid images of repositories left out, half of the "
        "weight by image and half by repository",
    }
    return _rounded(replace(trip.profile, name="generated", expected=few, card=card))


def photographs(profile: Profile) -> Profile:
    """The same weights, with the threshold of photograph-like portraits."""
    scores = scored(SignsRule(profile), measure_signs(photograph_like()))
    spread, shape = spread_and_shape(scores, np.zeros(len(scores)))
    card = profile.card | {
        "threshold": f"loses {VALID_LOST:.0%} of {LIKE} photograph-like portraits: rendered ones, "
        "cut out anew, with other light, contrast, color, noise and JPEG; measured on no photograph"
    }
    threshold = threshold_for([scores], VALID_LOST)
    numbers = {"threshold": threshold, "spread": spread, "shape": shape}
    return _rounded(replace(profile, name="photographs", expected={}, card=card, **numbers))


def _rounded(profile: Profile) -> Profile:
    """With numbers that a reader can take in."""
    by_sign = {name: {s: round(x, DIGITS) for s, x in getattr(profile, name).items()}
               for name in ("means", "sds", "weights")}  # fmt: skip
    one = {name: round(getattr(profile, name), DIGITS)
           for name in ("intercept", "threshold", "spread")}  # fmt: skip
    shape = tuple((share, round(deviate, DIGITS)) for share, deviate in profile.shape)
    return replace(profile, shape=shape, **by_sign, **one)


def photograph_like(count: int = LIKE, seed: int = LIKE_SEED) -> np.ndarray:
    """Portraits as a camera and a collector might leave them: uint8 (count, 64, 64, 3)."""
    rng = np.random.default_rng(seed)
    return np.stack([_changed(face, rng) for face in portraits(count, 160, seed)])


def _changed(face: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Another crop, size, light, contrast, color and noise; mostly through JPEG."""
    from PIL import Image

    side = int(rng.uniform(84, 160))  # of 160
    top = int((160 - side) * rng.uniform(0.2, 0.7))
    left = int(np.clip((160 - side) // 2 + rng.integers(-8, 9), 0, 160 - side))
    way = Image.Resampling.LANCZOS if rng.random() < 0.5 else Image.Resampling.BOX
    cut = Image.fromarray(face[top : top + side, left : left + side]).resize((64, 64), way)
    x = np.asarray(cut, float)
    gray = x.mean(axis=2, keepdims=True)
    x = gray + (x - gray) * rng.uniform(0.6, 2)
    x = 128 + (x - 128) * rng.uniform(0.8, 1.5) + rng.uniform(-25, 25)
    x = x * np.exp(rng.normal(0, 0.08, 3))
    noise = 0.8 * rng.normal(size=(64, 64, 1)) + 0.4 * rng.normal(size=(64, 64, 3))
    made = Image.fromarray(
        np.clip(np.rint(x + rng.uniform(0, 10) * noise), 0, 255).astype(np.uint8)
    )
    if rng.random() < 0.6:
        file = io.BytesIO()
        made.save(file, "JPEG", quality=int(rng.uniform(50, 95)))
        made = Image.open(file)
    return np.asarray(made)


def _card(images: LearningSet) -> dict[str, Any]:
    names, counts = np.unique(images.population, return_counts=True)
    counted = dict(zip(names.tolist(), counts.tolist(), strict=True))
    return {"learned from": counted, "made": date.today().isoformat(), "command": COMMAND}


if __name__ == "__main__":
    main()
