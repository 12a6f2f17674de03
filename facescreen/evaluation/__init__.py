"""Evaluation: how a screening did, in tables with intervals; nothing here draws.

Imports `screening` and `faces`. Open `tables.py` first: what a rule saved, beside the paper.
`compare.py`: two rules, exact tests. `sweeps.py`: every threshold of a score. `acceptance.py`:
screens at the same cost. `agreement.py`: two raters. `false_alarms.py`: what rules flag where
nothing is broken. `by_group.py`: whom a screen's mistakes hit, and whether chance does as much.
`kept.py`: screens of which some keep an image by chance. `legible.py`: two readers of digits.
`peers.py`: other people's measures, to stand beside ours. `travel.py`: what screens do on images
that they have not learned from, as shipped. `benchmarks.py`: how fast all was.
"""

from facescreen.evaluation.acceptance import at_equal_valid_loss, equal_acceptance
from facescreen.evaluation.agreement import Kappa, agreement_table, confusion, kappa, kappa_row
from facescreen.evaluation.benchmarks import benchmark_table
from facescreen.evaluation.by_group import bias_table, by_group, gaps
from facescreen.evaluation.by_run import run_spread, screening_by_run
from facescreen.evaluation.columns import READINGS, as_read, percent, with_intervals
from facescreen.evaluation.compare import compare_rules, compare_saved, holm, paper_fisher
from facescreen.evaluation.false_alarms import false_alarms
from facescreen.evaluation.kept import keep_lowest, kept_table, kinds_kept
from facescreen.evaluation.legible import trained_readers
from facescreen.evaluation.sweeps import (
    Area,
    CaughtAt,
    at_thresholds,
    auc,
    broken_rate_curve,
    caught_at,
    multi_scores,
    roc,
)
from facescreen.evaluation.tables import (
    PAPER_BROKEN,
    PAPER_SAVED,
    beside_paper,
    kinds_table,
    paper_table,
    pool_table,
    screening_table,
)
from facescreen.evaluation.travel import travel_table

__all__ = [
    "PAPER_BROKEN",
    "PAPER_SAVED",
    "READINGS",
    "Area",
    "CaughtAt",
    "Kappa",
    "agreement_table",
    "as_read",
    "at_equal_valid_loss",
    "at_thresholds",
    "auc",
    "benchmark_table",
    "beside_paper",
    "bias_table",
    "broken_rate_curve",
    "by_group",
    "caught_at",
    "compare_rules",
    "compare_saved",
    "confusion",
    "equal_acceptance",
    "false_alarms",
    "gaps",
    "holm",
    "kappa",
    "kappa_row",
    "keep_lowest",
    "kept_table",
    "kinds_kept",
    "kinds_table",
    "multi_scores",
    "paper_fisher",
    "paper_table",
    "percent",
    "pool_table",
    "roc",
    "run_spread",
    "screening_by_run",
    "screening_table",
    "trained_readers",
    "travel_table",
    "with_intervals",
]
