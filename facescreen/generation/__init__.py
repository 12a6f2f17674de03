"""Generation: make images, judge each, save those that pass, until N are saved.

Imports `gan`, `folders`, `faces`, `screening` and `images`; here screening and GANs meet, and a
rule is anything that is called on images. Open `loop.py` first: the paper's Figures 3 and 6.
`maker.py` makes the images with a finished GAN, `learning.py` with one that learns; `blocks.py`
judges them, here or on other machines; `runfolder.py` is what is written, and what a killed run
goes on from.
"""

from facescreen.generation.learning import LearningMaker
from facescreen.generation.loop import (
    GenerationResult,
    GenerationStopped,
    generate,
    walk_pool,
)
from facescreen.generation.maker import FaceMaker, GenerationSettings, Learning, Maker, one_thread
from facescreen.generation.runfolder import RunFolder
from facescreen.generation.saved_image import RunFolderError

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
