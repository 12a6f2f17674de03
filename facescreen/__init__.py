"""Screening of broken images in GAN-made face data sets.

Names that lessons use are imported from the room that defines them when first asked for, so that
`import facescreen` costs next to nothing and lessons without a GAN never load torch.
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "1.0.0"

if TYPE_CHECKING:  # for editors and type checkers, which do not follow `__getattr__`
    from facescreen.breakage import plant
    from facescreen.faces import open_source, portraits
    from facescreen.images import contact_sheet, read_image, save_png, to_uint8
    from facescreen.labels import load_reference
    from facescreen.screening import (
        MultiColorRule,
        NoRule,
        SignsRule,
        SingleColorRule,
        Verdicts,
        bright_counts,
        calibrate,
        channel_histogram,
    )

_NAMES = {
    "images": ("contact_sheet", "read_image", "save_png", "to_uint8"),
    "screening": (
        *("bright_counts", "calibrate", "channel_histogram", "Verdicts"),
        *("MultiColorRule", "NoRule", "SignsRule", "SingleColorRule"),
    ),
    "faces": ("open_source", "portraits"),
    "breakage": ("plant",),
    "labels": ("load_reference",),
}
_ROOM_OF = {name: room for room, names in _NAMES.items() for name in names}

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


if (_code := os.environ.get("FACESCREEN_LANGUAGE", "en")) != "en":  # a lesson's other edition
    import_module("facescreen.language.kernel").speak(_code)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
