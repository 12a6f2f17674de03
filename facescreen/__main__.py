"""`python -m facescreen` is the `facescreen` command."""

import sys

from facescreen.cli import main

if __name__ == "__main__":
    sys.exit(main())
