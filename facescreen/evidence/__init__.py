"""Evidence: every table and figure, rebuilt from `data/` by one command.

    facescreen evidence --out build/evidence

Imports `plots` and the rooms below it. Open `gathered.py` first: `Evidence` holds what everything
is computed from, `populations.py` whose images they are. `TABLES` and `FIGURES` name what is made
of it, `ledger` says which of the paper's claims held on which images.
"""

from facescreen.evidence.figures import FIGURES
from facescreen.evidence.figures_of_outcomes import draw_alarms, draw_outcomes
from facescreen.evidence.gathered import TABLE_RULES, Evidence
from facescreen.evidence.ledger import by_images, ledger, tally
from facescreen.evidence.rebuild import rebuild
from facescreen.evidence.tables import TABLES

__all__ = [
    "FIGURES",
    "TABLES",
    "TABLE_RULES",
    "Evidence",
    "by_images",
    "draw_alarms",
    "draw_outcomes",
    "ledger",
    "rebuild",
    "tally",
]
