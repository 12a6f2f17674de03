"""What the tests of planted breakage share."""

import pytest

from facescreen import portraits


@pytest.fixture(scope="module")
def faces():
    images = portraits(12, size=48, seed=1, setting="studio")
    images.flags.writeable = False
    return images
