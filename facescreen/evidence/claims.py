"""Claims of the paper that labels can test, on one population of images at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from facescreen.evaluation import PAPER_BROKEN, PAPER_SAVED, READINGS, paper_table, screening_table
from facescreen.evidence.entry import (
    CHOSEN,
    NOT,
    OURS,
    PAPER,
    PARTLY,
    REPRODUCED,
    Entry,
    share,
    share_of,
    words,
)
from facescreen.evidence.populations import MULTI, SINGLE, SINGLE_20, Population
from facescreen.screening import Rate

PIXELS = 40  # by which channels differ, or that all of them hold: the paper's first threshold
# Whose share of broken images was an aim when the way to make them was chosen.
AIMED_AT = ("finished", "while learning")


def claims_on(population: Population) -> list[Entry]:
    """Every claim that labels can test, in both readings where they differ."""
    entries = [*_histograms(population), *_costs(population)]
    for reading in READINGS:
        own = [*_rates(population, reading), *_comparisons(population, reading)]
        entries += [*own, *_remaining(population, reading)]
    return [replace(entry, images=population.name) for entry in entries]


def _worded(claim: str, reading: str) -> dict[str, str]:
    """The claim and whose it is: of pixel breakage the paper's; of all that is unusable, ours."""
    if reading == "broken":
        return {"claim": claim, "whose": PAPER}
    return {"claim": f"{claim}, were every unusable image meant", "whose": OURS}


def _histograms(population: Population) -> Iterator[Entry]:
    """Section 3.1: broken images differ at 255 or are full there, valid ones are neither."""
    differ = population.single >= PIXELS
    full = population.full >= PIXELS
    valid = share_of(differ | full, population.labels == "valid")
    for reading in READINGS:
        rate = share_of(differ | full, population.counted(reading)[1])
        yield Entry(
            **_worded(
                "Most broken images differ between channels at value 255, or hold many pixels "
                "there in all of them",
                reading,
            ),
            section="3.1, Fig. 2",
            paper="said, not counted",
            here=f"{words(rate)} by {PIXELS} pixels; of the valid ones {words(valid)}",
            outcome=REPRODUCED if rate.low > 0.5 else PARTLY if rate.low > valid.high else NOT,
            criterion="lower limit above 50 %; partly: above the upper limit of the valid ones",
        )
    rate = share_of(differ, population.labels == "valid")
    yield Entry(
        "In valid images the channels are distributed alike at 255",
        "3.1, Fig. 1",
        "said, not counted",
        f"{words(rate)} differ by {PIXELS} pixels or more",
        REPRODUCED if rate.high < 0.05 else PARTLY if rate.high < 0.2 else NOT,
        "upper limit of those that differ below 5 %; partly: below 20 %",
    )


def _rates(population: Population, reading: str) -> Iterator[Entry]:
    """Tables 2 and 3: the rates, and by how much each rule lowers them."""
    ours, paper = screening_table(population.walk, population.labels, reading), paper_table()
    first, theirs = ours.loc["none"], paper.loc["none"]
    alike = first["low %"] <= theirs["high %"] and first["high %"] >= theirs["low %"]
    yield Entry(
        **_worded("Without screening, about one image in six is broken", reading),
        section="Table 2",
        paper=share(theirs),
        here=share(first) + _runs(population, reading, "none"),
        outcome=CHOSEN if population.name in AIMED_AT else REPRODUCED if alike else NOT,
        criterion="intervals overlap; no test where the images were chosen for this share",
    )
    for name in (SINGLE, SINGLE_20, MULTI):
        row, theirs = ours.loc[name], paper.loc[name]
        fewer = row["reduction %"] / 100
        p = _broken_less(population, reading, name)
        less = fewer > 0.25 and p < 0.05
        yield Entry(
            **_worded(
                f"{name} leaves {theirs['rate %']:.2f} % broken, {theirs['reduction %']:.1f} % "
                "fewer",
                reading,
            ),
            section="Table 3" if name == MULTI else "Table 2",
            paper=f"{share(theirs)}, reduction {theirs['reduction %']:.1f} %",
            here=f"{share(row)}{_runs(population, reading, name)}, reduction "
            f"{row['reduction %']:.1f} % (p = {p:.2g})",
            outcome=REPRODUCED
            if fewer >= 0.8 * theirs["reduction %"] / 100 and p < 0.05
            else PARTLY
            if less
            else NOT,
            criterion="at least four fifths of the reduction; partly: a quarter of the broken "
            "images gone; and fewer left than blind picks would leave (hypergeometric test, "
            "p < 0.05)",
        )


def _broken_less(population: Population, reading: str, name: str, after: str = "none") -> float:
    """P that as many images, picked blindly from those that `after` passes, hold as many broken."""
    from scipy.stats import hypergeom

    counted, ill = population.counted(reading)
    passed = counted & ~population.flags[after]
    flagged, broken = population.flags[name][passed], ill[passed]
    hits = int((flagged & broken).sum())
    return float(hypergeom.sf(hits - 1, len(broken), int(broken.sum()), int(flagged.sum())))


