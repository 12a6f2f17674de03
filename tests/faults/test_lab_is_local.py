"""The law of `make lab`: on this machine only, and not without the token."""

import os
import re
import shlex
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

LOOPBACK = "0100007F"  # 127.0.0.1 as /proc/net/tcp has it
LISTENS = "0A"


@pytest.fixture(scope="module")
def arguments(checkout) -> list[str]:
    """What `make lab` hands to JupyterLab; the ARGS of the make that runs the tests are not its."""
    of_make = ("ARGS", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    own = {name: value for name, value in os.environ.items() if name not in of_make}
    words = ["make", "--no-print-directory", "-n", "lab"]
    done = subprocess.run(words, cwd=checkout, env=own, capture_output=True, text=True, check=True)
    words = shlex.split(done.stdout.replace("\\\n", " "), comments=True)
    return words[words.index("jupyterlab") + 1 :]


def test_the_command_names_this_machine_and_takes_nothing_away(arguments, checkout):
    assert "--ServerApp.ip=127.0.0.1" in arguments
    allowed = {"--ServerApp.ip=127.0.0.1", "--LabApp.default_url=/lab/tree/notebooks"}
    allowed |= {f"--LabApp.extra_labextensions_path={checkout}/facescreen/widgets/labextensions"}
    assert set(arguments) - allowed <= {"--allow-root"}, "no token, password, origin, other address"


def answer(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


def listening(process: int) -> dict[int, set[str]]:
    """Addresses that a process listens on, in the system's hexadecimal, by port."""
    own, found = set(), {}
    for link in Path(f"/proc/{process}/fd").iterdir():
        with suppress(OSError):
            own.add(os.readlink(link))
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{process}/net/{table}").read_text().splitlines()[1:]:
            cells = line.split()
            if cells[3] == LISTENS and f"socket:[{cells[9]}]" in own:
                address, port = cells[1].split(":")
                found.setdefault(int(port, 16), set()).add(address)
    return found


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads what Linux says of sockets")
def test_the_server_listens_here_alone_and_asks_for_its_token(arguments, checkout, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    places = ("HOME", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")
    environment = os.environ | {name: str(tmp_path / name) for name in places}
    environment.pop("JUPYTER_TOKEN", None)
    command = [sys.executable, "-m", "jupyterlab", *arguments]
    command += ["--no-browser", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    log = tmp_path / "log"
    with log.open("wb") as said:
        server = subprocess.Popen(command, cwd=checkout, env=environment, stdout=said, stderr=said)
    try:
        until, token = time.monotonic() + 120, None
        while token is None and time.monotonic() < until and server.poll() is None:
            time.sleep(0.1)
            token = re.search(
                rf"127\.0\.0\.1:{port}/lab\S*\?token=([0-9a-f]{{32,}})", log.read_text()
            )
        assert token, log.read_text()
        here = f"http://127.0.0.1:{port}/api"
        for path in ("contents", "kernels", "sessions", "terminals", "status"):
            assert answer(f"{here}/{path}") == 403, path
        assert answer(f"{here}/contents?token={'0' * 48}") == 403
        assert answer(f"{here}/contents?token={token[1]}") == 200
        assert listening(server.pid) == {port: {LOOPBACK}}
    finally:
        server.terminate()
        server.wait()
