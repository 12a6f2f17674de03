"""Training speed beside the DCGAN tutorial's loop, and faces within three minutes.

    python tests/benchmarks/bench_training.py [speed] [faces] [MINUTES]

`speed`: images/s of the loop in PyTorch's DCGAN tutorial and of ours, with the same networks, batch
and threads, taking turns in one run. `faces`: train a recipe for three minutes from nothing and
measure what it draws (KID, density, coverage; see `facescreen.quality`). Both, unless one is named.
"""

import itertools
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torchvision import datasets, transforms

from facescreen.faces import open_source, portraits
from facescreen.gan.batches import FaceArray, batch_of_faces
from facescreen.gan.combine import noise_for
from facescreen.gan.dcgan import DcganCritic, DcganGenerator
from facescreen.gan.recipes import RECIPES, recipe_named, trainer_for
from facescreen.gan.speed import fastest
from facescreen.images import contact_sheet, quantize, save_png
from facescreen.quality import COUNT, HELD_OUT_SEED, RECOGNIZABLE_KID, measure_quality

BATCH, NOISE, WIDTH, SIZE = 64, 100, 32, 64
FILES, SECONDS, ROUNDS = 512, 10.0, 3


def photographs(folder: Path) -> Path:
    """A folder in the layout and size of CelebA's aligned faces: JPEG files of 178×218."""
    from PIL import Image

    (folder / "faces").mkdir()
    for index, face in enumerate(portraits(FILES, 218, seed=1)):
        photo = Image.fromarray(face).crop((20, 0, 198, 218))
        photo.save(folder / "faces" / f"{index:06d}.jpg", quality=95)
    return folder


def loader_of(folder: Path) -> torch.utils.data.DataLoader:
    """The tutorial's loader: decode, resize, crop and normalize each time, in two workers."""
    steps = [
        transforms.Resize(SIZE),
        transforms.CenterCrop(SIZE),
        transforms.ToTensor(),
        transforms.Normalize((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
    ]
    data = datasets.ImageFolder(str(folder), transforms.Compose(steps))
    return torch.utils.data.DataLoader(
        data, BATCH, shuffle=True, num_workers=2, drop_last=True, persistent_workers=True
    )


class Tutorial:
    """The loop of PyTorch's DCGAN tutorial, written down from its description, on our networks."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.generator = DcganGenerator(SIZE, WIDTH, NOISE)
        self.critic = nn.Sequential(DcganCritic(SIZE, WIDTH), nn.Sigmoid())
        self.criterion = nn.BCELoss()
        self.critic_steps, self.generator_steps = (
            torch.optim.Adam(network.parameters(), lr=2e-4, betas=(0.5, 0.999))
            for network in (self.critic, self.generator)
        )

    def step(self, real: torch.Tensor) -> None:
        """One batch: the critic on real images, on generated ones, then the generator."""
        label = torch.full((len(real),), 1.0)
        self.critic.zero_grad()
        output = self.critic(real)
        error_real = self.criterion(output, label)
        error_real.backward()
        output.mean().item()
        made = self.generator(torch.randn(len(real), NOISE))
        label.fill_(0.0)
        output = self.critic(made.detach())
        error_made = self.criterion(output, label)
        error_made.backward()
        output.mean().item()
        (error_real + error_made).item()
        self.critic_steps.step()
        self.generator.zero_grad()
        label.fill_(1.0)
        error = self.criterion(self.critic(made), label)
        error.backward()
        error.item()
        self.generator_steps.step()


def rate(step, seconds: float) -> float:
    """Images per second of `step()` over at least so many seconds, after one not timed."""
    step()
    started, steps = time.perf_counter(), 0
    while time.perf_counter() - started < seconds:
        step()
        steps += 1
    return BATCH * steps / (time.perf_counter() - started)


def speed() -> None:
    """Print the rates of the three loops and their ratios, as medians over rounds."""
    with tempfile.TemporaryDirectory() as folder:
        batches = itertools.chain.from_iterable(
            itertools.repeat(loader_of(photographs(Path(folder))))
        )
        tutorial, source = Tutorial(), open_source(f"folder:{folder}", SIZE)
        settings = fastest(recipe_named("dcgan"), "cpu")
        ours, faces = trainer_for(settings), FaceArray(source, SIZE)
        random, kept = torch.Generator().manual_seed(0), next(batches)[0]
        loops = {
            "tutorial, with its loader": lambda: tutorial.step(next(batches)[0]),
            "tutorial, one batch kept": lambda: tutorial.step(kept),
            "facescreen": lambda: ours.step(batch_of_faces(faces, settings, ours.steps), random),
        }
        rates = {name: [] for name in loops}
        for _ in range(ROUNDS):
            for name, step in loops.items():
                rates[name].append(rate(step, SECONDS))
    print(f"DCGAN of width {WIDTH}, batch {BATCH}, {torch.get_num_threads()} threads, ", end="")
    print(f"{settings.precision}, channels last: {settings.channels_last}")
    base = np.median(rates["tutorial, with its loader"])
    for name, values in rates.items():
        print(f"{name:28}{np.median(values):7.1f} images/s  ×{np.median(values) / base:.2f}")


def faces_in(minutes: float, recipe: str = "quick") -> None:
    """Train for so many minutes, print how good the faces are, and keep a sheet of them."""
    settings = replace(fastest(RECIPES[recipe], "cpu"), images=10**9)
    faces = FaceArray(open_source("portraits", SIZE), SIZE)
    started, random = time.perf_counter(), torch.Generator().manual_seed(0)
    trainer = trainer_for(settings)
    while time.perf_counter() - started < 60 * minutes:
        trainer.step(batch_of_faces(faces, settings, trainer.steps), random)
    taken = time.perf_counter() - started
    print(f"{recipe}: {trainer.images} images in {taken:.0f} s, {trainer.images / taken:.0f}/s")
    noise = noise_for(0, np.arange(COUNT), trainer.averaged.noise)
    images, _ = quantize(trainer.averaged.draw_from_noise(torch.from_numpy(noise)).numpy())
    quality = measure_quality(images, portraits(COUNT, SIZE, HELD_OUT_SEED))
    verdict = "recognizable" if quality.recognizable else "not recognizable"
    print(f"{quality}: {verdict} (KID at most {RECOGNIZABLE_KID})")
    sheet = Path("build") / "three_minutes.png"
    sheet.parent.mkdir(exist_ok=True)
    save_png(sheet, contact_sheet(images[:64], columns=16))
    print(f"a sheet of the first 64 is in {sheet}")


if __name__ == "__main__":
    words = sys.argv[1:]
    if not words or "speed" in words:
        speed()
    if not words or "faces" in words:
        faces_in(next((float(w) for w in words if w.replace(".", "").isdigit()), 3.0))
