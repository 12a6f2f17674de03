"""Watch a training while it runs: losses, speed, samples, and a stop button that works."""

from __future__ import annotations

import html
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as ipy

from facescreen import plots
from facescreen.widgets.hearing import hear_widgets
from facescreen.widgets.panes import Content, control, figure_and_text, row, text_only
from facescreen.widgets.spoken import spoken
from facescreen.widgets.training_run import (
    FAILED,
    FINISHED,
    LOADING,
    READY,
    SAVING,
    STOPPED,
    TRAINING,
    Progress,
    TrainingRun,
)

if TYPE_CHECKING:
    from facescreen.faces import FaceSource
    from facescreen.gan.trainer import TrainingSettings
    from facescreen.gan.training import TrainingResult

REDRAW = (1, 30)  # seconds: what the control offers
SAID_EVERY = 0.5  # seconds between two changes of the line of progress
AT_WORK = (LOADING, TRAINING, SAVING)
AGAIN = {READY: "Start", STOPPED: "Go on", FINISHED: "Finished", FAILED: "Try again"}


def progress_words(progress: Progress) -> str:
    """One line: state, images, speed, time; while it trains, the last step's losses."""
    at, minutes, seconds = progress, *divmod(int(progress.seconds), 60)
    if at.state == READY:
        return "ready: press Start"
    counted = f"{at.images:,} of {at.total:,} {'faces' if at.state == LOADING else 'images'}"
    parts = [at.state, counted]
    if at.rate and at.state != LOADING:
        parts.append(f"{at.rate:,.0f} images/s")
    parts.append(f"{minutes}:{seconds:02d} elapsed")
    if at.losses and at.state in AT_WORK:
        named = [f"{plots.LOSS_NAMES.get(name, name)} {value:.2f}" for name, value in at.losses]
        parts.append(f"last step: {', '.join(named)}")
    return " · ".join([*parts, at.problem] if at.problem else parts)


def content(run: TrainingRun) -> Content:
    """The figure of losses and samples, its sentence, and the run's error if there is one.

    At the end the sentence says where the run got to: pages without a kernel show nothing else.
    """
    words = progress_words(run.progress)
    end = "" if run.progress.state in (READY, *AT_WORK) else f"{words[:1].upper()}{words[1:]}."
    if run.samples is None and not run.history:
        shown: Content = (text_only(end or "Losses and samples appear here when it trains."),)
    else:
        figure, sentence = plots.draw_training(
            run.history, run.samples, run.samples_at, rows=run.rows
        )
        shown = figure_and_text(figure, sentence, f"*{f'{end} {sentence}'.strip()}*")
    if run.error is not None:
        # As an error output, which `facescreen lessons` finds even where nobody waited.
        name, value = type(run.error).__name__, str(run.error)
        trace = [f"{name}: {value}"]
        error = {"output_type": "error", "ename": name, "evalue": value, "traceback": trace}
        shown = (*shown, error)
    return shown


