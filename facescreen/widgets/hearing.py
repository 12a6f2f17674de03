"""Let widgets be heard while a cell waits: a busy kernel handles no message of a button."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

HEARD = ("comm_msg", "comm_close")


def hear_widgets(seconds: float) -> None:
    """Let some time pass; in a notebook, handle what a widget sends meanwhile.

    To be called again and again by a cell that waits. Everything else that arrives, such as the
    next cells of "Run All Cells", is put in the kernel's queue, where it would have been put
    anyway. Outside of a notebook, or under a kernel that works otherwise, it only waits.
    """
    kernel = _kernel()
    if kernel is None:
        time.sleep(seconds)
    elif kernel.shell_stream.socket.poll(1000 * seconds):
        _handle(kernel, kernel.shell_stream.socket.recv_multipart(copy=False))


def _kernel() -> Any:
    """The ipykernel (version 6) that runs this cell, or None."""
    from IPython import get_ipython

    kernel = getattr(get_ipython(), "kernel", None)
    needed = ("shell_stream", "session", "shell_handlers", "schedule_dispatch", "dispatch_shell")
    if threading.current_thread() is not threading.main_thread():
        return None
    if any(getattr(kernel, name, None) is None for name in needed):
        return None
    # Another kind of socket (asyncio's) would answer with a promise instead of a number.
    return kernel if type(kernel.shell_stream.socket).__module__ == "zmq.sugar.socket" else None


def _handle(kernel: Any, message: list[Any]) -> None:
    ident, parts = kernel.session.feed_identities(message, copy=False)
    kind = json.loads(parts[1].bytes)["msg_type"]  # parts: signature, header, …
    if kind not in HEARD:
        kernel.schedule_dispatch(kernel.dispatch_shell, message)
        return
    request = kernel.session.deserialize(parts, content=True, copy=False)
    # The page holds back a widget's next change until it hears that this one is done.
    kernel._publish_status("busy", "shell", parent=request)
    try:
        kernel.shell_handlers[kind](kernel.shell_stream, ident, request)
    finally:
        kernel._publish_status("idle", "shell", parent=request)
