"""The `facescreen` command: a function per subcommand, which imports what it needs when it runs."""

import argparse
import csv
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from facescreen import __version__

SUCCESS, ERROR, USAGE, SOME_UNREADABLE, INTERRUPTED = 0, 1, 2, 3, 130

EXIT_CODES = """\
exit codes:
  0    done
  1    an error, said in one sentence; a lesson that failed; a fault that the doctor found
  2    the command line is wrong
  3    screen: done, but some files could not be read; the table names each of them
  130  interrupted (Ctrl-C)
"""

PORTRAITS_HELP = """\
examples:
  facescreen portraits --count 100 --out faces
  facescreen portraits --count 1000 --size 128 --setting studio --seed 7 --out studio_faces
"""
TRAIN_HELP = """\
examples:
  facescreen train --minutes 10 --out build/models/mine.safetensors
  facescreen train --source folder:photos --images 200000 --out build/models/photos.safetensors

The same command goes on where an earlier one stopped.
"""
GENERATE_HELP = """\
examples:
  facescreen generate --count 2500 --rule multi --seed 1 --out runs/multi
  facescreen generate --count 500 --rule single --threshold 20 --out runs/single20
  facescreen generate --count 100 --rule none --source folder:photos --out runs/raw

The same command goes on where an earlier one stopped, and ends in the same images.
"""
SCREEN_HELP = """\
examples:
  facescreen screen photos --rule multi --out report
  facescreen screen photos --rule single --threshold 20

Thresholds count pixels and were chosen for images of 64×64. Every image file under FOLDER has its
line in verdicts.csv; one that cannot be read has the reason "unreadable: …", and the exit code is
then 3.
"""
LESSONS_HELP = """\
examples:
  facescreen lessons                      every lesson, as web pages in build/lessons
  facescreen lessons 07 -p count 100      one lesson, with another value of a parameter
  facescreen lessons --in-place 07        run it and keep the outputs in the notebook
"""
DOCTOR_HELP = """\
examples:
  facescreen doctor
"""


# --- commands -------------------------------------------------------------------------------------


def portraits(options: argparse.Namespace) -> int:
    """Render portraits into a folder, with a table of what each shows."""
    from facescreen.faces.portraits import portrait_table, portraits
    from facescreen.images import save_png

    out, digits = Path(options.out), max(6, len(str(options.count)))
    table = portrait_table(options.count, options.seed, options.setting)
    out.mkdir(parents=True, exist_ok=True)
    for start in range(0, options.count, 256):
        block = min(256, options.count - start)
        faces = portraits(block, options.size, options.seed, options.setting, start)
        for index, face in enumerate(faces, start):
            save_png(out / f"{index:0{digits}d}.png", face)
    table.insert(0, "file", [f"{index:0{digits}d}.png" for index in range(options.count)])
    table.to_csv(out / "attributes.csv", quoting=csv.QUOTE_MINIMAL)
    print(f"{options.count:,} portraits and attributes.csv in {out}")
    return SUCCESS


def train(options: argparse.Namespace) -> int:
    """Train the face combiner; `main_train` says what came of it."""
    from facescreen.gan.training import main_train

    main_train(
        source=options.source,
        out=Path(options.out),
        minutes=options.minutes,
        images=options.images,
        seed=options.seed,
        size=options.size,
        resume=True,
        threads=options.threads,
    )
    return SUCCESS


def generate(options: argparse.Namespace) -> int:
    """Generate, screen and save until the wanted number is saved."""
    from facescreen.generation import GenerationSettings, generate

    names = ("count", "scheme", "alpha", "seed", "source", "size", "model", "max_tries")
    settings = GenerationSettings(**_given(options, *names))
    result = generate(settings, make_rule(options), Path(options.out), progress=True)
    rejected = ", ".join(f"{n:,} {reason}" for reason, n in sorted(result.rejected.items()))
    print(
        f"{result.saved:,} images saved of {result.tried:,} made; rejected: {rejected or 'none'}; "
        f"in {result.folder}"
    )
    return SUCCESS


