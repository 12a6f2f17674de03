"""Two plain threads for compiled loops: the caller's and one helper.

numba's own parallel layers abort when two Python threads enter at once, or clash with torch's
OpenMP. More threads than two would hardly read memory faster.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise

import numpy as np

PIECES = 16  # what the two threads take turns at


def share(work: Callable, tasks: Sequence[tuple]) -> None:
    """Call work(*task) for each task, in this thread and a helper, as each finds time.

    work: must release Python's lock to gain from it, and write its results into its arguments.
    Returns when all tasks are done; raises what a call raised.
    """
    todo = deque(tasks)

    def go_on() -> None:
        while True:
            try:
                task = todo.popleft()
            except IndexError:
                return
            work(*task)

    helper = _helper().submit(go_on)
    go_on()
    if not helper.cancel():  # on a busy machine this thread may be done before the helper starts
        helper.result()


def cuts(total: int) -> list[slice]:
    """Cut range(total) into PIECES slices of nearly equal length, or fewer where it is short."""
    edges = np.unique(np.linspace(0, total, PIECES + 1).astype(int)).tolist()
    return [slice(a, b) for a, b in pairwise(edges)]


@cache
def _helper() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "facescreen")


if hasattr(os, "register_at_fork"):  # a forked process has no threads: it must start its own
    os.register_at_fork(after_in_child=_helper.cache_clear)
