"""Widgets in a kernel that speaks Korean: panes, controls, tables. Python's values stay English."""

import re

import ipywidgets as ipy
import pandas as pd

from facescreen.language import Language, kernel
from facescreen.lessons.renewal import control_words, words_of
from facescreen.widgets.break_it_lab import ANSWERS
from facescreen.widgets.panes import text_only

KOREAN = Language("ko")


def test_a_pane_of_a_widget_speaks_the_language_of_its_kernel(monkeypatch):
    text = "- Single-color rule: **✓ valid**: the sum, 35, is below 1,000."
    assert text_only(text)["data"]["text/markdown"] == text
    monkeypatch.setattr(kernel, "_spoken", [KOREAN])
    assert text_only(text)["data"]["text/markdown"] == KOREAN.say(text) != text
    assert not re.search("[A-Za-z]", KOREAN.say(text))


def test_controls_speak_the_language_of_their_kernel_and_python_keeps_its_values(monkeypatch):
    before = ipy.Widget.get_state
    kernel.let_controls_speak(ipy.Widget)
    assert ipy.Widget.get_state is before, "an English kernel changes nothing"
    monkeypatch.setattr(kernel, "_spoken", [KOREAN])
    monkeypatch.setattr(ipy.Widget, "get_state", before)
    kernel.let_controls_speak(ipy.Widget)

    answer = ipy.ToggleButtons(description="Prediction", options=ANSWERS, value=None)
    typed = ipy.Text("neither", description="Face, typed", placeholder="Value")
    said = ipy.HTML("<b>Right predictions: 1 of 2 (50 %)</b>")
    sent = [one.get_state() for one in (answer, typed, said)]
    assert sent[0]["_options_labels"] == [KOREAN.say(text) for text in ANSWERS]
    words = [sent[0]["description"], *sent[0]["_options_labels"], sent[1]["description"]]
    words += [sent[1]["placeholder"], re.sub("<.*?>", "", sent[2]["value"])]
    assert all(re.search("[가-힣]", text) and not re.search("[A-Za-z]", text) for text in words)
    assert sent[1]["value"] == typed.value == "neither", "what is typed is nobody else's"
    assert (answer.description, answer.options) == ("Prediction", ANSWERS)
    answer.set_state({"index": 3})  # as the page does
    typed.set_state({"value": "both flag it"})
    assert answer.value == answer.label == "neither" and typed.value == "both flag it"


def test_tables_of_data_and_names_keep_their_words():
    frame = pd.DataFrame({"valid": [1], "broken": [2]}, index=["single color"])
    kept = '<td translate="no">valid</td>'
    for data in (frame.to_html(), frame.style.set_caption("").to_html(), kept):
        assert kernel.html(data, KOREAN) == data
    ours = kernel.html("<table><tr><th>labeled valid</th></tr></table>", KOREAN)
    assert ours == f"<table><tr><th>{KOREAN.say('labeled valid')}</th></tr></table>"
    assert "labeled" not in ours


def test_words_of_controls_are_found_in_a_program():
    program = """
ANSWERS, OTHER = ("both", "neither"), 3
SAID = {"key": "Generator"}
made = control(ipy.Dropdown, "Kind", options=["not this"]), slider("Face", 0, 5, 0)
button = ipy.Button(description="Judge", tooltip=f"At {value} px", icon="play")
"""
    found = ["both", "neither", "Generator", "Kind", "Face", "Judge", "At 1 px"]
    assert sorted(words_of(program)) == sorted(found)
    assert {"Judge", "Surprise me", "neither", "Go on", "◀ Previous"} <= {*control_words()}


def test_no_word_of_a_control_stays_english():
    assert [one for one in control_words() if re.search("[A-Za-z]{2,}", KOREAN.say(one))] == []
