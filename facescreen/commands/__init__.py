"""Commands: the `facescreen` command line, its options, and the doctor of a set-up.

Imports any room, each when a command that needs it runs. Open `main.py` first.
"""
