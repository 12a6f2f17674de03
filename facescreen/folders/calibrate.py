"""A rule set by a folder of valid images, and what it will lose of others."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from facescreen.images import ImageError, Passed, image_files, read_image
from facescreen.screening import ExpectedLoss, NoRule, Rule, SignsRule, expected_loss
from facescreen.screening.measures import at_side
from facescreen.screening.signs import FEWEST


@dataclass(frozen=True)
class Calibrated:
    """A rule set by `images` valid images; `problems` names each file left out, and why."""

    rule: Rule
    images: int
    flagged: int  # of these images, by the rule as it is now
    expected: ExpectedLoss
    problems: tuple[str, ...]

    def __str__(self) -> str:
        at = f"threshold {self.rule.threshold:.4g}" if self._signs else repr(self.rule)
        return (
            f"calibrated on {self.images:,} images, of which it flags {self.flagged:,}: {at}; "
            f"{self.expected}"
        )

    @property
    def _signs(self) -> bool:
        return isinstance(self.rule, SignsRule)


def calibrate_on_folder(rule: Rule, folder: Path, max_valid_loss: float = 0.05) -> Calibrated:
    """Set a rule's thresholds by the valid images under a folder, as `Rule.calibrate` does.

    rule: SignsRule, for images of any sizes, or a rule that counts pixels, for images of one size.
    max_valid_loss: share of valid images, 0 to 1. Files that cannot be read are left out and named.
    Raises ValueError where there is no such folder, too few images, images of several sizes that
    the rule cannot compare, or nothing to set; OSError if the folder cannot be opened.
    """
    if isinstance(rule, NoRule):
        raise ValueError("the rule 'none' has no threshold: there is nothing to calibrate")
    if not folder.is_dir():
        seen = "a file" if folder.exists() else "not there"
        raise ValueError(f"{folder} is {seen}, expected a folder of valid images")
    os.listdir(folder)  # a folder that cannot be read at all is the caller's error
    any_size = isinstance(rule, SignsRule)
    images, problems = _read(folder, any_size)
    least = FEWEST if any_size else 1
    if len(images) < least:
        more = f"; {len(problems):,} cannot be read, as {problems[0]}" if problems else ""
        raise ValueError(
            f"{folder} holds {len(images):,} images that can be read, and calibration needs "
            f"{least} or more{more}"
        )
    stack = _stacked(images, folder)
    calibrated = rule.calibrate(stack, max_valid_loss)
    expected = expected_loss(rule, len(stack), max_valid_loss)
    flagged = int(calibrated(stack).broken.sum())
    return Calibrated(calibrated, len(stack), flagged, expected, tuple(problems))


def _read(folder: Path, any_size: bool) -> tuple[list[np.ndarray], list[str]]:
    """The images, at 64 x 64 where any size will do, and what is wrong with the other files."""
    images, problems = [], []
    for found in image_files(folder, Passed()):
        if found.problem:
            problems.append(f"{found.path}: {found.problem}")
            continue
        try:
            image = read_image(found.path)
            images.append(at_side(image[np.newaxis])[0] if any_size else image)
        except ImageError as error:
            problems.append(" ".join(str(error).split()))
        except ValueError as error:  # too small for signs
            problems.append(f"{found.path}: {error}")
    return images, problems


def _stacked(images: Sequence[np.ndarray], folder: Path) -> np.ndarray:
    sizes = sorted({image.shape[:2] for image in images})
    if len(sizes) > 1:
        (height, width), (last_height, last_width) = sizes[0], sizes[-1]
        raise ValueError(
            f"{folder} holds images of {len(sizes)} sizes ({width}×{height} to "
            f"{last_width}×{last_height}); a rule that counts pixels is calibrated on one size"
        )
    return np.stack(images)
