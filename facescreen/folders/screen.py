"""Report of a screened folder: every image that is there has its line, whatever its state."""

from __future__ import annotations

import hashlib
import os
import pickle
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from facescreen import __version__
from facescreen.folders.chunks import Chunks, few
from facescreen.folders.items import Item
from facescreen.folders.judging import Judge, Judged
from facescreen.folders.listing import items_under
from facescreen.folders.resume import Part, part_of
from facescreen.folders.table import COLUMNS, Counts, check_table
from facescreen.folders.workers import Workers, can_travel, judged, setup_of, usable_cores
from facescreen.images import Passed
from facescreen.screening import AnyRule, Rule, Verdicts

USUAL_PIXELS = 64 * 64  # the images for which the rules' usual thresholds were chosen


@dataclass
class Summary:
    """Counts of one screening, and where its table is; `resumed` rows are of an earlier run."""

    table: Path
    counts: Counts = field(default_factory=Counts)
    passed: Passed = field(default_factory=Passed)
    resumed: int = 0

    @property
    def judged(self) -> int:
        return self.counts.reasons.total()

    @property
    def broken(self) -> int:
        return self.judged - self.counts.reasons[""]

    @property
    def unreadable(self) -> int:
        return self.counts.unreadable

    @property
    def other_files(self) -> int:
        return self.passed.others.total() + self.counts.others.total()

    def __str__(self) -> str:
        reasons = sorted(self.counts.reasons.items())
        share = f" ({100 * self.broken / self.judged:.2f} %)" if self.judged else ""
        kinds = ", ".join(f"{n:,} {reason}" for reason, n in reasons if reason)
        line = f"{self.judged:,} images judged: {self.broken:,} flagged{share}"
        line += f": {kinds}" if kinds else ""
        line += f"; {self.unreadable:,} unreadable"
        line += f"; {self.other_files:,} other file{'s' * (self.other_files != 1)} left out"
        hidden = self.passed.hidden_in_words()
        line += f"; {hidden}" if hidden else ""
        return f"{line}; table in {self.table}"

    def cautions(self) -> list[str]:
        """What the reader of the table should know of these images, a sentence each."""
        said, counts = [], self.counts
        if self.resumed:
            said.append(
                f"{self.resumed:,} lines of the table were there already: the same command was "
                "stopped earlier, and has gone on from there"
            )
        if counts.lossy:
            said.append(
                f"{counts.lossy:,} of the images come from lossy files (note: lossy), whose "
                "compression smears saturated pixels: breakage may have been lost before this "
                "screening"
            )
        if counts.constant:
            said.append(
                f"{counts.constant:,} of the images are of one color alone (note: constant), as a "
                "generator saves them that has diverged: look at them"
            )
        if counts.most_pixels > USUAL_PIXELS:
            said.append(
                f"images have up to {counts.most_pixels:,} pixels; the usual thresholds count "
                f"pixels of images with {USUAL_PIXELS:,}"
            )
        return said


def screen_folder(
    folder: Path,
    rule: Callable[[np.ndarray], Verdicts],
    table: Path,
    workers: int | None = None,
    cluster: str | None = None,
) -> Summary:
    """Judge every image under a folder, in sorted order, and write the table `table`.

    An image is a file, a member of a .tar, or a row of a uint8 array (N, H, W, 3) in an .npy or
    .npz. Columns: `file` relative to the folder (`shard.tar/member.png`, `file.npy/000123`);
    `broken` true or false, empty where there is nothing to judge; `reason` (the rule's word, or
    "unreadable: …"); `score`, `channel` (R, G or B) and `bin` as the rule measured them; `note` on
    how the file became 8-bit RGB, with `constant` for an image of one color alone. A name that ends
    in .parquet gets a Parquet file, any other one CSV.

    The table appears when it is complete. A run that is stopped, or killed, leaves its lines in
    hidden files beside it; the same call goes on from there, with files changed since judged anew.

    workers: processes that read and judge; the table is the same for any number. None: one for
    each core, or none for a few files, and none for a rule that cannot be handed to a process.
    cluster: a Dask scheduler whose workers read and judge, or "local", as for `Cluster`; all of
    them must see the folder under the same path.

    Raises ValueError where there is no such folder or the rule or table cannot be had, OSError if
    the folder or the table cannot be opened, InUseError while another run writes the same table,
    ClusterError where the cluster cannot be had.
    """
    if not folder.is_dir():
        seen = "a file" if folder.exists() else "not there"
        raise ValueError(f"{folder} is {seen}, expected a folder of images")
    if workers is not None and not 1 <= workers <= 256:
        raise ValueError(f"workers must be 1 to 256, not {workers}")
    os.listdir(folder)  # a folder that cannot be read at all is the caller's error, not a line
    check_table(table)
    summary, root = Summary(table), os.path.abspath(folder)
    with ExitStack() as stack:
        part = stack.enter_context(part_of(table, _asked(root, rule)))
        items = items_under(Path(root), summary.passed, part.own)
        left = part.without_kept(items, root, summary.counts)
        bar = stack.enter_context(_bar(root, part))
        if cluster is None:
            answers = _judged(left, root, rule, workers, part, stack)
        else:
            answers = _judged_by(cluster, left, root, rule, workers, stack)
        for chunk, answer in answers:
            part.append(answer.lines, answer.counts.most_pixels)
            summary.counts.add(answer.counts)
            if part.kept and not bar.n:
                bar.n = bar.initial = part.kept  # so that its rate is that of this run
            bar.update(sum(item.count for item in chunk))
    summary.resumed = part.kept
    return summary


