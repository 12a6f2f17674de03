"""How many portraits a second the renderer draws, whole and step by step.

Run: python -m tests.benchmarks.bench_portraits. The target is 1,000 faces a second of 64 × 64 on
two cores once compiled; exit status 1 where it is missed.
"""

import os
import sys
import time

import numpy as np

from facescreen.faces import portraits
from facescreen.faces.backgrounds import paint_backgrounds
from facescreen.faces.traits import draw_traits

TARGET = 1000  # faces a second


def best(work, count: int, repeats: int = 5) -> float:
    """Faces a second in the fastest of some runs."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return count / min(seconds)


def main() -> int:
    started = time.perf_counter()
    portraits(1)
    print(f"first face, compiled or from the cache: {time.perf_counter() - started:.1f} s")
    for size, count in ((32, 4000), (64, 2000), (128, 600), (256, 150)):
        rate = best(lambda size=size, count=count: portraits(count, size), count)
        print(f"{size:>4} × {size:<4} {rate:>8,.0f} faces/s on {os.cpu_count()} cores")
        if size == 64:
            reached = rate
    traits = draw_traits(0, np.arange(512))
    print(f"traits alone      {best(lambda: draw_traits(0, np.arange(512)), 512):>8,.0f} faces/s")
    print(f"backgrounds alone {best(lambda: paint_backgrounds(traits), 512):>8,.0f} faces/s")
    met = reached >= TARGET
    print(f"target: {TARGET:,} faces/s at 64 × 64: {reached:,.0f}, {'met' if met else 'missed'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
