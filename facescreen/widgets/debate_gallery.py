"""The images that a move changed: they keep their places while the same control goes on moving."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from facescreen import plots
from facescreen.widgets.debate_stand import Stand
from facescreen.widgets.panes import figure_only

if TYPE_CHECKING:
    from facescreen.widgets.debate_model import ThresholdDebate

SHOWN = 8  # faces: more would keep the learner waiting
PAUSE = 1.0  # seconds: a control that moves again sooner, as with a key held, goes on with its move

Pair = tuple[str, int]  # a rule, an image's index


@dataclass
class Move:
    """A move from its start: one step, or as many as follow each other while a key is held."""

    before: Stand
    moved: set[str] = field(default_factory=set)
    ended: float = float("-inf")

    def step(self, shown: Stand, settings: dict[str, int]) -> bool:
        """Take a step away from what is shown; False if it goes on with the move before."""
        moved = {name for name, value in settings.items() if value != shown.settings[name]}
        goes_on = moved == self.moved and time.monotonic() - self.ended < PAUSE
        if not goes_on:
            self.before, self.moved = shown, moved
        return not goes_on

    def end_step(self) -> None:
        """The step is drawn: what comes now was waiting, or comes later."""
        self.ended = time.monotonic()


@dataclass
class Gallery:
    """Which images are shown, each in its place, with which verdicts."""

    model: ThresholdDebate
    pairs: list[Pair] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)

    def change(self, changed: Sequence[Pair], now: Stand, anew: bool) -> bool:
        """Show the images that changed; those that did already stay where they are.

        changed: where none did, the images shown stay. anew: a new move, so other images may come.
        Returns whether there is something to draw.
        """
        before = self.pairs, self.captions
        if changed:
            self.pairs = pick(self.model, changed, () if anew else self.pairs)
        self.captions = [_caption(self.model, pair, now) for pair in self.pairs]
        return before != (self.pairs, self.captions)

    def drawn(self, now: Stand) -> tuple[dict[str, Any], ...]:
        """The images as an output, flagged ones with a cross; none where there are none."""
        if not self.pairs:
            return ()
        flags = [bool(now.flags[rule][k]) for rule, k in self.pairs]
        images = self.model.images[[k for _, k in self.pairs]]
        figure = plots.draw_faces(images, self.captions, flags, SHOWN, tile=1.35)
        counted = Counter(caption.replace("\n", ": ") for caption in self.captions)
        listed = "; ".join(f"{caption} ({n:,})" for caption, n in counted.items())
        return (figure_only(figure, f"Faces with a rule's verdict and their label. {listed}."),)


def pick(model: ThresholdDebate, pairs: Sequence[Pair], shown: Sequence[Pair] = ()) -> list[Pair]:
    """Up to SHOWN of the pairs: first those that are shown, in their order.

    Then as many broken as valid ones while there are.
    """
    offered, known = set(pairs), set(shown)
    kept = [pair for pair in shown if pair in offered]
    free = [pair for pair in pairs if pair not in known]
    broken = [pair for pair in free if model.kind(pair[1]) == "broken"]
    others = [pair for pair in free if model.kind(pair[1]) != "broken"]
    room = SHOWN - len(kept)
    wanted = SHOWN // 2 - sum(model.kind(k) == "broken" for _, k in kept)
    taken = broken[: min(room, max(wanted, room - len(others), 0))]
    return kept + taken + others[: room - len(taken)]


def _caption(model: ThresholdDebate, pair: Pair, now: Stand) -> str:
    """The verdict and the label, in words; the gallery puts a cross before a flag."""
    (rule, k), outcomes = pair, {"valid": ("kept", "lost"), "broken": ("missed", "caught")}
    flag, kind = bool(now.flags[rule][k]), model.kind(k)
    label = f"{kind}, {outcomes[kind][flag]}" if kind in outcomes else kind
    return f"{rule} flags\n{label}" if flag else f"✓ {rule} passes\n{label}"
