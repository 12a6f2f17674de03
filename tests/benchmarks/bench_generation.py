"""How long a screened data set takes, and which part of it is screening.

    python tests/benchmarks/bench_generation.py

Each run loads the shipped model, draws, judges and saves until 2,500 images are saved, as
`facescreen generate` does once it has started. While learning, a small GAN learns first.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
from side_by_side import arguments, compared, record

from facescreen.generation import (
    FaceMaker,
    GenerationResult,
    GenerationSettings,
    GenerationStopped,
    Learning,
    generate,
)
from facescreen.screening import MultiColorRule, NoRule, Rule, SignsRule, SingleColorRule

COUNT = 2_500
RULES = {
    "no screening": NoRule(),
    "single color": SingleColorRule(),
    "multi color": MultiColorRule(),
    "signs": SignsRule(),
}
KEPT = "multi color, faces encoded"
SMALL = GenerationSettings(  # early images are all alike, and a rule may let none of them pass
    count=256,
    max_tries=256,
    seed=1,
    existing=512,
    while_learning=Learning(images=640, moments=4),
)


def timed(
    settings: GenerationSettings, rule: Rule, maker: FaceMaker | None = None
) -> tuple[float, GenerationResult]:
    """Seconds of a run in a folder of its own, and what it says of itself.

    Without a maker, loading the model, rendering and encoding the existing faces is part of it.
    """
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        try:
            result = generate(settings, rule, Path(folder) / "run", progress=False, maker=maker)
        except GenerationStopped as stopped:
            result = stopped.result
        return time.perf_counter() - started, result


def finished(rounds: int) -> list[dict]:
    """Seconds with each rule, taking turns, and the parts of a run by the paper's rule."""
    settings = GenerationSettings(count=COUNT, seed=1)
    seconds: dict[str, list[float]] = {name: [] for name in (*RULES, KEPT)}
    tried: dict[str, list[float]] = {name: [] for name in RULES}
    parts: dict[str, list[float]] = {}
    for rule in RULES.values():  # what is compiled is on the disk from here on
        rule(np.zeros((1024, 64, 64, 3), np.uint8))
    maker = FaceMaker(settings)
    timed(settings, RULES["multi color"], maker)  # it keeps what it has encoded
    for _ in range(rounds):
        seconds[KEPT].append(timed(settings, RULES["multi color"], maker)[0])
        for name, rule in RULES.items():
            taken, result = timed(settings, rule)
            seconds[name].append(taken)
            tried[name].append(result.tried / taken)
            if name == "multi color":
                for part, its in {"in all": taken, **result.seconds}.items():
                    parts.setdefault(part, []).append(its)
    case = f"{COUNT:,} images saved"
    rows = compared("generation", case, seconds, "s", "no screening")
    rows += compared("generation", f"{case}, drawn", tried, "images/s", "no screening")
    return rows + compared("generation", f"{case}, multi color", parts, "s", "in all")


def while_learning(rounds: int) -> list[dict]:
    """Seconds of a small run that learns first, makes so many, and saves those that pass."""
    seconds: dict[str, list[float]] = {"no screening": [], "multi color": []}
    for _ in range(rounds):
        for name, taken in seconds.items():
            taken.append(timed(SMALL, RULES[name])[0])
    learning = SMALL.while_learning
    case = f"while learning, {learning.images} images shown, {SMALL.count} made"
    return compared("generation", case, seconds, "s", "no screening")


def main() -> None:
    options = arguments(__doc__)
    rows = finished(max(3, options.rounds // 2)) + while_learning(2)
    record("generation", rows, options.out)


if __name__ == "__main__":
    main()
