"""Train the designer of outfits: rendered pairs in, a checkpoint with its card out.

    python -m facescreen.outfits.training --out data/models/outfits64.safetensors

Nobody tells it the rule of `harmony.py`: it sees pairs that go together, and its critic also sees
each upper part of a batch with the lower parts of all others, which count as made up (Reed et al.,
"Generative adversarial text to image synthesis", 2016; Yoo et al., "Pixel-level domain transfer",
2016). A third of these go together by chance; the critic has to live with it. The batch of a step
and all that is random in it come from (seed, step).
"""

from __future__ import annotations

import argparse
import math
import shlex
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from tqdm import tqdm

import facescreen
from facescreen.gan.batches import batch_indices
from facescreen.gan.cards import machine
from facescreen.gan.losses import LOSSES, zero_centered_penalty
from facescreen.gan.speed import keep_freed_memory
from facescreen.outfits.designer import (
    OutfitGan,
    as_floats,
    save_outfit_gan,
)
from facescreen.outfits.garments import Pictures, outfit_pictures

LOSS = LOSSES["relativistic"]
ASKED = {  # what of the settings the command line takes, and names in a card
    "images": "outfits shown",
    "seed": "of the weights, the batches and the noise",
    "learning_rate": "at the first step",
    "penalty": "weight of the critic's gradient",
    "averaging": "decay of the moving average, per step",
    "variety": "weight of the loss of rolls that look alike",
    "variety_from": "outfits shown before it sets in",
    "apart": "how far rolls should lie apart, as a share of different lower parts",
}
DATA_SEED = 500  # of the outfits learned from; HELD_OUT is of those it is measured on


@dataclass(frozen=True)
class OutfitSettings:
    """How the designer is trained. Lengths are in outfits shown."""

    images: int = 48_000  # over which the learning rate falls
    seed: int = 0
    outfits: int = 4_000  # different ones, of DATA_SEED
    batch: int = 16
    mismatched: float = 1.0  # weight of pairs from different outfits in the critic's loss
    variety: float = 1.0  # weight of the loss of rolls that look alike
    variety_from: int = 12_000  # outfits shown before it sets in: first learn to draw
    apart: float = 0.4  # how far rolls should lie apart, as a share of different lower parts
    learning_rate: float = 1e-3
    last_learning_rate: float = 1e-4  # reached along a half cosine
    betas: tuple[float, float] = (0.0, 0.99)
    penalty: float = 0.1
    penalty_every: int = 4  # steps; it counts that much more when it comes
    averaging: float = 0.998  # decay of the moving average of both players' weights, per step
    style: int = 64
    noise: int = 16
    encoder_width: int = 8
    generator_width: int = 16
    critic_width: int = 12

    @property
    def architecture(self) -> dict[str, int]:
        """What `OutfitGan` is built from."""
        names = ("style", "noise", "encoder_width", "generator_width", "critic_width")
        return {name: getattr(self, name) for name in names}


