"""Run as a program: a lesson's kernel, which ends when the process that started it is gone.

A kernel by itself notices that only where it falls to process 1. On a desktop it falls to the
session's manager, and would wait for its dead lesson for ever.
"""

import os
import sys
import threading
import time


def end_with(parent: int) -> None:
    """End this process as soon as it has another parent."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


if __name__ == "__main__":
    here = os.path.dirname(os.path.abspath(__file__))  # whose modules go by longer names
    sys.path[:] = [place for place in sys.path if place != here]
    from ipykernel.kernelapp import launch_new_instance

    if os.name != "nt":  # where that variable is no number of a process
        starter = int(os.environ["JPY_PARENT_PID"])
        threading.Thread(target=end_with, args=(starter,), daemon=True).start()
    launch_new_instance()
