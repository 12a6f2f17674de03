"""Report of a screened folder: every image file that is there has its line, whatever its state."""

import csv
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import numpy as np
from tqdm import tqdm

from facescreen.images import (
    Found,
    ImageError,
    LoadedImage,
    Passed,
    image_files,
    read_image_with_notes,
)
from facescreen.images.writing import check_ours
from facescreen.screening import SignsRule, Verdicts

COLUMNS = ("file", "broken", "reason", "score", "channel", "bin", "note")
USUAL_PIXELS = 64 * 64  # the images for which the rules' usual thresholds were chosen
BATCH_IMAGES = 512
BATCH_BYTES = 64 * 2**20  # decoded images held at once, beside the one being read


@dataclass
class Summary:
    """Counts of one screening, and where its table is."""

    table: Path
    reasons: Counter[str] = field(default_factory=Counter)  # "" counts valid images
    unreadable: int = 0
    lossy: int = 0
    constant: int = 0
    most_pixels: int = 0
    passed: Passed = field(default_factory=Passed)

    @property
    def judged(self) -> int:
        return self.reasons.total()

    @property
    def other_files(self) -> int:
        return self.passed.others.total()

    @property
    def broken(self) -> int:
        return self.judged - self.reasons[""]

    def __str__(self) -> str:
        share = f" ({100 * self.broken / self.judged:.2f} %)" if self.judged else ""
        kinds = ", ".join(f"{n:,} {reason}" for reason, n in sorted(self.reasons.items()) if reason)
        line = f"{self.judged:,} images judged: {self.broken:,} flagged{share}"
        line += f": {kinds}" if kinds else ""
        line += f"; {self.unreadable:,} unreadable; {self.other_files:,} other files left out"
        hidden = self.passed.hidden_in_words()
        line += f"; {hidden}" if hidden else ""
        return f"{line}; table in {self.table}"

    def cautions(self) -> list[str]:
        """What the reader of the table should know of these images, a sentence each."""
        said = []
        if self.lossy:
            said.append(
                f"{self.lossy:,} of the images come from lossy files (note: lossy), whose "
                "compression smears saturated pixels: breakage may have been lost before this "
                "screening"
            )
        if self.constant:
            said.append(
                f"{self.constant:,} of the images are of one color alone (note: constant), as a "
                "generator saves them that has diverged: look at them"
            )
        if self.most_pixels > USUAL_PIXELS:
            said.append(
                f"images have up to {self.most_pixels:,} pixels; the usual thresholds count pixels "
                f"of images with {USUAL_PIXELS:,}"
            )
        return said


@dataclass(frozen=True)
class _Entry:
    """A line of the table before judgment: an image, or the reason why there is none."""

    file: str
    loaded: LoadedImage | None
    problem: str = ""


def screen_folder(folder: Path, rule: Callable[[np.ndarray], Verdicts], table: Path) -> Summary:
    """Judge every image file under a folder, in sorted order, and write the table `table`.

    The table is written aside and renamed when complete. Columns: `file` relative to the folder;
    `broken` true or false, empty where there is nothing to judge; `reason` (the rule's word, or
    "unreadable: …"); `score`, `channel` (R, G or B) and `bin` as the rule measured them; `note` on
    how the file became 8-bit RGB, with `constant` for an image of one color alone. Raises
    ValueError where there is no such folder, OSError if the folder or the table cannot be opened.
    """
    if not folder.is_dir():
        seen = "a file" if folder.exists() else "not there"
        raise ValueError(f"{folder} is {seen}, expected a folder of images")
    os.listdir(folder)  # a folder that cannot be read at all is the caller's error, not a line
    summary = Summary(table)
    check_ours(table, ",".join(COLUMNS) + "\n")
    table.parent.mkdir(parents=True, exist_ok=True)
    with _written_whole(table) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        found = image_files(folder, summary.passed, skip=(table.resolve(), _aside(table.resolve())))
        seen = tqdm(found, unit=" files", leave=False, disable=None)  # None: only on a terminal
        for batch in _batches(seen, folder):
            writer.writerows(_judged(batch, rule, summary))
    return summary


# --- reading and judging --------------------------------------------------------------------------


def _batches(found: Iterable[Found], folder: Path) -> Iterator[list[_Entry]]:
    """Entries in order, in batches whose images fit the memory set aside for them."""
    batch: list[_Entry] = []
    held = 0
    for item in found:
        entry = _read(item, folder)
        batch.append(entry)
        held += 0 if entry.loaded is None else entry.loaded.image.nbytes
        if len(batch) >= BATCH_IMAGES or held >= BATCH_BYTES:
            yield batch
            batch, held = [], 0
    if batch:
        yield batch


def _read(found: Found, folder: Path) -> _Entry:
    file = found.path.relative_to(folder).as_posix()
    if found.problem:
        return _Entry(file, None, found.problem)
    try:
        return _Entry(file, read_image_with_notes(found.path))
    except ImageError as error:
        problem = str(error).removeprefix(f"{found.path}: ")
        return _Entry(file, None, " ".join(problem.split()))


def _judged(
    batch: Sequence[_Entry], rule: Callable[[np.ndarray], Verdicts], summary: Summary
) -> list[list[str]]:
    """The batch's lines in its order; images of one size are judged together."""
    lines: list[list[str]] = [[] for _ in batch]
    sizes: dict[tuple[int, ...], list[int]] = {}
    for row, entry in enumerate(batch):
        if entry.loaded is None:
            summary.unreadable += 1
            lines[row] = [entry.file, "", f"unreadable: {entry.problem}", "", "", "", ""]
        else:
            sizes.setdefault(entry.loaded.image.shape, []).append(row)
    for shape, rows in sizes.items():
        if not isinstance(rule, SignsRule):  # which looks at every size alike
            summary.most_pixels = max(summary.most_pixels, shape[0] * shape[1])
        loaded = [batch[row].loaded for row in rows]
        verdicts = rule(np.stack([one.image for one in loaded]))
        for place, (row, one) in enumerate(zip(rows, loaded, strict=True)):
            summary.reasons[str(verdicts.reason[place])] += 1
            summary.lossy += one.lossy
            notes = one.notes
            if _constant(one.image):
                notes = (*notes, "constant")
                summary.constant += 1
            lines[row] = [batch[row].file, *verdict_cells(verdicts, place), "; ".join(notes)]
    return lines


def _constant(image: np.ndarray) -> bool:
    """Whether all pixels are equal; most images tell in their first row."""
    return all((part == image[0, 0]).all() for part in (image[0], image))


def verdict_cells(verdicts: Verdicts, row: int) -> list[str]:
    """One verdict as the table's cells broken, reason, score, channel, bin; empty if unmeasured."""
    score, channel, value = verdicts.score[row], verdicts.channel[row], verdicts.bin[row]
    return [
        "true" if verdicts.broken[row] else "false",
        str(verdicts.reason[row]),
        f"{score:g}" if np.isfinite(score) else "",
        "RGB"[channel] if channel >= 0 else "",
        str(value) if value >= 0 else "",
    ]


def _aside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


@contextmanager
def _written_whole(path: Path) -> Iterator[TextIO]:
    """A text file that appears under its name only when complete."""
    unfinished = _aside(path)
    try:
        # File names need not be valid text; surrogateescape gives their bytes back unchanged.
        with open(unfinished, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            yield file
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
