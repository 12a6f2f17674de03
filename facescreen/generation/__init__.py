"""Generation: make images, judge each, save those that pass, until N are saved.

Imports `gan`, `folders`, `faces`, `screening` and `images`; here screening and GANs meet, and a
rule is anything that is called on images. Open `loop.py` first: the paper's Figures 3 and 6.
`maker.py` makes the images with a finished GAN, `learning.py` with one that learns; `blocks.py`
judges them, here or on other machines; `runfolder.py` is what is written, and what a killed run
goes on from. Torch is loaded with the first name asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # for editors and type checkers, which do not follow `__getattr__`
    from facescreen.generation.learning import LearningMaker
    from facescreen.generation.loop import (
        GenerationResult,
        GenerationStopped,
        generate,
        walk_pool,
    )
    from facescreen.generation.maker import (
        FaceMaker,
        GenerationSettings,
        Learning,
        Maker,
        one_thread,
    )
    from facescreen.generation.runfolder import RunFolder
    from facescreen.generation.saved_image import RunFolderError

_NAMES = {
    "learning": ("LearningMaker",),
    "loop": ("GenerationResult", "GenerationStopped", "generate", "walk_pool"),
    "maker": ("FaceMaker", "GenerationSettings", "Learning", "Maker", "one_thread"),
    "runfolder": ("RunFolder",),
    "saved_image": ("RunFolderError",),
}
_FILE_OF = {name: file for file, names in _NAMES.items() for name in names}

__all__ = [
    "FaceMaker",
    "GenerationResult",
    "GenerationSettings",
    "GenerationStopped",
    "Learning",
    "LearningMaker",
    "Maker",
    "RunFolder",
    "RunFolderError",
    "generate",
    "one_thread",
    "walk_pool",
]


def __getattr__(name: str) -> Any:
    if name not in _FILE_OF:
        raise AttributeError(f"module 'facescreen.generation' has no attribute {name!r}")
    value = getattr(import_module(f"facescreen.generation.{_FILE_OF[name]}"), name)
    globals()[name] = value  # asked for once, found without this function from then on
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
