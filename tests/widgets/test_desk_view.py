"""Laws of the label desk's view: what buttons and keys do, and what it says."""

import re
import sys
import unicodedata

import numpy as np
import pytest
from label_rows import NAMES, written

from facescreen.widgets import LabelDesk, label_desk
from facescreen.widgets.label_file import LabelFile


def pictures(count=6, size=8):
    return np.random.default_rng(0).integers(0, 256, (count, size, size, 3)).astype(np.uint8)


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands between presses as long as a look takes."""
    at = {"now": 100.0}
    module = sys.modules[LabelDesk.__module__]
    monkeypatch.setattr(module.time, "monotonic", lambda: at["now"])
    return at


def parts_of(box):
    buttons = {}

    def visit(widget):
        if type(widget).__name__ == "Button":
            buttons[widget.description] = widget
        for child in getattr(widget, "children", ()):
            visit(child)

    visit(box)
    keys = next(child for child in box.children if type(child).__name__ == "Text")
    _script, *panes = [child for child in box.children if type(child).__name__ == "Output"]
    said = next(child for child in box.children if type(child).__name__ == "HTML")
    return buttons, keys, panes, said


def press(clock, act):
    clock["now"] += 1
    act()


def shown(pane):
    return " ".join(str(o["data"].get("text/html", o["metadata"])) for o in pane.outputs)


def test_buttons_and_keys_do_the_same(out, clock):
    box = label_desk(pictures(), NAMES, out)
    buttons, keys, panes, said = parts_of(box)
    assert "Image 1 of 6" in shown(panes[0])
    press(clock, buttons["valid (v)"].click)
    assert "set/0.png is valid" in said.value
    for letter in "sSzo":
        press(clock, lambda letter=letter: setattr(keys, "value", keys.value + letter))
    assert "Image 4 of 6" in shown(panes[0])
    assert [row[1] for row in written(out)] == ["valid", "broken_saturated", "broken_other"]
    press(clock, buttons["undo (z)"].click)
    press(clock, buttons["redo (y)"].click)
    press(clock, buttons["unsure (u)"].click)
    press(clock, buttons["broken_saturated (s)"].click)
    press(clock, buttons["broken_other (o)"].click)
    assert box.desk.index is None and "<li>2 broken_other</li>" in shown(panes[0])
    assert buttons["valid (v)"].disabled and not buttons["undo (z)"].disabled
    press(clock, lambda: setattr(keys, "value", keys.value + "v"))
    assert "Not saved" in said.value and len(written(out)) == 6
    press(clock, buttons["undo (z)"].click)
    assert not buttons["valid (v)"].disabled


def test_other_keys_and_taking_letters_away_do_nothing(out, clock):
    box = label_desk(pictures(), NAMES, out)
    keys = parts_of(box)[1]
    for typed in ("v", "v?", "v? 1x", "v", "", "v? "):
        press(clock, lambda typed=typed: setattr(keys, "value", typed))
    assert len(written(out)) == 2, "v, and v typed again after the box was emptied"


def test_what_comes_before_the_image_can_be_seen_is_not_counted(out, clock):
    box = label_desk(pictures(), NAMES, out)
    buttons, keys, _, said = parts_of(box)
    press(clock, lambda: setattr(keys, "value", "vvv"))
    assert len(written(out)) == 1 and "not counted" in said.value
    buttons["valid (v)"].click()
    assert len(written(out)) == 1
    keys.value = "vvvz"  # but a mistake can be taken back at once
    assert written(out) == []


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_keys_work_while_a_korean_input_method_is_on(out, clock, form):
    module = sys.modules[LabelDesk.__module__]
    assert module.read_keys("ㅍㄴㅐㅕㅋㅛ") == "vsouzy"
    box = label_desk(pictures(), NAMES, out)
    keys = parts_of(box)[1]
    for typed in ("ㅍ", "패", "팬", "패녀"):  # how v, o, s, u compose
        text = unicodedata.normalize(form, typed)
        press(clock, lambda text=text: setattr(keys, "value", text))
    expected = ["valid", "broken_other", "broken_saturated", "unsure"]
    assert [row[1] for row in written(out)] == expected


def test_a_desk_opened_again_says_where_it_goes_on(out, clock):
    first = label_desk(pictures(), NAMES, out)
    press(clock, parts_of(first)[0]["valid (v)"].click)
    again = label_desk(pictures(), NAMES, out)
    assert "Went on after 1 labels" in parts_of(again)[3].value
    assert "Image 2 of 6" in shown(parts_of(again)[2][0])


def test_names_are_escaped(out, clock):
    names = [f"<script>alert({k})</script>&" for k in range(6)]
    box = label_desk(pictures(), names, out, ["broken_other"] * 6)
    buttons, _, panes, said = parts_of(box)
    everything = [box.children[1].children[1].value]
    for _ in names:
        press(clock, buttons["valid (v)"].click)
        everything += [said.value, box.children[1].children[1].value]
    everything += [shown(pane) for pane in panes]
    assert "<script>" not in " ".join(everything)
    assert "&lt;script&gt;alert(5)&lt;/script&gt;&amp;" in shown(panes[1])
    assert written(out)[0][0] == names[0]


def test_the_comparison_shows_kappa_and_the_differing_images(out, clock):
    box = label_desk(pictures(), NAMES, out, ["valid"] * 3 + ["broken_other"] * 3)
    buttons, _, panes, _ = parts_of(box)
    buttons["Compare with the reference"].click()
    assert "nothing to compare yet" in shown(panes[1])
    for key in ("valid (v)", "valid (v)", "unsure (u)", "broken_other (o)"):
        press(clock, buttons[key].click)
    buttons["Compare with the reference"].click()
    text = shown(panes[1])
    assert f"kappa {box.desk.compare(['valid'] * 3 + ['broken_other'] * 3).four.value:.2f}" in text
    assert re.findall(r"<td[^>]*>(.*?)</td>", text) == ["set/2.png", "unsure", "valid"]
    assert "1 labeled otherwise than in the reference." in text, "the gallery's alt text"


def test_wrong_input_is_told_at_once(out):
    with pytest.raises(ValueError, match="5 names for 6 images"):
        label_desk(pictures(), NAMES[:5], out)
    with pytest.raises(ValueError, match="one or more"):
        label_desk(pictures(0), [], out)
    with pytest.raises(ValueError, match="good"):
        label_desk(pictures(), NAMES, out, ["good"] * 6)


def test_a_folder_that_cannot_be_written_is_told_and_the_image_stays(out, clock, monkeypatch):
    box = label_desk(pictures(), NAMES, out)
    buttons, _, panes, said = parts_of(box)

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(LabelFile, "append", refuse)
    press(clock, buttons["valid (v)"].click)
    assert "Not saved" in said.value and "Permission denied" in said.value
    assert "Image 1 of 6" in shown(panes[0])
