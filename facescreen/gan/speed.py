"""Where and how training runs fastest on this machine: asked of the machine, not assumed."""

import ctypes
import sys
import time
from dataclasses import replace

import torch

from facescreen.gan.recipes import trainer_for
from facescreen.gan.trainer import TrainingSettings

MARGIN = 1.15  # another way is taken only where it is faster by more than a short timing errs
STEPS, REPEATS = 2, 3

# From glibc's malloc.h; 32 MiB is the most that its second option takes.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3


def choose_device(wanted: str = "auto") -> str:
    """ "cuda", "mps" or "cpu": the wanted one, or the first of them that is there."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if wanted == "auto":
        return next((name for name, is_there in there.items() if is_there), "cpu")
    if wanted not in (*there, "cpu"):
        raise ValueError(f"no device {wanted!r}; there are auto, cpu, cuda and mps")
    if not there.get(wanted, True):
        raise ValueError(f"this machine offers torch no {wanted}; use cpu")
    return wanted


def has_bfloat16(device: str) -> bool:
    """Whether the hardware multiplies bfloat16; a CPU without it emulates that slowly."""
    if device == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    flags = (torch.cpu._is_avx512_bf16_supported, torch.cpu._is_amx_tile_supported)
    return device == "cpu" and any(flag() for flag in flags)


def keep_freed_memory() -> bool:
    """Let this process keep memory that it frees, for the next step to use; False where it cannot.

    A step frees hundreds of megabytes and the next one asks for them again. glibc hands them back
    to the system in between, which clears every page anew: a fifth of a step's time.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    options = {M_TRIM_THRESHOLD: 2**31 - 1, M_MMAP_THRESHOLD: 32 << 20}
    return mallopt is not None and all(mallopt(name, value) for name, value in options.items())


def seconds_per_step(settings: TrainingSettings, device: str) -> float:
    """The fastest of a few timings of a few steps, after one that is not timed."""
    trainer = trainer_for(settings, device)
    layout = torch.channels_last if settings.channels_last else torch.contiguous_format
    faces = torch.zeros(settings.batch, 3, settings.size, settings.size, device=device)
    faces = faces.contiguous(memory_format=layout)
    random = torch.Generator().manual_seed(0)
    trainer.step(faces, random)
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        for _ in range(STEPS):
            trainer.step(faces, random)  # reads its losses, so it waits for the device
        times.append((time.perf_counter() - started) / STEPS)
    return min(times)


def fastest(settings: TrainingSettings, device: str) -> TrainingSettings:
    """The settings with the memory layout and precision that run fastest here.

    float32 with channels last, the fastest on most machines, stays unless another way beats it by
    `MARGIN`; bfloat16 is tried where the hardware has it.
    """
    keep_freed_memory()
    ways = [{"channels_last": True}, {"channels_last": False}]
    if has_bfloat16(device):
        ways += [{**way, "precision": "bfloat16"} for way in ways]
    times = [seconds_per_step(replace(settings, **way), device) for way in ways]
    best = min(range(len(ways)), key=times.__getitem__)
    return replace(settings, **ways[best if times[best] * MARGIN < times[0] else 0])
