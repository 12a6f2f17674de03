"""Generation: pick faces, combine them, judge each new image, save it, until N are saved.

Imports `gan`, `faces` and `images`; here screening and GANs meet, and a rule is anything that is
called on images. Open `loop.py` first: the paper's Figures 3 and 6. `runfolder.py` is what it
writes, and what a killed run goes on from.
"""

from facescreen.generation.loop import (
    FaceMaker,
    GenerationResult,
    GenerationSettings,
    GenerationStopped,
    generate,
    generate_images,
    one_thread,
    walk_pool,
)
from facescreen.generation.runfolder import RunFolder, RunFolderError

__all__ = [
    "FaceMaker",
    "GenerationResult",
    "GenerationSettings",
    "GenerationStopped",
    "RunFolder",
    "RunFolderError",
    "generate",
    "generate_images",
    "one_thread",
    "walk_pool",
]
