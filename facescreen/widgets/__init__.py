"""Widgets: what learners move, one per file, each a model (state and numbers) and a view of it.

Imports `plots` and the rooms below it. Open `panes.py` first: what all views are made of.
All are imported plainly, not when first asked for: a function named like its file would else be
hidden by the file. So no file of this room imports torch at its top.
"""

from facescreen.widgets.benefit_explorer import BenefitExplorer, benefit_explorer
from facescreen.widgets.break_it_lab import BreakItLab, break_it_lab
from facescreen.widgets.cost_lab import CostLab, cost_lab
from facescreen.widgets.face_mixer import FaceMixer, face_mixer
from facescreen.widgets.histogram_explorer import HistogramExplorer, histogram_explorer
from facescreen.widgets.kind_lab import KindLab, kind_lab
from facescreen.widgets.label_desk import LabelDesk, label_desk
from facescreen.widgets.screen_chooser import ScreenChooser, screen_chooser
from facescreen.widgets.threshold_debate import ThresholdDebate, threshold_debate
from facescreen.widgets.training_monitor import TrainingMonitor, training_monitor

__all__ = [
    "BenefitExplorer",
    "BreakItLab",
    "CostLab",
    "FaceMixer",
    "HistogramExplorer",
    "KindLab",
    "LabelDesk",
    "ScreenChooser",
    "ThresholdDebate",
    "TrainingMonitor",
    "benefit_explorer",
    "break_it_lab",
    "cost_lab",
    "face_mixer",
    "histogram_explorer",
    "kind_lab",
    "label_desk",
    "screen_chooser",
    "threshold_debate",
    "training_monitor",
]
