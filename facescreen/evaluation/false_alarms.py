"""False alarms: which share of images that nobody broke each rule flags, and on whose faces.

    table = false_alarms("portraits", count=12_000)
    table = false_alarms("folder:photos")
    print(formatted(table), in_words(table), sep="\\n\\n")

The paper counts the broken images that a rule lets through, never the valid ones that it throws
away. Rendered portraits are valid by construction; of photographs, that is the user's word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from facescreen.evaluation.columns import percent
from facescreen.faces import FaceSource, FolderSource, PortraitSource, open_source
from facescreen.faces.traits import BACKGROUNDS, GLASSES, HAIR_COLORS
from facescreen.images import Passed
from facescreen.screening import PAPER_RULES, MultiColorRule, Rate, Rule

if TYPE_CHECKING:
    import pandas as pd

COUNT = 4096  # portraits, where no number is given: about five seconds on one core
BLOCK = 512  # images in memory at once; faces are the same in blocks of any size
RULES: dict[str, Rule] = {
    **PAPER_RULES,
    "multi (others)": MultiColorRule(white_sum="others"),  # the paper's sentence, read literally
}
# Pairs of tones: as narrow as a few thousand portraits allow, and no word for any of them.
SKIN_TONES = tuple(f"Monk {tone}–{tone + 1}" for tone in range(1, 11, 2))
GROUPS: dict[str, tuple[str, ...]] = {  # trait -> its groups, in the order of the table
    "skin tone": SKIN_TONES,
    "background": BACKGROUNDS,
    "glasses": GLASSES,
    "hair color": tuple(HAIR_COLORS),
}
ALL = ("all", "all")


def false_alarms(
    source: str = "portraits",
    rules: Mapping[str, Rule] = RULES,
    count: int | None = None,
    size: int = 64,
    seed: int = 0,
    download: bool = False,
) -> pd.DataFrame:
    """Judge images that are taken to be valid, and count those that each rule flags.

    source: as in `faces.sources.open_source`; photographs are cut to their central square. count:
    the first so many images, 1 or more (photographs: 2); None takes COUNT portraits, or all the
    photographs. size: pixels a side. seed: which portraits. download: fetch a data set that is not
    there.

    One row per group of images, indexed by ``trait`` and ``group``: ("all", "all") first, then,
    for portraits, every group of GROUPS that has an image. Columns: ``images``; ``unreadable``, the
    files that could not be judged; and for each rule ``NAME flagged`` (images) and ``NAME %`` with
    its Wilson 95 % interval ``NAME low %`` and ``NAME high %``. ``table.attrs`` holds ``source``;
    ``problems``, a sentence for each file that could not be read; ``others``, how many files of
    each suffix a folder holds that are no images; and ``hidden``, what is hidden in it. Raises
    ValueError for another count or no rules, and SourceError for what cannot be opened.
    """
    import pandas as pd

    if not rules:
        raise ValueError("expected one or more rules, got none")
    opened = _opened(source, count, size, seed, download)
    flags = _flags(opened, rules)
    members = {ALL: np.ones(len(opened), bool), **dict(_groups(opened))}
    unreadable = len(opened.problems)
    rows = []
    for group, member in members.items():
        total = int(member.sum())
        row = {"images": total, "unreadable": unreadable if group == ALL else 0}
        for name, flagged in flags.items():
            rate = Rate.of(int(flagged[member].sum()), total)
            row |= {f"{name} flagged": rate.count, **percent(rate, name)}
        rows.append(row)
    index = pd.MultiIndex.from_tuples(members, names=["trait", "group"])
    table = pd.DataFrame(rows, index)
    passed = opened.passed if isinstance(opened, FolderSource) else Passed()
    table.attrs = {"source": source, "problems": opened.problems}
    table.attrs |= {"others": dict(passed.others), "hidden": tuple(passed.hidden)}
    return table


def formatted(table: pd.DataFrame) -> str:
    """`false_alarms`' table as text: shares in percent, intervals in brackets."""
    import pandas as pd

    shown = {"images": [f"{images:,}" for images in table["images"]]}
    for name in _names(table):
        columns = [table[f"{name} {part}"] for part in ("%", "low %", "high %")]
        cells = zip(*(map(_short, column) for column in columns), strict=True)
        shown[f"{name} %"] = [f"{value} ({low}–{high})" for value, low, high in cells]
    return pd.DataFrame(shown, table.index).to_string(index_names=False)


