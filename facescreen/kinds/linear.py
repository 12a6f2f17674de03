"""A classifier that a learner can read: each kind's log odds are a weighted sum of signs.

    line = KindLine.load("portraits")  # or "generated", "real", or a path
    line(images)  # uint8 (N, H, W, 3) -> float64 (N, K): the probability of each kind
    line.weights_of("blur")  # which signs speak for it, which against it

Multinomial logistic regression by scikit-learn; its numbers are kept as JSON, not as a pickle.

    python -m facescreen.kinds.linear --out data/kinds
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from facescreen.images.writing import check_ours, write_atomically
from facescreen.kinds.planting import PLANTED
from facescreen.kinds.signs import measure_kinds
from facescreen.screening.measures import SIGNS, measure_signs
from facescreen.setup import DATA

KINDS_FOLDER = DATA / "kinds"
SHIPPED = ("portraits", "generated", "real")
WHAT = "weights of facescreen's signs for kinds of breakage"
BEGINNING = f'{{\n "what": "{WHAT}",\n'
FEATURES = (*(f"planted {kind}" for kind in PLANTED), *SIGNS)
DIGITS = 4
FACES, SEED = 2_400, 1020  # portraits that damage is planted in
STILL = 0.05  # the smallest spread: what hardly varies here must not decide elsewhere
COSTS = 0.1  # inverse strength of the penalty on large weights


class KindsError(ValueError):
    """A file of this room is missing or damaged; one sentence says which and how."""


def features_of(images: np.ndarray) -> np.ndarray:
    """Float64 (N, 24), in the order of FEATURES: log(1 + sign) of the planted kinds, and SIGNS."""
    return np.column_stack([np.log1p(measure_kinds(images)), measure_signs(images)])


@dataclass(frozen=True, eq=False)
class KindLine:
    """kinds: K names. means, sds: float (24,), of the features. weights: float (K, 24), of
    standardized features. intercepts: float (K,). card: what it learned from, and by which command.
    Raises KindsError for other shapes, and for numbers that are not finite.
    """

    kinds: tuple[str, ...]
    means: np.ndarray
    sds: np.ndarray
    weights: np.ndarray
    intercepts: np.ndarray
    card: dict[str, Any]

    def __post_init__(self) -> None:
        object.__setattr__(self, "kinds", tuple(self.kinds))
        wide, tall = len(FEATURES), len(self.kinds)
        shapes = {"means": (wide,), "sds": (wide,), "weights": (tall, wide), "intercepts": (tall,)}
        for name, shape in shapes.items():
            try:
                array = np.array(getattr(self, name), float)
            except (TypeError, ValueError):
                array = np.zeros(0)
            if array.shape != shape or not np.isfinite(array).all():
                raise KindsError(f"{name} must be finite numbers of the shape {shape}")
            object.__setattr__(self, name, array)
        if not (self.sds > 0).all():
            raise KindsError("sds must be above 0")

    def __call__(self, images: np.ndarray) -> np.ndarray:
        return self.of_features(features_of(images))

    def of_features(self, features: np.ndarray) -> np.ndarray:
        """Float64 (N, K), each row adding up to 1. features: as `features_of` measures them."""
        standard = (features - self.means) / self.sds
        odds = standard @ self.weights.T + self.intercepts
        odds = np.exp(odds - odds.max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True)

    def weights_of(self, kind: str) -> dict[str, float]:
        """The weights of one kind by feature, the largest first. Raises ValueError for another."""
        own = dict(zip(FEATURES, self.weights[self.kinds.index(kind)].tolist(), strict=True))
        return dict(sorted(own.items(), key=lambda item: -item[1]))

    @classmethod
    def load(cls, name_or_path: str | Path) -> KindLine:
        """Read one of SHIPPED, or a JSON file. Raises KindsError, naming the file."""
        shipped = KINDS_FOLDER / f"signs_{name_or_path}.json"
        path = shipped if name_or_path in SHIPPED else Path(name_or_path)
        try:
            data = json.loads(path.read_text("utf-8"))
            if data.pop("what") != WHAT:
                raise KindsError("it is another file")
            return cls(**data)
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise KindsError(f"{path} is not a file of weights for kinds: {error}") from None

    def save(self, path: Path) -> None:
        """Write it as JSON. Raises NotOursError where another file stands, or OSError."""
        check_ours(path, BEGINNING)
        data = {"what": WHAT, **{f.name: getattr(self, f.name) for f in fields(self)}}
        data = {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in data.items()}
        text = ",\n".join(f" {json.dumps(key)}: {json.dumps(data[key])}" for key in data)
        write_atomically(path, lambda file: file.write_text(f"{{\n{text}\n}}\n", "utf-8"))


def fit_line(
    features: np.ndarray, kinds: Sequence[str], names: Sequence[str], card: dict[str, Any]
) -> KindLine:
    """Learn from features, float (N, 24), of images whose kinds, str (N,), are all of names.

    Kinds that occur seldom weigh more, by the root of how seldom. A kind that does not occur gets
    no weight and an intercept so low that it is never said.
    """
    from sklearn.linear_model import LogisticRegression

    kinds, means = np.asarray(kinds), features.mean(axis=0)
    sds = np.maximum(features.std(axis=0), STILL)
    found, place, counts = np.unique(kinds, return_inverse=True, return_counts=True)
    model = LogisticRegression(C=COSTS, max_iter=2000)
    model.fit((features - means) / sds, kinds, sample_weight=math.sqrt(len(kinds)) / np.sqrt(
        counts[place]))  # fmt: skip
    weights, intercepts = np.zeros((len(names), len(FEATURES))), np.full(len(names), -99.0)
    rows = [list(names).index(kind) for kind in found]
    weights[rows], intercepts[rows] = model.coef_, model.intercept_
    rounded = (array.round(DIGITS) for array in (means, sds, weights, intercepts))
    return KindLine(tuple(names), *rounded, card)


def learn_lines() -> dict[str, KindLine]:
    """Those that are shipped, learned from what the networks learn from."""
    from facescreen.kinds import learning_sets as sets

    teaching = {
        "portraits": (sets.portrait_examples(FACES, SEED), sets.PLANTED_KINDS),
        "generated": (sets.generated_examples(SEED), sets.PLANTED_KINDS),
        "real": (sets.real_examples(), sets.BY_EYE),
    }
    lines = {}
    for name, (examples, names) in teaching.items():
        known = examples.allowed.sum(axis=1) == 1  # images of which one kind is known
        kinds = np.array(names)[examples.allowed[known].argmax(axis=1)]
        card = {"command": f"python -m {__spec__.name} --out data/kinds", "images": len(kinds)}
        lines[name] = fit_line(features_of(examples.images[known]), kinds, names, card)
    return lines


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line of this module."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=KINDS_FOLDER, help="folder")
    out = parser.parse_args(arguments).out
    out.mkdir(parents=True, exist_ok=True)
    for name, line in learn_lines().items():
        line.save(out / f"signs_{name}.json")
        print(f"{out / f'signs_{name}.json'}: learned from {line.card['images']:,} images")


if __name__ == "__main__":
    main()
