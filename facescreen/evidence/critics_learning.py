"""Labeled images drawn while a GAN learned, judged by the critic that learned beside it.

The two trainings of the pool "learning_test" are trained again, which one thread does to the last
bit, and the critic of each moment is kept. What is redrawn has to equal what was labeled.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch

from facescreen.evidence.critic_measures import Fresh, Judged, logits_of, told_apart
from facescreen.faces import portraits
from facescreen.gan.checkpoints import load_combiner
from facescreen.gan.inside import active_units
from facescreen.gan.models import BLOCK
from facescreen.gan.moments import critic_at, load_critic, train_moments, weights_at
from facescreen.generation import GenerationSettings, LearningMaker, one_thread
from facescreen.images import pixels_checksum, quantize
from facescreen.labels import ReferencePool, ReferenceSetError
from facescreen.labels.drawing import DRAWN

FRESH_BLOCKS = 2  # of each moment, drawn anew: 128 images that nobody labeled
REAL, REAL_SEED = 256, 121  # new portraits of the setting that the GAN learned


def while_learning(
    pool: ReferencePool, work: Path, progress: bool = True
) -> tuple[Judged, dict[str, Any]]:
    """Every image of a pool as its own moment's critic and generator judge it, and what is known.

    work: where the GANs learn, or have learned. Raises ReferenceSetError where an image comes out
    otherwise than it was labeled.
    """
    real = portraits(REAL, 64, REAL_SEED, setting="bright")
    parts, card = [], {}
    with one_thread():
        for run, settings in enumerate(DRAWN[pool.name]):
            maker = _learned(settings, work / pool.name / str(settings.seed), progress)
            moments = list(_moments(maker, real))
            judged, held_out = zip(*moments, strict=True)
            ordered = Judged.by_turns(judged, settings.count)
            numbers = np.arange(settings.count) * len(DRAWN[pool.name]) + run
            _check_same(pool, numbers, ordered)
            parts.append(ordered.at(numbers))
            card[f"seed {settings.seed}"] = told_apart(held_out)
    return Judged.concatenate(parts).sorted(), card


def _learned(settings: GenerationSettings, folder: Path, progress: bool) -> LearningMaker:
    maker = LearningMaker(settings, folder, progress)
    moments = maker.learning.moments
    train_moments(maker.source, maker.training, folder, moments, progress, critics=True)
    return maker


def _moments(maker: LearningMaker, real: np.ndarray) -> Iterator[tuple[Judged, Fresh]]:
    """A moment after the other: its block of labeled images judged, and fresh ones beside them."""
    for moment in range(maker.learning.moments):
        combiner = load_combiner(weights_at(maker.folder, moment + 1))
        critic = load_critic(critic_at(maker.folder, moment + 1))
        blocks = [maker.layers(combiner, moment, block) for block in range(1 + FRESH_BLOCKS)]
        styles = torch.cat(blocks)
        floats, active = combiner.draw(styles).numpy(), active_units(combiner, styles).numpy()
        images, _ = quantize(floats)
        saved = images.astype(np.float32) / 127.5 - 1
        fresh = Fresh(
            made=logits_of(critic, floats[BLOCK:]),
            real=logits_of(critic, real.astype(np.float32) / 127.5 - 1),
            styles=styles[BLOCK:].numpy(),
            active=active[BLOCK:],
        )
        judged = Judged.of(
            logits_of(critic, floats[:BLOCK]), logits_of(critic, saved[:BLOCK]),
            styles[:BLOCK].numpy(), active[:BLOCK], fresh, images[:BLOCK],
        )  # fmt: skip
        yield judged, fresh


def _check_same(pool: ReferencePool, numbers: np.ndarray, judged: Judged) -> None:
    for number, image in zip(numbers, judged.images, strict=True):
        if pixels_checksum(image) != pixels_checksum(pool.images[number]):
            raise ReferenceSetError(
                f"{pool.names[number]} came out otherwise than it was labeled: this machine does "
                "not train as the one did that drew it, and its critics are others"
            )
