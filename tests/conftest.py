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
