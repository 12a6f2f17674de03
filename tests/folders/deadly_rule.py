"""Rules that worker processes can import, and what some images do to the process."""

import os
import signal
from pathlib import Path

import numpy as np

from facescreen.screening import NoRule, Verdicts

DEADLY = (1, 2, 3)  # the first pixel of an image that ends the process which judges it


def _is_there(images: np.ndarray) -> bool:
    return bool((images[:, 0, 0] == DEADLY).all(axis=1).any())


class Deadly:
    """Ends its process at a deadly image, as a decoder with a fault does."""

    def __call__(self, images: np.ndarray) -> Verdicts:
        if _is_there(images):
            os.kill(os.getpid(), signal.SIGKILL)
        return NoRule()(images)


class DeadlyOnce(Deadly):
    """The same for the first time only, as the system does that runs out of memory."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __call__(self, images: np.ndarray) -> Verdicts:
        if _is_there(images) and not self.marker.exists():
            self.marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return NoRule()(images)


class Faulty:
    """Has a fault of its own, which is not the images'."""

    def __call__(self, images: np.ndarray) -> Verdicts:
        raise KeyError("a fault of the rule")


class Silent(Deadly):
    """Prints, and so do some decoders; its process answers all the same."""

    def __call__(self, images: np.ndarray) -> Verdicts:
        print("a line on standard output", flush=True)
        os.write(1, b"and one past Python")
        return NoRule()(images)


class EndsItsWorker(Deadly):
    """At a deadly image, ends for once the worker of a cluster beside whose process it judges."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __call__(self, images: np.ndarray) -> Verdicts:
        if _is_there(images) and not self.marker.exists():
            self.marker.write_text(str(os.getppid()))
            os.kill(os.getppid(), signal.SIGKILL)
        return NoRule()(images)
