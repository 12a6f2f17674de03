"""The `facescreen` command: a function per subcommand, which imports what it needs when it runs."""

import argparse
import csv
import os
import sys
import traceback
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

from facescreen import __version__
from facescreen.commands import options as command_line
from facescreen.commands.classroom import (
    SCORES_HELP,
    SWEEP_HELP,
    scores,
    scores_options,
    sweep,
    sweep_options,
)
from facescreen.commands.errors import is_for_the_user, sentence
from facescreen.commands.lessons import HELP as LESSONS_HELP
from facescreen.commands.lessons import lessons, lessons_options
from facescreen.commands.rules import calibrated_rule, make_rule, options_given
from facescreen.commands.translate import HELP as TRANSLATE_HELP
from facescreen.commands.translate import translate, translate_options
from facescreen.commands.values import check_texts

SUCCESS, ERROR, USAGE, SOME_UNREADABLE, INTERRUPTED = 0, 1, 2, 3, 130

EXIT_CODES = """\
exit codes:
  0    done
  1    an error, said in one sentence; a lesson that failed; a fault that the doctor found
  2    the command line is wrong
  3    screen, alarms, scores: done, but some files could not be read; each of them is named
  130  interrupted (Ctrl-C)
"""

# --- commands -------------------------------------------------------------------------------------


def portraits(options: argparse.Namespace) -> int:
    """Render portraits into a folder, with a table of what each shows."""
    from facescreen.faces import portrait_table, portraits
    from facescreen.images import save_png
    from facescreen.images.temporary import sweep
    from facescreen.images.writing import NotOursError, write_atomically

    out, digits = Path(options.out), max(6, len(str(options.count)))
    table = portrait_table(options.count, options.seed, options.setting)
    table.insert(0, "file", [f"{index:0{digits}d}.png" for index in range(options.count)])
    attributes, text = out / "attributes.csv", table.to_csv(quoting=csv.QUOTE_MINIMAL)
    before = attributes.read_text("utf-8", "replace") if attributes.is_file() else ""
    others = out.exists() and (not out.is_dir() or any(out.iterdir()))
    if others and not (before and (text.startswith(before) or before.startswith(text))):
        raise NotOursError(f"{out} holds other files than these portraits: choose another folder")
    # First, so that the same command goes on where it was cut off.
    write_atomically(attributes, lambda file: file.write_text(text, "utf-8"))
    sweep(out)
    for start in range(0, options.count, 256):
        block = min(256, options.count - start)
        faces = portraits(block, options.size, options.seed, options.setting, start)
        for index, face in enumerate(faces, start):
            save_png(out / f"{index:0{digits}d}.png", face)
    print(f"{options.count:,} portraits and attributes.csv in {out}")
    return SUCCESS


def train(options: argparse.Namespace) -> int:
    """Train a GAN by one of the recipes; `main_train` says what came of it."""
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
        **options_given(
            options, "download", "faces", "recipe", "precision", "device", "channels_last"
        ),
    )
    return SUCCESS


def generate(options: argparse.Namespace) -> int:
    """Generate, screen and save until the wanted number is saved."""
    from facescreen.generation import GenerationSettings, Learning, generate

    names = ("count", "scheme", "alpha", "seed", "source", "size", "model", "max_tries")
    given = options_given(options, *names)
    if options.faces is not None:
        given["existing"] = options.faces
    learning = options_given(options, "images", "moments", "recipe", "precision")
    if options.while_learning:
        if options.model is not None:
            raise ValueError("--model names a finished GAN: leave it out with --while-learning")
        defaults = {"scheme": "two_faces", "source": "portraits:bright"}
        given = defaults | given | {"while_learning": Learning(**learning)}
    elif learning:
        raise ValueError(f"--{next(iter(learning))} goes with --while-learning")
    settings = GenerationSettings(**given)
    how = options_given(options, "download", "cluster")
    print(generate(settings, make_rule(options), Path(options.out), progress=True, **how))
    return SUCCESS


def quality(options: argparse.Namespace) -> int:
    """Print how good a model's images are, beside yardsticks."""
    from facescreen.quality import formatted, measure_model

    given = options_given(options, "model", "schemes", "count", "seed", "size")

    def progress(name: str) -> None:
        print(f"measuring {name} …", file=sys.stderr, flush=True)

    print(formatted(measure_model(**given, progress=progress)))
    return SUCCESS