class TrainingMonitor(ipy.VBox):
    """Controls and a pane; `model` is the run, `start`, `stop`, `wait` and `run` are its own.

    The pane is drawn in the training's thread, so `redraw_seconds` is what watching may cost: it
    is stretched where drawing takes this thread more than a tenth of it.
    """

    def __init__(self, model: TrainingRun, redraw_seconds: int = 3) -> None:
        self.model, self._said_at, self._draw_at, self._state = model, 0.0, 0.0, ""
        least, most = REDRAW
        self.redraw_seconds = control(
            ipy.IntSlider, "Redraw (s)", min=least, max=most, value=redraw_seconds
        )
        apart = {"margin": "2px 12px 2px 0"}
        self.start_button = ipy.Button(button_style="primary", icon="play", layout=apart)
        self.stop_button = ipy.Button(
            description="STOP", button_style="danger", icon="stop", layout=apart,
            tooltip="End after the step that runs now, and save the model",
        )  # fmt: skip
        self.bar = ipy.FloatProgress(min=0, max=1, layout={"width": "20em"})
        self.words = ipy.HTML()
        self.pane = ipy.Output(layout={"min_height": "28em"})
        self.start_button.on_click(lambda _: self.start())
        self.stop_button.on_click(lambda _: self.stop())
        about = f"recipe {model.settings.recipe}, {len(model.source):,} faces from "
        about += f"{model.source.name}, up to {model.settings.images:,} images shown"
        buttons = row(self.start_button, self.stop_button, self.redraw_seconds, self.bar)
        super().__init__([ipy.HTML(html.escape(about)), buttons, self.words, self.pane])
        spoken(self)
        model.on_change = self._follow
        self._show()

    def start(self) -> None:
        """Train in the background, or go on where it stopped; other cells can run meanwhile."""
        self.model.start()

    def stop(self) -> None:
        """End after the step that runs now; the model is saved, and start goes on from it."""
        self.model.stop()
        if self.model.running:
            self.words.value = "<b>stopping after this step …</b>"

    def wait(self) -> TrainingResult | None:
        """Wait for the end, while buttons work and Ctrl-C stops it; see `TrainingRun.wait`."""
        return self.model.wait(hear_widgets)

    def run(self) -> TrainingResult | None:
        """`start`, then `wait`."""
        self.start()
        return self.wait()

    def _follow(self, run: TrainingRun) -> None:
        """Keep up with the run, in its thread, at most as often as is of use."""
        now, state, spent = time.perf_counter(), run.progress.state, time.thread_time()
        if state == TRAINING and now >= self._draw_at:
            run.draw_samples()
            self._show()
            cost = time.thread_time() - spent
            self._draw_at = time.perf_counter() + max(self.redraw_seconds.value, 10 * cost)
        elif state not in AT_WORK:
            self._show()
            self._draw_at = 0.0  # of the next start
        elif state != self._state or now >= self._said_at:
            self._say()
        self._state = state

    def _say(self) -> None:
        progress = self.model.progress
        self._said_at = time.perf_counter() + SAID_EVERY
        self.words.value = f"<b>{html.escape(progress_words(progress))}</b>"
        self.bar.value = progress.images / max(1, progress.total)
        at_work = progress.state in AT_WORK
        self.stop_button.disabled = not at_work
        self.start_button.disabled = at_work or progress.state == FINISHED
        self.start_button.description = AGAIN.get(progress.state, "Training")

    def _show(self) -> None:
        self._say()
        # Set, not captured: capturing from this thread would catch what other cells print.
        self.pane.outputs = content(self.model)


def training_monitor(
    source: FaceSource | str,
    settings: TrainingSettings | str = "quick",
    out: Path | str | None = None,
    *,
    minutes: float | None = None,
    faces: int | None = None,
    keep_at: Sequence[int] = (),
    redraw_seconds: int = 3,
    resume: bool = True,
    device: str = "cpu",
    **changes: Any,
) -> TrainingMonitor:
    """A training of `source`'s faces by a recipe, to be watched, stopped and waited for.

    Press Start or call `monitor.start()`: it trains in the background. `monitor.wait()` waits for
    the end and returns its `TrainingResult`, or raises what went wrong; `monitor.run()` does both.

    source: of faces, or the text that `open_source` opens, then limited to `faces` of them.
    settings: of a recipe, or its name in `facescreen.gan.recipes`; `changes` replace some of them
    (`images=20_000, seed=1`). out: weights file; None takes one that goes with the monitor.
    minutes: of training at most. keep_at: image counts at which `monitor.model.kept` keeps samples.
    redraw_seconds: 1 to 30, between two pictures. Other arguments as in `training.train`.
    """
    from facescreen.faces import open_source
    from facescreen.gan.recipes import recipe_named

    if isinstance(settings, str):
        settings = recipe_named(settings, **changes)
    elif changes:
        settings = replace(settings, **changes)
    if isinstance(source, str):
        source = open_source(source, settings.size, limit=faces)
    run = TrainingRun(
        source, settings, out, minutes=minutes, keep_at=keep_at, resume=resume, device=device
    )
    return TrainingMonitor(run, redraw_seconds)
