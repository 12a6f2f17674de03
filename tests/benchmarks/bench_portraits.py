"""How many portraits a second the renderer draws, by size, and what its two first steps take.

python tests/benchmarks/bench_portraits.py
"""

from functools import partial

import numpy as np
from side_by_side import arguments, compared, record, take_turns

from facescreen.faces import portraits
from facescreen.faces.backgrounds import paint_backgrounds
from facescreen.faces.traits import draw_traits

COUNTS = {32: 2_000, 64: 1_000, 128: 256, 256: 64}


def main() -> None:
    options, rates = arguments(__doc__), {}
    works = {f"{size} px": partial(portraits, count, size) for size, count in COUNTS.items()}
    for _ in range(options.rounds):
        for (name, work), count in zip(works.items(), COUNTS.values(), strict=True):
            rates.setdefault(name, []).extend(take_turns({name: work}, count, 1)[name])
    rows = compared("portraits", "by size", rates, "portraits/s", "64 px")
    traits = draw_traits(0, np.arange(512))
    steps = {
        "whole, 64 px": partial(portraits, 512, 64),
        "traits alone": partial(draw_traits, 0, np.arange(512)),
        "backgrounds alone": partial(paint_backgrounds, traits),
    }
    rates = take_turns(steps, 512, options.rounds)
    rows += compared("portraits", "by step", rates, "portraits/s", "whole, 64 px")
    record("portraits", rows, options.out)


if __name__ == "__main__":
    main()
