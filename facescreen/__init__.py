"""Screening of broken images in GAN-made face data sets.

Names that lessons use are imported from the room that defines them when first asked for, so that
`import facescreen` costs next to nothing and lessons without a GAN never load torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:  # for editors and type checkers, which do not follow `__getattr__`
    from facescreen.damage import plant
    from facescreen.faces.portraits import portraits
    from facescreen.faces.sources import open_source
    from facescreen.histogram import bright_counts, channel_histogram
    from facescreen.images import contact_sheet, read_image, save_png, to_uint8
    from facescreen.reference import load_reference
    from facescreen.screening import MultiColorRule, NoRule, SingleColorRule, calibrate
    from facescreen.signs import SignsRule
    from facescreen.verdicts import Verdicts

_ROOM_OF = {
    "to_uint8": "images",
    "read_image": "images",
    "save_png": "images",
    "contact_sheet": "images",
    "channel_histogram": "histogram",
    "bright_counts": "histogram",
    "SingleColorRule": "screening",
    "MultiColorRule": "screening",
    "NoRule": "screening",
    "SignsRule": "signs",
    "Verdicts": "verdicts",
    "calibrate": "screening",
    "portraits": "faces.portraits",
    "open_source": "faces.sources",
    "plant": "damage",
    "load_reference": "reference",
}

__all__ = [
    "MultiColorRule",
    "NoRule",
    "SignsRule",
    "SingleColorRule",
    "Verdicts",
    "__version__",
    "bright_counts",
    "calibrate",
    "channel_histogram",
    "contact_sheet",
    "load_reference",
    "open_source",
    "plant",
    "portraits",
    "read_image",
    "save_png",
    "to_uint8",
]


def __getattr__(name: str) -> Any:
    room = _ROOM_OF.get(name)
    if room is None:
        raise AttributeError(f"module 'facescreen' has no attribute {name!r}")
    value = getattr(import_module(f"facescreen.{room}"), name)
    globals()[name] = value  # asked for once, found without this function from then on
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
