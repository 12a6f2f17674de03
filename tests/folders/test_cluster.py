"""Laws of judging by a Dask cluster: the same table as by one process, whatever happens there."""

import os
import pickle
import subprocess
import sys
import time
from contextlib import suppress
from operator import attrgetter
from pathlib import Path

import numpy as np
import pytest
from deadly_rule import Deadly, EndsItsWorker, Faulty
from local_cluster import local_cluster
from mixed_folder import UNREADABLE, lines, save

from facescreen.commands import main as cli
from facescreen.folders import remote, screen, screen_folder
from facescreen.folders.aside import tried
from facescreen.folders.cluster import AHEAD, Cluster
from facescreen.folders.items import FILE, Item
from facescreen.screening import MultiColorRule, NoRule, SignsRule

distributed = pytest.importorskip("distributed", reason="no clusters without the package")
psutil = pytest.importorskip("psutil", reason="comes with the package distributed")


@pytest.fixture(scope="module")
def address():
    """A cluster of two workers, of one thread each."""
    with local_cluster(2) as machines:
        yield machines.scheduler_address
        workers = spawned(psutil.Process())
    assert workers
    assert not psutil.wait_procs(workers, timeout=60)[1]


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
    """Noise, so much that no machine is done with it between a look and a kill."""
    folder, real = tmp_path_factory.mktemp("faces"), tmp_path_factory.mktemp("real")
    noise = np.random.default_rng(3).integers(0, 256, (80, 64, 64, 3), np.uint8)
    for n, image in enumerate(noise):
        save(real / f"{n:02}.png", image)
    for n in range(20):
        (folder / f"{n:02}").symlink_to(real)
    return folder


@pytest.fixture(scope="module")
def by_one_process(faces, tmp_path_factory):
    table = tmp_path_factory.mktemp("one") / "verdicts.csv"
    screen_folder(faces, SignsRule(), table, workers=1)
    return table.read_bytes()


def spawned(process: psutil.Process) -> list[psutil.Process]:
    """Dask's workers below a process, and the processes beside them."""
    known = ("spawn_main", "facescreen.folders")
    found = []
    for child in process.children(recursive=True):
        with suppress(psutil.Error):  # gone by now
            found += [child] * any(word in " ".join(child.cmdline()) for word in known)
    return found


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- the same table -------------------------------------------------------------------------------


def test_the_table_of_every_kind_of_file_is_that_of_one_process(mixed, screened, address, tmp_path):
    summary, _ = screened
    other = screen_folder(mixed, MultiColorRule(), tmp_path / "out.csv", cluster=address)
    assert other.table.read_bytes() == summary.table.read_bytes()
    assert (other.counts, other.passed) == (summary.counts, summary.passed)
    assert other.unreadable == len(UNREADABLE)


def test_a_file_that_ends_each_process_is_named_and_costs_no_worker(deadly, address, tmp_path):
    with distributed.Client(address, set_as_default=False) as client:
        before = client.run(os.getpid)
        summary = screen_folder(deadly, Deadly(), tmp_path / "out.csv", cluster=address)
        assert client.run(os.getpid) == before
    reason = lines(summary.table)["06.png"]["reason"]
    assert reason.startswith("unreadable: reading it ended the process (SIGKILL)")
    assert (summary.judged, summary.unreadable) == (11, 1)


def test_a_worker_that_is_killed_at_work_loses_nothing(deadly, address, tmp_path):
    rule = EndsItsWorker(tmp_path / "marker")
    summary = screen_folder(deadly, rule, tmp_path / "out.csv", cluster=address)
    assert not psutil.pid_exists(int(rule.marker.read_text()))
    assert list(lines(summary.table)) == [f"{n:02}.png" for n in range(12)]
    assert (summary.judged, summary.unreadable) == (12, 0)


def test_a_fault_of_the_rule_arrives_as_it_was_raised(deadly, address, tmp_path):
    with pytest.raises(KeyError, match="a fault of the rule"):
        screen_folder(deadly, Faulty(), tmp_path / "out.csv", cluster=address)
    assert not list(tmp_path.iterdir())


