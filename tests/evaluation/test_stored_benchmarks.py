"""Laws of the stored benchmarks: each has its own rows, and none where it was not run."""

import pytest

from facescreen.evaluation import benchmark_table

ROWS = """bench,case,what,value,unit,base,ratio,low,high,rounds
kernel,"64 px, sparse",read limit,100,images/s,read limit,1,1,1,7
kernel,"64 px, sparse",ours,50,images/s,read limit,0.5,0.4,0.6,7
folder,"64 px, sparse",ours,7,images/s,ours,1,1,1,3
"""


def test_a_benchmark_has_its_rows_and_one_that_was_not_run_has_none(tmp_path):
    (tmp_path / "ratios.csv").write_text(ROWS, "utf-8")
    kernel = benchmark_table("kernel", tmp_path)
    assert kernel["ratio"].unstack("case").to_dict() == {
        "64 px, sparse": {"read limit": 1.0, "ours": 0.5}
    }
    assert benchmark_table("folder", tmp_path).loc[("64 px, sparse", "ours"), "value"] == 7
    for place in (tmp_path, tmp_path / "nowhere"):
        none = benchmark_table("cluster", place)
        assert none.empty and list(none.columns) == list(kernel.columns)
        assert none["ratio"].unstack("case").round(2).empty


def test_a_file_with_other_columns_is_refused(tmp_path):
    (tmp_path / "ratios.csv").write_text("bench,speed\nkernel,3\n", "utf-8")
    with pytest.raises(ValueError, match=r"ratios\.csv has the columns bench, speed, expected"):
        benchmark_table("kernel", tmp_path)
