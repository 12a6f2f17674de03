"""Fixed windows of a centered face, as shares of the side: for measures of images of any size."""

from __future__ import annotations

import numpy as np

Window = tuple[tuple[float, float], tuple[float, float]]  # rows and columns, shares of the side
MIDDLE: Window = ((0.20, 0.86), (0.22, 0.78))  # head and neck, where faces are centered
FACE: Window = ((0.32, 0.75), (0.31, 0.69))  # from the brows to the chin


def cut(x: np.ndarray, window: Window) -> np.ndarray:
    """The part (N, h, w, ...) of (N, H, W, ...) inside a window of shares of the side."""
    (top, bottom), (left, right) = window
    height, width = x.shape[1:3]
    return x[:, int(top * height) : int(bottom * height), int(left * width) : int(right * width)]
