"""Blocks drawn in threads, and before they are asked for where they are asked for in order.

While a block is judged and its images are written, both cores of a small machine would otherwise
wait for one another. A block comes out the same, whoever draws it and when.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Generic, TypeVar

import torch

THREADS = 2  # which draw a block each: threads that share one wait for each other
AHEAD = 2  # blocks

Block = TypeVar("Block")


def drawing_threads() -> ThreadPoolExecutor:
    """Threads in each of which torch uses one thread; it goes on with as many elsewhere."""
    before, all_there = torch.get_num_threads(), threading.Barrier(THREADS)
    threads = ThreadPoolExecutor(THREADS, "facescreen-draw", _use_one_thread)
    wait([threads.submit(all_there.wait) for _ in range(THREADS)])
    torch.set_num_threads(before)  # theirs is also what threads of others would begin with
    return threads


def _use_one_thread() -> None:
    torch.get_num_threads()  # a thread's first question sets its number to that of all: before ours
    torch.set_num_threads(1)


class Ahead(Generic[Block]):
    """`blocks(first, last, prepare, draw)`: what `draw(k)` says of blocks k = `first` … `last` − 1.

    Whoever asks for blocks behind those asked for before gets them sooner: they are begun already.
    prepare: called in the caller's thread with the numbers of blocks that threads are to draw.
    Neither function is kept: what they are methods of would go with a circle, late, as would its
    threads.
    """

    def __init__(self, threads: ThreadPoolExecutor) -> None:
        self._threads = threads
        self._begun: dict[int, Future[Block]] = {}
        self._next: int | None = None

    def __call__(
        self,
        first: int,
        last: int,
        prepare: Callable[[list[int]], None],
        draw: Callable[[int], Block],
    ) -> list[Block]:
        wanted = range(first, last + AHEAD if first == self._next else last)
        for number in [number for number in self._begun if number not in wanted]:
            self._begun.pop(number).cancel()
        new = [number for number in wanted if number not in self._begun]
        prepare(new)
        self._begun |= {number: self._threads.submit(draw, number) for number in new}
        self._next = last
        return [self._begun.pop(number).result() for number in range(first, last)]
