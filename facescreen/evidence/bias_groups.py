"""Groups of faces by skin tone, hair and light: from what is known of them, or from their pixels.

Of portraits the traits are known. A generated image has none of its own: it is grouped by those of
the existing face that gives its coarse layers, or by how light it is where portraits have the face
and the hair. What comes through of a source is measured in `comes_through`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from facescreen.evaluation.false_alarms import SKIN_TONES
from facescreen.faces.traits import HAIR_COLORS

if TYPE_CHECKING:
    import pandas as pd

HAIR = {
    "black": "black, dark brown",
    "dark brown": "black, dark brown",
    "brown": "brown, red",
    "chestnut": "brown, red",
    "light brown": "brown, red",
    "red": "brown, red",
    "blond": "blond",
    "light blond": "blond",
    "gray": "gray, white",
    "white": "gray, white",
}
SIDES = {16: "from the front", 36: "between", 91: "from the side"}  # up to so many degrees
EXPOSED = {0.99: "dim", 1.11: "middle", 2: "bright"}  # up to this factor: a third of all each
THIRDS = ("darkest third", "middle third", "lightest third")
LUMA = (0.2126, 0.7152, 0.0722)  # of red, green and blue, as ITU-R BT.709 has it
# Where portraits have them, as shares of the height and of the width.
FACE = (slice(24 / 64, 44 / 64), slice(24 / 64, 40 / 64))
TOP = (slice(4 / 64, 14 / 64), slice(20 / 64, 44 / 64))
WHOLE = (slice(0, 1), slice(0, 1))
MEASURED = {"face, measured": FACE, "top, measured": TOP, "image, measured": WHOLE}


def of_traits(traits: pd.DataFrame, exposure: bool = True) -> dict[str, pd.Categorical]:
    """Groups by what portraits show: N of them by attribute, the groups in order.

    traits: rows of `facescreen.faces.portrait_table`. ``skin tone``: pairs of tones of the Monk
    scale. ``hair``: its color, or bald. ``light from``: a third each, by how far to the side it
    stands. ``exposure``: a third each; False leaves it out.
    """
    import pandas as pd

    hair = traits["hair_color"].map(HAIR).to_numpy(str)
    hair = np.where(traits["hair_style"] == "bald", "bald", hair)
    side = np.abs(traits["light_azimuth"].to_numpy())
    tone = (traits["skin_tone"].to_numpy() - 1) // 2
    groups = {
        "skin tone": pd.Categorical.from_codes(tone, SKIN_TONES),
        "hair": pd.Categorical(hair, [*dict.fromkeys(HAIR.values()), "bald"]),
        "light from": _up_to(SIDES, side),
    }
    return groups | ({"exposure": _up_to(EXPOSED, traits["exposure"])} if exposure else {})


def lightness(images: np.ndarray) -> dict[str, np.ndarray]:
    """How light images are in places: float (N,), 0 to 255, the median of luma there, by name.

    images: uint8 (N, H, W, 3). The median, so that a blob of less than half the place moves little.
    """
    luma = images.astype(np.float32) @ np.array(LUMA, np.float32)
    return {
        name: np.median(_cut(luma, *place).reshape(len(luma), -1), axis=1)
        for name, place in MEASURED.items()
    }


def in_thirds(values: Mapping[str, np.ndarray], among: np.ndarray) -> dict[str, pd.Categorical]:
    """Thirds of what was measured: N groups by name, cut where the images `among`, bool (N,), are.

    Cut by the valid images of a pool, so that a third means the same for those that are broken.
    """
    import pandas as pd

    found = {}
    for name, own in values.items():
        edges = np.quantile(own[among], (1 / 3, 2 / 3))
        found[name] = pd.Categorical.from_codes(np.searchsorted(edges, own), THIRDS)
    return found


def comes_through(images: np.ndarray, traits: pd.DataFrame) -> dict[str, float]:
    """How a trait of a source shows in what is drawn from it: Pearson's correlations.

    images: uint8 (N, H, W, 3). traits: of the N sources. ``skin tone`` with how dark the middle of
    the face is, ``hair`` with how light the top is, bald sources left out, ``light from`` with how
    much lighter one half of the face is than the other.
    """
    shown = lightness(images)
    color = np.array([sum(bytes.fromhex(HAIR_COLORS[name])) for name in traits["hair_color"]])
    grown = traits["hair_style"].to_numpy() != "bald"
    luma = images.astype(np.float32) @ np.array(LUMA, np.float32)
    left, right = (
        _cut(luma, FACE[0], slice(at, at + 12 / 64)).mean(axis=(1, 2)) for at in (16 / 64, 36 / 64)
    )
    pairs = {
        "skin tone": (-shown["face, measured"], traits["skin_tone"]),
        "hair": (shown["top, measured"][grown], color[grown]),
        "light from": (right - left, traits["light_azimuth"]),
    }
    return {name: float(np.corrcoef(*pair)[0, 1]) for name, pair in pairs.items()}


def _cut(images: np.ndarray, rows: slice, columns: slice) -> np.ndarray:
    height, width = images.shape[1:3]
    rows, columns = (
        slice(round(part.start * side), round(part.stop * side))
        for part, side in ((rows, height), (columns, width))
    )
    return images[:, rows, columns]


def _up_to(limits: Mapping[float, str], values: np.ndarray) -> pd.Categorical:
    import pandas as pd

    place = np.searchsorted(list(limits), np.asarray(values))
    return pd.Categorical.from_codes(place, list(limits.values()))
