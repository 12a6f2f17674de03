"""Moments that a random kill seldom meets: halves of files and lines, gaps between renames."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np


def die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Moment(NamedTuple):
    """The process dies where `make(function)` stands in the place of a function."""

    work: str
    where: str  # the module, or the class in it, after a colon the function
    make: Callable[[Callable], Callable]

    def prepare(self) -> None:
        """Put it there."""
        place, name = self.where.split(":")
        module, *names = place.split("/")
        holder: Any = import_module(module)
        for inner in names:
            holder = getattr(holder, inner)
        setattr(holder, name, self.make(getattr(holder, name)))


def instead(call: int, of: Callable[..., bool] = lambda *_: True, act: Callable = die):
    """In place of call number `call`, from 1, among those of which `of(arguments)` is true."""

    def make(function: Callable) -> Callable:
        seen = 0

        def counted(*arguments, **named):
            nonlocal seen
            seen += bool(of(*arguments))
            due = seen == call and of(*arguments)
            return (act if due else function)(*arguments, **named)

        return counted

    return make


def after(call: int, of: Callable[..., bool] = lambda *_: True):
    """When such a call is done."""

    def make(function: Callable) -> Callable:
        def then_die(*arguments, **named):
            function(*arguments, **named)
            die()

        return instead(call, of, then_die)(function)

    return make


def renamed_to(name: str) -> Callable[..., bool]:
    return lambda _old, new: Path(new).name == name


def half_a_file(path: Path, _image: np.ndarray) -> None:
    path.with_name(f".{path.name}.1-2.tmp").write_bytes(b"PNG, half of it")
    die()


def half_a_line(folder: Any, line: dict) -> None:
    folder._manifest.write(f'{{"index": {line["index"]}, "se'.encode())
    die()


def half_a_row(file: Any, data: bytes) -> None:
    file.write(data[:9])
    die()


RUN = "facescreen.generation.runfolder"
PNG, LINE = f"{RUN}:save_png", f"{RUN}/RunFolder:record"
WEIGHTS, HISTORY = "m.safetensors", "history.csv"
SHEET, LAST_SHEET = "000000016.png", "000000032.png"
LABELS = "facescreen.widgets.label_file:_write"
MOMENTS = {
    "before the settings": Moment("generation", "os:replace", instead(1)),
    "half an image": Moment("generation", PNG, instead(30, act=half_a_file)),
    "between images": Moment("generation", PNG, instead(70)),
    "an image without its line": Moment("generation", LINE, instead(70)),
    "half a line": Moment("generation", LINE, instead(30, act=half_a_line)),
    "after a line": Moment("generation", LINE, after(64)),
    # A checkpoint is renamed part by part: state, card, weights, history, samples. There are five,
    # the last of them with what is learned at the end.
    "a first state alone": Moment("training", "os:replace", instead(1, renamed_to("m.json"))),
    "a state without card": Moment("training", "os:replace", instead(2, renamed_to("m.json"))),
    "a card without weights": Moment("training", "os:replace", instead(2, renamed_to(WEIGHTS))),
    "weights without history": Moment("training", "os:replace", instead(2, renamed_to(HISTORY))),
    "weights without samples": Moment("training", "os:replace", instead(1, renamed_to(SHEET))),
    "an end's card without weights": Moment(
        "training", "os:replace", instead(5, renamed_to(WEIGHTS))
    ),
    "an end without samples": Moment("training", "os:replace", instead(2, renamed_to(LAST_SHEET))),
    "a step": Moment("learning", "facescreen.gan.training:_timed_step", after(7)),
    "a state": Moment("learning", "facescreen.gan.state:write_tensors", after(1)),
    "a moment": Moment("learning", "facescreen.gan.moments:save_model", after(1)),
    "a later moment": Moment("learning", "facescreen.gan.moments:save_model", after(2)),
    "an image of a later moment": Moment("learning", PNG, after(11)),
    "half a label": Moment("labeling", LABELS, instead(40, act=half_a_row)),
    "labels written, not renamed": Moment("labeling", "os:replace", instead(31)),  # the last time
    "a first part of a table": Moment(
        "screening", "facescreen.folders.resume/Part:append", after(1)
    ),
    "a table beside its note": Moment(
        "screening", "os:replace", after(1, renamed_to("verdicts.csv"))
    ),
}
