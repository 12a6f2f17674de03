"""Breakage: planted on purpose, let in by a save path, or made by a training gone wrong.

Imports `evaluation`, `screening`, `faces` and `images`; `study.py` and `while_learning.py`, which
are not loaded here, the GAN's rooms too, and `study.py` `quality`. Open `planted.py` first: damage
of a known kind at known pixels, by NumPy alone. `save_path.py` asks what each way of writing a file
does to verdicts; `study.py` trains GANs to find where breakage comes from, `while_learning.py` to
find when, by the changes that `changes.py` lists beside its table.
"""

from facescreen.breakage.planted import (
    COLORED,
    COLORS,
    KINDS,
    Damaged,
    DamagedBatch,
    plant,
    plant_all,
)

__all__ = ["COLORED", "COLORS", "KINDS", "Damaged", "DamagedBatch", "plant", "plant_all"]
