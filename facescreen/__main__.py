"""`python -m facescreen` is the `facescreen` command."""

import sys

from facescreen.commands.main import main

if __name__ == "__main__":
    sys.exit(main())
