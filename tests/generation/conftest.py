"""What the tests of this room share."""

import shutil

import pytest
from tiny_run import Faces, run

from facescreen.generation import maker


@pytest.fixture
def noisy_source(monkeypatch):
    """Any source that a run opens is that of the tiny run."""
    monkeypatch.setattr(maker, "open_source", lambda *_, **__: Faces())


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run of ten images that nobody disturbed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("facescreen.generation.maker.open_source", lambda *_, **__: Faces())
        out = tmp_path_factory.mktemp("whole") / "run"
        run(out)
    return out


@pytest.fixture
def out(whole, tmp_path):
    """A copy of it."""
    return shutil.copytree(whole, tmp_path / "run")
