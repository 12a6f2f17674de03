"""What the tests of this room share."""

import pytest
from tiny_run import Faces

from facescreen.generation import maker


@pytest.fixture
def noisy_source(monkeypatch):
    """Any source that a run opens is that of the tiny run."""
    monkeypatch.setattr(maker, "open_source", lambda *_, **__: Faces())
