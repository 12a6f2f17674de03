"""Classroom: a lesson run over a grid of parameters, and the score lines of a class in one table.

Imports `lessons`, which runs them, `exercises`, whose lines and values it reads, and `folders` for
processes. Open `sweep.py` first: runs, each once, with a table and a gallery. `grid.py` reads what
is to be run, `one_run.py` does one of them; `scores.py` gathers score lines.
"""