def _comparisons(population: Population, reading: str) -> Iterator[Entry]:
    """Which rule is better, by the paper's numbers and by ours."""
    from scipy.stats import fisher_exact

    counted, ill = population.counted(reading)
    for first, second, section in ((SINGLE, SINGLE_20, "Table 2"), (SINGLE_20, MULTI, "Table 3")):
        theirs = [[PAPER_BROKEN[name], PAPER_SAVED - PAPER_BROKEN[name]]
                  for name in (first, second)]  # fmt: skip
        more = population.flags[second] & ~population.flags[first] & counted
        found, p = share_of(ill, more), _broken_less(population, reading, second, after=first)
        said = f"{words(found)} are broken (p = {p:.2g})" if found.total else "none is broken"
        yield Entry(
            **_worded(f"{second} screens better than {first}", reading),
            section=section,
            paper=f"{theirs[0][0]} against {theirs[1][0]} broken, p = "
            f"{fisher_exact(theirs)[1]:.2g}",
            here=f"of {found.total} images that it flags in addition, {said}",
            outcome=REPRODUCED if p < 0.05 else NOT,
            criterion="what it flags in addition is broken more often than blind picks would be "
            "(hypergeometric test, p < 0.05)",
        )


def _remaining(population: Population, reading: str) -> Iterator[Entry]:
    """Section 3.5: rule 2 leaves some broken images, and tuning its thresholds is to help."""
    row = screening_table(population.walk, population.labels, reading).loc[MULTI]
    yield Entry(
        **_worded("Rule 2 leaves some broken images", reading),
        section="3.5, Fig. 7",
        paper=f"{PAPER_BROKEN[MULTI]} of {PAPER_SAVED:,}",
        here=f"{row['broken']:.0f} of {row['saved']:,.0f}",
        outcome=REPRODUCED if row["broken"] else NOT,
        criterion="at least one broken image among the saved",
    )
    color, white, before, best = tuned(population, reading)
    halved = best.value <= before.value / 2
    yield Entry(
        **_worded("Tuning the thresholds of rule 2 will improve it", reading),
        section="3.5, conclusion",
        paper="hoped for",
        here=f"{words(best)} broken among the passed at {color:,} and {white:,}, the best pair "
        f"that loses no more valid images than 40 and 1,000, which leave {words(before)}",
        outcome=REPRODUCED if halved else PARTLY if best.high < before.low else NOT,
        criterion="half of the broken images gone; partly: upper limit below the lower one before",
    )


def tuned(population: Population, reading: str) -> tuple[int, int, Rate, Rate]:
    """The pair of thresholds of rule 2 that leaves the lowest rate at no higher price.

    The price is the share of valid images lost with 40 and 1,000. Returned with the rate among the
    images that these pass, and that among those that the best pair passes.
    """
    counted, ill = population.counted(reading)
    broken = ill[counted]
    score, total = population.score[counted], population.white_sum[counted]

    def judged(color: int, white: int) -> tuple[int, int, int]:
        """Valid images lost; broken ones passed, and all passed."""
        passed = (score < color) & (total < white)
        left, kept = int((broken & passed).sum()), int(passed.sum())
        return int((~broken).sum()) - (kept - left), left, kept

    price, *before = judged(40, 1000)
    steps = np.unique(np.geomspace(1, 4096, 60).astype(int))
    pairs = [(int(color), int(white)) for color in steps for white in (*(3 * steps), 20_000)]
    cheap = [(left / kept if kept else 0.0, pair, (left, kept)) for pair in [(40, 1000), *pairs]
             for lost, left, kept in [judged(*pair)] if lost <= price]  # fmt: skip
    _, (color, white), best = min(cheap, key=lambda found: found[:2])
    return color, white, Rate.of(*before), Rate.of(*best)


def _costs(population: Population) -> Iterator[Entry]:
    """What the paper does not count: valid images lost, images that it takes to save one."""
    ours = screening_table(population.walk, population.labels)
    for name in (SINGLE, SINGLE_20, MULTI):
        row = ours.loc[name]
        lost = [row[f"valid lost {end}%"] for end in ("", "low ", "high ")]
        yield Entry(
            f"{name} throws away hardly any valid images",
            "taken for granted",
            "not counted",
            f"{lost[0]:.1f} % of the valid images lost ({lost[1]:.1f} to {lost[2]:.1f}); "
            f"{row['tries per image']:.2f} images generated for each one saved",
            REPRODUCED if lost[2] < 1 else PARTLY if lost[2] < 5 else NOT,
            "upper limit below 1 %; partly: below 5 %",
            whose=OURS,
        )


def _runs(population: Population, reading: str, name: str) -> str:
    """The lowest and highest share of single training runs, in words."""
    low, high = population.spread(reading, name)
    return "" if low != low else f", by {population.run} {low:.1f} to {high:.1f} %"
