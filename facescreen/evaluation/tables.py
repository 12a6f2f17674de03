"""Tables with intervals: how a screening did, beside what the paper reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from facescreen.evaluation.columns import as_read, percent, read_flags
from facescreen.screening import Rate, label_names

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
    first = PAPER_BROKEN["none"]
    rows = {}
    for name, broken in PAPER_BROKEN.items():
        row = {"saved": PAPER_SAVED, "broken": broken}
        rows[name] = row | percent(Rate.of(broken, PAPER_SAVED)) | _fewer(first, broken)
    return _by_screening(rows)


def pool_table(walk) -> pd.DataFrame:
    """What each rule makes of one pool: a ``facescreen.generation.PoolWalk`` as a table.

    One row per rule: images ``tried`` until enough passed, ``saved``, ``rejected``, ``tries per
    image``, and, of the saved ones, how many each of the other rules flags (``flagged by …``). A
    flagged image is one that a rule would reject; whether it is broken, only labels can say.
    """
    rows = {}
    for name in walk.broken:
        tried, saved = walk.tries(name), len(walk.saved(name))
        row = {"tried": tried, "saved": saved, "rejected": tried - saved}
        row["tries per image"] = tried / saved if saved else float("nan")
        for other in walk.broken:
            if walk.broken[other].any() or other != "none":
                row[f"flagged by {other}"] = walk.flagged(name, other)
        rows[name] = row
    return _by_screening(rows)


def screening_table(
    walk, labels: Sequence[str] | np.ndarray, reading: str = "unusable"
) -> pd.DataFrame:
    """The paper's Tables 2 and 3, computed from labels, with what the paper leaves out.

    walk: a ``facescreen.generation.PoolWalk``. labels: one of "valid", "broken_saturated",
    "broken_other" and "unsure" for each of the pool's images in order, at least as many as any
    rule tried. reading: "unusable" counts either kind of broken image, "broken" the saturated ones
    alone, as the paper means it, and leaves those broken otherwise out. One row per rule, in the
    walk's order, images being counted:

    - ``tried`` until enough passed, ``saved``; of the saved ones ``broken``, of these
      ``saturated``, and ``unsure``;
    - ``rate %``, broken among the saved images that count and are not unsure, with its Wilson 95 %
      interval ``low %`` and ``high %``; ``most %``, broken if every unsure one is;
    - ``reduction %`` and ``times fewer``: the rate against that of the first row (infinite times
      where no broken image was saved; NaN where the first row has none, so nothing to reduce);
    - ``valid lost %``, the price: of the valid images tried, the share rejected, with its
      interval ``valid lost low %`` and ``valid lost high %``; ``tries per image`` saved.

    Raises ValueError for too few labels, another label or another reading.
    """
    labels = np.asarray(labels)
    most = max((walk.tries(name) for name in walk.broken), default=0)
    if labels.ndim != 1 or len(labels) < most:
        raise ValueError(
            f"expected a label for each of the {most} images tried, got shape {labels.shape}"
        )
    labels = label_names(labels, len(labels))
    rows: dict[str, dict[str, float]] = {}
    for name in walk.broken:
        before = next(iter(rows.values()))["rate %"] if rows else None
        saved, rejected = walk.saved(name), walk.rejected(name)
        rows[name] = _screening_row(labels, saved, rejected, reading, before)
    return _by_screening(rows)


def beside_paper(ours: pd.DataFrame) -> pd.DataFrame:
    """The paper's table beside ours: ``table["paper"]`` and ``table["here"]``, joined by row name.

    ours: rows named as in `paper_table`, such as a `screening_table`. Rows that only one side has
    are kept, the other side missing. Raises ValueError where no row has one of the paper's names.
    """
    import pandas as pd

    paper = paper_table()
    if not set(ours.index) & set(paper.index):
        raise ValueError(
            f"expected rows named as in the paper ({'; '.join(paper.index)}), got "
            f"{'; '.join(map(str, ours.index))}: rename them"
        )
    sides = {}
    for side, table in {"paper": paper, "here": ours}.items():
        whole = [column for column in table if table[column].dtype.kind in "iu"]
        sides[side] = table.astype(dict.fromkeys(whole, "Int64"))  # stays whole where missing
    return pd.concat(sides, axis=1).rename_axis("screening")


def kinds_table(verdicts_by_rule: Mapping[str, Any], kinds: Sequence[str]) -> pd.DataFrame:
    """What share of each kind of breakage every rule catches, with Wilson 95 % intervals.

    verdicts_by_rule: `Verdicts` or bool (N,), True for broken, of the same N images, by the
    rule's name. kinds: N names, such as those of planted damage; images without damage may be a
    kind of their own, whose row then shows false alarms. One row per kind, in order of
    appearance; columns ``("images", "")`` and, for each rule, ``(rule, "caught")`` (images) and
    ``(rule, "caught %")``, ``(rule, "low %")`` and ``(rule, "high %")``. Raises ValueError where
    the numbers of images differ.
    """
    import pandas as pd

    flags = read_flags(verdicts_by_rule)
    count = len(next(iter(flags.values())))
    kinds = np.asarray(kinds)
    if kinds.shape != (count,):
        raise ValueError(f"expected {count} kinds, one per image, not shape {kinds.shape}")
    rows = {}
    for kind in dict.fromkeys(kinds.tolist()):
        of_kind = kinds == kind
        row: dict[tuple[str, str], float] = {("images", ""): int(of_kind.sum())}
        for name, flag in flags.items():
            rate = Rate.of(int(flag[of_kind].sum()), int(of_kind.sum()))
            row[name, "caught"] = rate.count
            shares = percent(rate)
            row[name, "caught %"] = shares.pop("rate %")
            row |= {(name, limit): share for limit, share in shares.items()}
        rows[kind] = row
    columns = [("images", "")]
    columns += [(n, c) for n in flags for c in ("caught", "caught %", "low %", "high %")]
    index = pd.Index(list(rows), name="kind")
    columns = pd.MultiIndex.from_tuples(columns)
    return pd.DataFrame([list(row.values()) for row in rows.values()], index, columns)


def _screening_row(
    labels: np.ndarray,
    saved: np.ndarray,
    rejected: np.ndarray,
    reading: str,
    before: float | None,
) -> dict[str, float]:
    """One rule's row; `before` is the rate to compare with in percent, None for its own."""
    counted, valid, unsure = as_read(labels, reading), labels == "valid", labels == "unsure"
    found, doubtful = int((counted & ~valid)[saved].sum()), int(unsure[saved].sum())
    lost, kept = int(valid[rejected].sum()), int(valid[saved].sum())
    tried, sure = len(saved) + len(rejected), int(counted[saved].sum())
    rate = percent(Rate.of(found, sure))
    return {
        "tried": tried,
        "saved": len(saved),
        "broken": found,
        "saturated": int((labels[saved] == "broken_saturated").sum()),
        "unsure": doubtful,
        **rate,
        "most %": 100 * (found + doubtful) / (sure + doubtful) if sure + doubtful else float("nan"),
        **_fewer(rate["rate %"] if before is None else before, rate["rate %"]),
        **percent(Rate.of(lost, lost + kept), "valid lost"),
        "tries per image": tried / len(saved) if len(saved) else float("nan"),
    }


def _fewer(first: float, now: float) -> dict[str, float]:
    """How much less broken than at first; NaN where there was nothing to reduce, or no rate."""
    if not first > 0:  # NaN too
        return {"reduction %": float("nan"), "times fewer": float("nan")}
    return {
        "reduction %": 100 * (1 - now / first),
        "times fewer": first / now if now else float("inf"),
    }


def _by_screening(rows: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("screening")