def study(options: argparse.Namespace) -> int:
    """Measure where breakage comes from, or how much chance there is in a training."""
    from facescreen.breakage.study import run_seeds, run_study

    out, learning = Path(options.out), options.while_learning
    if wrong := options_given(options, *(("count", "model") if learning else ("only",))):
        how = "does not go" if learning else "goes"
        raise ValueError(f"--{next(iter(wrong))} {how} with --while-learning")
    if learning:
        from facescreen.breakage.while_learning import run_changes

        run_changes(out, **options_given(options, "only", "seeds", "images"))
        print(f"the table is {out / 'learning.csv'}")
    elif options.seeds:
        run_seeds(out, options.seeds, **options_given(options, "count", "images"))
        print(f"the table is {out / 'seeds.csv'}")
    else:
        run_study(out, **options_given(options, "count", "images", "model"))
        print(f"the table is {out / 'breakage.csv'}, the sheets lie beside it")
    return SUCCESS


def evidence(options: argparse.Namespace) -> int:
    """Rebuild every table and figure of the evidence from `data/`."""
    from facescreen.evidence import rebuild

    written = rebuild(Path(options.out), say=lambda line: print(line, flush=True))
    print(f"{len(written)} files in {options.out}")
    return SUCCESS


def screen(options: argparse.Namespace) -> int:
    """Judge every image of a folder and write verdicts.csv."""
    from facescreen.folders import page_of, screen_folder, write_report

    folder, out = Path(options.folder), Path(options.out)
    table = out if out.suffix.lower() in (".csv", ".parquet") else out / "verdicts.csv"
    if table.parent == out and out.is_file():
        raise ValueError(f"{out} is a file, expected a folder, or a .csv or .parquet file")
    page = options.report and page_of(table, options.report)  # before any work
    rule, said, problems = calibrated_rule(options, table.parent)
    summary = screen_folder(folder, rule, table, options.workers, options.cluster)
    for caution in (*problems, *summary.cautions()):
        print(f"facescreen: {caution}", file=sys.stderr)
    print(*said, summary, sep="\n")
    if page:
        print(f"report in {write_report(table, folder, rule, page, summary)}")
    return SOME_UNREADABLE if summary.unreadable or problems else SUCCESS


def alarms(options: argparse.Namespace) -> int:
    """Print which share of valid images each rule flags; every file left out is named."""
    from facescreen.evaluation import false_alarms
    from facescreen.evaluation.false_alarms import formatted, in_words
    from facescreen.images.writing import check_ours, write_atomically

    given = options_given(options, "count", "size", "seed", "download")
    with warnings.catch_warnings():
        # The source's own warning names the first file only.
        warnings.filterwarnings("ignore", message=".*files cannot be read")
        table = false_alarms(options.source, **given)
    problems = table.attrs["problems"]
    for problem in problems:
        print(f"facescreen: {problem}", file=sys.stderr)
    print(formatted(table), in_words(table), sep="\n\n")
    if options.out is not None:
        out, text = Path(options.out), table.round(4).to_csv()
        check_ours(out, text[: text.index("\n") + 1])
        write_atomically(out, lambda file: file.write_text(text, "utf-8"))
        print(f"the table is {out}")
    return SOME_UNREADABLE if problems else SUCCESS


def doctor(options: argparse.Namespace) -> int:
    """Check the set-up and say what to do about what is missing."""
    from facescreen.commands.doctor import examine, report

    return report(examine())


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

    command_line.portraits_options(
        command(portraits, "render portraits into a folder", command_line.PORTRAITS_HELP)
    )
    command_line.train_options(
        command(train, "train a GAN on existing faces", command_line.TRAIN_HELP)
    )
    generating = f"{command_line.GENERATE_HELP}\n{command_line.WHOM}"
    command_line.generate_options(
        command(generate, "generate and save faces that pass a rule", generating)
    )
    command_line.quality_options(
        command(quality, "measure how good a model's images are", command_line.QUALITY_HELP)
    )
    command_line.study_options(
        command(study, "measure where breakage comes from", command_line.STUDY_HELP)
    )
    command_line.evidence_options(
        command(evidence, "rebuild the tables and figures", command_line.EVIDENCE_HELP)
    )
    screening = f"{command_line.SCREEN_HELP}\n{command_line.WHOM}"
    command_line.screen_options(command(screen, "judge the images of a folder", screening))
    command_line.alarms_options(
        command(alarms, "count the false alarms among valid images", command_line.ALARMS_HELP)
    )
    lessons_options(command(lessons, "run lessons and write them as web pages", LESSONS_HELP))
    sweep_options(command(sweep, "run a lesson over a grid of parameters", SWEEP_HELP))
    scores_options(command(scores, "gather the score lines of a class", SCORES_HELP))
    translate_options(command(translate, "renew the catalogs of a language", TRANSLATE_HELP))
    command(doctor, "check the set-up and say what to mend", command_line.DOCTOR_HELP)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code. Errors are one sentence on stderr."""
    options = parser().parse_args(arguments)
    try:
        check_texts(options)
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
