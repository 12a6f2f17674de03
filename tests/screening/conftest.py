"""Clean portraits for the tests of this room."""

import pytest

from facescreen import portraits


@pytest.fixture(scope="package")
def clean():
    images = portraits(900, size=64, seed=21)
    images.flags.writeable = False
    return images


@pytest.fixture(scope="package")
def faces():
    images = portraits(150, size=64, seed=11)
    images.flags.writeable = False
    return images
