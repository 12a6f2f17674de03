"""Labeled images of the finished generator, judged by a critic that is trained afterwards.

The critic that the shipped model learned from is relativistic, known up to a constant only, and not
shipped. So a new one learns to tell new portraits from new images of the frozen generator, by eq. 1
(Azadi et al. 2019, section 3, train D further in the same way while G stays as it is).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from facescreen.evidence.critic_measures import Fresh, Judged, logits_of, told_apart
from facescreen.faces import portraits
from facescreen.gan.inside import active_units
from facescreen.gan.losses import binary_critic
from facescreen.gan.networks import Critic
from facescreen.generation import FaceMaker, GenerationSettings, one_thread
from facescreen.labels import ReferencePool
from facescreen.labels.drawing import DRAWN

TRAINED, HELD_OUT = 6144, 1024  # images of either kind
PASSES, BATCH = 3, 64  # over the images; of either kind
WIDTH, RATE = 24, 5e-4
REAL_SEED, MADE_SEED, SEED = 122, 60, 0  # of portraits, of picks, of the critic


def finished(pool: ReferencePool) -> tuple[Judged, dict[str, Any]]:
    """Every image of a pool as a fresh critic and the generator judge it, and what is known."""
    with one_thread():
        maker = FaceMaker(GenerationSettings(seed=MADE_SEED))
        made, _, _ = maker.images(0, TRAINED + HELD_OUT)
        real = portraits(TRAINED + HELD_OUT, 64, REAL_SEED)
        critic = trained_critic(real[:TRAINED], made[:TRAINED])
        styles = maker.layers(TRAINED, maker.sources(TRAINED, TRAINED + HELD_OUT))
        fresh = Fresh(
            made=logits_of(critic, as_seen(made[TRAINED:])),
            real=logits_of(critic, as_seen(real[TRAINED:])),
            styles=styles.numpy(),
            active=active_units(maker.combiner, styles).numpy(),
        )
        return _judged(pool, critic, fresh), {"finished": told_apart([fresh])}


def as_seen(images: np.ndarray) -> np.ndarray:
    """uint8 (N, H, W, 3) as a critic sees them: float32 in [-1, 1]."""
    return images.astype(np.float32) / 127.5 - 1


def trained_critic(
    real: np.ndarray, made: np.ndarray, passes: int = PASSES, seed: int = SEED
) -> Critic:
    """A critic that learned to tell uint8 (N, 64, 64, 3) apart, as many of either kind."""
    torch.manual_seed(seed)
    critic = Critic(real.shape[1], WIDTH).to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(critic.parameters(), RATE, (0.5, 0.99))
    rng = np.random.default_rng(seed)
    for _ in range(passes):
        orders = [rng.permutation(len(x)) for x in (real, made)]
        for start in range(0, len(real) - BATCH + 1, BATCH):
            rows = [x[order[start : start + BATCH]] for x, order in
                    zip((real, made), orders, strict=True)]  # fmt: skip
            both = np.concatenate(rows)
            flip = rng.random(len(both)) < 0.5
            both[flip] = both[flip, :, ::-1]
            scores = critic(torch.from_numpy(as_seen(both)).permute(0, 3, 1, 2))
            optimizer.zero_grad(set_to_none=True)
            binary_critic(scores[:BATCH], scores[BATCH:]).backward()
            optimizer.step()
    return critic.eval().requires_grad_(False)


def _judged(pool: ReferencePool, critic: Critic, fresh: Fresh) -> Judged:
    (settings,) = DRAWN[pool.name]
    maker = FaceMaker(settings)
    count = len(pool)
    styles = maker.layers(0, maker.sources(0, count))
    logits = logits_of(critic, as_seen(pool.images))
    active = active_units(maker.combiner, styles).numpy()
    return Judged.of(logits, logits, styles.numpy(), active, fresh, pool.images)