def screen(options: argparse.Namespace) -> int:
    """Judge every image of a folder and write verdicts.csv."""
    from facescreen.report import screen_folder

    folder, out = Path(options.folder), Path(options.out)
    table = out if out.suffix.lower() == ".csv" else out / "verdicts.csv"
    summary = screen_folder(folder, make_rule(options), table)
    for caution in summary.cautions():
        print(f"facescreen: {caution}", file=sys.stderr)
    print(summary)
    return SOME_UNREADABLE if summary.unreadable else SUCCESS


def lessons(options: argparse.Namespace) -> int:
    """Run lessons and write their pages, or keep their outputs in place."""
    from facescreen.lessons import ROOT, describe, find_lessons, normalize, run_lessons

    here = Path("notebooks")
    folder = Path(options.folder) if options.folder else here if here.is_dir() else ROOT / here
    chosen = find_lessons(folder.resolve(), options.names)
    if options.in_place:
        results = []
        for lesson in chosen:
            results.append(normalize(lesson))
            print(describe(results[-1]), flush=True)
    else:
        out = Path(options.out).resolve()
        results = run_lessons(chosen, out, options.parameters, lambda line: print(line, flush=True))
        print(f"\npages: {out / 'index.html'}")
    if len(results) > 1:
        print("\nlesson                               status seconds")
        print(*map(describe, results), sep="\n")
    return SUCCESS if all(result.ok for result in results) else ERROR


def doctor(options: argparse.Namespace) -> int:
    """Check the set-up and say what to do about what is missing."""
    from facescreen.doctor import examine, report

    return report(examine())


def make_rule(options: argparse.Namespace) -> Any:
    """The rule that the options describe. Raises ValueError for a threshold of another rule."""
    from facescreen.screening import rule_from_name

    given = _given(options, "threshold", "color_threshold", "sum_threshold")
    return rule_from_name(options.rule, **given)


def _given(options: argparse.Namespace, *names: str) -> dict[str, Any]:
    """Options that were given, so that the defaults of everything else stand in one place."""
    return {name: getattr(options, name) for name in names if getattr(options, name) is not None}


# --- command line ---------------------------------------------------------------------------------


def _layout(prog: str) -> argparse.HelpFormatter:
    return argparse.RawDescriptionHelpFormatter(prog, max_help_position=30)


def parser() -> argparse.ArgumentParser:
    """The command line, with one subparser per command."""
    top = argparse.ArgumentParser(
        prog="facescreen",
        description="Build and screen face data sets, and run the lessons about it.",
        epilog=EXIT_CODES,
        formatter_class=_layout,
    )
    top.add_argument("-V", "--version", action="version", version=f"facescreen {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(run: Callable, help_text: str, examples: str) -> argparse.ArgumentParser:
        added = commands.add_parser(
            run.__name__,
            help=help_text,
            description=f"{help_text[0].upper()}{help_text[1:]}.",
            epilog=f"{examples}\n{EXIT_CODES}",
            formatter_class=_layout,
        )
        added.add_argument("--traceback", action="store_true", help="show where an error arose")
        added.set_defaults(run=run)
        return added

    _portraits_options(command(portraits, "render portraits into a folder", PORTRAITS_HELP))
    _train_options(command(train, "train the face combiner on existing faces", TRAIN_HELP))
    _generate_options(command(generate, "generate and save faces that pass a rule", GENERATE_HELP))
    _screen_options(command(screen, "judge the images of a folder", SCREEN_HELP))
    _lessons_options(command(lessons, "run lessons and write them as web pages", LESSONS_HELP))
    command(doctor, "check the set-up and say what to mend", DOCTOR_HELP)
    return top


def _count(text: str) -> int:
    """A whole number from 0 up."""
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text} is negative")
    return value


