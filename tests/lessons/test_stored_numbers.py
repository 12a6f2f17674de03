"""Numbers that stand in lessons 00, 01 and 03 as shipped, recounted by Pillow and NumPy alone."""

import csv
import re
from collections import Counter, defaultdict
from functools import cache

import nbformat
import numpy as np
from PIL import Image

from facescreen.faces import portraits
from facescreen.lessons import ROOT

REFERENCE = ROOT / "data" / "reference"
SHORT = {"color": "broken_saturated", "other": "broken_other", "valid": "valid"}


@cache
def said_in(name: str) -> str:
    """All that stands under the figures of a stored lesson, and all that its cells printed."""
    (path,) = (ROOT / "notebooks").glob(f"{name}_*.ipynb")
    outputs = [o for c in nbformat.read(path, 4).cells for o in c.get("outputs", [])]
    alts = [o.metadata["image/png"]["alt"] for o in outputs if "image/png" in o.get("data", {})]
    return "\n".join(alts + [o.get("text", "") for o in outputs])


@cache
def images_of(pool: str) -> np.ndarray:
    """The images of a pool's sheets: uint8 (N, 64, 64, 3), empty places at the end included."""
    sheets = [Image.open(path).convert("RGB") for path in sorted((REFERENCE / pool).glob("*.webp"))]
    tiles = [np.asarray(sheet).reshape(8, 64, 8, 64, 3).swapaxes(1, 2) for sheet in sheets]
    return np.concatenate(tiles).reshape(-1, 64, 64, 3)


@cache
def labels_of(pool: str) -> list[str]:
    """What most looks said of each image, and the last where none leads."""
    looks = defaultdict(list)
    with (REFERENCE / "labels.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            where, number = row["image"].split("/")
            if where == pool:
                looks[int(number)].append((row["rater"], row["label"]))
    found = []
    for number in range(len(looks)):
        labels = [label for _, label in sorted(looks[number])]
        (first, most), *others = Counter(labels).most_common()
        tied = others and others[0][1] == most
        found.append(labels[-1] if tied else first)
    return found


def at_255(images: np.ndarray) -> np.ndarray:
    return np.array([[(channel == 255).sum() for channel in image.T] for image in images])


def test_lesson_00_says_what_rule_1_flags_of_each_label():
    counts = at_255(images_of("learning"))
    labels = np.array(labels_of("learning"))
    score = (counts.max(axis=1) - counts.min(axis=1))[: len(labels)]
    rows = re.findall(
        r"'(\w+)' with .* Of all ([\d,]+) .* flags (\d+), or ([\d.]+) %", said_in("00")
    )
    assert [row[0] for row in rows] == ["color", "valid", "other"]
    for word, total, flagged, share in rows:
        own = score[labels == SHORT[word]]
        assert (int(total.replace(",", "")), int(flagged)) == (len(own), (own >= 40).sum())
        assert share == f"{100 * (own >= 40).mean():.1f}"
    more = (score >= 20) & (score < 40)
    told = ", ".join(
        f"{(more & (labels == SHORT[w])).sum()} labeled {w}" for w in ("valid", "color", "other")
    )
    sure = more & (labels != "unsure")
    assert f"from 40 down to 20 the rule flags {sure.sum()} more: {told}" in said_in("00")
    dearest = counts[: len(labels)][labels == "valid"][score[labels == "valid"].argmax()]
    red, green, blue = dearest
    assert f"highest score. Pixels at value 255: red {red}, green {green}, blue {blue};" in said_in(
        "00"
    )


def test_lesson_01_says_what_is_at_255_of_each_face_and_in_each_light():
    people = portraits(36, size=64, seed=1)
    for number in (5, 34, 7, 35):
        red, green, blue = at_255(people[number : number + 1])[0]
        mean = " / ".join(f"{m:.0f}" for m in people[number].reshape(-1, 3).mean(axis=0))
        told = f"face {number}, mean value {mean} and {red:,} / {green:,} / {blue:,} pixels at 255"
        assert told in said_in("01")
    face = people[5].astype(float)
    for name, light in (("1.6 × the light", 1.6), ("a warm lamp", (1.25, 1, 0.6))):
        red, green, blue = (np.minimum(np.rint(face * light), 255) == 255).sum(axis=(0, 1))
        found = re.search(rf"{name}, mean value [\d /]+ and ([\d, /]+) pixels", said_in("01"))
        assert found and found[1] == f"{red:,} / {green:,} / {blue:,}"
    brighter = face[..., 0] * 1.6
    past = brighter > 255
    told = f"{past.sum():,} red values of 4,096 would be past 255, the largest {brighter.max():.0f}"
    assert told in said_in("01")
    assert f"{len(np.unique(brighter[past]))} different values before clipping" in said_in("01")


def test_lesson_03_says_how_many_images_are_labeled_broken():
    for strength, pool in ((0.4, "default"), (1.2, "strong")):
        broken = sum(label.startswith("broken") for label in labels_of(pool))
        total = len(labels_of(pool))
        told = f"alpha {strength}: labeled broken {broken / total:.1%} ({broken} of {total};"
        assert told in said_in("03")
