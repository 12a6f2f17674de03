"""Build a screened data set: pick faces → combine → 8-bit → judge → save, until N are saved.

The paper's Figures 3 and 6 as one loop. Image i depends on the settings and i alone, so a rejected
image can be made again, and a run that was killed ends in the same files as one that was not.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from facescreen.faces import open_source
from facescreen.gan.checkpoints import load_combiner
from facescreen.gan.combine import (
    DEFAULT_ALPHA,
    DEFAULT_SCHEME,
    noise_for,
    pick_faces,
    scheme_named,
)
from facescreen.gan.models import BLOCK, FaceCombiner
from facescreen.generation.runfolder import RunFolder, RunFolderError
from facescreen.images import quantize, save_png
from facescreen.screening import PoolWalk

Rule = Callable[..., Any]  # rule(images, finite=finite) -> Verdicts; see facescreen.screening


@dataclass(frozen=True)
class GenerationSettings:
    """What a run makes. Image i of two runs is the same where all but the counts are the same."""

    count: int = 2500  # images to save
    scheme: str = DEFAULT_SCHEME  # how faces are combined, see `facescreen.gan.combine.SCHEMES`
    alpha: float = DEFAULT_ALPHA  # strength of the schemes that extrapolate
    seed: int = 0  # of the picks
    source: str = "portraits"  # existing faces, see `facescreen.faces.sources.open_source`
    source_seed: int = 0  # of the rendered portraits; the shipped model was trained on seed 0
    existing: int = 4096  # how many of the source's faces are picked from, the first ones
    size: int = 64  # pixels
    model: str | None = None  # weights file; None is the shipped one
    max_tries: int | None = None  # images to judge before giving up; None is 20 × count

    def __post_init__(self) -> None:
        if self.count < 0 or self.existing < 0 or (self.max_tries or 0) < 0:
            raise ValueError(f"counts cannot be negative: {self}")
        scheme_named(self.scheme)

    @property
    def bound(self) -> int:
        """How many images are judged at most."""
        return 20 * self.count if self.max_tries is None else self.max_tries


@dataclass
class GenerationResult:
    """What a run did. Counts cover the whole folder; seconds cover this call only."""

    folder: Path
    tried: int = 0
    saved: int = 0
    rejected: dict[str, int] = field(default_factory=dict)  # reason → images
    seconds: dict[str, float] = field(default_factory=dict)  # load, generate, screen, save
    paths: list[Path] = field(default_factory=list)


class GenerationStopped(Exception):
    """Too few images passed the rule within the bound; `result` says how far the run got."""

    def __init__(self, message: str, result: GenerationResult) -> None:
        super().__init__(message)
        self.result = result


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch use one thread: blocks are small, and threads that share a busy core wait for it.

    On two cores of which another program held one, two threads drew 95 images/s where one drew 600.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class FaceMaker:
    """Existing faces and a face combiner, opened once: `images(start, stop)` makes any of them.

    Styles of existing faces are computed when first picked, and kept.
    """

    def __init__(
        self,
        settings: GenerationSettings,
        combiner: FaceCombiner | None = None,
        download: bool = False,
    ) -> None:
        self.settings = settings
        self.combiner = load_combiner(settings.model) if combiner is None else combiner
        if self.combiner.size != settings.size:
            raise ValueError(
                f"the model makes images of {self.combiner.size} pixels, not {settings.size}"
            )
        # Photographs are decoded when opened: no more of them than are picked from.
        rendered = settings.source.startswith("portraits")
        self.source = open_source(
            settings.source,
            settings.size,
            settings.source_seed,
            download=download,
            limit=None if rendered else max(2, settings.existing),
        )
        self.scheme = scheme_named(settings.scheme)
        self.existing = min(settings.existing, len(self.source))
        self._styles = torch.empty((self.existing, self.combiner.style))
        self._encoded = np.zeros(-(-self.existing // BLOCK), bool)

    def about(self) -> dict[str, Any]:
        """What images depend on beside the settings: the weights and the existing faces."""
        return {
            "model_sha256": self.combiner.sha256,
            "source_fingerprint": self.source.fingerprint,
        }

    def sources(self, start: int, stop: int) -> np.ndarray:
        """Which existing faces images `start` … `stop` − 1 combine: int64 `(N, k)`."""
        wanted = np.arange(start, stop)
        return pick_faces(self.settings.seed, wanted, self.scheme.faces, self.existing)

    def images(self, start: int, stop: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Images `start` … `stop` − 1: uint8 `(N, H, W, 3)`, finite bool `(N,)`, sources `(N, k)`.

        An image with a value that is not finite comes out black with `finite` False.
        """
        images, finite = quantize(self.floats(start, stop))
        return images, finite, self.sources(start, stop)

    def floats(self, start: int, stop: int) -> np.ndarray:
        """The same before they become bytes: float32 `(N, H, W, 3)`, about [-1, 1], unclipped."""
        # Whole aligned blocks, so that image i always takes the same way through the same batch.
        first, last = start // BLOCK * BLOCK, -(-stop // BLOCK) * BLOCK
        sources = self.sources(first, last)
        with one_thread():
            drawn = [
                self._draw(first + row, sources[row : row + BLOCK])
                for row in range(0, len(sources), BLOCK)
            ]
        size = self.settings.size
        drawn.append(np.zeros((0, size, size, 3), np.float32))
        return np.concatenate(drawn)[start - first : stop - first]

    def _draw(self, start: int, sources: np.ndarray) -> np.ndarray:
        styles = self._styles_of(sources) if self.scheme.faces else self._from_noise(start)
        layers = self.scheme.combine(styles, self.combiner.layers, self.settings.alpha)
        return self.combiner.draw(layers).numpy()

    def _from_noise(self, start: int) -> torch.Tensor:
        wanted = np.arange(start, start + BLOCK)
        noise = noise_for(self.settings.seed, wanted, self.combiner.noise)
        return self.combiner.styles_from_noise(torch.from_numpy(noise))[:, None]

    def _styles_of(self, faces: np.ndarray) -> torch.Tensor:
        blocks = np.unique(faces // BLOCK)
        blocks = blocks[~self._encoded[blocks]]
        rows = (blocks[:, None] * BLOCK + np.arange(BLOCK)).flatten()
        rows = rows[rows < self.existing]  # only the last block is shorter
        existing = np.ascontiguousarray(self.source.load(rows))
        self._styles[torch.from_numpy(rows)] = self.combiner.encode(torch.from_numpy(existing))
        self._encoded[blocks] = True
        return self._styles[torch.from_numpy(faces)]


def generate_images(
    settings: GenerationSettings, start: int, stop: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Images `start` … `stop` − 1 of a run, in memory; see `FaceMaker.images`."""
    return FaceMaker(settings).images(start, stop)


def generate(
    settings: GenerationSettings,
    rule: Rule,
    out: Path | str,
    progress: bool = True,
    maker: FaceMaker | None = None,
    download: bool = False,
) -> GenerationResult:
    """Judge images 0, 1, 2 … and save those that pass, until `settings.count` are saved in `out`.

    `out` holds `settings.json`, `manifest.jsonl` (a line per image judged) and `images/`. A run
    that was cut off goes on where it was. Raises `GenerationStopped` where `settings.bound`
    images were not enough, `RunFolderError` where `out` belongs to other settings or to a running
    process. What was saved stays in both cases.
    """
    started = time.perf_counter()
    maker = FaceMaker(settings, download=download) if maker is None else maker
    identity = {**asdict(settings), "rule": repr(rule), **maker.about()}
    with RunFolder(Path(out), identity, free=("count", "max_tries")) as folder:
        clock = Counter(load=time.perf_counter() - started)
        if folder.saved > settings.count:
            raise RunFolderError(
                f"{out} already holds {folder.saved} images, more than the {settings.count} asked "
                "for: choose another folder"
            )
        with tqdm(total=settings.count, initial=folder.saved, disable=not progress) as bar:
            while folder.saved < settings.count and folder.tried < settings.bound:
                _judge_block(settings, rule, maker, folder, clock)
                bar.set_postfix(rejected=folder.tried - folder.saved, refresh=False)
                bar.update(folder.saved - bar.n)
        result = GenerationResult(
            folder=folder.path,
            tried=folder.tried,
            saved=folder.saved,
            rejected=dict(folder.rejected),
            seconds=dict(clock),
            paths=folder.files(),
        )
    if result.saved < settings.count:
        raise GenerationStopped(
            f"{result.saved} of {settings.count} images passed {rule!r} in {result.tried} tries, "
            f"the bound; those saved are kept in {out}",
            result,
        )
    return result


def _judge_block(
    settings: GenerationSettings, rule: Rule, maker: FaceMaker, folder: RunFolder, clock: Counter
) -> None:
    """Make, judge and record images up to the end of the current block, or the last wanted."""
    start = folder.tried
    stop = min(start // BLOCK * BLOCK + BLOCK, settings.bound)
    times = [time.perf_counter()]
    images, finite, sources = maker.images(start, stop)
    times.append(time.perf_counter())
    verdicts = rule(images, finite=finite)
    times.append(time.perf_counter())
    # The surplus behind the last image wanted is dropped: a longer run will make it again.
    enough = np.flatnonzero(np.cumsum(~verdicts.broken) == settings.count - folder.saved)
    kept = enough[0] + 1 if len(enough) else len(images)
    lines = []
    for row in range(kept):
        index, broken = start + row, bool(verdicts.broken[row])
        name = None if broken else f"images/{index:06d}.png"
        if name is not None:
            save_png(folder.path / name, images[row])
        lines.append(
            {
                "index": index,
                "seed": settings.seed,
                "sources": sources[row].tolist(),
                "broken": broken,
                "reason": str(verdicts.reason[row]),
                "score": _number(verdicts.score[row]),
                "file": name,
            }
        )
    folder.record(lines)
    times.append(time.perf_counter())
    clock.update(dict(zip(("generate", "screen", "save"), np.diff(times), strict=True)))


def _number(score: Any) -> float | None:
    """A score as JSON holds it: not-a-number, which it cannot hold, becomes null."""
    return float(score) if np.isfinite(score) else None


def walk_pool(
    settings: GenerationSettings,
    rules: dict[str, Rule],
    progress: bool = True,
    maker: FaceMaker | None = None,
) -> PoolWalk:
    """Judge images 0, 1, 2 … by every rule until each has let `settings.count` pass, or the bound.

    Makes each image once and keeps none: `FaceMaker.images` makes those to be shown again. Every
    rule sees the same pool, which is what running `generate` once per rule with one seed would do.
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
