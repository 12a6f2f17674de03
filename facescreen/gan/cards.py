"""The card of a model just trained: what a reader needs to judge it, and to make it again."""

import os
import platform
from dataclasses import asdict
from typing import Any

import torch

import facescreen
from facescreen.faces import FaceSource
from facescreen.gan.trainer import Trainer


def machine(device: str) -> dict[str, Any]:
    """The machine a model was trained on."""
    return {
        "device": torch.cuda.get_device_name() if device == "cuda" else device,
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "architecture": platform.machine(),
        "cpu": torch.backends.cpu.get_cpu_capability(),
        "torch": torch.__version__,
    }


def training_card(trainer: Trainer, source: FaceSource, command: str) -> dict[str, Any]:
    """All but what `save_model` adds."""
    return {
        "what": f"recipe {trainer.settings.recipe}, moving average of the weights, float16",
        "command": command.replace("--images IMAGES", f"--images {trainer.images}", 1),
        "data": {"source": source.name, "fingerprint": source.fingerprint, "faces": len(source)},
        "settings": asdict(trainer.settings),
        "images": trainer.images,
        "minutes": round(trainer.seconds / 60, 1),
        "machine": machine(trainer.device.type),
        "facescreen": facescreen.__version__,
    }
