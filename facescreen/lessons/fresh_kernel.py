"""Kernels of this interpreter for lessons that are run, and a client that misses no answer."""

import asyncio
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ipykernel.kernelspec import get_kernel_dict
from jupyter_client import AsyncKernelClient, AsyncKernelManager
from jupyter_client.channels import AsyncZMQSocketChannel
from traitlets import Type

from facescreen.images.temporary import temporary_folder
from facescreen.language.catalogs import VARIABLE

KERNEL, _PROGRAM = "python3", Path(__file__).with_name("kernel.py")
_LONGEST_SOCKET = 100  # bytes of a socket's path, of 104 to 108 that systems allow


@contextmanager
def own_kernel(language: str = "en") -> Iterator[Path]:
    """While open, the kernel named python3 is this interpreter, with no start-up files of a user.

    A kernel of that name in the user's home folder may belong to another Python, without this
    package; Jupyter would prefer it outside a virtual environment. language: its sentences' code.
    What is yielded is a folder for what goes when this closes, or, where this process is killed,
    with a later call.
    """
    with temporary_folder() as folder:
        place = Path(folder) / "kernels" / KERNEL
        place.mkdir(parents=True)
        # Without its log, which warns about sockets on this machine's own loopback at each start.
        spec = get_kernel_dict(extra_arguments=["--log-level=CRITICAL"])
        at = spec["argv"].index("-m")  # and ipykernel's own program
        spec["argv"][at : at + 2] = [str(_PROGRAM)]
        (place / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
        path = os.pathsep.join(filter(None, [folder, os.environ.get("JUPYTER_PATH")]))
        before = {name: os.environ.get(name) for name in ("JUPYTER_PATH", "IPYTHONDIR", VARIABLE)}
        os.environ.update(JUPYTER_PATH=path, IPYTHONDIR=str(Path(folder) / "ipython"))
        os.environ[VARIABLE] = language
        try:
            yield Path(folder)
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


def connection_in(folder: Path) -> dict[str, str]:
    """How to reach a kernel whose connection is kept in a folder: settings of its manager.

    By sockets in that folder, where they can be: ports were seen to be taken by another kernel
    between being chosen and being opened. The file holds the key to the kernel.
    """
    settings = {"connection_file": str(folder / "kernel.json")}
    socket = str(folder / "kernel-ipc-5")  # as Jupyter names the last of five
    if os.name != "nt" and len(os.fsencode(socket)) <= _LONGEST_SOCKET:
        settings["transport"] = "ipc"
    return settings


class WatchfulChannel(AsyncZMQSocketChannel):
    """A channel to a kernel on which an answer is not missed while something is sent.

    Sending takes away the sign that an answer has come, which is given once; asyncio's own way to
    send looks again, jupyter_client's does not. Output widgets send while their cell is waited for:
    such cells were seen to be waited for until their time was over.
    """

    def send(self, msg: dict[str, Any]) -> None:
        """Send a message, of jupyter_client's form."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:  # nobody waits meanwhile
            super().send(msg)
        else:
            self.socket.send_multipart([*self.session.serialize(msg), *msg.get("buffers", ())])


class WatchfulClient(AsyncKernelClient):
    """A client of a kernel that does not wait for an answer that has come."""

    shell_channel_class = Type(WatchfulChannel)


class WatchfulManager(AsyncKernelManager):
    """A manager of kernels with such clients."""

    client_factory = Type(WatchfulClient)
