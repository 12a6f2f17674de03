"""The law of long runs: what a process holds after many rounds is what it held after a few.

A night of it: `make faults ARGS="-k 'long_run'"`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

import pytest
from fork_server import MARK, still_running

from facescreen.lessons import find_lessons
from facescreen.lessons.run import own_kernel

FORGOTTEN = 8  # rounds in which caches fill
GROWTH = 30  # MB between the first fifth of the others and the last, of some 850 that vary by 25


def rounds_of(minutes: float, place: Path) -> list[dict[str, float]]:
    """What the program held after each of its rounds."""
    paths = os.pathsep.join([str(Path(__file__).parents[2]), *sys.path[1:]])
    words = [sys.executable, Path(__file__).with_name("long_work.py"), minutes]
    words += [200, place / "work"]
    environment = {**os.environ, "PYTHONPATH": paths, MARK: str(place), "TMPDIR": str(place)}
    done = subprocess.run([str(w) for w in words], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"seconds"')]


def test_a_long_run_holds_no_more_memory_files_threads_or_processes(request, tmp_path):
    if not (minutes := request.config.getoption("--minutes")):
        pytest.skip("runs for --minutes, as `make faults` has it")
    rounds = rounds_of(minutes, tmp_path)
    held = rounds[min(FORGOTTEN, len(rounds) // 2) :]
    fifth = max(1, len(held) // 5)
    first, last = held[:fifth], held[-fifth:]
    for what in ("memory", "files", "threads", "children"):
        print(f"{what}: {[median(one[what] for one in part) for part in (first, last)]}")
    print(f"{len(rounds)} rounds in {rounds[-1]['seconds']:.0f} s; most memory", end=" ")
    print(f"{max(one['memory'] for one in rounds):.0f} MB")
    for what in ("files", "threads", "children"):
        assert median(r[what] for r in last) == median(r[what] for r in first)
    assert median(r["memory"] for r in last) < median(r["memory"] for r in first) + GROWTH
    assert not still_running(tmp_path)
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not left


def test_a_kernel_restarted_again_and_again_leaves_no_process(request, tmp_path, monkeypatch):
    if not (restarts := request.config.getoption("--restarts")):
        pytest.skip("runs for so many --restarts, as `make faults` has it")
    manager_of = pytest.importorskip("jupyter_client.manager").KernelManager
    monkeypatch.setenv(MARK, str(tmp_path))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    (lesson,) = find_lessons(Path(__file__).parents[2] / "notebooks", ["07"])
    cells = [c for c in json.loads(lesson.read_text("utf-8"))["cells"] if c["cell_type"] == "code"]
    imports = "".join(cells[0]["source"])
    with own_kernel():
        manager = manager_of(kernel_name="python3")
        manager.start_kernel(cwd=str(lesson.parent))
        alone = None
        for _ in range(restarts + 1):
            client = manager.blocking_client()
            client.start_channels()
            client.wait_for_ready(timeout=120)
            reply = client.execute_interactive(imports, timeout=120, output_hook=lambda _: None)
            assert reply["content"]["status"] == "ok", reply["content"]
            client.stop_channels()
            running = still_running(tmp_path)
            alone = len(running) if alone is None else alone
            assert len(running) == alone, running
            manager.restart_kernel(now=False)
        manager.shutdown_kernel(now=False)
    print(f"{restarts} restarts, {alone} process(es) at a time")
    assert not still_running(tmp_path)