def in_words(table: pd.DataFrame) -> str:
    """What `false_alarms`' table comes to, in a few sentences made of its numbers."""
    everything, source = table.loc[ALL], table.attrs["source"]
    names, images = _names(table), f"{everything['images']:,.0f}"
    shares = [f"{name} flags {_short(everything[f'{name} %'])} %" for name in names]
    of = f"Of {images} images of {source}"
    if source.partition(":")[0] == "portraits":
        said = [f"{of}, all of them valid, {_listed(shares)}.", _by_trait(table)]
    else:
        said = [f"{of}, {_listed(shares)}: false alarms, as far as the images are valid."]
    unreadable = int(everything["unreadable"])
    if unreadable:
        files = "1 more file" if unreadable == 1 else f"{unreadable:,} more files"
        said.append(f"Not in these shares: {files} that could not be read.")
    others = [f"{count:,} {suffix}" for suffix, count in sorted(table.attrs["others"].items())]
    if others:
        said.append(f"Files not taken for images: {_listed(others)}.")
    if hidden := Passed(hidden=list(table.attrs["hidden"])).hidden_in_words():
        said.append(f"{hidden}.")
    return " ".join(said)


def _opened(source: str, count: int | None, size: int, seed: int, download: bool) -> FaceSource:
    if count is not None and count < 1:
        raise ValueError(f"the count of images must be 1 or more, not {count}")
    if source.partition(":")[0] != "portraits":
        return open_source(source, size, seed, download, limit=count)
    # As many as wanted: the renderer has no end, only `open_source` gives it one.
    return replace(open_source(source, size, seed), count=COUNT if count is None else count)


def _flags(source: FaceSource, rules: Mapping[str, Rule]) -> dict[str, np.ndarray]:
    """What each rule says of every image of the source: bool (N,) by the rule's name."""
    flags = {name: np.zeros(len(source), bool) for name in rules}
    with tqdm(total=len(source), unit=" images", leave=False, disable=None) as bar:
        for start in range(0, len(source), BLOCK):
            block = np.arange(start, min(start + BLOCK, len(source)))
            images = source.load(block)
            for name, rule in rules.items():
                flags[name][block] = rule(images).broken
            bar.update(len(block))
    return flags


def _groups(source: FaceSource) -> Iterator[tuple[tuple[str, str], np.ndarray]]:
    """Groups of the source's images that have any: (trait, group), and who belongs, bool (N,)."""
    if not isinstance(source, PortraitSource):  # of photographs, nobody says what they show
        return
    from facescreen.faces import portrait_table

    shown = portrait_table(len(source), source.seed, source.setting)
    shown["skin_tone"] = np.array(SKIN_TONES)[(shown["skin_tone"] - 1) // 2]
    for trait, groups in GROUPS.items():
        values = shown[trait.replace(" ", "_")].to_numpy()
        for group in groups:
            if (values == group).any():
                yield (trait, group), values == group


def _names(table: pd.DataFrame) -> list[str]:
    """The names of the table's rules, in order."""
    return [c.removesuffix(" flagged") for c in table.columns if c.endswith(" flagged")]


def _by_trait(table: pd.DataFrame) -> str:
    """By which traits the shares differ under the rule that flags most images, and by which not."""
    name = max(_names(table), key=lambda name: table.loc[ALL, f"{name} flagged"])
    traits = dict(list(table.drop(index=[ALL]).groupby(level="trait", sort=False)))
    apart, together = [], []
    for trait, groups in traits.items():
        p = chance_of_spread(groups[f"{name} flagged"], groups["images"])
        if p > 0.05 / len(traits):  # Bonferroni: one of several traits differs by luck alone
            together.append(trait)
            continue
        shares = groups[f"{name} %"]
        ends = [f"{g[1]} {_short(shares[g])} %" for g in (shares.idxmin(), shares.idxmax())]
        apart.append(f"{trait} ({', '.join(ends)})")
    differs = f"What {name} flags differs"
    if not apart:
        return f"{differs} measurably by none of {_listed(together)}."
    rest = f", not measurably by {_listed(together)}" if together else ""
    return f"{differs} by {_listed(apart)}{rest}."


def chance_of_spread(flagged: Sequence[int], images: Sequence[int], draws: int = 9999) -> float:
    """How often chance alone spreads flags as unevenly over groups: a p-value, by permutation.

    flagged, images: whole numbers per group. The flags are dealt anew to all the images `draws`
    times, always in the same way, and Pearson's chi-squared is compared: unlike its table it holds
    for groups with next to no flags, too.
    """
    flagged, images = np.asarray(flagged), np.asarray(images)
    if not flagged.sum():
        return 1.0
    expected = images * (flagged.sum() / images.sum())

    def unevenness(counts: np.ndarray) -> np.ndarray:
        return ((counts - expected) ** 2 / expected).sum(axis=-1)

    random = np.random.default_rng(0)
    dealt = random.multivariate_hypergeometric(images, flagged.sum(), draws, method="marginals")
    as_uneven = unevenness(dealt) >= unevenness(flagged) * (1 - 1e-9)
    return float((1 + as_uneven.sum()) / (1 + draws))


def _short(percent: float) -> str:
    """A percentage with two digits that say something, if it has them."""
    return f"{percent:.2f}" if percent < 1 else f"{percent:.1f}"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
