"""Folders of images: read, judged and written to a table, beside what reading alone takes.

    python tests/benchmarks/bench_folder.py

Files lie in the system's cache, so this is about processors, not about disks. "Started" counts from
the first file, once processes run and code is loaded; "the command" is all that a shell waits for.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image
from side_by_side import ROOT, arguments, compared, installed, record, take_turns

from facescreen.faces import portraits
from facescreen.folders import screen_folder
from facescreen.folders.chunks import Chunks
from facescreen.folders.listing import items_under
from facescreen.folders.workers import Workers
from facescreen.images import Passed, save_png
from facescreen.images.reading import image_of_bytes
from facescreen.images.whole import jpeg
from facescreen.screening import MultiColorRule

PNGS, JPEGS, ROWS, PROCESSES = 2_500, 300, 16_000, 2
RULE = MultiColorRule()


# --- what is read ---------------------------------------------------------------------------------


def make_pngs(folder: Path) -> Path:
    folder.mkdir()
    for n, face in enumerate(portraits(PNGS, 64, seed=1)):
        save_png(folder / f"{n:06}.png", face)
    return folder


def make_jpegs(folder: Path) -> Path:
    """Portraits enlarged, with grain as a camera adds it; thirty of them, ten files each."""
    folder.mkdir()
    rng = np.random.default_rng(0)
    for n, face in enumerate(portraits(JPEGS // 10, 256, seed=5)):
        large = np.asarray(Image.fromarray(face).resize((1024, 1024))).astype(np.float32)
        large += rng.normal(0, 4, (1024, 1024, 1))
        file = io.BytesIO()
        Image.fromarray(np.clip(large, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=90)
        for copy in range(10):
            (folder / f"{n:02}_{copy}.jpg").write_bytes(file.getvalue())
    return folder


def make_shard(folder: Path) -> Path:
    folder.mkdir()
    np.save(folder / "faces.npy", np.concatenate([portraits(2_000, 64, seed=2)] * (ROWS // 2_000)))
    return folder


# --- contenders -----------------------------------------------------------------------------------


def decode(file: Path) -> None:
    with Image.open(file) as image:
        np.asarray(image.convert("RGB"))


def decode_all(files: list[Path]) -> None:
    for file in files:
        decode(file)


def decode_in(pool: ProcessPoolExecutor, files: list[Path]) -> None:
    """Decoding alone in other processes, some files at a time, as one would write it."""
    parts = [files[n : n + 6] for n in range(0, len(files), 6)]
    for _ in pool.map(decode_all, parts):
        pass


def started(workers: Workers, folder: Path, out: Path) -> None:
    """From the walk to the last row of the table, by processes that run already."""
    chunks = Chunks()
    with out.open("wb") as table:
        for chunk, judged in workers.in_order(chunks.of(items_under(folder, Passed()))):
            chunks.learn(chunk, judged.seconds)
            table.write(judged.lines)


def command(folder: Path, out: Path) -> None:
    words = ["-m", "facescreen", "screen", str(folder), "--rule", "multi", "--out", str(out)]
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([sys.executable, *words], check=True, cwd=ROOT, **silent)


def cleanvision(folder: Path) -> None:
    from cleanvision import Imagelab

    silent = io.StringIO()
    with contextlib.redirect_stdout(silent), contextlib.redirect_stderr(silent):
        Imagelab(data_path=str(folder)).find_issues({"light": {}, "dark": {}}, verbose=False)


@contextlib.contextmanager
def two_processes(folder: Path) -> Iterator[tuple[Workers, ProcessPoolExecutor]]:
    spawned = multiprocessing.get_context("spawn")
    with (
        Workers(PROCESSES, str(folder), RULE) as workers,
        ProcessPoolExecutor(PROCESSES, mp_context=spawned) as pool,
    ):
        yield workers, pool


# --- cases ----------------------------------------------------------------------------------------


def of_small_files(case: str, folder: Path, work: Path, rounds: int) -> list[dict]:
    files, out = sorted(folder.iterdir()), work / "verdicts.csv"
    with two_processes(folder) as (workers, pool):
        works: dict[str, Callable] = {
            "Pillow, 1 process": partial(decode_all, files),
            "Pillow, 2 processes": partial(decode_in, pool, files),
            "ours, 1 process": partial(screen_folder, folder, RULE, out, 1),
            "ours, 2 processes, started": partial(started, workers, folder, work / "rows.csv"),
            "ours, the command": partial(command, folder, out),
        }
        if installed("cleanvision", "cleanvision"):
            works["cleanvision, light and dark"] = partial(cleanvision, folder)
        rates = take_turns(works, len(files), rounds)
    return compared("folder", case, rates, "images/s", "Pillow, 1 process")


def of_large_files(case: str, folder: Path, work: Path, rounds: int) -> list[dict]:
    files = sorted(folder.iterdir())
    with two_processes(folder) as (workers, pool):
        works = {
            "Pillow, 2 processes": partial(decode_in, pool, files),
            "ours, 2 processes, started": partial(started, workers, folder, work / "rows.csv"),
        }
        rates = take_turns(works, len(files), rounds)
    return compared("folder", case, rates, "images/s", "Pillow, 2 processes")


def of_rows(case: str, folder: Path, work: Path, rounds: int) -> list[dict]:
    file, out = folder / "faces.npy", work / "verdicts.csv"
    works = {
        "np.load and read": lambda: np.load(file).max(),
        "read limit, mapped": lambda: np.load(file, mmap_mode="r").max(),
        "the rule alone": lambda: RULE(np.load(file, mmap_mode="r")),
        "ours, 1 process": partial(screen_folder, folder, RULE, out, 1),
        "ours, the command": partial(command, folder, out),
    }
    rates = take_turns(works, ROWS, rounds)
    return compared("folder", case, rates, "images/s", "read limit, mapped")


def of_checks(case: str, files: list[Path], check: Callable, rounds: int) -> list[dict]:
    """What it costs to ask a file whether it is whole, as a share of reading it from memory."""
    everything = [(file.name, file.read_bytes()) for file in files]

    def all_of(work: Callable[[str, bytes], object]) -> Callable[[], None]:
        return lambda: [work(name, data) for name, data in everything] and None

    works = {
        "reading it, checked": all_of(lambda name, data: image_of_bytes(data, name)),
        "of that, the check": all_of(lambda _, data: check(data)),
        "Pillow, unchecked": all_of(lambda _, data: decode(io.BytesIO(data))),
    }
    rates = take_turns(works, len(files), rounds)
    each = {name: [1e6 / rate for rate in values] for name, values in rates.items()}
    return compared("folder", case, each, "µs an image", "reading it, checked")


def start_up(pngs: Path, work: Path, rounds: int) -> list[dict]:
    ten = work / "ten"
    ten.mkdir()
    for file in sorted(pngs.iterdir())[:10]:
        (ten / file.name).write_bytes(file.read_bytes())
    works = {
        "ours, the command": partial(command, ten, work / "verdicts.csv"),
        "Python with NumPy": partial(subprocess.run, [sys.executable, "-c", "import numpy"]),
    }
    seconds = {k: [1 / r for r in v] for k, v in take_turns(works, 1, rounds).items()}
    return compared("folder", "10 PNG, 64 px", seconds, "s", "Python with NumPy")


def main() -> None:
    options = arguments(__doc__)
    few = max(3, options.rounds // 2)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        pngs, jpegs = make_pngs(work / "pngs"), make_jpegs(work / "jpegs")
        shard = make_shard(work / "shard")
        rows = of_small_files(f"{PNGS:,} PNG, 64 px", pngs, work, options.rounds)
        rows += of_large_files(f"{JPEGS} JPEG, 1024 px", jpegs, work, few)
        rows += of_rows(f"{ROWS:,} rows of an .npy, 64 px", shard, work, options.rounds)
        png_files, jpeg_files = sorted(pngs.iterdir())[:500], sorted(jpegs.iterdir())[::10]
        rows += of_checks("checks, PNG, 64 px", png_files, zlib.crc32, options.rounds)
        rows += of_checks("checks, JPEG, 1024 px", jpeg_files, jpeg.check, few)
        rows += start_up(pngs, work, options.rounds)
    record("folder", rows, options.out)


if __name__ == "__main__":
    main()
