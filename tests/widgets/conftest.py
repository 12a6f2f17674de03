"""Where the tests of this room keep labels."""

import pytest


@pytest.fixture
def out(tmp_path):
    return tmp_path / "deep" / "labels.csv"
