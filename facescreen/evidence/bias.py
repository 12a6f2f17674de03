"""Measure whose valid faces the rules lose and whose broken ones they miss, and ship the tables.

    python -m facescreen.evidence.bias --out data/bias

`groups.csv` counts every rule's mistakes by skin tone, hair and light, `gaps.csv` says how far
groups lie apart and whether chance does as much; `facescreen.evaluation.by_group` explains their
columns. On portraits the traits are known, whether a face is valid or had damage planted in it; on
labeled pools, see `bias_groups.py`. Other people's GANs are not here: of their tiles no image is.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from facescreen.breakage import plant_all
from facescreen.evaluation.by_group import BIAS, by_group, gaps
from facescreen.evidence.bias_groups import comes_through, in_thirds, lightness, of_traits
from facescreen.evidence.gathered import AREAS, STRENGTHS
from facescreen.evidence.populations import TABLE_RULES
from facescreen.faces import portrait_table, portraits
from facescreen.images.writing import write_atomically
from facescreen.labels import load_reference
from facescreen.labels.drawing import DRAWN, picked
from facescreen.screening import Rule, SignsRule

if TYPE_CHECKING:
    import pandas as pd

RULES: Mapping[str, Rule] = {n: rule for n, rule in TABLE_RULES.items() if n != "none"}
SIGNS, CALIBRATED = "signs", "signs, calibrated on 24"
CALIBRATE, CALIBRATE_SEED, LOSS = 24, 17, 0.05  # valid images, which of them, what they may lose
POOLS = {  # population -> pool, and whether the signs learned from it
    "while learning": ("learning", True),
    "while learning, shipped recipe": ("learning_plain", True),
    "finished": ("default", True),
    "while learning, new": ("learning_test", False),
    "finished, new": ("test", False),
}
SATURATED = ("blob", "near_blob", "white_out")  # planted kinds that are broken in the paper's sense
CLEAN_SEED, DAMAGE_SEED = 109, 110  # of portraits: no model learned from them
FACES = {"portraits": (12_000, 9_900), "portraits:studio": (6_000, 3_300)}  # valid, damaged
BLOCK = 1_100  # portraits in memory at once: whole turns of the kinds
COARSE = 0  # the source of the coarse layers: what comes through is its skin, hair and light


@dataclass(frozen=True, eq=False)
class Judged:
    """Images with labels, in groups, as judged: arrays of N.

    labels: str. attributes: the group of each image (`pandas.Categorical`), by attribute. flags:
    bool by rule. signs: float, the log odds of `SignsRule`. seen: whether that learned from these
    images.
    """

    labels: np.ndarray
    attributes: dict[str, Any]
    flags: dict[str, np.ndarray]
    signs: np.ndarray
    seen: bool = False

    @classmethod
    def of_images(cls, images: np.ndarray, labels: np.ndarray, seen: bool = False) -> Judged:
        """Not in groups yet, but measured: ``attributes`` holds the lightness in places, float."""
        flags = {name: rule(images).broken for name, rule in RULES.items()}
        return cls(labels, lightness(images), flags, SignsRule()(images).score, seen)

    def mistakes(self) -> Iterator[tuple[str, str, np.ndarray, np.ndarray]]:
        """Error and rule; which images it could be made on, bool (N,); on which it was made."""
        valid = self.labels == "valid"
        asked = {
            "valid lost": valid,
            "saturated missed": self.labels == "broken_saturated",
            "broken missed": np.char.startswith(self.labels, "broken"),
        }
        rule = SignsRule()
        shown = np.random.default_rng(CALIBRATE_SEED).permutation(np.flatnonzero(valid))[:CALIBRATE]
        own = rule.threshold_for(self.signs[shown], LOSS)
        flags = {**self.flags, SIGNS: self.signs >= rule.threshold, CALIBRATED: self.signs >= own}
        others = np.ones(len(valid), bool)
        others[shown] = False
        for error, chosen in asked.items():
            for name, flagged in flags.items():
                could = chosen & others if name == CALIBRATED else chosen
                yield error, name, could, flagged if error == "valid lost" else ~flagged

    def shares(self) -> pd.DataFrame:
        """Mistakes by group: rows (error, rule, attribute, group), as `by_group` has them."""
        import pandas as pd

        tables = {}
        for error, rule, could, made in self.mistakes():
            groups = {name: own[could] for name, own in self.attributes.items()}
            table = by_group(made[could], groups)
            table["seen"] = self.seen and rule in (SIGNS, CALIBRATED)
            tables[error, rule] = table
        return pd.concat(tables, names=["error", "rule"])


def judged_portraits(source: str, valid: int, damaged: int) -> Judged:
    """Portraits that are valid, and as many others of which each had one kind of damage planted.

    source: "portraits" or "portraits:studio".
    """
    import pandas as pd

    setting = source.partition(":")[2] or "varied"
    parts, traits = [], []
    for seed, count in ((CLEAN_SEED, valid), (DAMAGE_SEED, damaged)):
        traits.append(portrait_table(count, seed, setting))
        for start in range(0, count, BLOCK):
            faces = portraits(min(BLOCK, count - start), 64, seed, setting, start)
            labels = np.full(len(faces), "valid", "<U16")
            if seed == DAMAGE_SEED:
                done = plant_all(faces, None, STRENGTHS, AREAS, seed + start)
                faces, saturated = done.images, np.isin(done.kinds, SATURATED)
                labels = np.where(saturated, "broken_saturated", "broken_other")
            parts.append(Judged.of_images(faces, labels))
    together = _joined(parts)
    measured = in_thirds(together.attributes, together.labels == "valid")
    groups = of_traits(pd.concat(traits)) | measured
    return Judged(together.labels, groups, together.flags, together.signs)


def judged_pool(pool: str, seen: bool) -> Judged:
    """A labeled pool, in groups by what its sources show and by what its images do."""
    its = load_reference(pool)
    judged = Judged.of_images(its.images, its.labels, seen)
    measured = in_thirds(judged.attributes, its.labels == "valid")
    groups = of_traits(traits_of_sources(pool), exposure=False) | measured
    return Judged(its.labels, groups, judged.flags, judged.signs, seen)


def traits_of_sources(pool: str) -> pd.DataFrame:
    """What the existing face shows that gave each image of a pool its coarse layers."""
    source = DRAWN[pool][0].source.partition(":")[2] or "varied"
    faces = picked(pool)[:, COARSE]
    return portrait_table(faces.max() + 1, DRAWN[pool][0].source_seed, source).loc[faces]


def through(pools: Sequence[str] = tuple(pool for pool, _ in POOLS.values())) -> pd.DataFrame:
    """How a trait of the source shows in the valid images drawn from it: correlations by pool."""
    import pandas as pd

    rows = {}
    for pool in pools:
        its = load_reference(pool)
        valid = its.labels == "valid"
        rows[pool] = comes_through(its.images[valid], traits_of_sources(pool)[valid])
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("pool")


def measured() -> pd.DataFrame:
    """All mistakes by group: rows (population, error, rule, attribute, group)."""
    import pandas as pd

    asked = {name: partial(judged_portraits, name, *counts) for name, counts in FACES.items()}
    asked |= {name: partial(judged_pool, *pool) for name, pool in POOLS.items()}
    tables = {name: judge().shares() for name, judge in tqdm(asked.items(), leave=False)}
    return pd.concat(tables, names=["population"])


def with_gaps(groups: pd.DataFrame) -> pd.DataFrame:
    """How far the groups lie apart: `gaps`, and whether the rule has seen the images."""
    table = gaps(groups)
    seen = groups["seen"].groupby(level=table.index.names).first()
    return table.assign(seen=seen.reindex(table.index))


def main(arguments: Sequence[str] | None = None) -> None:
    """The command: write the three tables into a folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=BIAS, help="data/bias")
    out = parser.parse_args(arguments).out
    out.mkdir(parents=True, exist_ok=True)
    groups = measured()
    for name, table in (("groups", groups), ("gaps", with_gaps(groups)), ("sources", through())):
        path = out / f"{name}.csv"
        write_atomically(path, partial(table.to_csv, float_format="%.5g", lineterminator="\n"))
        print(f"{path}: {len(table):,} rows")


def _joined(parts: Sequence[Judged]) -> Judged:
    def one(name: str) -> dict[str, np.ndarray]:
        dicts = [getattr(part, name) for part in parts]
        return {key: np.concatenate([each[key] for each in dicts]) for key in dicts[0]}

    labels, signs = (np.concatenate([getattr(p, n) for p in parts]) for n in ("labels", "signs"))
    return Judged(labels, one("attributes"), one("flags"), signs)


if __name__ == "__main__":
    main()
