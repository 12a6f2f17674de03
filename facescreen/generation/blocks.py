"""Blocks of images made and judged, in this process or by the workers of a cluster.

Only drawing is handed out. Learning is not: each of its steps needs the one before.
"""

import hashlib
import os
import pickle
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from facescreen.gan.models import BLOCK
from facescreen.generation.maker import FaceMaker, GenerationSettings, Maker, one_thread
from facescreen.generation.runfolder import RunFolder
from facescreen.generation.saved_image import Packed, packed

if TYPE_CHECKING:
    from facescreen.folders.cluster import Cluster

Rule = Callable[..., Any]  # rule(images, finite=finite) -> Verdicts; see facescreen.screening
# Lines of the manifest without their file, each with its image (None: broken), and seconds taken.
Block = tuple[list[dict[str, Any]], list[np.ndarray | Packed | None], dict[str, float]]


class DrawnApartError(Exception):
    """This machine would make other images than the one that the run belongs to."""


def ranges(start: int, bound: int) -> Iterator[tuple[int, int]]:
    """First image and the one behind the last, block by block: so image i is drawn in one place."""
    while start < bound:
        stop = min(start // BLOCK * BLOCK + BLOCK, bound)
        yield start, stop
        start = stop


def judged_block(
    settings: GenerationSettings, rule: Rule, maker: Maker, start: int, stop: int
) -> Block:
    """Make and judge images `start` … `stop` − 1."""
    times = [time.perf_counter()]
    images, finite, sources = maker.images(start, stop)
    times.append(time.perf_counter())
    verdicts = rule(images, finite=finite)
    times.append(time.perf_counter())
    lines = [
        {
            "index": start + row,
            "seed": settings.seed,
            **maker.stage(start + row),
            "sources": sources[row].tolist(),
            "broken": bool(verdicts.broken[row]),
            "reason": str(verdicts.reason[row]),
            "score": _number(verdicts.score[row]),
        }
        for row in range(len(images))
    ]
    passed = [None if b else image for b, image in zip(verdicts.broken, images, strict=True)]
    return lines, passed, dict(zip(("generate", "screen"), np.diff(times).tolist(), strict=True))


def _number(score: Any) -> float | None:
    """A score as JSON holds it: not-a-number, which it cannot hold, becomes null."""
    return float(score) if np.isfinite(score) else None


# --- by the workers of a cluster ------------------------------------------------------------------


class Blocks:
    """Makes, judges and packs blocks in a process of its own: `blocks((start, stop))`.

    expected: what `drawn_by` says where the run belongs. Raises DrawnApartError if it is not so
    here, since images would differ then.
    """

    def __init__(self, settings: GenerationSettings, rule: Rule, expected: dict[str, Any]) -> None:
        self.settings, self.rule, self.maker = settings, rule, FaceMaker(settings)
        here = drawn_by(self.maker)
        if wrong := [name for name, value in expected.items() if here[name] != value]:
            raise DrawnApartError(
                f"images would differ here: {', '.join(wrong)} is not as where the run was started"
            )

    def __call__(self, wanted: tuple[int, int]) -> tuple[list, list, dict]:
        return ready(judged_block(self.settings, self.rule, self.maker, *wanted))


def ready(block: Block) -> tuple[list, list, dict]:
    """A block with its images packed, as plain tuples: who hands it on need not import torch."""
    lines, images, seconds = block
    return lines, [None if image is None else tuple(packed(image)) for image in images], seconds


def drawn_by(maker: FaceMaker) -> dict[str, Any]:
    """What images depend on, and what this machine makes of it: a checksum of faces drawn.

    Processors and libraries round sums in different ways, which may change a pixel.
    """
    faces = maker.source.load(np.arange(min(BLOCK, maker.existing)))
    with one_thread():
        styles = maker.combiner.encode(torch.from_numpy(np.ascontiguousarray(faces)))
        drawn = maker.combiner.draw(styles[:, None].expand(-1, maker.combiner.layers, -1))
    return maker.about() | {"arithmetic": hashlib.sha256(drawn.numpy().tobytes()).hexdigest()}


def cluster_for(
    address: str, settings: GenerationSettings, rule: Rule, maker: Maker, workers: int | None
) -> "Cluster":
    """A cluster whose workers make such blocks; raises ValueError where that cannot be."""
    from facescreen.folders.aside import tried
    from facescreen.folders.cluster import Cluster
    from facescreen.folders.workers import can_travel

    if type(maker) is not FaceMaker:
        raise ValueError(
            "a cluster draws by finished GANs only: while a GAN learns, each step needs the one "
            "before, so leave out --cluster or --while-learning"
        )
    if not can_travel(rule):
        raise ValueError(f"{rule!r} cannot be handed to a cluster: define it in a module")
    kind, _, path = settings.source.partition(":")
    rendered = kind == "portraits"
    there = replace(
        settings,
        model=settings.model and os.path.abspath(settings.model),
        source=settings.source if rendered else f"{kind}:{os.path.abspath(path)}",
    )
    setup = pickle.dumps((Blocks, (there, rule, drawn_by(maker))))
    return Cluster(address, setup, tried, ("numpy", "pillow", "torch", "numba"), workers)


def blocks_there(
    cluster: "Cluster", settings: GenerationSettings, folder: RunFolder
) -> Iterator[Block]:
    """Blocks made and judged by a cluster, in order, from the first image not judged yet."""
    out = 0  # images asked for and not recorded

    def wanted() -> Iterator[tuple[int, int] | None]:
        nonlocal out
        for start, stop in ranges(folder.tried, settings.bound):
            # No more than will be needed at the rate so far: what is beyond the last is lost work.
            while out * (folder.saved + 1) / (folder.tried + 1) >= settings.count - folder.saved:
                yield None
            out += stop - start
            yield start, stop

    for (start, stop), (lines, images, seconds) in cluster.in_order(wanted()):
        out -= stop - start
        yield lines, [None if image is None else Packed(*image) for image in images], seconds
