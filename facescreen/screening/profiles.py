"""A profile: all the numbers of `SignsRule`, as a small JSON file with a card.

Profile.load("generated")  # or "photographs", shipped in data/screens/, or a path
fit_profile(values, broken, weights)  # a new one, from measured signs and labels
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np

from facescreen.images.writing import check_ours, write_atomically
from facescreen.screening.measures import SIGNS
from facescreen.screening.profile_checks import CHECKS, ProfileError
from facescreen.setup import DATA

__all__ = ["Profile", "ProfileError", "fit_profile", "spread_and_shape"]

SCREENS = DATA / "screens"
SHIPPED = ("generated", "photographs")
WHAT = "a profile of facescreen's rule signs"
BEGINNING = f'{{\n "what": "{WHAT}",\n'  # of every file, so that no other file is replaced
CLIP = 5.0  # standard deviations: no single sign decides by being absurd
SHARES = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)


@dataclass(frozen=True)
class Profile:
    """What `SignsRule` knows: how valid images look, what each sign counts, where broken begins.

    name: one line. means, sds, weights: by sign, of SIGNS; sds above 0, weights 0 or more.
    intercept: added to the weighted signs, gives the log odds of broken. threshold: log odds,
    broken from there up. spread: standard deviation of the scores of valid images within one
    generator, pooled over generators, above 0. shape: ((share, deviate), ...), the deviate being
    that many standard deviations above its generator's mean which this share of the valid images
    reaches; shares rise from above 0 to below 1, deviates fall. expected: by number of images
    (16, 24, ...) that calibrate at 5 %, (lost, low, high): the mean share of other valid images
    lost, and its 5 to 95 % over generators left out; may be empty. card: what it was learned from
    and measured on, when, and by which command. Raises ProfileError for anything else.
    """

    name: str
    means: dict[str, float] = field(hash=False)
    sds: dict[str, float] = field(hash=False)
    weights: dict[str, float] = field(hash=False)
    intercept: float
    threshold: float
    spread: float
    shape: tuple[tuple[float, float], ...]
    expected: dict[int, tuple[float, float, float]] = field(hash=False, default_factory=dict)
    card: dict[str, Any] = field(hash=False, compare=False, default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for name, check in CHECKS.items():
            object.__setattr__(self, name, check(name, getattr(self, name)))

    @classmethod
    def load(cls, name_or_path: str | Path) -> Profile:
        """Read a profile: "generated" or "photographs", which are shipped, or a JSON file.

        Raises ProfileError, naming the file and the field, for a file that is not there, cannot be
        read or is not as `save` writes it.
        """
        path = Path(name_or_path)
        if name_or_path in SHIPPED:
            path = SCREENS / f"{name_or_path}.json"
        try:
            return cls(**_read(path))
        except ProfileError as error:
            raise ProfileError(f"{path}: {error}") from None

    def save(self, path: Path | str) -> None:
        """Write the profile as JSON. Raises NotOursError where another file stands, or OSError."""
        check_ours(Path(path), BEGINNING)
        data = {"what": WHAT, **asdict(self)}
        text = ",\n".join(f" {json.dumps(key)}: {json.dumps(data[key])}" for key in data)
        write_atomically(Path(path), lambda file: file.write_text(f"{{\n{text}\n}}\n", "utf-8"))

    def vector(self, name: str) -> np.ndarray:
        """Of "means", "sds" or "weights": float64 (12,), in the order of SIGNS."""
        return np.array([getattr(self, name)[sign] for sign in SIGNS])

    def deviate(self, share: float) -> float:
        """How many deviations above the mean this share of valid images begins, by `shape`.

        Raises ValueError for a share outside those of the shape.
        """
        low, high = self.shape[0][0], self.shape[-1][0]
        if not low <= share <= high:
            raise ValueError(
                f"the profile {self.name!r} knows what to expect where {low:g} to {high:g} of the "
                f"valid images are lost, not {share:g}"
            )
        at = [NormalDist().inv_cdf(known) for known, _ in self.shape]  # nearly straight in these
        return float(np.interp(NormalDist().inv_cdf(share), at, [d for _, d in self.shape]))


def _read(path: Path) -> dict[str, Any]:
    """A profile's fields as the file has them, not yet checked."""
    if not path.is_file():
        seen = "a folder" if path.is_dir() else "not there"
        raise ProfileError(f"it is {seen}, expected {', '.join(SHIPPED)} or a profile's JSON file")
    try:
        data = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError, OSError) as error:
        raise ProfileError(f"it cannot be read as JSON: {' '.join(str(error).split())}") from None
    if not isinstance(data, dict) or data.get("what") != WHAT:
        raise ProfileError(f'expected an object whose "what" is "{WHAT}"')
    names, found = {f.name for f in fields(Profile)}, data.keys() - {"what"}
    for problem, which in (("is missing", names - found), ("is no field", found - names)):
        if which:
            raise ProfileError(f"{min(which)!r} {problem} of a profile: {', '.join(CHECKS)}")
    return {name: data[name] for name in names}


