"""Ctrl-C, heard between two steps of a training."""

import signal
import threading


class DeferredInterrupt:
    """While open, Ctrl-C only sets `pressed`, so that no step is left half done; twice interrupts.

    Outside the main thread, where Python hears no signals, it changes nothing.
    """

    def __enter__(self) -> "DeferredInterrupt":
        self.pressed = False
        self._main = threading.current_thread() is threading.main_thread()
        if self._main:
            self._before = signal.signal(signal.SIGINT, self._press)
        return self

    def __exit__(self, *_: object) -> None:
        if self._main:
            signal.signal(signal.SIGINT, self._before)

    def _press(self, *_: object) -> None:
        if self.pressed:
            raise KeyboardInterrupt
        self.pressed = True
