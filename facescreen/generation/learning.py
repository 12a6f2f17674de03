"""A maker that learns first: the raw generator draws at moments of its own training.

The paper screens "images generated in the GAN's learning process". Here a GAN learns the existing
faces, and at equally spaced moments its weights are kept as they are, not averaged. Image i is
drawn by the generator of moment i mod `moments`: so any number of images covers the whole of the
learning in equal parts, whatever a rule rejects, and image i depends on the settings and i alone.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch

from facescreen.faces import open_source
from facescreen.gan.checkpoints import load_combiner
from facescreen.gan.combine import pick_faces, scheme_named
from facescreen.gan.combiner import CombinerSettings
from facescreen.gan.models import BLOCK, FaceCombiner
from facescreen.gan.moments import train_moments, weights_at
from facescreen.gan.recipes import recipe_named
from facescreen.generation.maker import GenerationSettings, one_thread
from facescreen.images import quantize

APART = BLOCK << 20  # picks of one moment lie so far from those of the next


class LearningMaker:
    """A GAN that learns in `folder`, and draws from what it was at each moment.

    Learning begins when the first image is asked for, goes on where it was cut off, and is kept:
    the same settings never learn twice in one folder.
    """

    def __init__(
        self,
        settings: GenerationSettings,
        folder: Path | str,
        progress: bool = True,
        download: bool = False,
    ) -> None:
        if settings.while_learning is None:
            raise ValueError("these settings say nothing of learning: set while_learning")
        self.settings, self.learning = settings, settings.while_learning
        self.folder, self.progress = Path(folder), progress
        self.scheme = scheme_named(settings.scheme)
        if not self.scheme.faces:
            raise ValueError(
                f"the scheme {settings.scheme!r} combines no existing faces, and a GAN that still "
                "learns has no other way in: choose another one, such as 'two_faces'"
            )
        self.source = open_source(  # the GAN learns the faces that are picked from, no others
            settings.source,
            settings.size,
            settings.source_seed,
            download=download,
            limit=max(2, settings.existing),
        )
        self.existing = len(self.source)
        if not isinstance(recipe_named(self.learning.recipe), CombinerSettings):
            raise ValueError(
                f"the recipe {self.learning.recipe!r} draws from noise alone, expected one that "
                "combines existing faces, such as 'learning' or 'combiner'"
            )
        self.training = recipe_named(
            self.learning.recipe,
            images=self.learning.images,
            seed=settings.seed,
            size=settings.size,
            precision=self.learning.precision,
            checkpoint_every=self.learning.every,
            mapping_layers=0,
        )
        self._learned = False
        self._drawn: dict[tuple[int, int], tuple[np.ndarray, np.ndarray]] = {}  # by moment, block

    def about(self) -> dict[str, Any]:
        """What images depend on beside the settings: the recipe and the existing faces."""
        return {"training": asdict(self.training), "source_fingerprint": self.source.fingerprint}

    def stage(self, index: int) -> dict[str, int]:
        """At which moment image `index` is drawn, in images shown to the GAN by then."""
        return {"learned_from": (index % self.learning.moments + 1) * self.learning.every}

    def images(self, start: int, stop: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Images `start` … `stop` − 1, as `Maker.images` has them."""
        self._learn()
        size, wanted = self.settings.size, [self._place(index) for index in range(start, stop)]
        self._draw_all({(moment, block) for moment, block, _ in wanted})
        images = np.empty((stop - start, size, size, 3), np.uint8)
        finite = np.empty(stop - start, bool)
        for row, (moment, block, place) in enumerate(wanted):
            images[row], finite[row] = (drawn[place] for drawn in self._drawn[moment, block])
        return images, finite, self.sources(start, stop)

    def _place(self, index: int) -> tuple[int, int, int]:
        """Where image `index` is drawn: its moment, its block there, and its place in the block."""
        number, moment = divmod(index, self.learning.moments)
        return moment, *divmod(number, BLOCK)

    def _draw_all(self, wanted: set[tuple[int, int]]) -> None:
        """Draw the blocks (moment, number) that are not there, and forget older ones of theirs."""
        missing = sorted(wanted - self._drawn.keys())
        if not missing:
            return
        moments = {moment for moment, _ in wanted}
        kept = {at: b for at, b in self._drawn.items() if at in wanted or at[0] not in moments}
        _ = self._faces  # read once, before the threads ask for it
        with one_thread(), ThreadPoolExecutor(self.learning.threads) as threads:
            drawn = threads.map(self._draw, *zip(*missing, strict=True))
            self._drawn = kept | dict(zip(missing, drawn, strict=True))

    def sources(self, start: int, stop: int) -> np.ndarray:
        """Which existing faces images `start` … `stop` − 1 combine: int64 `(N, k)`."""
        number, moment = np.divmod(np.arange(start, stop), self.learning.moments)
        return self._picked(moment * APART + number)

    def _picked(self, numbers: np.ndarray) -> np.ndarray:
        return pick_faces(self.settings.seed, numbers, self.scheme.faces, self.existing)

    def _draw(self, moment: int, block: int) -> tuple[np.ndarray, np.ndarray]:
        """A whole block of a moment's images, and which are finite."""
        combiner = load_combiner(weights_at(self.folder, moment + 1))
        return quantize(combiner.draw(self.layers(combiner, moment, block)).numpy())

    def layers(self, combiner: FaceCombiner, moment: int, block: int) -> torch.Tensor:
        """The styles of a whole block of a moment's images, one for each layer: (64, layers, w).

        combiner: the GAN of that moment; the first one is 0.
        """
        picked = self._picked(moment * APART + block * BLOCK + np.arange(BLOCK))
        faces = torch.from_numpy(self._faces[picked.ravel()])
        styles = combiner.encode(faces).unflatten(0, picked.shape)
        return self.scheme.combine(styles, combiner.layers, self.settings.alpha)

    @cached_property
    def _faces(self) -> np.ndarray:
        return self.source.load(np.arange(self.existing))

    def _learn(self) -> None:
        """Train, unless every moment is there."""
        if self._learned:
            return
        before = torch.get_num_threads()
        torch.set_num_threads(self.learning.threads)
        try:
            moments = self.learning.moments
            train_moments(self.source, self.training, self.folder, moments, self.progress)
        finally:
            torch.set_num_threads(before)
        self._learned = True
