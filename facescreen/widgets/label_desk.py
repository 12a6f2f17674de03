"""Label images one by one, by buttons or by keys; each label is on the disk at once."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import ipywidgets as ipy
import numpy as np
from PIL import Image

from facescreen import plots
from facescreen.evaluation import kappa
from facescreen.images import InUseError
from facescreen.screening import LABELS, label_names
from facescreen.widgets.label_comparison import Comparison, comparison_html
from facescreen.widgets.label_file import LabelFile, checked_text
from facescreen.widgets.panes import Content, figure_and_text, fill, html_only, row
from facescreen.widgets.spoken import spoken

KEYS = {"v": "valid", "s": "broken_saturated", "o": "broken_other", "u": "unsure"}
UNDO, REDO = "z", "y"
LOOK = 0.25  # seconds: nobody sees and judges an image in less; a double click is no second label
SHOWN = 16  # differing images in the gallery
# What the keys write while a Korean input method is on, and how it composes letters, decomposed.
_HANGUL = {"ᄑ": "v", "ᇁ": "v", "ᄂ": "s", "ᆫ": "s", "ᅢ": "o", "ᅧ": "u", "ᄏ": "z", "ᆿ": "z", "ᅭ": "y"}


def read_keys(typed: str) -> str:
    """The letters among the desk's keys in a text, lower case; Korean letters by their key."""
    letters = (_HANGUL.get(c, c) for c in unicodedata.normalize("NFKD", typed).lower())
    return "".join(c for c in letters if c in KEYS or c in (UNDO, REDO))


@dataclass(eq=False)
class LabelDesk:
    """Which image is to be labeled next, and the labels given so far.

    names: N different names. out: the CSV file that holds the labels; those of `rater` in it are
    taken over. index: the image to label, None when all are. Raises ValueError for names that are
    not different, or not on one line.
    """

    names: Sequence[str]
    out: Path | str
    rater: str = "me"
    index: int | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.names = tuple(checked_text(str(name)) for name in self.names)
        checked_text(self.rater)
        self._index_of = {name: k for k, name in enumerate(self.names)}
        if len(self._index_of) != len(self.names):
            raise ValueError("each image needs a name of its own; some stand twice")
        self.file = LabelFile(self.out)
        self._undone: list[tuple[int, str]] = []
        self.index = self._next()

    @property
    def labels(self) -> np.ndarray:
        """Str (N,): the rater's last word on each image, "" where there is none yet."""
        found = np.full(len(self.names), "", dtype=f"<U{max(map(len, LABELS))}")
        for line in self.file.rows():
            if line.rater == self.rater and line.image in self._index_of:
                found[self._index_of[line.image]] = line.label
        return found

    @property
    def done(self) -> int:
        """How many images are labeled."""
        return int((self.labels != "").sum())

    def give(self, label: str) -> None:
        """Label the current image, and go on to the first one that has no label."""
        if self.index is None:
            raise ValueError("every image is labeled; undo to change the last label")
        self.file.append(self.names[self.index], label, self.rater)
        self._undone.clear()
        self.index = self._next()

    def undo(self) -> bool:
        """Take back the last label and return to its image; False where there is none."""
        taken = self.file.remove_last(self.rater, self._index_of)
        if taken is None:
            return False
        self.index = self._index_of[taken.image]
        self._undone.append((self.index, taken.label))
        return True

    def redo(self) -> bool:
        """Give again the label taken back last; False where there is none."""
        if not self._undone:
            return False
        index, label = self._undone[-1]
        self.file.append(self.names[index], label, self.rater)
        self._undone.pop()
        self.index = self._next()
        return True

    def compare(self, reference: Sequence[str] | np.ndarray) -> Comparison:
        """Compare with reference labels, str (N,) in the order of the names."""
        theirs, own = label_names(reference, len(self.names)), self.labels
        given = np.flatnonzero(own != "")
        four, merged = (kappa(own[given], theirs[given], merge) for merge in (False, True))
        differ = given[own[given] != theirs[given]]
        return Comparison(four, merged, tuple((int(k), own[k], theirs[k]) for k in differ))

    @property
    def progress(self) -> str:
        """How far one is, in HTML."""
        done, total = self.done, len(self.names)
        if self.index is None:
            return f"<b>All {total:,} images are labeled.</b>"
        at = f"<b>Image {self.index + 1:,} of {total:,}</b>: {escape(self.names[self.index])}"
        return f"{at}. {done:,} labeled, {total - done:,} to go."

    @property
    def summary(self) -> str:
        """How many images have which label and where they are, in HTML."""
        labels = self.labels
        lines = "".join(f"<li>{(labels == label).sum():,} {label}</li>" for label in LABELS)
        return f"<ul>{lines}</ul><p>They are in {escape(str(self.out))}.</p>"

    def _next(self) -> int | None:
        left = np.flatnonzero(self.labels == "")
        return int(left[0]) if len(left) else None


