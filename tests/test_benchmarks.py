"""The table of ratios: what its columns say, and that it is of one machine. Nothing is timed."""

import csv
import json
from types import SimpleNamespace

import pytest


@pytest.fixture
def shared(checkout, monkeypatch):
    monkeypatch.syspath_prepend(str(checkout / "tests" / "benchmarks"))
    import side_by_side

    return side_by_side


@pytest.fixture
def report(shared):
    import report

    return report


def rows_of(shared, bench="kernel", case="64 px, sparse", base="read limit"):
    measured = {"read limit": [100.0, 110.0, 90.0], "ours": [50.0, 66.0, 60.0]}
    return shared.compared(bench, case, measured, "images/s", base)


def test_a_ratio_is_that_of_medians_and_low_and_high_are_of_single_rounds(shared):
    limit, ours = rows_of(shared)
    assert (limit["ratio"], limit["low"], limit["high"]) == (1, 1, 1)
    assert ours["value"] == 60 and ours["ratio"] == pytest.approx(60 / 100)
    # Rounds: 0.5, 0.6, 0.667; a tenth and nine tenths of the way through them.
    assert ours["low"] == pytest.approx(0.52) and ours["high"] == pytest.approx(0.6 + 0.8 / 15)
    assert ours["rounds"] == 3 and list(ours) == list(shared.COLUMNS)


def test_contenders_take_turns_and_each_round_begins_with_another(shared, monkeypatch):
    monkeypatch.setattr(shared, "TIMED", 0)
    said = []
    works = {name: lambda name=name: said.append(name) for name in "abc"}
    rates = shared.take_turns(works, 10, 3)
    assert "".join(said) == "abc" + "abc" + "bca" + "cab"
    assert {name: len(values) for name, values in rates.items()} == dict.fromkeys("abc", 3)


def test_a_benchmark_replaces_its_own_rows_and_no_others(shared, tmp_path):
    shared.record("folder", rows_of(shared, "folder"), tmp_path)
    shared.record("kernel", rows_of(shared, case="old"), tmp_path)
    shared.record("kernel", rows_of(shared, case="new, with a comma"), tmp_path)
    with (tmp_path / "ratios.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    cases = ["new, with a comma"] * 2 + ["64 px, sparse"] * 2
    assert [row["case"] for row in table] == cases
    assert [row["bench"] for row in table] == ["kernel"] * 2 + ["folder"] * 2
    machine = json.loads((tmp_path / "machine.json").read_text())
    assert set(machine["measured"]) == {"folder", "kernel"} and machine["cores"] >= 1


def test_rows_of_another_machine_do_not_stay_beside(shared, tmp_path, monkeypatch):
    shared.record("folder", rows_of(shared, "folder"), tmp_path)
    other = {**shared.this_machine(), "processor": "another"}
    monkeypatch.setattr(shared, "this_machine", lambda: other)
    shared.record("kernel", rows_of(shared), tmp_path)
    assert {row["bench"] for row in shared.table(tmp_path)} == {"kernel"}


def test_an_aim_is_met_or_missed_by_what_the_table_says(shared, report, tmp_path):
    shared.record("kernel", rows_of(shared), tmp_path)
    took = {"Python with NumPy": [0.2], "ours, the command": [1.5]}
    its = shared.compared("folder", "10 PNG, 64 px", took, "s", "Python with NumPy")
    shared.record("folder", its, tmp_path)
    table, names = shared.table(tmp_path), ("kernel", "64 px, sparse", "ours")
    assert report.met(table, report.Aim(*names, "read limit", 0.6))[::2] == (0.6, True)
    assert report.met(table, report.Aim(*names, "read limit", 0.7))[::2] == (0.6, False)
    assert report.met(table, report.Aim(*names, "", 61))[::2] == (60, False)
    started = ("folder", "10 PNG, 64 px", "ours, the command", "")
    assert report.met(table, report.Aim(*started, 1.2))[2] is False
    assert report.met(table, report.Aim(*started, 2))[2] is True
    assert report.met(table, report.Aim("kernel", "64 px, sparse", "theirs", "", 1)) is None


def test_a_benchmark_that_fails_is_named_and_the_next_one_runs(report, capsys):
    begun = []

    def start(words):
        begun.append(words[1])
        return SimpleNamespace(returncode=int("kernel" in words[1]))

    assert report.run(["kernel", "folder"], ["--rounds", "3"], start) == ["kernel"]
    assert [path.rsplit("_", 1)[1] for path in begun] == ["kernel.py", "folder.py"]


def test_every_aim_is_about_a_benchmark_that_is_there(checkout, shared, report):
    there = {path.stem.removeprefix("bench_") for path in checkout.glob("tests/benchmarks/bench_*")}
    assert {aim.bench for aim in report.AIMS} <= set(shared.BENCHES) <= there


def test_a_peer_that_is_missing_is_said(shared, capsys):
    assert shared.installed("NumPy", "numpy") and not capsys.readouterr().out
    assert not shared.installed("a peer", "no_such_module_here")
    assert "left out" in capsys.readouterr().out
