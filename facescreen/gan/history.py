"""The history of a training: mean losses, a row per so many images."""

import pandas as pd

History = list[dict[str, float]]


class HistoryRows:
    """Losses of single steps in, their means over `every` images out."""

    def __init__(self, rows: History, every: int) -> None:
        self.rows, self._every, self._pending = rows, every, []

    def add(self, images: int, losses: dict[str, float]) -> None:
        """Note one step; a row is complete where the images pass a multiple of `every`."""
        self._pending.append(losses)
        before = self.rows[-1]["images"] if self.rows else 0
        if images // self._every > before // self._every:
            self.close(images)

    def close(self, images: int) -> None:
        """Make a row of the steps that are in none yet."""
        if self._pending:
            # A recipe may update a player only now and then; the mean passes over what is missing.
            means = pd.DataFrame(self._pending).mean()
            self.rows.append({"images": images, **means.to_dict()})
            self._pending = []
