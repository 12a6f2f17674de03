"""Makers of images: `images(start, stop)` makes any of them, the same ones each time.

`FaceMaker` combines existing faces by a finished GAN, `learning.LearningMaker` by one that learns.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch

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
from facescreen.generation.ahead import THREADS, Ahead, drawing_threads
from facescreen.images import quantize


class Maker(Protocol):
    """What `facescreen.generation.generate` asks for images."""

    def images(self, start: int, stop: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Images `start` … `stop` − 1: uint8 `(N, H, W, 3)`, finite bool `(N,)`, sources `(N, k)`.

        Image i depends on the settings, on `about()` and on i alone. Its sources are the numbers
        of what it was made from, int64, k of them or none.
        """
        ...

    def about(self) -> dict[str, Any]:
        """What images depend on beside the settings, as JSON holds it."""
        ...

    def stage(self, index: int) -> dict[str, Any]:
        """What the manifest says of image `index` alone, such as when it was drawn."""
        ...


@dataclass(frozen=True)
class Learning:
    """How the GAN of a `LearningMaker` learns, and at how many equally spaced moments it draws."""

    images: int = 40_000  # existing faces shown in all, each one many times
    moments: int = 40
    recipe: str = "learning"  # of those in `facescreen.gan.recipes` that combine faces
    precision: str = "float32"  # "bfloat16" is faster where the processor has it
    threads: int = 2  # sums in another order round otherwise

    def __post_init__(self) -> None:
        if self.moments < 1 or not 1 <= self.threads <= 256 or self.every < 100:
            raise ValueError(
                f"{self.images} images at {self.moments} moments by {self.threads} threads: "
                "expected one or more of each, 256 threads at most, and 100 images or more from "
                "moment to moment"
            )

    @property
    def every(self) -> int:
        """Images from moment to moment."""
        return self.images // self.moments


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
    while_learning: Learning | None = None  # None: a finished GAN draws

    def __post_init__(self) -> None:
        if self.count < 0 or self.existing < 0 or (self.max_tries or 0) < 0:
            raise ValueError(f"counts cannot be negative: {self}")
        if not 0 <= self.seed < 2**32 or not math.isfinite(self.alpha):
            raise ValueError(
                f"seed {self.seed} and alpha {self.alpha}, expected a seed from 0 to {2**32 - 1} "
                "and a finite alpha"
            )
        scheme_named(self.scheme)

    @property
    def bound(self) -> int:
        """How many images are judged at most."""
        return 20 * self.count if self.max_tries is None else self.max_tries


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
        self._threads = drawing_threads()
        self._blocks = Ahead(self._threads)

    def about(self) -> dict[str, Any]:
        """What images depend on beside the settings: the weights and the existing faces."""
        return {
            "model_sha256": self.combiner.sha256,
            "source_fingerprint": self.source.fingerprint,
        }

    def stage(self, index: int) -> dict[str, Any]:
        """Nothing: all are drawn by the same generator."""
        return {}

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
        first, last = start // BLOCK, -(-stop // BLOCK)
        size = self.settings.size
        blocks = self._blocks(first, last, self._encode_for, self._block)
        drawn = [*blocks, np.zeros((0, size, size, 3), np.float32)]
        return np.concatenate(drawn)[start - first * BLOCK : stop - first * BLOCK]

    def _block(self, number: int) -> np.ndarray:
        """A whole block of images, drawn in a thread of its own."""
        start = number * BLOCK
        return self._draw(start, self.sources(start, start + BLOCK))

    def _encode_for(self, numbers: list[int]) -> None:
        """Compute the styles that these blocks combine, so that the threads need only read them."""
        if self.scheme.faces:
            for number in numbers:
                self._styles_of(self.sources(number * BLOCK, number * BLOCK + BLOCK))

    def layers(self, start: int, sources: np.ndarray) -> torch.Tensor:
        """The styles of images from `start` on, one for each layer: float32 `(N, layers, w)`.

        sources: what `sources` says of these images.
        """
        styles = self._styles_of(sources) if self.scheme.faces else self._from_noise(start)
        return self.scheme.combine(styles, self.combiner.layers, self.settings.alpha)

    def _draw(self, start: int, sources: np.ndarray) -> np.ndarray:
        return self.combiner.draw(self.layers(start, sources)).numpy()

    def _from_noise(self, start: int) -> torch.Tensor:
        wanted = np.arange(start, start + BLOCK)
        noise = noise_for(self.settings.seed, wanted, self.combiner.noise)
        return self.combiner.styles_from_noise(torch.from_numpy(noise))[:, None]

    def _styles_of(self, faces: np.ndarray) -> torch.Tensor:
        blocks = np.unique(faces // BLOCK)
        if len(missing := blocks[~self._encoded[blocks]]):
            for _ in self._threads.map(self._encode, np.array_split(missing, THREADS)):
                pass
            self._encoded[missing] = True
        return self._styles[torch.from_numpy(faces)]

    def _encode(self, blocks: np.ndarray) -> None:
        rows = (blocks[:, None] * BLOCK + np.arange(BLOCK)).flatten()
        rows = rows[rows < self.existing]  # only the last block is shorter
        existing = np.ascontiguousarray(self.source.load(rows))
        self._styles[torch.from_numpy(rows)] = self.combiner.encode(torch.from_numpy(existing))
