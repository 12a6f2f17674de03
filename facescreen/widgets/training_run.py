"""A training in a background thread: watched, stopped, waited for. No display."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from facescreen.images import quantize
from facescreen.images.temporary import temporary_folder

if TYPE_CHECKING:
    from facescreen.faces import FaceSource
    from facescreen.gan.trainer import Trainer, TrainingSettings
    from facescreen.gan.training import TrainingResult

READY, LOADING, TRAINING, SAVING = "ready", "loading faces", "training", "finishing and saving"
STOPPED, FINISHED, FAILED = "stopped", "finished", "failed"
SHOWN = 8  # existing faces among the samples of a recipe that takes any
ROWS = ("existing", "drawn again", "mixed")
CHUNK = 128  # faces loaded between two looks at the stop button
RECENT = 50  # steps over which the speed is measured
IN_MEMORY = 1e9  # bytes of faces that are kept, as training does


@dataclass(frozen=True)
class Progress:
    """Where a run is. A new one replaces the old: whoever reads it sees one moment."""

    state: str = READY
    images: int = 0  # existing faces shown so far; while loading, faces loaded
    total: int = 0
    seconds: float = 0.0  # of this run, loading included
    rate: float = 0.0  # images/s over the last steps, samples included
    losses: tuple[tuple[str, float], ...] = ()  # of the last step
    problem: str = ""


class KeptFaces:
    """A source whose faces are loaded in small parts, so that loading can be stopped, and kept."""

    def __init__(self, source: FaceSource) -> None:
        self.source, self._faces = source, None
        self.name, self.size = source.name, getattr(source, "size", 0)
        self.problems = getattr(source, "problems", ())

    @property
    def fingerprint(self) -> str:
        return self.source.fingerprint

    def __len__(self) -> int:
        return len(self.source)

    def load(self, indices: Sequence[int] | np.ndarray) -> np.ndarray:
        """As the source does."""
        faces = self._faces
        return self.source.load(indices) if faces is None else faces[np.asarray(indices, int)]

    def keep(self, size: int, on_part: Callable[[int], bool]) -> bool:
        """Load all faces, unless they are too many to keep; False if `on_part(loaded)` said stop.

        `on_part` says so by returning True.
        """
        count = len(self)
        if self._faces is not None or not 0 < count * size * size * 3 < IN_MEMORY:
            return not on_part(0)
        parts = []
        for start in range(0, count, CHUNK):
            if on_part(start):
                return False
            parts.append(self.source.load(np.arange(start, min(start + CHUNK, count))))
        self._faces = np.concatenate(parts)
        return True


class TrainingRun:
    """One recipe's training in a thread of its own.

    `start`, `stop` and `wait` may be called from any thread, and `start` again: it goes on where
    the run stopped. `on_change(run)` is called in the training's thread after each step; what it
    raises ends the run as an error of the training does. `keep_at`: image counts; samples at the
    first step that reaches each are put in `kept`, by those counts.
    """

    def __init__(
        self,
        source: FaceSource,
        settings: TrainingSettings,
        out: Path | str | None = None,
        *,
        minutes: float | None = None,
        keep_at: Sequence[int] = (),
        resume: bool = True,
        device: str = "cpu",
    ) -> None:
        self.source, self.settings = KeptFaces(source), settings
        # The folder goes when the run is forgotten; whoever wants the model later names a file.
        self._folder = temporary_folder() if out is None else None
        self.out = Path(out) if out else Path(self._folder.name) / f"{settings.recipe}.safetensors"
        self.minutes, self.device, self.resume = minutes, device, resume
        self.keep_at, self.kept = tuple(keep_at), {}
        self.on_change: Callable[[TrainingRun], Any] = lambda run: None
        self.progress = Progress(total=settings.images)
        self.history: list[dict[str, float]] = []
        self.samples: np.ndarray | None = None  # uint8 (N, H, W, 3), last drawn
        self.samples_at = 0  # images
        self.result: TrainingResult | None = None
        self.error: BaseException | None = None
        self._trainer: Trainer | None = None
        self._shown: np.ndarray | None = None
        self._thread: threading.Thread | None = None
        self._stop, self._lock = threading.Event(), threading.Lock()

    @property
    def running(self) -> bool:
        """Whether the thread is alive."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def rows(self) -> tuple[str, ...]:
        """What the rows of the samples show, `SHOWN` faces each; nothing to tell without faces."""
        takes_faces = hasattr(self.settings, "drawn_again")
        return ROWS if takes_faces and len(self.source) >= SHOWN else ()

    def start(self) -> None:
        """Begin, or go on where an earlier start stopped; nothing while it runs."""
        with self._lock:
            if self.running:
                return
            self._stop.clear()
            if self.error is not None or not self.resume:
                self.history = []  # training goes on from an earlier point, or from none
            self.error = self.result = None
            # As if it had started so much earlier: the time of an earlier start counts too.
            self._started = time.perf_counter() - self.progress.seconds
            self._recent = deque(maxlen=RECENT)
            # A daemon: whoever closes the notebook does not wait. Files are whole or not there.
            self._thread = threading.Thread(target=self._run, name="training", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Ask the run to end after the step that it is in, or within its ending; it then saves."""
        self._stop.set()

    def wait(self, hear: Callable[[float], Any] | None = None) -> TrainingResult | None:
        """Wait for the end of the run; return its result, None if stopped before its first step.

        Raises what the training raised, and RuntimeError for a run that was never started. Ctrl-C
        stops the run, as in `facescreen.gan.training.train`. `hear(seconds)` passes the time.
        """
        if self._thread is None:
            raise RuntimeError("this training was never started: call start() first, or run()")
        while self.running:
            try:
                (hear or self._thread.join)(0.1)
            except KeyboardInterrupt:
                self.stop()
        if self.error is not None:
            raise self.error
        return self.result

    def run(self) -> TrainingResult | None:
        """`start`, then `wait`."""
        self.start()
        return self.wait()

    def draw_samples(self) -> None:
        """Draw from the inputs that are the same each time; of the training's thread only."""
        if self._shown is None:
            self._shown = self.source.load(np.arange(min(SHOWN, len(self.source))))
        self.samples, _ = quantize(self._trainer.samples(self._shown))
        self.samples_at = self._trainer.images

    # --- in the training's thread -----------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._load_and_train()
        except BaseException as error:  # kept for `wait`, which raises it where it is seen
            self.error = error
            self._say(FAILED, problem=f"{type(error).__name__}: {error}")
        try:
            self.on_change(self)
        except BaseException as error:  # of drawing the end
            self.error = self.error or error
            self._say(FAILED, problem=f"{type(error).__name__}: {error}")

    def _load_and_train(self) -> None:
        from facescreen.gan.training import HistoryRows, train

        def loaded(count: int) -> bool:
            self._say(LOADING, images=count, total=len(self.source))
            self.on_change(self)
            return self._stop.is_set()

        if not self.source.keep(self.settings.size, loaded):
            self._say(STOPPED, images=0, problem="before the first step, so there is no model yet")
            return
        self._rows = HistoryRows(self.history, self.settings.history_every)
        self.result = train(
            self.source, self.settings, self.out, minutes=self.minutes, resume=self.resume,
            progress=False, callback=self._after_step, device=self.device, stop=self._stop,
        )  # fmt: skip
        self.resume = True
        self.history = self.result.history
        if self._trainer is not None:
            self.draw_samples()
        self._say(FINISHED if self._whole() else STOPPED, images=self.result.images)

    def _after_step(self, trainer: Trainer, losses: dict[str, float]) -> None:
        self._trainer = trainer
        self._rows.add(trainer.images, losses)
        self._recent.append((time.perf_counter(), trainer.images))
        for at in self.keep_at:
            if trainer.images - self.settings.batch < at <= trainer.images:
                self.draw_samples()
                self.kept[at] = self.samples
        self._say(TRAINING, trainer.images, losses=tuple(losses.items()))
        self.on_change(self)
        if self._stop.is_set() or trainer.images >= self.settings.images or self._over():
            self._say(SAVING)
            self.on_change(self)

    def _over(self) -> bool:
        return self.minutes is not None and self._trainer.seconds >= 60 * self.minutes

    def _whole(self) -> bool:
        """Whether the run came to its own end: all images, or all minutes."""
        over = self._trainer is not None and self._over()
        return self.result.finished or (over and not self._stop.is_set())

    def _say(self, state: str, images: int | None = None, **changes: Any) -> None:
        before, rate = self.progress, 0.0
        if len(self._recent) > 1:
            (first, shown), (last, shown_last) = self._recent[0], self._recent[-1]
            rate = (shown_last - shown) / max(last - first, 1e-9)
        self.progress = Progress(
            state,
            images=before.images if images is None else images,
            total=changes.pop("total", self.settings.images),
            seconds=time.perf_counter() - self._started,
            rate=rate,
            losses=changes.pop("losses", before.losses),
            problem=changes.pop("problem", ""),
        )
