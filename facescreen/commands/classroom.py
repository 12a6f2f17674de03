"""The commands for many runs of a lesson, and for the scores of a class."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

from facescreen.commands.values import workers

SWEEP_HELP = """\
examples:
  facescreen sweep notebooks/sweep_example.yaml
  facescreen sweep grid.yaml --workers 4 --out sweeps/first
  facescreen sweep grid.yaml --list
  facescreen sweep grid.yaml --again failed

GRID is YAML or JSON. `grid` is crossed, `runs` are added by themselves, `parameters` go to all:

  lesson: 05                # or a notebook's path, from GRID's folder
  parameters:
    seed: 1
  grid:
    threshold: [20, 40, 80]
    pool: [learning, learning_plain]
  runs:
    - {threshold: 10, pool: learning}

OUT/results.csv has a row for each run: its parameters, how it ended, and the values that the lesson
records (`exercises.record`, or scrapbook's glue). OUT/index.html shows them beside the figures, and
OUT/runs keeps each run's notebook and page, with its error where it failed. A run works in a folder
of its own there: a path among the values has to be a full one.

Lessons 05 and 06 record `rate %`, broken images among those saved, and `valid lost %`, valid ones
that the rule flags, both of the lesson's pool at its threshold.

Killed at any moment, the same command goes on where it stopped. Runs of the same values and the
same code are not done twice, and a longer grid adds runs. A lesson whose code has changed is
refused until --again changed says to do all of it anew.
"""
SCORES_HELP = """\
examples:
  facescreen scores handed_in
  facescreen scores handed_in --out scores.csv

FOLDER holds what students handed in: their notebooks, or texts with the line that ends a lesson's
exercises, in a folder for each student or in files with their names. Anybody can type such a line:
it shows where a class is, and proves nothing.

attempted: the exercises to which, at least once, some answer was given, be it an error.
hints:     the wrong answers checked, each of which was given a hint.
right:     the exercises whose latest answer was right.

All this is counted since the kernel started, and a solution cell that was run counts as an answer.
A line from a notebook with the solutions run, or with no exercise filled in, has a note: of two
lines of a student the other is kept, and the sums leave it out.
"""


def sweep(options: argparse.Namespace) -> int:
    """Run what a grid describes and is not there yet; 0 if nothing failed."""
    from facescreen.classroom.one_run import FAILED
    from facescreen.classroom.results import in_words
    from facescreen.classroom.sweep import open_sweep, run_sweep, summary

    out = Path(options.out) if options.out else None
    folder = Path(options.folder) if options.folder else None
    found = open_sweep(Path(options.grid), out, options.again, folder)
    if options.list:
        varying = found.varying()
        for run, record in zip(found.runs, found.records, strict=True):
            print(in_words(run, record, varying))
    else:
        try:
            run_sweep(found, options.workers, partial(print, flush=True))
        except KeyboardInterrupt:
            done = f"{len(found.runs) - len(found.waiting)} of {len(found.runs)} runs"
            print(f"interrupted after {done}; the same command goes on", file=sys.stderr)
            raise
        print(f"\npage:  {found.out / 'index.html'}\ntable: {found.out / 'results.csv'}")
    print(summary(found))
    return 1 if found.number(FAILED) else 0


def sweep_options(add: argparse.ArgumentParser) -> None:
    add.add_argument("grid", metavar="GRID", help="a YAML or JSON file, see below")
    add.add_argument("--out", help="folder (as GRID says, or build/sweeps/NAME)")
    processes = "runs at a time (as GRID says, or one for every two cores)"
    add.add_argument("--workers", type=workers, metavar="N", help=processes)
    again = "do these again: 'failed', or all where the lesson's code has 'changed'"
    add.add_argument(
        "--again", action="append", default=[], choices=("failed", "changed"), help=again
    )
    add.add_argument("--list", action="store_true", help="say what there is to run; run nothing")
    add.add_argument("--folder", help="where the lessons are (notebooks)")


def scores(options: argparse.Namespace) -> int:
    """Print the table of a class; 3 if some files could not be read."""
    import pandas as pd

    from facescreen.classroom.scores import by_lesson, gather_scores, write_scores

    found = gather_scores(Path(options.folder))
    table = found.table()
    with pd.option_context("display.unicode.east_asian_width", True):
        print(table.to_string(index=False) if len(table) else "no score lines")
    print("", *by_lesson(found), *found.twice, sep="\n")
    if found.without:
        print(f"no score line in {len(found.without)} of the files: {', '.join(found.without)}")
    for problem in found.problems:
        print(f"facescreen: {problem}", file=sys.stderr)
    if options.out is not None:
        write_scores(Path(options.out), found)
        print(f"the table is {options.out}")
    return 3 if found.problems else 0


def scores_options(add: argparse.ArgumentParser) -> None:
    add.add_argument("folder", metavar="FOLDER", help="searched with the folders inside it")
    add.add_argument("--out", metavar="FILE.csv", help="write the table there, too")
