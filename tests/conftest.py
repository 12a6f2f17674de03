"""What all tests share."""

from pathlib import Path

import pytest
from hypothesis import settings

# A slow machine is no bug: no example has a deadline.
settings.register_profile("facescreen", deadline=None, print_blob=True)
settings.load_profile("facescreen")


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
