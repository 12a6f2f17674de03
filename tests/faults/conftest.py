"""What the tests of faults share: the program that forks, and what undisturbed work ends in."""

from pathlib import Path
from typing import NamedTuple

import pytest
from ends import contents
from fork_server import ForkServer, still_running

import facescreen


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    given = tmp_path_factory.mktemp("given")
    program = ForkServer(given, Path(facescreen.__file__).parents[1])
    ended = program.run("prepare", given / "prepared")
    assert (ended.signal, ended.code) == (0, 0), (given / "prepared.log").read_text()
    yield program
    program.close()


class Whole(NamedTuple):
    """What work ends in that nobody disturbs, by name of the file, and how long it takes."""

    contents: dict[str, bytes]
    seconds: float


@pytest.fixture(scope="session")
def undisturbed(server, tmp_path_factory):
    """`undisturbed(work)`: done once in a session."""
    known: dict[str, Whole] = {}

    def end_of(work: str) -> Whole:
        if work not in known:
            place = tmp_path_factory.mktemp(work) / "whole"
            ended = server.run(work, place)
            log = place.with_suffix(".log").read_text()
            assert (ended.signal, ended.code) == (0, 0), log
            assert not still_running(place)
            known[work] = Whole(contents(place), ended.seconds)
        return known[work]

    return end_of
