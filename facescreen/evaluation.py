"""Tables with intervals: how a screening did, beside what the paper reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from facescreen.verdicts import Rate

if TYPE_CHECKING:
    import pandas as pd

# The paper's Tables 2 and 3: of 2,500 images saved by each generator, those broken by eye.
PAPER_SAVED = 2500
PAPER_BROKEN = {"none": 396, "single 40": 69, "single 20": 23, "multi 40 / 1,000": 12}


def paper_table() -> pd.DataFrame:
    """The paper's Tables 2 and 3 as one table, with what follows from them.

    One row per generator: ``saved`` and ``broken`` (images, as printed), ``rate %`` with its
    Wilson 95 % interval ``low %`` and ``high %``, ``reduction %`` and ``times fewer`` against the
    generator without screening.
    """
    import pandas as pd

    first = PAPER_BROKEN["none"]
    rows = {}
    for name, broken in PAPER_BROKEN.items():
        rate = Rate.of(broken, PAPER_SAVED)
        rows[name] = {
            "saved": PAPER_SAVED,
            "broken": broken,
            "rate %": 100 * rate.value,
            "low %": 100 * rate.low,
            "high %": 100 * rate.high,
            "reduction %": 100 * (1 - broken / first),
            "times fewer": first / broken,
        }
    table = pd.DataFrame(rows).T.rename_axis("screening")
    return table.astype({"saved": int, "broken": int})


def pool_table(walk) -> pd.DataFrame:
    """What each rule makes of one pool: a ``facescreen.generation.PoolWalk`` as a table.

    One row per rule: images ``tried`` until enough passed, ``saved``, ``rejected``, ``tries per
    image``, and, of the saved ones, how many each of the other rules flags (``flagged by …``). A
    flagged image is one that a rule would reject; whether it is broken, only labels can say.
    """
    import pandas as pd

    rows = {}
    for name in walk.broken:
        tried, saved = walk.tries(name), len(walk.saved(name))
        row = {"tried": tried, "saved": saved, "rejected": tried - saved}
        row["tries per image"] = tried / saved if saved else float("nan")
        for other in walk.broken:
            if walk.broken[other].any() or other != "none":
                row[f"flagged by {other}"] = walk.flagged(name, other)
        rows[name] = row
    table = pd.DataFrame(rows).T.rename_axis("screening")
    whole = [c for c in table.columns if c != "tries per image"]
    return table.astype(dict.fromkeys(whole, int))


def flag_rates(walk, judge: str) -> pd.DataFrame:
    """Of the images that each rule saved from a pool, the share that ``judge`` flags, in percent.

    ``walk`` is a ``facescreen.generation.PoolWalk``, ``judge`` the name of one of its rules. One
    row per rule: ``rate %`` with its Wilson 95 % interval ``low %`` and ``high %``.
    """
    import pandas as pd

    rows = {}
    for name in walk.broken:
        rate = Rate.of(walk.flagged(name, judge), len(walk.saved(name)))
        rows[name] = {"rate %": rate.value, "low %": rate.low, "high %": rate.high}
    return 100 * pd.DataFrame(rows).T.rename_axis("screening")
