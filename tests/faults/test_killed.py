"""The law of kills: after SIGKILL at any moment, the same call ends as if nothing had happened.

Every file is then the same byte for byte, but for the minutes of a card and of the list of lessons,
the seconds of a training's state, the times of labels and those in a notebook (`ends.py`); no other
file is left, and no process. A night of it: `make faults`, or
`python -m pytest tests/faults --kills 50 --hypothesis-profile nightly -s`.
"""

import random
import time

import pytest
from ends import check_whole, contents
from fork_server import still_running
from moments import MOMENTS

WORK = {  # with how many of the kills that are asked for
    "generation": 1.0,
    "learning": 1.0,
    "training": 1.0,
    "labeling": 1.0,
    "screening": 1.0,
    "screening_by_two": 1.0,
    "lesson": 0.5,  # a kernel takes seconds to start
}


# One after the other in one folder where the work is long, each in a folder of its own elsewhere.
LEARNING = tuple(name for name, moment in MOMENTS.items() if moment.work == "learning")
CHAINS = [LEARNING, *((name,) for name in MOMENTS if name not in LEARNING)]


def killed_once(server, work, place, **when) -> bool:
    """Whether the kill came before the end; what is there then is whole, and runs no longer."""
    ended = server.run(work, place, **when)
    assert ended.signal == 9 or ended.code == 0, place.with_suffix(".log").read_text()
    check_whole(place / "out", ended=not ended.signal)
    until = time.monotonic() + 20
    while (left := still_running(place)) and time.monotonic() < until:
        time.sleep(0.02)
    assert not left, "still running 20 seconds after the kill"
    if work == "labeling":
        check_labels(place / "out")
    return bool(ended.signal)


def check_labels(out):
    """Every label that was reported is there, and each image has one at the most, in order."""
    reports = out / "reports"
    reported = reports.stat().st_size if reports.exists() else 0
    labels = out / "labels.csv"
    rows = labels.read_bytes().decode("utf-8", "ignore").split("\n")[1:-1] if reported else []
    names = [row.split('"')[1] for row in rows]
    assert names == [f"set/{k}, 얼굴.png" for k in range(len(rows))]
    assert reported <= len(rows) <= reported + 1


def check_end(server, work, place, whole):
    """The work goes on to its end, which is that of undisturbed work."""
    assert not killed_once(server, work, place)
    found, expected = contents(place), whole.contents
    assert found.keys() == expected.keys()
    differ = [name for name, data in expected.items() if found[name] != data]
    assert not differ


@pytest.mark.parametrize("work", WORK)
def test_killed_at_random_moments_it_ends_as_if_it_had_not_been(
    work, server, undisturbed, tmp_path, kills, kill_seed
):
    whole, rng = undisturbed(work), random.Random(f"{kill_seed} {work}")
    asked, done, chains = max(1, round(kills * WORK[work])), 0, 0
    while done < asked:
        place = tmp_path / f"{chains}"
        while done < asked:
            after = rng.uniform(0, whole.seconds)
            killed = killed_once(server, work, place, after=after)
            print(f"{work} {chains}: {'killed' if killed else 'done'} by {after:.4f} s")
            if not killed:
                break
            done += 1
        check_end(server, work, place, whole)
        chains += 1
    print(f"{work}: {done} kills in {chains} folders, nothing lost or wrong")


@pytest.mark.parametrize("moments", CHAINS, ids=", then ".join)
def test_killed_at_chosen_moments_it_ends_as_if_it_had_not_been(
    moments, server, undisturbed, tmp_path
):
    work, place = MOMENTS[moments[0]].work, tmp_path / "place"
    for moment in moments:
        assert killed_once(server, work, place, moment=moment), f"{moment!r} never came"
    assert contents(place) != undisturbed(work).contents
    check_end(server, work, place, undisturbed(work))


def test_what_was_judged_before_a_kill_is_not_judged_again(server, undisturbed, tmp_path):
    place = tmp_path / "place"
    assert killed_once(server, "screening", place, moment="a first part of a table")
    check_end(server, "screening", place, undisturbed("screening"))
    assert "lines of the table were there already" in place.with_suffix(".log").read_text()
