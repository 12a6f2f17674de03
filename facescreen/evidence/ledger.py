"""The ledger: every claim of the paper, what we measured, and whether it held here.

A claim "reproduced", "partly" or "not" by a criterion that stands beside it and is computed: no
verdict is written by hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from facescreen.evaluation import PAPER_BROKEN, PAPER_SAVED, auc, paper_table
from facescreen.evaluation.columns import percent
from facescreen.evidence.gathered import TABLE_RULES, Evidence
from facescreen.evidence.tables import screening
from facescreen.verdicts import Rate

if TYPE_CHECKING:
    import pandas as pd

REPRODUCED, PARTLY, NOT = "reproduced", "partly", "not"
SINGLE, SINGLE_20, MULTI = "single 40", "single 20", "multi 40 / 1,000"


@dataclass(frozen=True)
class Entry:
    """A line: the claim, where it stands, the paper's figure, ours with its interval, the outcome.

    criterion: when it would count as reproduced, and when as partly.
    """

    claim: str
    section: str
    paper: str
    here: str
    outcome: str
    criterion: str


def ledger(evidence: Evidence) -> pd.DataFrame:
    """All entries as a table, in the order of the paper."""
    import pandas as pd

    entries = [*_histograms(evidence), *_rates(evidence), *_comparisons(evidence)]
    entries += [*_kinds(evidence), *_left_out(evidence), _cost()]
    return pd.DataFrame(entries).rename_axis("entry")


def _histograms(evidence: Evidence) -> Iterator[Entry]:
    """Section 3.1: broken images differ between channels at 255, valid ones do not."""
    scores = evidence.verdicts[SINGLE].score
    labels = evidence.pool.labels
    saturated = np.isin(labels, ("valid", "broken_saturated"))
    for kind, chosen in (("saturated", saturated), ("any", labels != "unsure")):
        area = auc(scores[chosen], labels[chosen])
        yield Entry(
            f"At value 255 the channels of broken images ({kind} breakage) differ more than "
            "those of valid ones",
            "3.1, Figs 1 and 2",
            "said, not measured",
            f"AUC {area.value:.2f} ({area.low:.2f} to {area.high:.2f})",
            REPRODUCED if area.low > 0.8 else PARTLY if area.low > 0.5 else NOT,
            "interval of the AUC above 0.8; partly: above 0.5, which is chance",
        )


def _rates(evidence: Evidence) -> Iterator[Entry]:
    """Tables 2 and 3: the rates, and by how much each rule lowers them."""
    ours, paper = screening(evidence), paper_table()
    first = "none"
    low, high = ours.loc[first, ["low %", "high %"]]
    theirs = paper.loc[first]
    yield Entry(
        "Without screening, about one image in six is broken",
        "Table 2",
        _share(theirs),
        _share(ours.loc[first]),
        REPRODUCED if low <= theirs["high %"] and high >= theirs["low %"] else NOT,
        "intervals overlap",
    )
    for name in (SINGLE, SINGLE_20, MULTI):
        row, theirs = ours.loc[name], paper.loc[name]
        before, after = (ours.loc[n] for n in (first, name))
        fewer = (before["rate %"] - after["rate %"]) / before["rate %"]
        p = _broken_less(evidence, name)
        yield Entry(
            f"{name} leaves {theirs['rate %']:.2f} % broken, {theirs['reduction %']:.1f} % fewer",
            "Table 3" if name == MULTI else "Table 2",
            f"{_share(theirs)}, reduction {theirs['reduction %']:.1f} %",
            f"{_share(row)}, reduction {100 * fewer:.1f} % (p = {p:.2g})",
            REPRODUCED if fewer > 0.5 else PARTLY if p < 0.05 and fewer > 0 else NOT,
            "more than half of the broken images gone; partly: fewer of them than a screen that "
            "picks images blindly would leave (hypergeometric test, p < 0.05)",
        )


def _broken_less(evidence: Evidence, name: str, after: str = "none") -> float:
    """P that as many images, picked blindly from those that `after` passes, hold as many broken."""
    from scipy.stats import hypergeom

    passed = ~evidence.verdicts[after].broken & (evidence.pool.labels != "unsure")
    flagged, broken = evidence.verdicts[name].broken[passed], evidence.pool.broken[passed]
    hits = int((flagged & broken).sum())
    return float(hypergeom.sf(hits - 1, len(broken), int(broken.sum()), int(flagged.sum())))


def _comparisons(evidence: Evidence) -> Iterator[Entry]:
    """Which rule is better, by the paper's numbers and by ours."""
    from scipy.stats import fisher_exact

    for first, second, section in (
        (SINGLE, SINGLE_20, "Table 2"),
        (SINGLE_20, MULTI, "Table 3"),
    ):
        counts = [
            [PAPER_BROKEN[name], PAPER_SAVED - PAPER_BROKEN[name]] for name in (first, second)
        ]
        more = evidence.verdicts[second].broken & ~evidence.verdicts[first].broken
        more &= evidence.pool.labels != "unsure"
        found = Rate.of(int(evidence.pool.broken[more].sum()), int(more.sum()))
        p = _broken_less(evidence, second, after=first)
        yield Entry(
            f"{second} screens better than {first}",
            section,
            f"{counts[0][0]} against {counts[1][0]} broken, p = {fisher_exact(counts)[1]:.2g}",
            f"of {found.total} images that it flags in addition, {_words(found)} are broken "
            f"(p = {p:.2g})",
            REPRODUCED if p < 0.05 else NOT,
            "what it flags in addition is broken more often than blind picks would be "
            "(hypergeometric test, p < 0.05)",
        )
    times = PAPER_BROKEN["none"] / PAPER_BROKEN[MULTI]
    yield Entry(
        "33.3 times follows from the paper's own counts",
        "abstract, Table 3",
        "33.3 times",
        f"{PAPER_BROKEN['none']} / {PAPER_BROKEN[MULTI]} = {times:.1f}",
        REPRODUCED if f"{times:.1f}" == "33.3" else NOT,
        "the quotient of its counts, to one decimal",
    )
    ours = screening(evidence).loc[MULTI, "times fewer"]
    yield Entry(
        "Multi color leaves 33 times fewer broken images than no screening",
        "abstract",
        f"{times:.1f} times fewer",
        f"{ours:.2f} times fewer",
        REPRODUCED if ours > 10 else PARTLY if ours > 2 else NOT,
        "ten times fewer; partly: twice",
    )


