"""The work that is killed: the package's own commands and calls, on tiny models and few images.

Each function takes the folder to write in and one that holds what `prepare` has put there, and goes
on from whatever it finds.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import torch

from facescreen import lessons
from facescreen.commands import main as cli
from facescreen.faces import open_source, portraits
from facescreen.gan.checkpoints import save_model
from facescreen.gan.combiner import CombinerSettings
from facescreen.gan.models import FaceCombiner
from facescreen.gan.recipes import RECIPES
from facescreen.gan.training import train
from facescreen.generation import GenerationSettings, Learning, generate
from facescreen.images import save_png
from facescreen.screening import LABELS
from facescreen.widgets import LabelDesk

WIDTHS = dict.fromkeys(("encoder_width", "generator_width", "critic_width"), 2)
IMAGES = 120  # to generate: the last block of 64 is not judged to its end
LABELED = 150
LESSON = "01_small"


class Third:
    """Breaks about every third image, by what it shows."""

    def __repr__(self) -> str:
        return "Third()"

    def __call__(self, images, finite):
        score = images.astype(np.int64).sum(axis=(1, 2, 3)) % 9
        reason = np.where(score < 3, "color", "")
        return SimpleNamespace(broken=score < 3, reason=reason, score=score)


def prepare(_out: Path, given: Path) -> None:
    """A tiny model, nine photographs to combine, a folder to screen, a lesson."""
    torch.manual_seed(0)
    architecture = {"size": 16, "style": 8, "encoder_width": 2, "generator_width": 2}
    save_model(FaceCombiner(architecture), given / "tiny.safetensors", {})
    pixels = np.random.default_rng(0).integers(0, 256, (9, 16, 16, 3), dtype=np.uint8)
    for name in ("photos", "real", "faces", "notebooks"):
        (given / name).mkdir()
    for number, photo in enumerate(pixels):
        save_png(given / "photos" / f"{number}.png", photo)
    for number, face in enumerate(portraits(90, size=64, seed=4)):
        save_png(given / "real" / f"{number:02}.png", face)
    np.save(given / "faces.npy", portraits(60, size=64, seed=3))
    (given / "faces" / "m.npy").symlink_to(given / "faces.npy")
    for name in "abcnop":
        (given / "faces" / name).symlink_to(given / "real")
    _lesson(given / "notebooks" / f"{LESSON}.ipynb")


def _lesson(path: Path) -> None:
    sources = [
        "count = 3",
        "print('x' * 2000 * count)",
        "import time; time.sleep(0.2)",
        "count + 1",
    ]
    cells = [nbformat.v4.new_markdown_cell("# Small", id="title")]
    cells += [nbformat.v4.new_code_cell(s, id=f"cell{n}") for n, s in enumerate(sources)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.metadata["kernelspec"] = kernel
    nbformat.write(notebook, path)


# --- the work -------------------------------------------------------------------------------------


def generation(out: Path, given: Path) -> None:
    """With a finished GAN."""
    settings = GenerationSettings(
        count=IMAGES, scheme="two_faces", source=f"folder:{given / 'photos'}", size=16,
        model=str(given / "tiny.safetensors"),
    )  # fmt: skip
    generate(settings, Third(), out / "run", progress=False)


def learning(out: Path, given: Path) -> None:
    """With a GAN that learns first, and is kept at three moments."""
    tiny = {**WIDTHS, "style": 8, "batch": 20, "warm_up": 100}
    RECIPES["learning"] = replace(RECIPES["learning"], **tiny)
    settings = GenerationSettings(
        count=30, scheme="two_faces", seed=3, source=f"folder:{given / 'real'}", existing=80,
        size=16, while_learning=Learning(images=300, moments=3, threads=1),
    )  # fmt: skip
    generate(settings, Third(), out / "run", progress=False)


def training(out: Path, given: Path) -> None:
    """A checkpoint after every second of eight steps, a row of the history after every third."""
    settings = CombinerSettings(
        images=32, size=16, batch=4, style=8, checkpoint_every=8, history_every=12,
        mapping_steps=5, drawn_again=4, **WIDTHS,
    )  # fmt: skip
    source = open_source(f"folder:{given / 'photos'}", 16)
    train(source, settings, out / "m.safetensors", progress=False, samples=True)


def right(number: int) -> str:
    """The label that image `number` gets in the end."""
    return LABELS[number % 4]


def labeling(out: Path, _given: Path) -> None:
    """A rater who errs now and then, notices, and undoes it; each label reported when it is given.

    Reports are single bytes in a file of their own, one for each label that was not undone.
    """
    desk = LabelDesk([f"set/{k}, 얼굴.png" for k in range(LABELED)], out / "labels.csv")
    rows = desk.file.rows()
    if rows and rows[-1].label != right(len(rows) - 1):  # the error of a rater who was killed
        desk.undo()
    reports = os.open(out / "reports", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(reports, b"." * (desk.done - os.fstat(reports).st_size))  # given, and not yet reported
    while desk.index is not None:
        k = desk.index
        if k % 5 == 3:
            desk.give(LABELS[(k + 1) % 4])
            desk.undo()
        desk.give(right(k))
        os.write(reports, b".")


def screening(out: Path, given: Path, workers: int = 1) -> None:
    """The command; it must end well, whatever it found."""
    table = out / "verdicts.csv"
    line = ["screen", given / "faces", "--rule", "multi", "--out", table, "--workers", workers]
    code = cli.main([str(word) for word in line])
    assert code == cli.SUCCESS, code


def screening_by_two(out: Path, given: Path) -> None:
    """The same by two processes more."""
    screening(out, given, 2)


def lesson(out: Path, given: Path) -> None:
    """A lesson as a page, in a kernel of its own."""
    found = lessons.find_lessons(given / "notebooks")
    results = lessons.run_lessons(found, out / "pages")
    assert all(result.ok for result in results), results


WORK = {
    function.__name__: function
    for function in (
        prepare, generation, learning, training, labeling, screening, screening_by_two, lesson
    )
}  # fmt: skip
