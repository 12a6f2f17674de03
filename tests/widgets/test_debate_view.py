"""Laws of the threshold debate's view: its controls, and what they show as they move."""

import re
from itertools import pairwise

import pytest
from made_up_debate import PAPER, made_up, made_up_labels, of

from facescreen.widgets import debate_gallery, threshold_debate
from facescreen.widgets.debate_paper import paper_html


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is told to go on."""
    at = {"now": 100.0}
    monkeypatch.setattr(debate_gallery.time, "monotonic", lambda: at["now"])
    return at


class View:
    """A debate's box, with its parts by what they are."""

    def __init__(self, *given):
        self.box = threshold_debate(*given)
        _script, *pairs, buttons, self.paper, self.tables, self.said, self.faces = self.box.children
        self.back, self.compare = buttons.children
        self.sliders = dict(zip(PAPER, (pair.children[0] for pair in pairs), strict=True))
        self.boxes = dict(zip(PAPER, (pair.children[1] for pair in pairs), strict=True))

    @property
    def values(self):
        values = {name: slider.value for name, slider in self.sliders.items()}
        assert values == {name: box.value for name, box in self.boxes.items()}
        assert values == self.box.stand().settings
        return values

    @property
    def sentence(self):
        (output,) = self.said.outputs
        return output["data"]["text/markdown"]

    @property
    def alt(self):
        (output,) = self.faces.outputs
        return output["metadata"]["image/png"]["alt"]


@pytest.fixture
def view(clock):
    return View(made_up(), made_up_labels())


def cells(pane):
    """The numbers of the confusion matrices, as a reader of the tables finds them."""
    html = pane.outputs[0]["data"]["text/html"]
    found = re.findall(r"<b>([\d,]+)</b> (caught|lost|missed|kept)", html)
    numbers = [(word, int(n.replace(",", ""))) for n, word in found]
    return dict(numbers[:4]), dict(numbers[4:])


def test_it_opens_at_the_papers_thresholds(view):
    assert view.values == PAPER
    assert cells(view.tables) == (of(view.box.debate.at().single), of(view.box.debate.at().multi))
    assert "rules disagree on" in view.sentence and "multi " in view.alt
    assert all(s.description and not s.continuous_update for s in view.sliders.values())
    for name, box in view.boxes.items():
        assert box.description == f"{view.sliders[name].description}, typed"


@pytest.mark.parametrize("name", list(PAPER))
@pytest.mark.parametrize("end", [0, -1])
def test_each_control_at_its_ends_and_back(view, name, end):
    value = view.sliders[name].options[end][1]
    view.sliders[name].value = value
    stand = view.box.debate.at(**PAPER | {name: value})
    assert cells(view.tables) == (of(stand.single), of(stand.multi))
    assert f"{PAPER[name]:,} → {value:,}" in view.sentence
    view.back.click()
    assert view.values == PAPER
    assert cells(view.tables) == (of(view.box.debate.at().single), of(view.box.debate.at().multi))


def test_a_threshold_may_be_typed_between_two_stops(view):
    stops = view.box.debate.stops("threshold")
    for typed in (43, 0, 47, stops[-1]):
        view.boxes["threshold"].value = typed
        assert view.values == PAPER | {"threshold": typed}
        options = dict(view.sliders["threshold"].options)
        assert set(stops) <= set(options.values()) and len(options) <= len(stops) + 1
        assert list(options.values()) == sorted(options.values())
        assert options[f"{typed:,}"] == typed
        assert cells(view.tables)[0] == of(view.box.debate.at(typed).single)
    view.boxes["threshold"].value = 10**9
    assert view.values["threshold"] == stops[-1]


def test_the_button_moves_all_at_once_and_nothing_twice(view):
    for slider in view.sliders.values():
        slider.value = slider.options[0][1]
    view.back.click()
    assert "Threshold 0 → 40, color threshold 0 → 40, sum threshold 0 → 1,000" in view.sentence
    before = view.faces.outputs
    view.back.click()
    assert view.faces.outputs is before
    view.sliders["threshold"].value = 20  # the slider is still listened to
    assert view.values["threshold"] == 20


def test_comparing_sets_the_papers_thresholds_and_shows_its_figures(view):
    view.sliders["threshold"].value = 0
    assert view.paper.outputs == ()
    view.compare.value = True
    assert view.values == PAPER
    (shown,) = view.paper.outputs
    assert shown["data"]["text/html"] == paper_html(view.box.debate)
    view.sliders["threshold"].value = 0  # each row names its own thresholds, so it stays true
    assert view.paper.outputs == (shown,)
    view.compare.value = False
    assert view.paper.outputs == () and view.values == PAPER | {"threshold": 0}


def single_color(sentence):
    return [int(n) for n in re.findall(r"single color \w+ (\d+) more", sentence)]


def test_while_a_key_is_held_images_stay_and_the_change_is_told_from_the_start(view, clock):
    slider, start = view.sliders["threshold"], view.box.stand()
    steps = [v for _, v in slider.options if v > 40][::3]
    seen = []
    for step in steps:
        clock["now"] += 0.3
        slider.value = step
        changed = view.box.debate.changed(start, view.box.stand())
        assert f"Threshold 40 → {step:,}: " in view.sentence
        assert sum(single_color(view.sentence)) == len(changed)
        seen.append(view.faces.outputs)
    drawn = [now is not before for before, now in pairwise(seen)]
    assert any(drawn) and not all(drawn), "drawn where an image came, and only there"
    clock["now"] += 5
    before = slider.value
    slider.value = steps[0]
    assert f"Threshold {before:,} → {steps[0]}: " in view.sentence, "a new move"


def test_a_step_that_changes_nothing_leaves_the_images(view, clock):
    before = view.faces.outputs
    view.boxes["sum_threshold"].value = 1001
    assert "no image changed side. The images below are from before." in view.sentence
    assert view.faces.outputs is before
    clock["now"] += 0.3
    view.boxes["sum_threshold"].value = 1000
    assert "Back where the move began: no image changed side." in view.sentence


def test_no_label_of_a_kind_is_said_and_not_divided_by():
    html = View(made_up(4), ["valid"] * 4).tables.outputs[0]["data"]["text/html"]
    assert "Broken images missed: there are none" in html
    view = View(made_up(4), ["unsure"] * 4)
    html = view.tables.outputs[0]["data"]["text/html"]
    assert "Left out, as unsure: 4." in html and "nan" not in html
    view.compare.value = True
    html = view.paper.outputs[0]["data"]["text/html"]
    assert "there are none" in html and "nan" not in html