def _kinds(evidence: Evidence) -> Iterator[Entry]:
    """What each rule can see at all: planted damage, where the truth is known."""
    caught = {
        (rule, kind): _caught(evidence, rule, kind)
        for rule in (SINGLE, MULTI)
        for kind in ("blob", "near_blob", "white_out", "wash_out", "wrap", "warp")
    }
    expected = (
        (SINGLE, "blob", True, "Rule 1 finds patches of one saturated color", "3.2, Fig. 3"),
        (SINGLE, "white_out", False, "Rule 1 misses white breakage", "3.3, Fig. 4"),
        (SINGLE, "near_blob", False, "Rule 1 misses breakage that stays under 255", "3.3, Fig. 5"),
        (MULTI, "white_out", True, "Rule 2 finds white breakage", "3.4, Fig. 6"),
        (MULTI, "near_blob", True, "Rule 2 finds breakage from 240 up", "3.4, Fig. 6"),
        (
            MULTI,
            "wrap",
            False,
            "Rule 2 misses some breakage: wrapped bytes",
            "3.5, Fig. 7",
        ),
        (MULTI, "warp", False, "Rule 2 misses some breakage: melted", "3.5, Fig. 7"),
    )
    for rule, kind, finds, claim, section in expected:
        rate, share = caught[rule, kind], _caught(evidence, rule, None)
        if finds:
            outcome = REPRODUCED if rate.low > 0.8 else PARTLY if rate.low > share.high else NOT
            criterion = "at least 80 % found; partly: more than of undamaged portraits"
        else:
            outcome = REPRODUCED if rate.high < 0.5 else PARTLY if rate.high < 0.8 else NOT
            criterion = "fewer than half found; partly: fewer than 80 %"
        yield Entry(
            claim,
            section,
            "shown in a figure",
            f"{_words(rate)} of planted {kind.replace('_', ' ')} flagged; undamaged "
            f"{100 * share.value:.1f} %",
            outcome,
            criterion,
        )


def _caught(evidence: Evidence, rule: str, kind: str | None) -> Rate:
    images = evidence.clean
    if kind is not None:
        images = evidence.planted.images[evidence.planted.kinds == kind]
    return Rate.of(int(TABLE_RULES[rule](images).broken.sum()), len(images))


def _left_out(evidence: Evidence) -> Iterator[Entry]:
    """What the paper does not count: valid images lost, images that it takes to save one."""
    ours = screening(evidence)
    for name in (SINGLE, SINGLE_20, MULTI):
        row = ours.loc[name]
        lost = [row[f"valid lost {end}%"] for end in ("", "low ", "high ")]
        yield Entry(
            f"What {name} throws away is broken",
            "taken for granted",
            "not counted",
            f"{lost[0]:.1f} % of the valid images lost ({lost[1]:.1f} to {lost[2]:.1f}); "
            f"{row['tries per image']:.2f} images generated for each one saved",
            REPRODUCED if lost[2] < 1 else PARTLY if lost[2] < 5 else NOT,
            "fewer than 1 % of the valid images lost; partly: fewer than 5 %",
        )


def _cost() -> Entry:
    """Table 1: what StyleGAN2 costs, the paper's reason for a method for small machines."""
    from facescreen.gan.checkpoints import SHIPPED, read_card

    card = read_card(SHIPPED)
    size, minutes = card["settings"]["size"], card["minutes"]
    return Entry(
        "A computer without a GPU is enough to make a screened data set of faces",
        "1, Table 1",
        "13 days on one GPU for 10,000 thousand images of 256 pixels (StyleGAN2)",
        f"{minutes:.0f} minutes on {card['machine']['threads']} of a CPU's cores for "
        f"{card['images'] / 1000:,.0f} thousand images of {size} pixels",
        NOT if minutes > 24 * 60 else PARTLY if size < 256 else REPRODUCED,
        "within a day at 256 pixels; partly: within a day at fewer",
    )


def _share(row: pd.Series) -> str:
    return f"{row['rate %']:.2f} % ({row['low %']:.2f} to {row['high %']:.2f})"


def _words(rate: Rate) -> str:
    shares = percent(rate)
    return f"{shares['rate %']:.1f} % ({shares['low %']:.1f} to {shares['high %']:.1f})"
