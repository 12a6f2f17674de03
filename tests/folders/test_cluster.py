"""Laws of judging by a Dask cluster: the same table as by one process, whatever happens there."""

import os
import pickle
import re
import socket
import subprocess
import sys
import time
from contextlib import suppress
from operator import attrgetter
from pathlib import Path

import numpy as np
import pytest
from deadly_rule import DEADLY, Deadly, EndsItsWorker, Faulty
from mixed_folder import MID, UNREADABLE, lines, save

from facescreen.commands import main as cli
from facescreen.folders import cluster, remote, screen, screen_folder
from facescreen.folders.aside import tried
from facescreen.folders.cluster import AHEAD, Cluster, ClusterError
from facescreen.folders.items import FILE, Item
from facescreen.screening import MultiColorRule, NoRule, SignsRule

distributed = pytest.importorskip("distributed", reason="no clusters without the package")
psutil = pytest.importorskip("psutil", reason="comes with the package distributed")


@pytest.fixture(scope="module")
def address():
    """A cluster of two workers, of one thread each."""
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=None,
        scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},
        memory_limit=0,
        silence_logs=60,
    ) as machines:
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


@pytest.fixture(scope="module")
def deadly(tmp_path_factory):
    """Twelve images, of which the seventh is deadly."""
    folder = tmp_path_factory.mktemp("deadly")
    for n in range(12):
        image = MID.copy()
        image[0, 0] = DEADLY if n == 6 else (n, n, n)
        save(folder / f"{n:02}.png", image)
    return folder


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


# --- what cannot be is one sentence ---------------------------------------------------------------


@pytest.fixture
def two_places(tmp_path, address, monkeypatch):
    """/proc/self/cwd/photos: a folder here, and not, or another one, where the workers work."""
    there = tmp_path / "there"
    there.mkdir()
    with distributed.Client(address, set_as_default=False) as client:
        client.run(os.chdir, there)
    (tmp_path / "photos").mkdir()
    save(tmp_path / "photos" / "a.png", MID)
    monkeypatch.chdir(tmp_path)
    return Path("/proc/self/cwd/photos"), there / "photos"


def test_a_worker_that_does_not_see_the_folder_is_named(two_places, address, tmp_path):
    here, there = two_places
    with pytest.raises(ClusterError, match=r"worker tcp://.*does not see /proc/self/cwd/photos/a"):
        screen_folder(here, NoRule(), tmp_path / "out.csv", cluster=address)
    there.mkdir()
    (there / "a.png").write_bytes(b"no such image")
    with pytest.raises(ClusterError, match=r"sees another .*a.png, of 13 bytes instead of \d+"):
        screen_folder(here, NoRule(), tmp_path / "out.csv", cluster=address)
    assert not (tmp_path / "out.csv").exists()


def test_other_software_on_a_worker_is_refused(deadly, address, tmp_path, monkeypatch):
    real = remote.software_here
    monkeypatch.setattr(cluster, "software_here", lambda p: real(p) | {"pillow": "1.2.3"})
    said = rf"worker tcp://.* has pillow {re.escape(real(['pillow'])['pillow'])} instead of 1.2.3"
    with pytest.raises(ClusterError, match=said):
        screen_folder(deadly, NoRule(), tmp_path / "out.csv", cluster=address)


def test_the_code_itself_counts_as_software(monkeypatch, tmp_path):
    (tmp_path / "a.py").write_text("a = 1\n")
    monkeypatch.setattr(remote.facescreen, "__file__", str(tmp_path / "__init__.py"))
    hashes = [remote.code_here.__wrapped__()]
    for code in ("a = 1\r\n", "a = 2\n"):
        (tmp_path / "a.py").write_bytes(code.encode())
        hashes.append(remote.code_here.__wrapped__())
    assert hashes[0] == hashes[1] != hashes[2]


@pytest.mark.parametrize("silent", [True, False])
def test_a_scheduler_that_is_not_there_is_one_sentence(
    deadly, tmp_path, monkeypatch, capsys, silent
):
    assert cluster.REACHED <= 10
    monkeypatch.setattr(cluster, "REACHED", 1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        where = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        if not silent:
            server.close()
        line = ["screen", str(deadly), "--out", str(tmp_path / "a.csv"), "--cluster", where]
        assert cli.main(line) == cli.ERROR
    said = capsys.readouterr().err
    assert re.fullmatch(rf"facescreen: no Dask scheduler was reached at {where} \(.*\n", said)


@pytest.mark.parametrize("where", ["nowhere", "http://127.0.0.1:80", "a:b:c"])
def test_an_address_of_no_scheduler_is_one_sentence(deadly, tmp_path, where):
    with pytest.raises(ClusterError, match=f"no Dask scheduler was reached at {where}"):
        screen_folder(deadly, NoRule(), tmp_path / "out.csv", cluster=where)


def test_without_dask_the_command_to_get_it_is_said(deadly, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "distributed", None)
    line = ["screen", str(deadly), "--out", str(tmp_path / "out.csv"), "--cluster", "local"]
    assert cli.main(line) == cli.ERROR
    said = capsys.readouterr().err
    assert "pip install 'facescreen[cluster]'" in said and said.count("\n") == 1


def test_how_many_work_is_told_to_a_local_cluster_only(deadly, address, tmp_path):
    with pytest.raises(ValueError, match="leave out --workers"):
        screen_folder(deadly, NoRule(), tmp_path / "out.csv", workers=2, cluster=address)


def test_a_rule_that_cannot_travel_is_refused(deadly, address, tmp_path):
    with pytest.raises(ValueError, match="define it in a module"):
        screen_folder(deadly, lambda images: None, tmp_path / "out.csv", cluster=address)


def test_a_process_that_cannot_start_is_said_with_the_worker(address):
    setup = pickle.dumps((int, ("no number",)))
    with (
        Cluster(address, setup, tried, ()) as machines,
        pytest.raises(ClusterError, match=r"worker tcp://.*could not start \(invalid literal"),
    ):
        list(machines.in_order([1]))
