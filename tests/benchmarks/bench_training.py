"""Training speed beside the loop of PyTorch's DCGAN tutorial, by instruction set, and its floor.

    python tests/benchmarks/bench_training.py
    python tests/benchmarks/bench_training.py --faces 3   # minutes: what a recipe draws after them

The loops have the same networks, batch and threads. `--faces` trains a recipe from nothing and
measures what it draws (KID, density, coverage; see `facescreen.quality`).
"""

import itertools
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from convolution_floor import passes, product_rate, step_operations, step_seconds
from side_by_side import arguments, compared, record, this_machine
from torch import nn
from torchvision import datasets, transforms

from facescreen.faces import open_source, portraits
from facescreen.gan.batches import FaceArray, batch_of_faces
from facescreen.gan.combine import noise_for
from facescreen.gan.dcgan import DcganCritic, DcganGenerator
from facescreen.gan.recipes import RECIPES, recipe_named, trainer_for
from facescreen.gan.speed import fastest, seconds_per_step
from facescreen.images import contact_sheet, quantize, save_png

BATCH, NOISE, WIDTH, SIZE = 64, 100, 32, 64
FILES, SECONDS = 512, 4.0

# Processor's flag -> what oneDNN calls the most that it may use, and the precision it then has.
LEVELS = {
    "": ("SSE41", "float32"),
    "avx2": ("AVX2", "float32"),
    "avx512f": ("AVX512_CORE", "float32"),
    "avx512_bf16": ("AVX512_CORE_BF16", "bfloat16"),
    "amx_bf16": ("AVX512_CORE_AMX", "bfloat16"),
}


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


def loops(rounds: int) -> list[dict]:
    """Images a second of the three loops, and of our step's convolutions by themselves."""
    rates: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        batches = itertools.chain.from_iterable(
            itertools.repeat(loader_of(photographs(Path(folder))))
        )
        tutorial, source = Tutorial(), open_source(f"folder:{folder}", SIZE)
        settings = fastest(recipe_named("dcgan"), "cpu")
        ours, faces = trainer_for(settings), FaceArray(source, SIZE)
        random, kept = torch.Generator().manual_seed(0), next(batches)[0]
        steps = {
            "tutorial, with its loader": lambda: tutorial.step(next(batches)[0]),
            "tutorial, one batch kept": lambda: tutorial.step(kept),
            "ours": lambda: ours.step(batch_of_faces(faces, settings, ours.steps), random),
        }
        dtype, found = getattr(torch, settings.precision), passes(ours)
        for _ in range(rounds):
            for name, step in steps.items():
                rates.setdefault(name, []).append(rate(step, SECONDS))
            floors = step_seconds(found, dtype), step_operations(found) / product_rate(dtype)
            for name, seconds in zip(FLOORS, floors, strict=True):
                rates.setdefault(name, []).append(BATCH / seconds)
    layout = "channels last" if settings.channels_last else "channels first"
    print(f"ours: {settings.precision}, {layout}, {torch.get_num_threads()} threads")
    case = f"DCGAN, {SIZE} px, {settings.precision}"
    return compared("training", case, rates, "images/s", "tutorial, with its loader")


FLOORS = ("floor: our convolutions alone", "floor: as one matrix product")


def by_instructions(rounds: int) -> list[dict]:
    """Images a second of our step where oneDNN may use no more than each instruction set."""
    there = this_machine()["instructions"]
    usable = [way for flag, way in LEVELS.items() if not flag or flag in there]
    if len(usable) < 2:  # a processor of another kind, or one that does not tell
        return []
    rates: dict[str, list[float]] = {", ".join(way): [] for way in usable}
    for _ in range(min(rounds, 2)):  # a process each, which loads torch
        for way in usable:
            rates[", ".join(way)].append(in_a_process(*way))
    case = f"DCGAN, {SIZE} px, by instruction set"
    return compared("training", case, rates, "images/s", next(iter(rates)))


def in_a_process(level: str, precision: str) -> float:
    """One of these rates; what oneDNN may use is settled as a process begins."""
    words = [sys.executable, __file__, "--step", precision]
    limit = {**os.environ, "ONEDNN_MAX_CPU_ISA": level}
    return float(subprocess.run(words, env=limit, check=True, capture_output=True).stdout)


def faces_in(minutes: float, recipe: str = "quick") -> None:
    """Train for so many minutes, print how good the faces are, and keep a sheet of them."""
    from facescreen.quality import COUNT, HELD_OUT_SEED, RECOGNIZABLE_KID, measure_quality

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


def main() -> None:
    if "--step" in sys.argv:
        settings = replace(recipe_named("dcgan"), precision=sys.argv[-1])
        print(BATCH / seconds_per_step(settings, "cpu"))
    elif "--faces" in sys.argv:
        faces_in(float(sys.argv[-1]))
    else:
        options = arguments(__doc__)
        rows = loops(max(3, options.rounds // 2)) + by_instructions(options.rounds)
        record("training", rows, options.out)


if __name__ == "__main__":
    main()
