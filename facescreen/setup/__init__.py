"""The set-up: what is installed, what a lesson lacks, and where what ships with the package lies.

Imports nothing but the standard library, so that it answers where everything else is missing. Open
`needs.py` first: it says in one sentence what is missing and how to get it. `shipped.py` finds the
data and catalogs, in a checkout and in an installed package alike.
"""

from facescreen.setup.needs import MissingError, install, lacking, needs
from facescreen.setup.shipped import DATA, PACKAGE, ROOT

__all__ = ["DATA", "PACKAGE", "ROOT", "MissingError", "install", "lacking", "needs"]
