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
from facescreen.generation import LearningMaker, one_thread
from facescreen.images import pixels_checksum, quantize
from facescreen.labels import ReferencePool, ReferenceSetError
from facescreen.labels.drawing import DRAWN

FRESH_BLOCKS = 2  # of each moment, drawn anew: 128 images that nobody labeled
REAL, REAL_SEED = 256, 121  # new portraits of the setting that the GAN learned


def while_learning(
    pool: ReferencePool, work: Path, train: bool = True, progress: bool = True
) -> tuple[Judged, dict[str, Any]]:
    """The images of a pool as their own moments' critics and generators judge them.

    work: where the GANs learn, or have learned. train: False judges the images of those trainings
    alone that lie there whole. With the judged images comes what is known of the critics, by seed.
    Raises ReferenceSetError where an image comes out otherwise than it was labeled.
    """
    real = portraits(REAL, 64, REAL_SEED, setting="bright")
    parts, card = [], {}
    with one_thread():
        for run, settings in enumerate(DRAWN[pool.name]):
            maker = LearningMaker(settings, work / pool.name / str(settings.seed), progress)
            moments = maker.learning.moments
            if train:
                train_moments(maker.source, maker.training, maker.folder, moments, progress, True)
            elif not critic_at(maker.folder, moments).exists():
                continue
            held_out = []
            for moment, judged, fresh in _moments(maker, real):
                index = np.arange(moment, settings.count, moments)  # of the run's images
                numbers = index * len(DRAWN[pool.name]) + run
                parts.append(judged.rows(np.arange(len(index))).at(numbers))
                _check_same(pool, parts[-1])
                held_out.append(fresh)
            card[f"while learning, seed {settings.seed}"] = told_apart(held_out)
    return Judged.concatenate(parts).sorted(), card


def _moments(maker: LearningMaker, real: np.ndarray) -> Iterator[tuple[int, Judged, Fresh]]:
    """Each moment, from 0: its first block of images judged, and fresh ones beside them."""
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
        yield moment, judged, fresh


def _check_same(pool: ReferencePool, judged: Judged) -> None:
    for number, image in zip(judged.number, judged.images, strict=True):
        if pixels_checksum(image) != pixels_checksum(pool.images[number]):
            raise ReferenceSetError(
                f"{pool.names[number]} came out otherwise than it was labeled: this machine does "
                "not train as the one did that drew it, and its critics are others"
            )
