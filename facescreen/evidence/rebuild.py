"""Write every table (CSV), every figure (PNG) and the ledger into a folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from facescreen.evidence.figures import FIGURES
from facescreen.evidence.gathered import Evidence
from facescreen.evidence.ledger import by_images, ledger, tally
from facescreen.evidence.tables import TABLES
from facescreen.images.writing import write_atomically
from facescreen.plots import save_figure

if TYPE_CHECKING:
    import pandas as pd


def ledger_by_images(evidence: Evidence) -> pd.DataFrame:
    """The ledger with a column for each population of images."""
    return by_images(ledger(evidence))


def ledger_tally(evidence: Evidence) -> pd.DataFrame:
    """How many of the paper's own claims had which outcome, by population."""
    return tally(ledger(evidence))


LEDGER = {function.__name__: function for function in (ledger, ledger_by_images, ledger_tally)}


def rebuild(
    out: Path, evidence: Evidence | None = None, say: Callable[[str], None] = print
) -> list[Path]:
    """Compute all and write it to `out`; returns what was written.

    Tables become `NAME.csv`, figures `NAME.png`, the ledger and what is read from it
    `ledger….csv`; `sentences.md` holds each figure's sentence.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    evidence = Evidence() if evidence is None else evidence
    out.mkdir(parents=True, exist_ok=True)
    written, sentences = [], []
    for name, table in (TABLES | LEDGER).items():
        path = out / f"{name}.csv"
        write_atomically(path, table(evidence).round(4).to_csv)
        written.append(path)
        say(f"{path}: {' '.join((table.__doc__ or '').split(chr(10))[:1])}")
    for name, draw in FIGURES.items():
        path = out / f"{name}.png"
        figure, sentence = draw(evidence)
        save_figure(figure, sentence, path)
        sentences.append(f"![{name}]({path.name})\n\n{sentence}\n")
        written.append(path)
        say(f"{path}: {sentence}")
    text, path = "\n".join(sentences), out / "sentences.md"
    write_atomically(path, lambda file: file.write_text(text, "utf-8"))
    return [*written, path]
