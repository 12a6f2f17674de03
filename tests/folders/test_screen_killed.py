"""Laws of real runs that are killed or interrupted: the next one ends in the same table."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from mixed_folder import save

from facescreen import portraits
from facescreen.commands import main as cli

PART, NOTE = ".verdicts.csv.part", ".verdicts.csv.asked.json"


def files(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
    """So many that no machine is done with them between a look and a kill."""
    folder, real = tmp_path_factory.mktemp("faces"), tmp_path_factory.mktemp("real")
    np.save(folder / "m.npy", portraits(60, size=64, seed=3))
    for n, face in enumerate(portraits(90, size=64, seed=4)):
        save(real / f"{n:02}.png", face)
    for turn in range(100):
        (folder / f"z{turn}").symlink_to(real)
    return folder


def test_ctrl_c_is_one_line_and_what_is_judged_stays(faces, tmp_path):
    for attempt in map(str, range(10)):  # a run may be done before the signal reaches it
        out = tmp_path / attempt
        line = ["screen", str(faces), "--rule", "signs", "--out", str(out / "verdicts.csv")]
        command = [sys.executable, "-m", "facescreen", *line, "--workers", "2"]
        # Work that a shell puts into the background ignores Ctrl-C, and so would what it starts.
        how = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, **how) as run:
            while run.poll() is None and not judged_lines(out / PART) >= 9:
                time.sleep(0.001)
            run.send_signal(signal.SIGINT)
            said = run.stderr.read()
        if run.returncode != cli.SUCCESS:
            break
    assert (run.returncode, said) == (cli.INTERRUPTED, "facescreen: interrupted\n")
    assert files(out) == sorted([PART, NOTE])


def judged_lines(part: Path) -> int:
    try:
        return part.read_bytes().count(b"\n")
    except OSError:  # not there yet, or renamed by now
        return 0


def test_no_worker_outlives_a_run_that_was_killed(faces, tmp_path):
    program = (
        "import pathlib, sys; from facescreen.folders.workers import Workers\n"
        "from facescreen.folders.items import FILE, Item\n"
        "from facescreen.screening import NoRule\n"
        "with Workers(2, sys.argv[1], NoRule()) as w:\n"
        "    for _ in w.in_order([[Item(FILE, 'a/00.png', 'a/00.png')]] * 4): pass\n"
        "    print(*w.pids, flush=True)\n"
        "    sys.stdin.read()\n"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", program, str(faces)], **pipes) as run:
        workers = [int(pid) for pid in run.stdout.readline().split()]
        assert workers
        run.kill()
        run.wait()
    for _ in range(500):
        if not any(os.path.exists(f"/proc/{pid}") for pid in workers):
            break
        time.sleep(0.01)
    assert not any(os.path.exists(f"/proc/{pid}") for pid in workers)
