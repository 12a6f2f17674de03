"""What several rules make of one pool of images, walked through in order until each has enough."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class PoolWalk:
    """One pool of images judged by several rules at once, and what each rule makes of it.

    `broken[name]` is bool `(tried,)`: what the rule of that name says of images 0, 1, 2 …
    """

    count: int
    broken: dict[str, np.ndarray]

    def tries(self, name: str) -> int:
        """How many images the rule judges until `count` have passed; all, where too few do."""
        passed = np.cumsum(~self.broken[name])
        enough = np.flatnonzero(passed >= self.count)
        return 0 if self.count == 0 else int(enough[0]) + 1 if len(enough) else len(passed)

    def saved(self, name: str) -> np.ndarray:
        """Indices of the images that a run with this rule saves: int64, at most `count`."""
        return np.flatnonzero(~self.broken[name][: self.tries(name)])

    def rejected(self, name: str) -> np.ndarray:
        """Indices of the images that a run with this rule rejects on the way: int64."""
        return np.flatnonzero(self.broken[name][: self.tries(name)])

    def flagged(self, saved_by: str, flagged_by: str) -> int:
        """Of the images saved under one rule, how many another rule flags as broken."""
        return int(self.broken[flagged_by][self.saved(saved_by)].sum())
