"""Other languages than English: paragraphs and sentences by gettext catalog, numbers carried over.

Imports `images` for writing files. Open `sentences.py` first. `paragraphs.py` takes Markdown apart,
`catalogs.py` reads and renews the files under `locale/`, `laws.py` says what a translation must
share with its English, `kernel.py` makes a running kernel speak the language.
"""

from facescreen.language.catalogs import ENGLISH, FOLDER, Language, known_languages
from facescreen.language.paragraphs import LABELS, paragraphs, translated
from facescreen.language.sentences import Sentences

__all__ = [
    "ENGLISH",
    "FOLDER",
    "LABELS",
    "Language",
    "Sentences",
    "known_languages",
    "paragraphs",
    "translated",
]
