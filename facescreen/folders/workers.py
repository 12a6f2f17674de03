"""Several processes that judge, in order, and outlive a decoder that does not.

A thread here for each process (`aside.py`) hands it work and waits.
"""

from __future__ import annotations

import os
import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from facescreen.folders.aside import Asides, Ended, NotStarted, tried
from facescreen.folders.items import Item
from facescreen.folders.judging import Judge, Judged
from facescreen.folders.table import Counts, encoded, unreadable_line

AHEAD = 2  # chunks per worker that are handed out or done before the first of them is written


class WorkersError(Exception):
    """Worker processes cannot be started here; the message is one sentence."""


def usable_cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def can_travel(rule: Any) -> bool:
    """Whether a rule can be handed to another process: none that a script or notebook defines."""
    try:
        return b"__main__" not in pickle.dumps(rule)
    except Exception:
        return False


def setup_of(root: str, rule: Callable) -> bytes:
    """What a process that judges is told first. Raises ValueError for a rule that cannot travel."""
    if not can_travel(rule):
        raise ValueError(
            f"{rule!r} cannot be handed to worker processes: define it in a module, or judge "
            "in this process (workers=1)"
        )
    return pickle.dumps((Judge, (root, rule)))


class Workers:
    """So many processes that judge: a context that ends them.

    root, rule: as `Judge` takes them; raises ValueError for a rule that cannot travel. An answer
    is that of `Judge`, whatever happens to the processes, as `judged` says.
    """

    def __init__(self, number: int, root: str, rule: Callable) -> None:
        self.number, self._asides = number, Asides(setup_of(root, rule))
        self._threads = ThreadPoolExecutor(number, "facescreen-worker")

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self._asides.kill()
        self._threads.shutdown(cancel_futures=True)
        self._asides.close()

    @property
    def pids(self) -> list[int]:
        """Of the processes that run."""
        return self._asides.pids

    def in_order(self, chunks: Iterable[Sequence[Item]]) -> Iterator[tuple[Sequence[Item], Judged]]:
        """Each chunk and its answer, in order; few are ahead of the one that is awaited."""
        ahead: deque[tuple[Sequence[Item], Future[Judged]]] = deque()
        for chunk in chunks:
            ahead.append((chunk, self._threads.submit(self._judged, chunk)))
            if len(ahead) > AHEAD * self.number:
                chunk, answer = ahead.popleft()
                yield chunk, answer.result()
        for chunk, answer in ahead:
            yield chunk, answer.result()

    def _judged(self, items: Sequence[Item]) -> Judged:
        try:
            return judged(self._asides.ask, items)
        except NotStarted as problem:
            raise WorkersError(
                f"a worker process could not start ({problem}): judge in this process instead "
                "(--workers 1, or workers=1)"
            ) from None


def judged(ask: Callable[[Any], Judged], items: Sequence[Item]) -> Judged:
    """The answer to a chunk, from processes that may end.

    Work whose process has ended is tried again in a new one, file by file, and a file that ends
    each of them is unreadable.
    """
    try:
        return ask(items)
    except Ended:
        return joined([_alone(ask, one) for item in items for one in item.singles()])


def _alone(ask: Callable[[Any], Judged], item: Item) -> Judged:
    try:
        return tried(ask, [item])
    except Ended as how:
        problem = f"reading it ended the process ({how}), expected a file that can be decoded"
    return Judged(encoded([unreadable_line(item.first_name, problem)]), Counts(unreadable=1))


def joined(parts: Iterable[Judged]) -> Judged:
    """Answers one after the other, as one."""
    lines, counts = [], Counts()
    for part in parts:
        lines.append(part.lines)
        counts.add(part.counts)
    return Judged(b"".join(lines), counts)
