"""How long a screened data set takes, and which part of it is screening.

    python tests/benchmarks/bench_generation.py [COUNT [MODEL]]

Runs a model (the shipped one unless told otherwise) with each rule and prints the split; ratios are
taken within one run, because single figures change with whatever else the machine does.
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from facescreen.gan.combine import pick_faces
from facescreen.generation import FaceMaker, GenerationSettings, generate
from facescreen.screening import MultiColorRule, NoRule, SingleColorRule

RULES = {"none": NoRule(), "single": SingleColorRule(), "multi": MultiColorRule()}


def main(count: int = 2500, model: str | None = None) -> None:
    print(f"{count} images saved, {torch.get_num_threads()} threads; seconds")
    print("rule     tried   load  generate  screen   save   total  images/s  screening share")
    settings = GenerationSettings(count=count, seed=1, model=model)
    warm_up()
    for name, rule in RULES.items():
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            # A new maker each time: loading the model and encoding existing faces is part of it.
            result = generate(settings, rule, Path(folder), progress=False)
            total = time.perf_counter() - started
        seconds = result.seconds
        share = seconds["screen"] / seconds["generate"]
        print(
            f"{name:7}{result.tried:7}{seconds['load']:7.2f}{seconds['generate']:10.2f}"
            f"{seconds['screen']:8.3f}{seconds['save']:7.2f}{total:8.2f}"
            f"{result.saved / total:10.0f}{share:14.2%}"
        )
    print_parts(settings)


def warm_up() -> None:
    """Load or compile the counting kernel, which later runs find on disk."""
    MultiColorRule()(np.zeros((64, 64, 64, 3), np.uint8), finite=np.ones(64, bool))


def print_parts(settings: GenerationSettings) -> None:
    """What generating consists of, each part by itself."""
    maker = FaceMaker(settings)
    print()
    for what, start in (("while existing faces are encoded", 0), ("afterwards", 2048)):
        started = time.perf_counter()
        maker.images(start, start + 2048)
        print(f"images {what}: {2048 / (time.perf_counter() - started):.0f}/s")
    started = time.perf_counter()
    pick_faces(1, np.arange(200_000), 3, 4096)
    print(f"picks: {200_000 / (time.perf_counter() - started):.0f}/s")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]), *sys.argv[2:3])