def _asked(root: str, rule: Any) -> dict[str, Any] | None:
    """What a table's rows depend on; None where a rule is not ours, and may change unseen."""
    members = rule.rules if isinstance(rule, AnyRule) else (rule,)
    if not all(
        isinstance(m, Rule) and type(m).__module__.startswith("facescreen.") for m in members
    ):
        return None
    return {
        "folder": os.path.realpath(root),
        "rule": repr(rule),
        "settings": hashlib.sha256(pickle.dumps(rule)).hexdigest(),  # a profile's numbers too
        "facescreen": __version__,
        "columns": list(COLUMNS),
    }


def _judged(
    items: Iterable[Item],
    root: str,
    rule: Callable,
    workers: int | None,
    part: Part,
    stack: ExitStack,
) -> Iterator[tuple[Sequence[Item], Judged]]:
    """Chunks of the items, each with what came of it, in order."""
    chunks = Chunks()
    first, rest = few(items, root)
    if workers is None:
        # An earlier run that has died may have died of a file: a process of its own outlives that.
        alone = not can_travel(rule) or (rest is None and not part.kept)
        workers = 1 if alone else usable_cores()
        alone = alone or (workers == 1 and not part.kept)
    else:
        alone = workers == 1
    work = chunks.of(first if rest is None else chain(first, rest))
    if alone:
        judge = Judge(root, rule)
        answers = ((chunk, judge(chunk)) for chunk in work)
    else:
        answers = stack.enter_context(Workers(workers, root, rule)).in_order(work)
    for chunk, answer in answers:
        chunks.learn(chunk, answer.seconds)
        yield chunk, answer


def _judged_by(
    address: str,
    items: Iterable[Item],
    root: str,
    rule: Callable,
    workers: int | None,
    stack: ExitStack,
) -> Iterator[tuple[Sequence[Item], Judged]]:
    """The same by the workers of a cluster."""
    from facescreen.folders.cluster import SECONDS, Cluster  # which few runs need

    def paths(chunk: Sequence[Item]) -> list[str]:
        return [os.path.join(root, item.file) for item in chunk[:1]]

    chunks = Chunks(SECONDS)
    packages = ("numpy", "pillow")
    machines = Cluster(address, setup_of(root, rule), judged, packages, workers)
    stack.enter_context(machines)
    for chunk, answer in machines.in_order(chunks.of(items), paths, seen=True):
        chunks.learn(chunk, answer.seconds)
        yield chunk, answer


# --- progress -------------------------------------------------------------------------------------


def _bar(root: str, part: Part) -> tqdm:
    """A bar on a terminal: images a second, and the time left once the folder has been walked."""
    bar = tqdm(unit=" images", leave=False, disable=None)  # None: only on a terminal
    if not bar.disable:
        threading.Thread(target=_count, args=(root, part.own, bar), daemon=True).start()
    return bar


def _count(root: str, own: Sequence[Path], bar: tqdm) -> None:
    """Count what there is to judge beside the judging, which must not wait for it."""
    total = 0
    for item in items_under(Path(root), Passed(), own, verify=False):
        total += item.count
        if bar.disable:  # closed
            return
    bar.total = total
