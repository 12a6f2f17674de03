"""What all tests share."""

import time
from pathlib import Path

import pytest
from hypothesis import settings

# A slow machine is no bug: no example has a deadline.
settings.register_profile("facescreen", deadline=None, print_blob=True)
settings.register_profile("nightly", settings.get_profile("facescreen"), max_examples=10_000)
settings.load_profile("facescreen")


def pytest_addoption(parser):
    """How long the tests of faults try."""
    kills = "kills at random moments of each piece of work in tests/faults (1)"
    parser.addoption("--kills", type=int, default=1, help=kills)
    parser.addoption(
        "--minutes", type=float, default=0, help="of tests/faults/test_long_run.py (0)"
    )
    parser.addoption("--restarts", type=int, default=1, help="of a kernel in that file (1)")
    parser.addoption("--kill-seed", default=str(time.time_ns()), help="which moments those are")


@pytest.fixture(scope="session")
def kills(request) -> int:
    return request.config.getoption("--kills")


@pytest.fixture
def kill_seed(request) -> str:
    """Printed, so that a failure can be tried again."""
    seed = request.config.getoption("--kill-seed")
    print(f"moments by --kill-seed {seed}")
    return seed


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder that holds pyproject.toml, facescreen/ and notebooks/."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def one_thread():
    """Tiny networks on two threads only wait for each other; modules ask with `usefixtures`."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