def label_desk(
    images: np.ndarray,
    names: Sequence[str],
    out: Path | str,
    reference: Sequence[str] | np.ndarray | None = None,
    rater: str = "me",
) -> ipy.Widget:
    """Label images with buttons or keys: each label goes to the file `out` before the next image.

    images: uint8 (N, H, W, 3), N >= 1. names: N different names, as they stand in the file.
    reference: N labels to compare with, on demand. rater: whose labels these are; those already
    in the file are taken over. The widget's `desk` is its `LabelDesk`.
    """
    if not len(images) or len(images) != len(names):
        raise ValueError(f"expected a name for each of one or more images, not {len(names)} names "
                         f"for {len(images)} images")  # fmt: skip
    if reference is not None:
        label_names(reference, len(names))  # a wrong one is told now, not after an hour of labeling
    return _DeskView(np.asarray(images), LabelDesk(names, out, rater), reference).box


class _DeskView:
    """The controls of a desk and what they do."""

    def __init__(
        self, images: np.ndarray, desk: LabelDesk, reference: Sequence[str] | np.ndarray | None
    ) -> None:
        self.images, self.desk, self.reference = images, desk, reference
        self.shown_at = 0.0  # when the current image came up
        self.progress, self.said = ipy.HTML(), ipy.HTML()
        self.bar = ipy.IntProgress(max=len(images), description="Labeled")
        self.bar.layout.width, self.bar.layout.margin = "24em", "2px 12px 2px 0"
        self.pane = ipy.Output(layout={"min_height": "385px"})  # that of a face: nothing jumps
        self.result = ipy.Output()
        self.buttons = {key: _button(f"{label} ({key})") for key, label in KEYS.items()}
        self.undo, self.redo = _button(f"undo ({UNDO})"), _button(f"redo ({REDO})")
        keys = f"click here, then type {' '.join(KEYS)}, {UNDO} to undo, {REDO} to redo"
        self.keys = ipy.Text(description="Keys", placeholder=keys, layout={"width": "34em"})
        self.keys.style.description_width = "4em"
        self.compare = _button("Compare with the reference", "16em")
        for key, button in [*self.buttons.items(), (UNDO, self.undo), (REDO, self.redo)]:
            button.on_click(lambda _button, key=key: self.clicked(key))
        self.keys.observe(self.typed, "value")
        self.compare.on_click(lambda _button: self.show_comparison())
        below = [] if reference is None else [self.compare, self.result]
        marks = row(*self.buttons.values(), self.undo, self.redo)
        parts = [row(self.bar, self.progress), self.pane, marks, self.keys, self.said, *below]
        self.box = spoken(ipy.VBox(parts))
        self.box.desk = desk
        self.show(desk.file.notice or self.resumed())

    def resumed(self) -> str:
        done = self.desk.done
        return f"Went on after {done:,} labels in {self.desk.out}." if done else ""

    def clicked(self, key: str) -> None:
        self.act(key)
        self.keys.focus()  # so that keys work right after a click

    def typed(self, change: dict[str, str]) -> None:
        """Act on what was added to the box, which is not emptied: that could count a key twice."""
        before, now = read_keys(change["old"]), read_keys(change["new"])
        if now.startswith(before) and now != before:
            for key in now[len(before) :]:
                self.act(key)

    def act(self, key: str) -> None:
        """Do what a key means, and say so; what fails is said too, and the image stays."""
        if key in KEYS and time.monotonic() - self.shown_at < LOOK:
            self.said.value = _words("That came before the image could be seen: not counted.")
            return
        try:
            said = self.done_by(key)
        except (OSError, ValueError, InUseError) as error:
            self.said.value = _words(f"✗ Not saved: {error}")
        else:
            self.show(said)

    def done_by(self, key: str) -> str:
        desk = self.desk
        if key == UNDO:
            return "Taken back: label it again." if desk.undo() else "There is nothing to undo."
        if key == REDO:
            return "Given again." if desk.redo() else "There is nothing to redo."
        name = None if desk.index is None else desk.names[desk.index]
        desk.give(KEYS[key])
        return f"✓ Saved: {name} is {KEYS[key]}."

    def show(self, said: str) -> None:
        self.said.value = _words(said)
        fill(self.pane, self.picture)  # before its name: what is read belongs to what is seen
        self.progress.value, self.bar.value = _large(self.desk.progress), self.desk.done
        everything = self.desk.index is None
        for button in self.buttons.values():
            button.disabled = everything
        self.result.outputs = ()  # of other labels than there are now
        if everything and self.reference is not None:
            self.show_comparison()
        self.shown_at = time.monotonic()

    def show_comparison(self) -> None:
        self.result.outputs = (html_only("<p>Comparing …</p>"),)  # the first time takes seconds
        fill(self.result, self.comparison)

    def picture(self) -> Content:
        index = self.desk.index
        if index is None:
            return (html_only(self.desk.summary),)
        sentence = f"Image {index + 1} of {len(self.images)}, to be labeled."
        figure = plots.draw_faces(_enlarged(self.images[index])[np.newaxis], tile=4.0)
        return figure_and_text(figure, sentence, f"*Is it {', '.join(LABELS[:-1])}, or unsure?*")

    def comparison(self) -> Content:
        found = self.desk.compare(self.reference)
        text = html_only(comparison_html(found, self.desk.names))
        if not found.differing:
            return (text,)
        shown = found.differing[:SHOWN]
        captions = [f"you: {_short(own)}\nref.: {_short(theirs)}" for _, own, theirs in shown]
        images = self.images[[k for k, _, _ in shown]]
        some = "" if len(shown) == len(found.differing) else f"{len(shown)} of "
        sentence = f"{some}{len(found.differing)} labeled otherwise than in the reference."
        figure = plots.draw_faces(images, captions, columns=8, tile=1.35, font=11)
        return (text, *figure_and_text(figure, sentence, f"*{sentence}*"))


def _enlarged(image: np.ndarray) -> np.ndarray:
    """A small image smoothly enlarged, as the reference set's raters saw them."""
    height, width = image.shape[:2]
    by = max(1, 320 // max(height, width))
    large = Image.fromarray(image).resize((by * width, by * height), Image.Resampling.BICUBIC)
    return np.asarray(large)


def _short(label: str) -> str:
    return label.replace("broken_saturated", "saturated").replace("broken_other", "other")


def _words(text: str) -> str:
    return f'<span role="status">{_large(escape(text))}</span>'


def _large(html: str) -> str:
    return f'<span style="font-size:1.1em">{html}</span>'


def _button(description: str, width: str = "12em") -> ipy.Button:
    return ipy.Button(description=description, layout={"width": width})
