"""Laws of judging in worker processes: the same table, whatever happens to the processes."""

import subprocess
import sys

import pytest
from deadly_rule import Deadly, DeadlyOnce, Faulty, Silent
from mixed_folder import UNREADABLE, lines

from facescreen.folders import chunks, screen_folder
from facescreen.folders.chunks import Chunks, few
from facescreen.folders.items import FILE, ROWS, Item
from facescreen.folders.workers import Workers, WorkersError
from facescreen.screening import MultiColorRule, NoRule


def test_the_table_is_the_same_for_any_number_of_processes(mixed, screened, tmp_path):
    summary, _ = screened
    other = screen_folder(mixed, MultiColorRule(), tmp_path / "verdicts.csv", workers=2)
    assert other.table.read_bytes() == summary.table.read_bytes()
    assert (other.counts, other.passed) == (summary.counts, summary.passed)
    assert other.unreadable == len(UNREADABLE)


def test_a_file_that_ends_each_process_is_named_and_no_other_row_is_lost(deadly, tmp_path):
    summary = screen_folder(deadly, Deadly(), tmp_path / "verdicts.csv", workers=2)
    found = lines(summary.table)
    assert list(found) == [f"{n:02}.png" for n in range(12)]
    reason = found.pop("06.png")["reason"]
    assert reason.startswith("unreadable: reading it ended the process (SIGKILL)")
    assert {line["broken"] for line in found.values()} == {"false"}
    assert (summary.judged, summary.unreadable) == (11, 1)


def test_a_process_that_was_ended_once_costs_nothing(deadly, tmp_path):
    rule = DeadlyOnce(tmp_path / "marker")
    summary = screen_folder(deadly, rule, tmp_path / "verdicts.csv", workers=1 + 1)
    assert rule.marker.exists()
    assert (summary.judged, summary.unreadable) == (12, 0)


def test_what_is_printed_while_judging_is_no_answer(deadly, tmp_path):
    assert screen_folder(deadly, Silent(), tmp_path / "out.csv", workers=2).judged == 12


def test_a_fault_of_the_rule_arrives_as_it_was_raised(deadly, tmp_path):
    with pytest.raises(KeyError, match="a fault of the rule"):
        screen_folder(deadly, Faulty(), tmp_path / "out.csv", workers=2)
    assert not list(tmp_path.iterdir())


def test_a_rule_that_cannot_travel_is_refused_in_a_sentence_or_judges_here(deadly, tmp_path):
    def rule(images):
        return NoRule()(images)

    with pytest.raises(ValueError, match=r"cannot be handed to worker processes.*workers=1"):
        screen_folder(deadly, rule, tmp_path / "out.csv", workers=2)
    assert screen_folder(deadly, rule, tmp_path / "out.csv").judged == 12
    with pytest.raises(ValueError, match="workers must be 1 to 256, not 0"):
        screen_folder(deadly, NoRule(), tmp_path / "out.csv", workers=0)


def test_processes_that_do_not_start_are_one_sentence(deadly, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(WorkersError, match=r"could not start \(exit code 1\).*--workers 1"):
        screen_folder(deadly, NoRule(), tmp_path / "out.csv", workers=2)


SCRIPT = """\
from pathlib import Path
from facescreen.folders import chunks, screen_folder
from facescreen.screening import MultiColorRule, NoRule

print("begins")
print(screen_folder(Path({folder!r}), MultiColorRule(), Path("a.csv"), workers=2))

class Mine:
    def __call__(self, images):
        return NoRule()(images)

print(screen_folder(Path({folder!r}), Mine(), Path("b.csv")))
"""


def test_a_script_without_a_guard_runs_once_and_ends(deadly, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(folder=str(deadly)))
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, cwd=tmp_path, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("begins") == 1
    assert done.stdout.count("12 images judged") == 2


def test_neither_torch_nor_the_callers_program_is_loaded_by_a_worker(tmp_path):
    program = "import sys; from facescreen.folders import worker, judging; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert not {"torch", "scipy", "pandas", "matplotlib"} & set(done.stdout.split())


def test_few_chunks_are_ahead_of_the_one_that_is_awaited(deadly):
    taken = []

    def pieces():
        for n in range(40):
            taken.append(n)
            yield [Item(FILE, "00.png", "00.png")]

    with Workers(2, str(deadly), NoRule()) as workers:
        for done, (_, judged) in enumerate(workers.in_order(pieces())):
            assert judged.lines.startswith(b"00.png,false")
            assert len(taken) - done <= 2 * 2 + 1
    assert done == 39


# --- chunks ---------------------------------------------------------------------------------------


def test_chunks_keep_all_items_in_order_and_grow_with_their_pace():
    items = [Item(FILE, str(n), str(n)) for n in range(5000)]
    items[2000:2000] = [Item(ROWS, "a", "a", start=n, stop=n + 5) for n in range(300)]
    quick, seen, sizes = Chunks(), [], []
    for chunk in quick.of(items):
        assert len({item.kind for item in chunk}) == 1
        quick.learn(chunk, 1e-4 * sum(item.count for item in chunk))
        seen += chunk
        sizes.append(len(chunk))
    assert seen == items
    assert sizes[0] < 100 < max(sizes)
    slow = Chunks()
    sizes = []
    for chunk in slow.of(items[:200]):
        slow.learn(chunk, 1.0 * len(chunk))
        sizes.append(len(chunk))
    assert sizes[-1] == 1


def test_few_looks_at_no_more_than_decides_it(tmp_path):
    many = (Item(FILE, str(n), str(n)) for n in iter(int, 1))  # without end
    first, rest = few(many, str(tmp_path))
    assert len(first) == chunks.FEW and rest is many
    (tmp_path / "large").write_bytes(bytes(chunks.FEW_BYTES))
    first, rest = few([Item(FILE, "large", "large")] * 9, str(tmp_path))
    assert len(first) == 1 and len(list(rest)) == 8
    assert few(iter([Item(ROWS, "a", "a", stop=9000)]), str(tmp_path))[1] is None
