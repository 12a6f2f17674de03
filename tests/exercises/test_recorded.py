"""Laws of recorded values: they come back as they were, show nothing, and are scrapbook's."""

import numpy as np
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from facescreen.exercises import record
from facescreen.exercises.recorded import recorded
from facescreen.lessons.pages import without_kernel_parts


@pytest.fixture
def outputs(monkeypatch):
    """What is displayed, as a notebook would keep it."""
    kept = []

    def display(data, metadata, raw):
        assert raw
        kept.append(new_output("display_data", data, metadata=metadata))

    monkeypatch.setattr("IPython.display.display", display)
    monkeypatch.setattr("IPython.get_ipython", lambda: True)
    return kept


def test_values_come_back_as_they_were_and_the_last_of_a_name_counts(outputs):
    given = {"left": 12.23, "saved": 2500, "finished": False, "rule": "multi 40"}
    record(**given, none=None, odd=float("nan"), count=np.int64(7), share=np.float32(0.5))
    record(pd.Series({"saved": 2501, "valid lost %": 4.5}), last=True)
    notebook = new_notebook(cells=[new_code_cell("", outputs=outputs)])
    found = recorded(notebook)
    assert found == given | {
        "saved": 2501,
        "valid lost %": 4.5,
        "last": True,
        "count": 7,
        "share": 0.5,
    }
    assert type(found["count"]) is int and type(found["finished"]) is bool


def test_an_output_is_what_scrapbook_writes_and_no_page_shows_it(outputs):
    record(left=12.5, rule="multi")
    assert [dict(output) for output in outputs] == [
        {
            "output_type": "display_data",
            "data": {f"application/scrapbook.scrap.{encoder}+json": scrap},
            "metadata": {"scrapbook": {"name": scrap["name"], "data": True, "display": False}},
        }
        for encoder, scrap in (
            ("json", {"name": "left", "data": 12.5, "encoder": "json", "version": 1}),
            ("text", {"name": "rule", "data": "multi", "encoder": "text", "version": 1}),
        )
    ]
    shown = new_output("display_data", {"text/plain": "seen"})
    notebook = new_notebook(cells=[new_code_cell("", outputs=[*outputs, shown])])
    assert without_kernel_parts(notebook).cells[0].outputs == [shown]
    assert len(notebook.cells[0].outputs) == 3


@pytest.mark.parametrize("value", [[1], {"a": 1}, np.zeros(2), object(), 1j])
def test_another_value_is_refused_by_name_and_none_is_kept(outputs, value):
    with pytest.raises(TypeError, match=r"left is a .*, expected a number, a text"):
        record(right=1, left=value)
    assert not outputs


def test_outside_a_notebook_nothing_is_shown(capsys):
    record(left=1)
    assert capsys.readouterr().out == ""


SCRAP = "application/scrapbook.scrap.json+json"
ODD = [{}, {"cells": 3}, {"cells": [3, {}, {"outputs": "x"}, {"outputs": [1, {"data": 2}]}]}]
ODD += [{"cells": [{"outputs": [{"data": {SCRAP: scrap}}]}]} for scrap in (1, {}, {"name": 1})]


@pytest.mark.parametrize("notebook", ODD)
def test_what_is_no_record_is_passed_over(notebook):
    assert recorded(notebook) == {}
