"""A rule that workers of a cluster can import, and what it does to one of them."""

import os
import signal
from pathlib import Path

import numpy as np
from tiny_run import Third


class EndsItsWorker(Third):
    """Breaks about every third image; for once ends the worker beside whose process it judges."""

    marker: Path | None = None  # where it notes that it did

    def __repr__(self) -> str:
        return "EndsItsWorker()"

    def __call__(self, images: np.ndarray, finite: np.ndarray):
        if self.marker is not None and not self.marker.exists():
            self.marker.write_text(str(os.getppid()))
            os.kill(os.getppid(), signal.SIGKILL)
        return super().__call__(images, finite)