# --- learning one ---------------------------------------------------------------------------------


def fit_profile(
    values: np.ndarray,
    broken: np.ndarray,
    weights: np.ndarray,
    penalty: float = 0.3,
    *,
    name: str = "fitted",
    generators: np.ndarray | None = None,
    max_valid_loss: float = 0.05,
    card: dict[str, Any] | None = None,
) -> Profile:
    """Learn a profile from measured signs: logistic regression, no weight below 0.

    values: float (N, 12), as `measure_signs` gives them. broken: bool (N,), with both kinds.
    weights: float (N,), above 0, so that each population counts as it should. penalty: of the
    squared weights, beside the weighted mean of the log loss. generators: (N,), who made each
    image, for `spread` and `shape`; None for one generator. The threshold is the lowest that loses
    at most `max_valid_loss` of the weight of the valid images learned from; `expected` is empty.
    Raises ValueError for other shapes, or where one kind is missing.
    """
    values, broken, weights = _checked(values, broken, weights)
    valid, w = ~broken, weights / weights.sum()
    v = w[valid] / w[valid].sum()
    means = v @ values[valid]
    sds = np.sqrt(v @ (values[valid] - means) ** 2) + 1e-9
    z = np.clip((values - means) / sds, -CLIP, CLIP)
    factors, intercept = _logistic(z, broken, w, penalty)
    scores = ((factors * z).sum(axis=1) + intercept)[valid]  # to the last bit as the rule's
    within = np.zeros(len(scores)) if generators is None else np.asarray(generators)[valid]
    spread, shape = spread_and_shape(scores, within)
    order = np.argsort(-scores)
    lost = np.searchsorted(np.cumsum(v[order]), max_valid_loss + 1e-9)
    threshold = np.nextafter(scores[order][min(lost, len(scores) - 1)], np.inf)
    columns = (dict(zip(SIGNS, c.tolist(), strict=True)) for c in (means, sds, factors))
    numbers = (intercept, float(threshold), spread)
    return Profile(name, *columns, *numbers, shape, card={} if card is None else card)


def _checked(
    values: np.ndarray, broken: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    values, broken, weights = np.asarray(values, float), np.asarray(broken), np.asarray(weights)
    count = len(values)
    if values.shape != (count, len(SIGNS)) or broken.dtype != bool or broken.shape != (count,):
        raise ValueError(
            f"expected values (N, {len(SIGNS)}) and broken as bool (N,), not {values.shape} and "
            f"{broken.dtype} {broken.shape}"
        )
    if weights.shape != (count,) or not (weights > 0).all():
        raise ValueError(f"expected {count} weights above 0, not {weights.shape}")
    if not 0 < broken.sum() < count:
        raise ValueError(f"expected valid and broken images, not {broken.sum()} broken of {count}")
    return values, broken, weights


def _logistic(
    z: np.ndarray, broken: np.ndarray, w: np.ndarray, penalty: float
) -> tuple[np.ndarray, float]:
    """Weights (K,), 0 or more, and intercept; w sums to 1."""
    from scipy.optimize import minimize  # a third of a second to import: only when fitting

    sign = np.where(broken, 1.0, -1.0)

    def loss(p: np.ndarray) -> tuple[float, np.ndarray]:
        margin = sign * (z @ p[:-1] + p[-1])
        pull = -w * sign / (1 + np.exp(np.clip(margin, -50, 50)))
        value = w @ np.logaddexp(0, -margin) + penalty / 2 * (p[:-1] ** 2).sum()
        return value, np.r_[z.T @ pull + penalty * p[:-1], pull.sum()]

    bounds = [(0, None)] * z.shape[1] + [(None, None)]
    p = minimize(loss, np.zeros(z.shape[1] + 1), jac=True, method="L-BFGS-B", bounds=bounds).x
    return p[:-1], float(p[-1])


def spread_and_shape(
    scores: np.ndarray, generators: np.ndarray
) -> tuple[float, tuple[tuple[float, float], ...]]:
    """A profile's `spread` and `shape`, from the scores of valid images and who made each.

    scores: float (N,). generators: (N,); each counts alike, those with two images or more count.
    """
    groups = [scores[generators == one] for one in np.unique(generators)]
    groups = [group for group in groups if len(group) > 1 and group.std() > 0]
    if not groups:
        raise ValueError("expected a generator with two or more valid images that differ")
    spread = math.sqrt(np.mean([group.var(ddof=1) for group in groups]))
    deviates = np.concatenate([(group - group.mean()) / group.std(ddof=1) for group in groups])
    weights = np.concatenate([np.full(len(group), 1 / len(group)) for group in groups])
    order = np.argsort(deviates)
    above = 1 - (np.cumsum(weights[order]) - weights[order] / 2) / weights.sum()
    at = np.interp(SHARES, above[::-1], deviates[order][::-1])
    return spread, tuple(zip(SHARES, at.tolist(), strict=True))