def _portraits_options(add: argparse.ArgumentParser) -> None:
    add.add_argument("--count", type=_count, default=100, help="how many (default 100)")
    add.add_argument("--size", type=_count, default=64, help="pixels a side (default 64)")
    add.add_argument("--seed", type=_count, default=0, help="which faces (default 0)")
    add.add_argument("--setting", choices=("varied", "studio"), default="varied")
    add.add_argument("--out", required=True, help="folder for PNG files and attributes.csv")


def _train_options(add: argparse.ArgumentParser) -> None:
    add.add_argument("--source", default="portraits", help='"portraits" or "folder:PATH"')
    add.add_argument("--minutes", type=float, help="stop after this long")
    add.add_argument("--images", type=_count, help="stop after this many training images")
    add.add_argument("--seed", type=_count, default=0)
    add.add_argument("--size", type=_count, default=64, help="pixels a side (default 64)")
    add.add_argument("--threads", type=_count, help="of torch (all cores)")
    add.add_argument("--out", required=True, help="file for the weights (.safetensors)")


def _rule_options(add: argparse.ArgumentParser, default: str) -> None:
    add.add_argument("--rule", choices=("none", "single", "multi"), default=default)
    add.add_argument("--threshold", type=_count, help="single: pixels at value 255 (40)")
    add.add_argument("--color-threshold", type=_count, help="multi: pixels of one color (40)")
    add.add_argument("--sum-threshold", type=_count, help="multi: pixels of white (1000)")


def _generate_options(add: argparse.ArgumentParser) -> None:
    add.add_argument("--count", type=_count, help="images to save (2500)")
    _rule_options(add, "multi")
    add.add_argument("--scheme", help="how existing faces are combined, by name")
    add.add_argument("--alpha", type=float, help="strength of schemes that extrapolate")
    add.add_argument("--seed", type=_count, help="which combinations (0)")
    add.add_argument("--source", help='existing faces: "portraits" or "folder:PATH"')
    add.add_argument("--size", type=_count, help="pixels a side, as the model makes them (64)")
    add.add_argument("--model", help="weights file; the shipped model if not given")
    add.add_argument("--max-tries", type=_count, help="give up after so many (20 × count)")
    add.add_argument("--out", required=True, help="folder of the run")


def _screen_options(add: argparse.ArgumentParser) -> None:
    add.add_argument("folder", metavar="FOLDER", help="searched with the folders inside it")
    _rule_options(add, "multi")
    add.add_argument("--out", default=".", help="folder for verdicts.csv, or a .csv file")


def _lessons_options(add: argparse.ArgumentParser) -> None:
    add.add_argument("names", nargs="*", metavar="LESSON", help="07, A1, or a file; all if none")
    add.add_argument(
        "-p",
        dest="parameters",
        nargs=2,
        action="append",
        default=[],
        metavar=("NAME", "VALUE"),
        help="a value for the lesson's parameters cell; may be repeated",
    )
    add.add_argument("--out", default="build/lessons", help="folder for pages (build/lessons)")
    add.add_argument("--folder", help="where the lessons are (notebooks)")
    add.add_argument("--in-place", action="store_true", help="keep outputs in the notebooks")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code. Errors are one sentence on stderr."""
    options = parser().parse_args(arguments)
    try:
        return options.run(options)
    except KeyboardInterrupt:
        print("facescreen: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output went away, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ERROR
    except Exception as error:
        if options.traceback or not is_for_the_user(error):
            traceback.print_exc()
        print(f"facescreen: {sentence(error)}", file=sys.stderr)
        return ERROR


def is_for_the_user(error: Exception) -> bool:
    """Whether an error's own words are enough: what the system or this package says."""
    ours = type(error).__module__.startswith("facescreen.")
    return ours or isinstance(error, (OSError, ValueError, ImportError))


def sentence(error: Exception) -> str:
    """An error as one line, with what to do where that is known."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    words = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, ImportError):
        return f"{words}; `facescreen doctor` says what to install"
    return words