class Game:
    """Both players, their optimizers and their moving average; `step` is one batch."""

    def __init__(self, settings: OutfitSettings) -> None:
        self.settings, self.steps = settings, 0
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)
            self.players, self.averaged = (OutfitGan(settings.architecture) for _ in range(2))
        self.averaged.load_state_dict(self.players.state_dict())
        self.averaged.eval().requires_grad_(False)
        self.optimizers = {
            name: torch.optim.Adam(
                getattr(self.players, name).parameters(), settings.learning_rate, settings.betas
            )
            for name in ("designer", "critic")
        }

    def step(self, uppers: Tensor, lowers: Tensor, random: torch.Generator) -> dict[str, float]:
        """One update of each player on true pairs; returns the losses."""
        critic, designer, settings = self.players.critic, self.players.designer, self.settings
        made = designer(uppers, torch.randn(len(uppers), designer.noise, generator=random))
        code, true = critic.codes_of_uppers(uppers), critic.codes_of_lowers(lowers)
        every = critic.score_all(code, true)
        real, fake = every.diagonal(), critic.score(code, critic.codes_of_lowers(made))
        judged = LOSS.critic(real, fake) + settings.mismatched * others_loss(every)
        loss = judged + self._penalty(uppers, lowers, made.detach(), random)
        drawn, alike = LOSS.generator(real.detach(), fake), torch.zeros(())
        if self.steps * settings.batch >= settings.variety_from:
            again = torch.randn(len(uppers) // 2, designer.noise, generator=random)
            second = designer(uppers[: len(again)], again)
            alike = alike_loss(made[: len(again)], second, lowers, settings.apart)
        self._take({"critic": loss, "designer": drawn + settings.variety * alike})
        self._average()
        return {"critic": judged.item(), "designer": drawn.item(), "alike": alike.item()}

    def _penalty(
        self, uppers: Tensor, lowers: Tensor, made: Tensor, random: torch.Generator
    ) -> Tensor | float:
        if self.steps % self.settings.penalty_every:
            return 0.0
        pairs = [torch.cat([uppers, parts], dim=1) for parts in (lowers, made)]
        squared = zero_centered_penalty(self.players.critic, *pairs, random)
        return squared * self.settings.penalty * self.settings.penalty_every

    def _take(self, losses: dict[str, Tensor]) -> None:
        """Both players move at once, each down its own loss."""
        settings = self.settings
        share = min(1.0, self.steps * settings.batch / settings.images)
        last = settings.last_learning_rate
        rate = last + (settings.learning_rate - last) * (1 + math.cos(math.pi * share)) / 2
        for player, loss in losses.items():
            self.optimizers[player].zero_grad(set_to_none=True)
            loss.backward(inputs=list(getattr(self.players, player).parameters()),
                          retain_graph=player == "critic")  # fmt: skip
        for optimizer in self.optimizers.values():
            optimizer.param_groups[0]["lr"] = rate
            optimizer.step()

    @torch.no_grad()
    def _average(self) -> None:
        self.steps += 1
        decay = min(self.settings.averaging, (1 + self.steps) / (10 + self.steps))
        ours, theirs = list(self.averaged.parameters()), list(self.players.parameters())
        torch._foreach_lerp_(ours, theirs, 1 - decay)


def others_loss(scores: Tensor) -> Tensor:
    """The critic's loss of mismatched pairs; `scores` `(N, N)`: upper parts are rows.

    Beside every upper part its own lower part, on the diagonal, should score above all the others.
    """
    others = ~torch.eye(len(scores), dtype=torch.bool)
    own = scores.diagonal()[:, None].expand_as(scores)
    return LOSS.critic(own[others], scores[others])


def alike_loss(one: Tensor, other: Tensor, lowers: Tensor, apart: float) -> Tensor:
    """How much too alike two rolls for the same upper parts are: 0, far enough apart, to 1, equal.

    Without it the designer learns to ignore its noise: one safe answer pleases the critic as well
    (Mao et al., "Mode seeking generative adversarial networks", 2019). Compared at 8 × 8 pixels,
    so that cut and color have to differ, and no further than `apart` of what true `lowers` do.
    """
    small = [F.avg_pool2d(parts, 8) for parts in (one, other, lowers)]
    true = (small[2] - small[2].roll(1, 0)).abs().mean()
    away = (small[0] - small[1]).abs().mean(dim=(1, 2, 3))
    return F.relu(1 - away / (apart * true)).mean()


def train_designer(
    settings: OutfitSettings,
    pictures: Pictures | None = None,
    progress: bool = True,
    watch: Callable[[Game, dict[str, float]], Any] | None = None,
) -> OutfitGan:
    """Train both players and return their moving averages; `watch` is told of every step.

    pictures: the outfits to learn from; None: `settings.outfits` of DATA_SEED.
    """
    keep_freed_memory()
    pictures = pictures or outfit_pictures(settings.outfits, DATA_SEED)
    game = Game(settings)
    for step in tqdm(range(settings.images // settings.batch), disable=not progress):
        rows = batch_indices(len(pictures.uppers), settings.batch, settings.seed, step)
        random = torch.Generator().manual_seed(settings.seed * 2**32 + step)
        losses = game.step(*(as_floats(parts[rows]) for parts in pictures), random)
        if watch:
            watch(game, losses)
    return game.averaged


def main_train_outfits(out: Path, threads: int | None = None, **given: Any) -> OutfitGan:
    """Train, save at `out` with a card, say in one line what came of it.

    given: of `OutfitSettings`; None stands for the default. Sums in another order round otherwise,
    so the same weights come out only with the same number of `threads`; the command names it.
    """
    torch.set_num_threads(threads or torch.get_num_threads())
    settings = OutfitSettings(**{name: n for name, n in given.items() if n is not None})
    started = time.process_time()
    gan = train_designer(settings)
    minutes = (time.process_time() - started) / 60
    gan = save_outfit_gan(gan, Path(out), outfit_card(settings, minutes, out))
    print(f"{out}: {settings.images} outfits shown in {minutes:.1f} core-minutes")
    return gan


def outfit_card(settings: OutfitSettings, minutes: float, out: Path) -> dict[str, Any]:
    """What a reader needs to judge the designer, and to make it again."""
    command = "python -m facescreen.outfits.training"
    for name in ASKED:
        command += f" --{name.replace('_', '-')} {getattr(settings, name):g}"
    command += f" --threads {torch.get_num_threads()} --out {shlex.quote(str(out))}"
    return {
        "what": "designer of outfits and its critic, moving averages of the weights, float16",
        "command": command,
        "data": {"source": "outfits", "seed": DATA_SEED, "outfits": settings.outfits},
        "settings": asdict(settings),
        "images": settings.images,
        "minutes": round(minutes, 1),
        "minutes of": "one core's time, rendering included",
        "machine": machine("cpu"),
        "facescreen": facescreen.__version__,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line of this module."""
    parser = argparse.ArgumentParser(description="Train the designer of outfits.")
    parser.add_argument("--out", type=Path, required=True, help="file for the weights")
    parser.add_argument("--threads", type=int, help="of torch")
    for name, what in ASKED.items():
        kind = type(getattr(OutfitSettings, name))
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind, help=what)
    main_train_outfits(**vars(parser.parse_args(arguments)))


if __name__ == "__main__":
    main()
