"""Build a screened data set: make → 8-bit → judge → save, until N are saved.

The paper's Figures 3 and 6 as one loop. Image i depends on the settings and i alone, so a rejected
or lost image can be made again, and a killed run ends in the same files as one that was not.
"""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from facescreen.faces import check_outside
from facescreen.gan.models import BLOCK
from facescreen.generation.blocks import (
    Block,
    Rule,
    blocks_there,
    cluster_for,
    judged_block,
    ranges,
)
from facescreen.generation.learning import LearningMaker
from facescreen.generation.maker import FaceMaker, GenerationSettings, Maker
from facescreen.generation.runfolder import RunFolder
from facescreen.screening import PoolWalk


@dataclass
class GenerationResult:
    """What a run did. Counts cover the whole folder; seconds and `remade` cover this call only."""

    folder: Path
    tried: int = 0
    saved: int = 0
    rejected: dict[str, int] = field(default_factory=dict)  # reason → images
    seconds: dict[str, float] = field(default_factory=dict)  # load, generate, screen, save
    paths: list[Path] = field(default_factory=list)
    remade: int = 0  # saved earlier, since lost or damaged, and made again

    def __str__(self) -> str:
        rejected = ", ".join(f"{n:,} {reason}" for reason, n in sorted(self.rejected.items()))
        again = f"{self.remade:,} lost or damaged ones made again; " if self.remade else ""
        return (
            f"{self.saved:,} images saved of {self.tried:,} made; rejected: {rejected or 'none'}; "
            f"{again}in {self.folder}"
        )


class GenerationStopped(Exception):
    """Too few images passed the rule within the bound; `result` says how far the run got."""

    def __init__(self, message: str, result: GenerationResult) -> None:
        super().__init__(message)
        self.result = result


def generate(
    settings: GenerationSettings,
    rule: Rule,
    out: Path | str,
    progress: bool = True,
    maker: Maker | None = None,
    download: bool = False,
    cluster: str | None = None,
    workers: int | None = None,
) -> GenerationResult:
    """Judge images 0, 1, 2 … and save those that pass, until `settings.count` are saved in `out`.

    `out` holds `settings.json`, `manifest.jsonl` (a line per image judged) and `images/`. A run
    that was cut off goes on where it was, and makes saved images that were lost again.

    cluster: a Dask scheduler whose workers make, judge and pack the images, or "local", with so
    many `workers`, as for `facescreen.folders.cluster.Cluster`; seconds are then those of all.

    Raises `GenerationStopped` where `settings.bound` images were not enough; `RunFolderError` where
    `out` is no run's folder, belongs to other settings or to a running process, and not a byte is
    then changed, or where a file that the run did not make is in the way; `ClusterError` where the
    cluster cannot be had. What was saved stays.
    """
    started = time.perf_counter()
    maker = maker_for(settings, Path(out), progress, download) if maker is None else maker
    identity = {**asdict(settings), "rule": repr(rule), **maker.about()}
    there = (
        nullcontext() if cluster is None else cluster_for(cluster, settings, rule, maker, workers)
    )
    with there as machines, RunFolder(Path(out), identity, settings.count) as folder:
        blocks = _blocks(settings, rule, maker, folder, machines)
        clock = Counter(load=time.perf_counter() - started)
        remade = _make_again(maker, folder)
        with tqdm(total=settings.count, initial=folder.saved, disable=not progress) as bar:
            for block in blocks if folder.saved < settings.count else ():
                _record(folder, block, clock)
                bar.set_postfix(rejected=folder.tried - folder.saved, refresh=False)
                bar.update(folder.saved - bar.n)
                if folder.saved == settings.count:
                    break
        result = GenerationResult(
            folder=folder.path,
            tried=folder.tried,
            saved=folder.saved,
            rejected=dict(folder.rejected),
            seconds=dict(clock),
            paths=folder.files(),
            remade=remade,
        )
    if result.saved < settings.count:
        raise GenerationStopped(
            f"{result.saved} of {settings.count} images passed {rule!r} in {result.tried} tries, "
            f"the bound; those saved are kept in {out}",
            result,
        )
    return result


def maker_for(
    settings: GenerationSettings, out: Path, progress: bool = True, download: bool = False
) -> Maker:
    """The maker that the settings ask for; one that learns does so in `out`/learning."""
    check_outside(settings.source, out)
    if settings.while_learning is None:
        return FaceMaker(settings, download=download)
    return LearningMaker(settings, out / "learning", progress, download)


def _make_again(maker: Maker, folder: RunFolder) -> int:
    """Put back the saved images that are lost or damaged; returns how many there were."""
    for _, block in groupby(folder.lost, lambda index: index // BLOCK):
        lost = list(block)
        images, _, _ = maker.images(lost[0], lost[-1] + 1)
        for index in lost:
            folder.save(index, images[index - lost[0]])
    return len(folder.lost)


def _blocks(
    settings: GenerationSettings, rule: Rule, maker: Maker, folder: RunFolder, machines: Any
) -> Iterator[Block]:
    """Blocks made and judged, here or by a cluster, from the first image not judged yet."""
    if machines is not None:
        yield from blocks_there(machines, settings, folder)
        return
    for start, stop in ranges(folder.tried, settings.bound):
        yield judged_block(settings, rule, maker, start, stop)


def _record(folder: RunFolder, block: Block, clock: Counter) -> None:
    """Save and record the images of a block, up to the last one wanted."""
    started = time.perf_counter()
    for line, image in zip(*block[:2], strict=True):
        # The surplus behind it is dropped: a longer run will make it again.
        if folder.saved < folder.count:
            saved = {"file": None} if image is None else folder.save(line["index"], image)
            folder.record(line | saved)
    clock.update(block[2], save=time.perf_counter() - started)


def walk_pool(
    settings: GenerationSettings,
    rules: dict[str, Rule],
    progress: bool = True,
    maker: Maker | None = None,
) -> PoolWalk:
    """Judge images 0, 1, 2 … by every rule until each has let `settings.count` pass, or the bound.

    Makes each image once and keeps none: `Maker.images` makes those to be shown again. Every rule
    sees the same pool, which is what running `generate` once per rule with one seed would do.
    """
    maker = FaceMaker(settings) if maker is None else maker
    broken: dict[str, list[np.ndarray]] = {name: [] for name in rules}
    passed, tried = dict.fromkeys(rules, 0), 0
    with tqdm(total=settings.count, disable=not progress) as bar:
        while min(passed.values()) < settings.count and tried < settings.bound:
            stop = min(tried + BLOCK, settings.bound)
            images, finite, _ = maker.images(tried, stop)
            for name, rule in rules.items():
                broken[name].append(rule(images, finite=finite).broken)
                passed[name] += int((~broken[name][-1]).sum())
            tried = stop
            bar.update(min(settings.count, *passed.values()) - bar.n)
    empty = np.zeros(0, bool)
    return PoolWalk(settings.count, {n: np.concatenate([empty, *b]) for n, b in broken.items()})
