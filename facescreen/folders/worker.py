"""A worker process: reads pieces of work from its standard input, answers on its standard output.

Started by `aside.py`. It imports nothing of the program that started it, whose script therefore
needs no `if __name__ == "__main__"`, and ends when that program does.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from typing import Any, BinaryIO

READY = "ready"


def main() -> None:
    """Answer until the input ends. Pickled: (make, arguments), then what is asked of it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who started us
    work, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a decoder that prints must not print into an answer
    try:
        make, arguments = pickle.load(work)
        asked = make(*arguments)
        _answer(answers, READY)
        while True:
            question = pickle.load(work)
            try:
                _answer(answers, asked(question))
            except Exception as error:
                _answer(answers, _portable(error))
    except (EOFError, pickle.UnpicklingError, BrokenPipeError):
        os._exit(0)  # whoever asked is gone; no buffer is worth writing any more
    except Exception as error:
        _answer(answers, _portable(error))


def _answer(answers: BinaryIO, answer: Any) -> None:
    pickle.dump(answer, answers, pickle.HIGHEST_PROTOCOL)
    answers.flush()


def _portable(error: Exception) -> Exception:
    """The error itself where it can travel, or else its words."""
    try:
        return pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
