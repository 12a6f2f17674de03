"""What cannot be done by a Dask cluster is one sentence, which names the machine it is about."""

import os
import pickle
import re
import socket
import sys
from pathlib import Path

import pytest
from local_cluster import local_cluster
from mixed_folder import MID, save

from facescreen.commands import main as cli
from facescreen.folders import cluster, remote, screen_folder
from facescreen.folders.aside import tried
from facescreen.folders.cluster import Cluster, ClusterError
from facescreen.screening import NoRule

distributed = pytest.importorskip("distributed", reason="no clusters without the package")


@pytest.fixture(scope="module")
def address():
    with local_cluster(1) as machines:
        yield machines.scheduler_address


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
