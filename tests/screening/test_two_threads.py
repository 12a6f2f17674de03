"""Laws of the two threads that compiled loops share: many may call, and a fork starts its own."""

import os
import signal
import threading

import numpy as np
import pytest

from facescreen.screening import bright_counts
from facescreen.screening.measures import measure_signs


@pytest.fixture
def images():
    """Large enough that both functions call the helper thread."""
    return np.random.default_rng(2).integers(0, 256, (200, 64, 64, 3), dtype=np.uint8)


@pytest.mark.parametrize("measure", [bright_counts, measure_signs])
def test_several_python_threads_may_call_at_once(measure, images):
    expected, results = measure(images), []
    threads = [threading.Thread(target=lambda: results.append(measure(images))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    assert all((result == expected).all() for result in results)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("measure", [bright_counts, measure_signs])
def test_a_forked_process_starts_a_thread_of_its_own(measure, images):
    expected = measure(images)
    child = os.fork()
    if child == 0:
        signal.alarm(20)  # a helper thread that stayed behind would be waited for forever
        os._exit(0 if (measure(images) == expected).all() else 1)
    assert os.waitpid(child, 0)[1] == 0
