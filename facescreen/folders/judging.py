"""Reading and judging: pieces of work to lines of the table, in this process or in another."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import BinaryIO, NamedTuple

import numpy as np

from facescreen.folders.items import MEMBER, PROBLEM, ROWS, Item
from facescreen.folders.table import Counts, encoded, judged_lines, unreadable_line
from facescreen.images import ImageError, LoadedImage
from facescreen.images.found import claims_to_be_an_image
from facescreen.images.kinds import HEAD, kind_by_content, kind_by_name, suffix
from facescreen.images.reading import NO_MEMORY, check_length, image_of_bytes, read_image_with_notes
from facescreen.screening import SignsRule, Verdicts

BATCH_IMAGES = 512
BATCH_BYTES = 8 * 2**20  # decoded images held at once, beside the one being read
LARGE = 1 << 20  # bytes of an image that is judged alone: copied beside others, it costs more


class Judged(NamedTuple):
    """What came of some items: lines of the table, encoded, their counts, and what it took."""

    lines: bytes
    counts: Counts
    seconds: float = 0.0


class Judge:
    """Turns items under a folder into lines of the table: `judge(items)`.

    Pixels stay here: at most BATCH_IMAGES images or BATCH_BYTES are held, beside the one that is
    being read. A line does not depend on what else is judged with it.
    """

    def __init__(self, root: str, rule: Callable[[np.ndarray], Verdicts]) -> None:
        self.root, self.rule = root, rule
        self._shard: tuple[tuple[str, str], BinaryIO | np.ndarray] | None = None

    def __call__(self, items: Sequence[Item]) -> Judged:
        begun, batch = time.perf_counter(), _Batch(self.rule)
        try:
            for item in items:
                if item.kind == ROWS:
                    self._rows(item, batch)
                else:
                    self._one(item, batch)
            batch.judge()
        finally:
            self.close()
        seconds = time.perf_counter() - begun
        return Judged(encoded(batch.lines), batch.counts, seconds)

    def close(self) -> None:
        """Let go of the shard that was read last."""
        if self._shard is not None and hasattr(self._shard[1], "close"):
            self._shard[1].close()
        self._shard = None

    def _one(self, item: Item, batch: _Batch) -> None:
        """A file or a member of an archive."""
        path = os.path.join(self.root, item.file)
        try:
            if item.kind == PROBLEM:
                batch.refuse(item.name, item.problem)
            elif item.kind == MEMBER:
                self._member(item, path, batch)
            elif not claims_to_be_an_image(path):
                batch.counts.others[suffix(path) or "without suffix"] += 1
            else:
                batch.add(item.name, read_image_with_notes(path))
        except ImageError as error:
            batch.refuse(item.name, str(error).removeprefix(f"{path}: "))

    def _member(self, item: Item, path: str, batch: _Batch) -> None:
        claims = kind_by_name(item.name)
        try:
            if self._shard is None or self._shard[0] != (path, ""):
                self.close()
                self._shard = (path, ""), open(path, "rb")  # noqa: SIM115 (`close` closes it)
            archive = self._shard[1]
            archive.seek(item.start)
            if not claims and not kind_by_content(archive.read(min(HEAD, item.stop - item.start))):
                batch.counts.others[suffix(item.name) or "without suffix"] += 1
                return
            check_length(item.stop - item.start)
            archive.seek(item.start)
            data = archive.read(item.stop - item.start)
        except OSError as error:
            raise ImageError(f"{path}: {error.strerror or error}") from None
        except MemoryError:
            raise ImageError(f"{path}: {NO_MEMORY}") from None
        try:
            batch.add(item.name, image_of_bytes(data, item.name))
        except ImageError as error:
            raise ImageError(str(error).removeprefix(f"{item.name}: ")) from None

    def _rows(self, item: Item, batch: _Batch) -> None:
        from facescreen.folders import arrays  # which few folders need

        batch.judge()
        names, at = item.names(), (os.path.join(self.root, item.file), item.key)
        try:
            if self._shard is None or self._shard[0] != at:
                self.close()
                self._shard = at, arrays.opened(*at)
            images = arrays.rows(self._shard[1], item.start, item.stop)
        except (arrays.ArrayError, MemoryError) as error:
            for name in names:
                batch.refuse(name, NO_MEMORY if isinstance(error, MemoryError) else str(error))
            return
        batch.add_lines(names, images, [()] * len(names))


class _Batch:
    """Images waiting to be judged, in order, and the lines before them."""

    def __init__(self, rule: Callable[[np.ndarray], Verdicts]) -> None:
        self.rule, self.lines, self.counts = rule, [], Counts()
        self._waiting: list[tuple[int, str, LoadedImage]] = []  # the place of its line comes first
        self._held = 0

    def refuse(self, name: str, problem: str) -> None:
        self.lines.append(unreadable_line(name, problem))
        self.counts.unreadable += 1

    def add(self, name: str, loaded: LoadedImage) -> None:
        if loaded.image.nbytes >= LARGE:
            self.add_lines([name], loaded.image[np.newaxis], [loaded.notes])
            return
        self._waiting.append((len(self.lines), name, loaded))
        self.lines.append("")
        self._held += loaded.image.nbytes
        if len(self._waiting) >= BATCH_IMAGES or self._held >= BATCH_BYTES:
            self.judge()

    def judge(self) -> None:
        """Judge what waits; images of one size are judged together."""
        sizes: dict[tuple[int, ...], list[tuple[int, str, LoadedImage]]] = {}
        for one in self._waiting:
            sizes.setdefault(one[2].image.shape, []).append(one)
        self._waiting, self._held = [], 0
        for waiting in sizes.values():
            places, names, loaded = zip(*waiting, strict=True)
            images = np.stack([one.image for one in loaded])
            lines = self._judged(names, images, [one.notes for one in loaded])
            for place, line in zip(places, lines, strict=True):
                self.lines[place] = line

    def add_lines(
        self, names: Sequence[str], images: np.ndarray, notes: Sequence[tuple[str, ...]]
    ) -> None:
        self.lines += self._judged(names, images, notes)

    def _judged(
        self, names: Sequence[str], images: np.ndarray, notes: Sequence[tuple[str, ...]]
    ) -> list[str]:
        """Lines of images of one size."""
        try:
            verdicts = self.rule(images)
        except ValueError as error:  # images of a size that the rule does not take
            self.counts.unreadable += len(names)
            return [unreadable_line(name, str(error)) for name in names]
        if not isinstance(self.rule, SignsRule):  # which looks at every size alike
            pixels = images.shape[1] * images.shape[2]
            self.counts.most_pixels = max(self.counts.most_pixels, pixels)
        constant = _constant(images)
        if constant.any():
            same = constant.tolist()
            notes = [(*n, "constant") if c else n for n, c in zip(notes, same, strict=True)]
        self.counts.reasons.update(verdicts.reason.tolist())
        self.counts.constant += int(constant.sum())
        noted = Counter(notes)
        self.counts.lossy += sum(times for note, times in noted.items() if "lossy" in note)
        return judged_lines(names, verdicts, notes)


def _constant(images: np.ndarray) -> np.ndarray:
    """Whether all pixels of an image are equal, bool (N,); most tell in two corners."""
    constant = (images[:, 0, 0] == images[:, -1, -1]).all(axis=1)
    for n in np.flatnonzero(constant):
        constant[n] = (images[n] == images[n, 0, 0]).all()
    return constant
