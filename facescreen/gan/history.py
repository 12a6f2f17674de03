"""The history of a training: mean losses, a row per so many images."""

import pandas as pd

History = list[dict[str, float]]


class HistoryRows:
    """Losses of single steps in, their means over `every` images out.

    rows: the complete ones. pending: losses of the steps since the last of them.
    """

    def __init__(self, rows: History, every: int, pending: History | None = None) -> None:
        self.rows, self._every, self.pending = rows, every, list(pending or [])

    def add(self, images: int, losses: dict[str, float]) -> None:
        """Note one step; a row is complete where the images pass a multiple of `every`."""
        self.pending.append(losses)
        before = self.rows[-1]["images"] if self.rows else 0
        if images // self._every > before // self._every:
            self.rows.append(self.closed(images)[-1])
            self.pending = []

    def closed(self, images: int) -> History:
        """The rows, and one of the steps that are in none yet; those stay pending."""
        if not self.pending:
            return self.rows
        # A recipe may update a player only now and then; the mean passes over what is missing.
        means = pd.DataFrame(self.pending).mean()
        return [*self.rows, {"images": images, **means.to_dict()}]