# --- real commands, killed ------------------------------------------------------------------------


def command(faces, table, where) -> list[str]:
    line = ["screen", str(faces), "--rule", "signs", "--out", str(table), "--cluster", where]
    return [sys.executable, "-m", "facescreen", *line]


def wait_for_lines(run: subprocess.Popen, table: Path, number: int) -> None:
    part = table.with_name(f".{table.name}.part")
    while run.poll() is None and not (part.exists() and part.read_bytes().count(b"\n") > number):
        time.sleep(0.01)
    assert run.poll() is None, "it was done before it could be killed"


def test_a_worker_is_killed_and_then_the_command_and_it_is_gone_on_with(
    faces, by_one_process, address, tmp_path, tmp_path_factory, capsys
):
    table = tmp_path / "verdicts.csv"
    line = [*command(faces, table, "local"), "--workers", "2"]
    said = tmp_path_factory.mktemp("said") / "err"
    with said.open("w") as err, subprocess.Popen(line, stderr=err) as run:
        wait_for_lines(run, table, 20)
        children = psutil.Process(run.pid).children(recursive=True)
        heard = [c for p in (psutil.Process(run.pid), *children) for c in p.net_connections()]
        workers = [p for p in children if "spawn_main" in " ".join(p.cmdline())]
        workers[0].kill()
        wait_for_lines(run, table, 800)  # more than were handed out by then
        children += psutil.Process(run.pid).children(recursive=True)
        assert said.read_text() == ""
        run.kill()
    assert {c.laddr.ip for c in heard if c.status == psutil.CONN_LISTEN} == {"127.0.0.1"}
    assert len(workers) == 2
    assert not psutil.wait_procs(children, timeout=60)[1]
    assert not table.exists()
    assert cli.main(command(faces, table, address)[3:]) == cli.SUCCESS
    assert "lines of the table were there already" in capsys.readouterr().err
    assert table.read_bytes() == by_one_process
    assert files(tmp_path) == ["verdicts.csv"]


# --- little is held -------------------------------------------------------------------------------


def test_a_folder_without_end_has_its_first_verdicts(deadly, address, tmp_path, monkeypatch):
    listed = []

    def endless(*_, **__):
        while True:
            listed.append(1)
            yield Item(FILE, "00.png", "00.png")

    class Enough(Exception):
        pass

    def append(part, *_):
        raise Enough

    monkeypatch.setattr(screen, "items_under", endless)
    monkeypatch.setattr(screen.Part, "append", append)
    with pytest.raises(Enough):
        screen_folder(deadly, NoRule(), tmp_path / "out.csv", cluster=address)
    assert 0 < len(listed) < 4096 * (AHEAD * 2 + 1)


def test_few_pieces_are_ahead_of_the_one_that_is_awaited(address):
    taken = []

    def pieces():
        for n in range(40):
            taken.append(n)
            yield n

    with Cluster(address, pickle.dumps((list, ())), nothing_asked, ()) as machines:
        done = list(counted(machines.in_order(pieces()), taken))
    assert [piece for piece, _, _ in done] == [answer for _, answer, _ in done] == list(range(40))
    assert max(out for _, _, out in done) <= AHEAD * 2 + 1


def nothing_asked(ask, message):
    return message


def counted(answers, taken):
    for done, (piece, answer) in enumerate(answers):
        yield piece, answer, len(taken) - done


def test_processes_that_nobody_asks_any_more_end(monkeypatch):
    monkeypatch.setattr(remote, "IDLE", 0.2)
    setup, ask = pickle.dumps((attrgetter, ("real",))), pickle.dumps(tried)
    run = remote.Run("of a driver that was killed", {}, None, setup, ask)
    assert remote.answer(run, pickle.dumps(5)) == 5
    (process,) = map(psutil.Process, remote._held[run.name].asides.pids)
    for _ in range(1000):
        if not process.is_running():
            break
        time.sleep(0.02)
    assert not process.is_running() and run.name not in remote._held
    assert remote.answer(run, pickle.dumps(6)) == 6
    remote.release(run.name)
    assert not remote._held and not remote._busy
