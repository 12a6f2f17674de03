"""Every screen of the package on the same images: which of them is slow.

    python tests/benchmarks/bench_screens.py

Rates are of images that are in memory already, one thread; critics and features are networks of the
size that the package ships or trains.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from side_by_side import arguments, compared, record, take_turns

from facescreen.faces import portraits
from facescreen.gan.networks import Critic
from facescreen.kinds.classifiers import asked
from facescreen.quality.features import shipped_features
from facescreen.screening import MultiColorRule, PortraitJudge, SignsRule, SingleColorRule
from facescreen.screening.neighbors import realism

COUNT, REAL = 1_024, 512


@torch.inference_mode()
def scored(critic: torch.nn.Module, images: np.ndarray) -> np.ndarray:
    """Scores by blocks, as the generating loop hands images on."""
    x = torch.from_numpy(images).permute(0, 3, 1, 2)
    return torch.cat([critic(block.float() / 127.5 - 1) for block in x.split(64)]).numpy()


def screens(real: np.ndarray) -> dict[str, Callable[[np.ndarray], object]]:
    """Each screen by name, ready to be called."""
    judge, features = PortraitJudge.fit(real), shipped_features()
    seen = features(real)
    critic = Critic(64, 24).to(memory_format=torch.channels_last).eval()
    return {
        "single color": SingleColorRule(),
        "multi color": MultiColorRule(),
        "single or multi color": SingleColorRule() | MultiColorRule(),
        "signs": SignsRule(),
        "portrait judge": judge,
        "a critic's scores": partial(scored, critic),
        "kinds, by a network": partial(asked, names=["network, real"]),
        "kinds, by signs": partial(asked, names=["signs, real"]),
        f"realism among {REAL}": lambda images: realism(seen, features(images)),
    }


def main() -> None:
    options = arguments(__doc__)
    torch.set_num_threads(1)
    images, real = portraits(COUNT, 64, seed=1), portraits(REAL, 64, seed=2)
    works = {name: partial(screen, images) for name, screen in screens(real).items()}
    rates = take_turns(works, COUNT, max(3, options.rounds // 2))
    case = f"{COUNT:,} images, 64 px"
    record("screens", compared("screens", case, rates, "images/s", "multi color"), options.out)


if __name__ == "__main__":
    main()
